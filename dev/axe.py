"""axe-core, by which the tests check pages for accessibility. Never part of the module."""

import shutil

from . import paths, process, programs
from .ui import Failure, tell

PACKAGE, VERSION = "axe-core", "4.14.1"
FOLDER = paths.DEV / PACKAGE
#: What the browser is given, under a name that changes with the version.
SCRIPT = FOLDER / f"axe-{VERSION}.min.js"
#: Where the tests look for it.
VARIABLE = "COLLECTION_AXE"

NPM = programs.Program("npm", ("npm",), "the checks for accessibility will be skipped")


def ensure(steps):
    """Fetch it once, with npm; the tests do without where that is not possible."""
    if SCRIPT.is_file():
        steps.say("in place")
        return
    try:
        missing = NPM.ensure(steps)
        if not missing:
            _fetch()
            steps.say("fetched")
    except Failure as failure:
        steps.say("not fetched")
        missing = f"{NPM.without}: {failure.message}; {failure.remedy}"
    if missing:
        tell(f"Note: {missing}")


def _fetch():
    """Take the one file that is needed out of the package; npm checks where it comes from."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    process.run(
        [
            *("npm", "install", "--prefix", FOLDER, "--cache", FOLDER / "cache"),
            *("--no-save", "--no-audit", "--no-fund", "--ignore-scripts"),
            f"{PACKAGE}@{VERSION}",
        ],
        "npm",
        (f"{PACKAGE} could not be fetched", "check the network (and npm's configuration)"),
    )
    shutil.move(FOLDER / "node_modules" / PACKAGE / "axe.min.js", SCRIPT)
    shutil.rmtree(FOLDER / "node_modules")
    shutil.rmtree(FOLDER / "cache", ignore_errors=True)
