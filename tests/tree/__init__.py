from . import test_sequence_template
from . import test_template_file
from . import test_dry_run
from . import test_engine_constants
from . import test_tree_effort
