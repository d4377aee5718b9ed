from . import collection_group
from . import collection_assignment
from . import collection_assignment_rule
from . import collection_assignment_write
from . import collection_assignment_run
from . import collection_assignment_rule_view
from . import res_partner_assignment
from . import res_partner_origin
