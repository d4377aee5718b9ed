from . import collection_case
from . import collection_case_claim
from . import collection_case_exhibit
from . import collection_case_story
from . import collection_case_file
