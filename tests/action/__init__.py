from . import test_action_close
from . import test_activity
