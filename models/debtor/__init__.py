from . import sources
from . import ranking
from . import collection_debtor_mark
from . import collection_debtor
from . import collection_history
from . import collection_plan_mark
from . import res_partner
from . import res_company
