from . import collection_history_chain
from . import collection_history
