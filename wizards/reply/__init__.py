from . import collection_call
from . import collection_reply_pass
