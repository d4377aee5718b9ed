from . import collection_dialog
from . import base_module_uninstall
