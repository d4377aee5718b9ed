from . import test_item_wizard
from . import test_item_wizard_next
from . import test_item_dialogs
from . import test_item_tours
from . import test_specific
from . import test_chased_items
from . import test_promise_outcomes
