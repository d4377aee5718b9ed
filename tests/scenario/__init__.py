from . import test_scenario_plan
from . import test_scenario_views
from . import test_scenario_tour
from . import test_scenario_killed
from . import test_scenario_process
from . import test_branches
from . import test_scenario_freshness
from . import test_scenario_holders
