from . import test_invoice_views
from . import test_payer
from . import test_open_items
from . import test_matching_costs
from . import test_free_rows
from . import test_one_definition
