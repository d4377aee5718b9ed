from . import controllers
from . import models
from . import report
from . import wizards

from .models.scenario.collection_plan_mark import stop_watching as uninstall_hook
