from . import collection_penalty_rate
from . import account_move_line_penalty
from . import res_partner_penalty
