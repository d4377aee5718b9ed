from . import collection_limitation_rule
from . import collection_limitation_interruption
from . import account_move_line
from . import closings
from . import res_partner
from . import collection_payment_plan
