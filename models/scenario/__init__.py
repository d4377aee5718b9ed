from . import steering
from . import collection_plan_mark
from . import collection_scenario
from . import collection_scenario_step
from . import account_move_line
from . import collection_action
from . import collection_scenario_planning
from . import res_partner
