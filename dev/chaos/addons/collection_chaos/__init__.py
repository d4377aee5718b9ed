import os

from . import seeded

seeded.put(int(os.environ["CHAOS_SEEDED"]))
