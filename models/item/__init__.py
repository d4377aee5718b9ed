from . import collection_item_status
from . import account_move_line
from . import account_move_collection
from . import account_move_line_status
from . import res_partner_payer
from . import res_partner_criteria
