from . import collection_answer
from . import collection_link
from . import collection_action
from . import collection_dispatch
from . import res_company
from . import res_partner
