from . import collection_function
from . import collection_participant
from . import res_partner
