from . import test_payment_plan
from . import test_plan_acceptance
from . import test_plan_page
from . import test_plan_race
