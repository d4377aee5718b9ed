from . import collection_function
from . import collection_participant
from . import res_partner
from . import res_partner as res_partner_identity
