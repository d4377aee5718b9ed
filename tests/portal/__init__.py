from . import test_portal
from . import test_portal_message
from . import test_portal_migration
from . import test_portal_notify
from . import test_portal_http
from . import test_portal_tour
