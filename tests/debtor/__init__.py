from . import test_debtor
from . import test_debtor_property
from . import test_debtor_views
from . import test_debtor_bulk
from . import test_debtor_tour
from . import test_debtor_statement
