from . import collection_action
from . import collection_action_messages
from . import collection_participant
from . import mail_message
from . import res_users
