from . import res_company
from . import collection_setup
from . import collection_setup_start
from . import collection_debtor
