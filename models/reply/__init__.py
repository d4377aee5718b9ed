from . import collection_reply
from . import collection_answer
from . import mail_thread
from . import res_partner
