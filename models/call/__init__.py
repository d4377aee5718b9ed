from . import account_move
from . import account_move_line
from . import collection_action
from . import res_partner
