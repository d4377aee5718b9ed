from . import token_log
from . import page
from . import portal
from . import portal_action
from . import document_files
from . import ir_http
from . import document_page
from . import document_portal
