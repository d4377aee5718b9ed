from . import test_figures
from . import test_figures_property
from . import test_analysis_views
