from . import test_settings
from . import test_start
from . import test_setup
from . import test_preview
from . import test_setup_migration
from . import test_setup_tour
from . import test_takeover
