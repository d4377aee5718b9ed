from . import collection_assignment_mass
