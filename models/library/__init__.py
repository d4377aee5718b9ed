from . import collection_library
