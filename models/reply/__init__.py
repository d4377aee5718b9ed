from . import mail_thread
from . import collection_reply
from . import collection_answer
from . import res_partner
