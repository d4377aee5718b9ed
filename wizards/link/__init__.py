from . import collection_answer_refuse
