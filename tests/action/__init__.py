from . import test_action_close
from . import test_activity
from . import test_board
from . import test_coming_day
from . import test_steering
