from . import collection_debtor_hold
from . import collection_debtor_statement
