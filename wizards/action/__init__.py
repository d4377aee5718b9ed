from . import collection_action_assign
from . import collection_action_close
from . import collection_action_reschedule
from . import collection_action_skip
