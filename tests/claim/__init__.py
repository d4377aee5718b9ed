from . import test_interest_on_account
from . import test_paid_late
from . import test_penalties
from . import test_penalty_rate
from . import test_branch_claims
