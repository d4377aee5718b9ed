from . import steering
from . import collection_dispute
from . import collection_promise
from . import collection_promise_line
from . import account_move
from . import account_move_line
from . import collection_action
from . import res_partner
