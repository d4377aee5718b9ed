from . import res_company
from . import collection_analysis_report
from . import collection_analysis_item
from . import collection_analysis_flow
from . import collection_analysis_cohort
from . import collection_analysis_month
from . import collection_analysis
