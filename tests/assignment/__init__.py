from . import test_assignment
from . import test_assignment_views
from . import test_assignment_run
from . import test_assignment_attributes
from . import test_assignment_rights
from . import test_assignment_migration
