from . import collection_statement
from . import account_move_line
from . import res_partner
