from . import test_statement
from . import test_statement_tab
from . import test_statement_columns
from . import test_statement_activity
from . import test_amount_format
