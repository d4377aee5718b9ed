from . import steering
from . import collection_deadline
from . import collection_cost
from . import collection_sequence
from . import collection_sequence_visit
from . import account_move_line
from . import collection_action
from . import collection_sequence_commands
from . import collection_sequence_flow
from . import collection_sequence_migration
from . import collection_sequence_template
from . import collection_sequence_writing
from . import res_partner
from . import collection_sequence as collection_sequence_duplicate
