from . import res_company
from . import collection_setup
