from . import test_link
from . import test_answer
from . import test_answer_form
from . import test_page_http
from . import test_page_tour
from . import test_many_items
