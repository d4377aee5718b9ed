from . import test_customer_identity
from . import test_customer_tab_tour
from . import test_participants
from . import test_portfolio_company
from . import test_portfolio_fields
from . import test_res_partner
from . import test_taking_over
