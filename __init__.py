from . import controllers
from . import models
from . import report
from . import wizards

from .tools.uninstall import take_down


def post_init_hook(env):
    """Installed into a database that has customers: they are in the list of debtors at once."""
    env["collection.debtor"]._rebuild()


def uninstall_hook(env):
    """Leave nothing behind, and be kept by nothing."""
    take_down(env)
