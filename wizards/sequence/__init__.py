from . import collection_sequence_launch
from . import collection_sequence_add_action
from . import collection_sequence_migration
from . import collection_sequence_note
from . import collection_sequence_resume
from . import collection_sequence_steer
