from . import collection_sequence_template_publish
from . import collection_sequence_dry_run
from . import collection_template_import
