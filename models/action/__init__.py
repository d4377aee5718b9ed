from . import collection_action_kind
from . import steering
from . import collection_action_content
from . import collection_action_option
from . import collection_action
from . import collection_action_template
from . import collection_outcome
from . import collection_action_closing
from . import mail_activity
from . import res_partner as res_partner_identity
from . import res_partner
