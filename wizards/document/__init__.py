from . import collection_document_start
from . import collection_document_invite
from . import collection_document_steer
from . import collection_document_refuse
from . import collection_document_provide
from . import collection_document_send
