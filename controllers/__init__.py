from . import token_log
from . import page
from . import document_page
from . import document_portal
