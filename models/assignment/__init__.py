from . import collection_assignment
from . import collection_assignment_rule
from . import collection_assignment_run
from . import collection_group
from . import account_move
from . import attributes
from . import collection_assignment_rule_running
from . import collection_participant
from . import ir_filters
from . import res_partner
from . import res_partner as res_partner_identity
