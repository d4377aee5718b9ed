from . import collection_function
from . import collection_participant
from . import mail_tracking_value
from . import res_partner
from . import res_partner_identity
from . import res_users
