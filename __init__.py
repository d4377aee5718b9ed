from . import controllers
from . import models
from . import report
from . import wizards

from .models.debtor import collection_debtor_mark
from .models.scenario import collection_plan_mark


def post_init_hook(env):
    """Installed into a database that has customers: they are in the list of debtors at once."""
    env["collection.debtor"]._rebuild()


def uninstall_hook(env):
    """Leave no trigger behind."""
    collection_plan_mark.stop_watching(env)
    collection_debtor_mark.stop_watching(env)
