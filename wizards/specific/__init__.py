from . import collection_item_wizard
from . import collection_item_wizard_message
from . import collection_item_wizard_colleague
from . import collection_action_draft
from . import collection_action_keep
from . import collection_new_action
from . import collection_promise_cancel
from . import collection_dispute_resolve
