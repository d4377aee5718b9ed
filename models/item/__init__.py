from . import collection_item_status
from . import collection_item_snapshot
from . import account_move
from . import account_move_line
from . import res_partner
