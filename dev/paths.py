"""Where things lie. Nothing here touches the disk but `prepare`."""

import os
import sys
from pathlib import Path

MODULE = "account_collection"
REPOSITORY = Path(__file__).resolve().parents[1]

#: The one folder that everything is put into; git ignores it.
DEV = REPOSITORY / os.environ.get("COLLECTION_DEV_DIR", ".dev")

LOGS = DEV / "log"
LOCKS = DEV / "lock"
#: Odoo's add-ons path: holds the module under its technical name.
ADDONS = DEV / "addons"
#: What PYTHONPATH gets: a link to the `odoo` package and nothing beside it.
LIBRARY = DEV / "lib"
#: Odoo as this runtime unpacked it.
ODOO = DEV / "odoo"
#: Filestores and sessions.
DATA = DEV / "data"
CONFIGURATION = DEV / "odoo.conf"
VENV = DEV / "venv"
LINT_VENV = DEV / "lint-venv"
MUTATION_VENV = DEV / "mutation-venv"
BENCH_VENV = DEV / "bench-venv"
POSTGRES = DEV / "postgres"

PYTHON_PACKAGES = REPOSITORY / "dev" / "requirements.txt"
LINT_PACKAGES = REPOSITORY / "dev" / "lint-requirements.txt"
MUTATION_PACKAGES = REPOSITORY / "dev" / "mutation-requirements.txt"
BENCH_PACKAGES = REPOSITORY / "dev" / "bench-requirements.txt"


def prepare():
    """Create the folders that every command writes to."""
    for folder in (LOGS, LOCKS, ADDONS, LIBRARY, DATA):
        folder.mkdir(parents=True, exist_ok=True)


def python(venv=VENV):
    """The interpreter of a virtual environment."""
    return venv / "bin" / "python"


def installed_package(name, venv=VENV):
    """The folder of an installed Python package."""
    major, minor = sys.version_info[:2]
    version = f"python{major}.{minor}"
    return venv / "lib" / version / "site-packages" / name
