from . import collection_call
from . import collection_call_instalment
