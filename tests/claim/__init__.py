from . import test_penalties
from . import test_penalty_rate
