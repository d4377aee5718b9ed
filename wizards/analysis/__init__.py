from . import collection_analysis_figures
