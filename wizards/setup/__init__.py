from . import collection_settings
from . import collection_setup_line
from . import collection_takeover_line
