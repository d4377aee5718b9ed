from . import test_history
from . import test_owners
from . import test_seal
from . import test_seal_anchor
from . import test_seal_forgeries
from . import test_uninstall
