from . import test_call
from . import test_call_agreements
from . import test_head
from . import test_ways_out
from . import test_call_tours
