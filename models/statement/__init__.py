from . import collection_statement
from . import res_partner_statement
