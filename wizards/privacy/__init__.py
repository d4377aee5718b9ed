from . import collection_personal_export
from . import collection_anonymise
