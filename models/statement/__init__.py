from . import res_company
from . import collection_statement
from . import collection_statement_activity
from . import account_move_line
from . import res_partner
