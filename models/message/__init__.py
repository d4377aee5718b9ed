from . import channels
from . import collection_dispatch
from . import collection_action
from . import account_move
from . import collection_action_sending
from . import mail_mail
from . import mail_message
from . import mail_template
from . import mail_thread
from . import res_company
from . import res_partner
from . import sms_sms
from . import res_partner as res_partner_identity
