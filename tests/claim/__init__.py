from . import test_penalties
from . import test_penalty_rate
from . import test_branch_claims
