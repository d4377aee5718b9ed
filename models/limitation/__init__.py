from . import collection_limitation_rule
from . import collection_limitation_interruption
from . import account_move_line
from . import collection_action
from . import res_partner
