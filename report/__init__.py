from . import collection_print
from . import collection_statement_report
from . import ir_actions_report
from . import collection_document_export
from . import case_file
