from . import collection_history
from . import collection_history_chain
from . import collection_history_words
from . import collection_history_bulk
