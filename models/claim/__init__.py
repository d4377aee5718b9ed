from . import collection_penalty_rate
from . import account_move
from . import account_move_line
from . import res_partner
from . import collection_notice_text
