from . import collection_sequence_template
from . import collection_label
from . import collection_sequence_content
from . import collection_sequence_step
from . import collection_sequence_transition
from . import collection_template_check
from . import collection_template_file
from . import collection_truce
