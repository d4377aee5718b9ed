from . import collection_case_file
from . import collection_case_handover
