from . import token_log
from . import page
