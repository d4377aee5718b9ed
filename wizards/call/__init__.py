from . import collection_call
