from . import test_history
from . import test_owners
from . import test_uninstall
