from . import collection_case_file_make
from . import collection_case_hand_over
