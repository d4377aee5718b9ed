from . import test_case_claim
from . import test_case_file
from . import test_case_making
from . import test_case_handover
from . import test_case_drawing
from . import test_case_verify
