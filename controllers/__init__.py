from . import token_log
from . import page
from . import page_error
from . import document_page
from . import document_portal
