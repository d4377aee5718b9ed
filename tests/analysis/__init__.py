from . import test_figures
from . import test_figures_property
from . import test_analysis_views
from . import test_analysis_work
from . import test_analysis_forecast
from . import test_dashboards
from . import test_dashboards_tour
