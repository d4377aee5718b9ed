from . import collection_payment_plan
from . import collection_payment_plan_decision
from . import collection_payment_plan_line
from . import collection_promise
from . import account_move_line
from . import res_partner
