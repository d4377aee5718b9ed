from . import action
from . import message
from . import specific
from . import tree
from . import sequence
from . import assignment
from . import link
from . import document
