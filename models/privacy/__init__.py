from . import res_company
from . import collection_personal_data
from . import res_partner
