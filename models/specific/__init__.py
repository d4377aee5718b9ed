from . import collection_action_specific
from . import collection_dispute
from . import collection_promise
from . import collection_item_dialog
