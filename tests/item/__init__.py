from . import test_invoice_views
from . import test_payer
