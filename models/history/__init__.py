from . import collection_owned
from . import collection_portfolio
from . import collection_history_chain
from . import collection_history
from . import collection_history_check
from . import collection_anchor
from . import collection_anchor_leaf
from . import collection_seal
