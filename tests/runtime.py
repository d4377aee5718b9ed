"""The development runtime, which its own tests import.

It lies beside the module in a working copy, and is on no add-ons path: `from ..dev` finds it
nowhere, and tests that take that for a reason to be skipped never run.
"""

import importlib.util
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "dev"
PACKAGE = "collection_dev"


def find(name):
    """:return: a module of `dev`, such as ``chaos.owners``; None where there is no `dev`"""
    if not FOLDER.is_dir():
        return None
    if PACKAGE not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            PACKAGE, FOLDER / "__init__.py", submodule_search_locations=[str(FOLDER)])
        sys.modules[PACKAGE] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[PACKAGE])
    return importlib.import_module(f"{PACKAGE}.{name}")
