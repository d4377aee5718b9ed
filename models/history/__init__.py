from . import collection_owned
from . import collection_portfolio
from . import collection_history_chain
from . import collection_history
