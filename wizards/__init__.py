from . import collection_sequence_launch
from . import collection_sequence_launch_line
from . import collection_action_close
from . import collection_action_reschedule
from . import collection_sequence_steer
from . import collection_sequence_template_publish
