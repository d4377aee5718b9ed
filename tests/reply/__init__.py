from . import test_reply
from . import test_reply_mail
