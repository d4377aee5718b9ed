from . import collection_limitation_note
from . import collection_limitation_withdraw
from . import collection_sequence_note
