from . import collection_action_draft
from . import collection_action_keep
from . import collection_dispute_report
from . import collection_dispute_resolve
from . import collection_item_wizard
from . import collection_new_action
from . import collection_promise_cancel
