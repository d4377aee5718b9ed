from . import test_library
from . import test_library_gallery
from . import test_library_migration
from . import test_limitation_migration
from . import test_library_trees
from . import test_trees_rent
from . import test_trees_b2b
