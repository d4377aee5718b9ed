from . import collection_dialog
from . import collection_download
from . import base_module_uninstall
from . import collection_history_erase
