"""The engine's tests without Odoo: its own package, and a stand-in for ``odoo.tests``.

The repository is the package ``account_collection`` here, of which nothing but the engine and
its tests is ever imported. ``python dev/pure.py [names of test files] [-v] [-x]``, with any Python
that has hypothesis and dateutil. ``N`` in the environment is how many random courses are played,
``FROM`` the number of the first.
"""

import importlib
import os
import pkgutil
import subprocess
import sys
import time
import types
import unittest
from pathlib import Path

NAME = "account_collection"
#: Needs the catalogue of hashtags, which the models fill.
WITH_MODELS = ("test_engine_tags",)
#: Random courses; among the tests of the whole add-on they are fewer.
COURSES = 20_000
#: The file that plays them, half of them in a process of its own.
ALONE = "test_engine_courses"


def find_root():
    """:return: the folder that holds the engine's tests"""
    here = Path(__file__).resolve().parent
    return next(root for root in (here / NAME, here.parent) if (root / "tests/engine").is_dir())


def install(engine=None):
    """Make the engine and its tests importable, as parts of the add-on.

    :param engine: the package ``engine``, where it is imported under that name already
    """
    root = find_root()
    odoo, tests = types.ModuleType("odoo"), types.ModuleType("odoo.tests")
    odoo.__path__ = []
    tests.BaseCase = unittest.TestCase
    tests.tagged = lambda *_tags: lambda case: case
    odoo.tests = tests
    sys.modules |= {"odoo": odoo, "odoo.tests": tests}
    # their own __init__ would bring all cases along, and Odoo
    for name in (NAME, f"{NAME}.tests", f"{NAME}.tests.engine"):
        package = types.ModuleType(name)
        package.__path__ = [str(root / name[len(NAME) + 1:].replace(".", "/"))]
        sys.modules[name] = package
    for found in engine and pkgutil.walk_packages(engine.__path__, "engine.") or ():
        sys.modules[f"{NAME}.{found.name}"] = importlib.import_module(found.name)
    if engine:
        sys.modules[f"{NAME}.engine"] = sys.modules[NAME].engine = engine


def find_cases(without=()):
    """:return: module names of the pure tests, but those of these names"""
    return [f"{NAME}.tests.engine.{path.stem}"
            for path in sorted((find_root() / "tests/engine").glob("test_*.py"))
            if path.stem not in without]


def main(arguments):
    """Run the pure tests, all or those of the files named. :return: whether all passed"""
    started = time.monotonic()
    names = [Path(name).stem for name in arguments if not name.startswith("-")]
    second = share_courses() if not names or ALONE in names else None
    install()
    suite = unittest.TestSuite()
    for name in find_cases(WITH_MODELS):
        if not names or name.split(".")[-1] in names:
            suite.addTests(unittest.defaultTestLoader.loadTestsFromModule(
                importlib.import_module(name)))
    if not suite.countTestCases():
        sys.exit(f"There is no test in {', '.join(names)}")
    runner = unittest.TextTestRunner(
        verbosity=2 if "-v" in arguments else 1, failfast="-x" in arguments)
    passed = runner.run(suite).wasSuccessful()
    if second:
        passed &= second.wait() == 0
    tell(started)
    return passed


def share_courses():
    """Leave half of the random courses to a second process.

    :return: it, or None where this is that process, or has no processor to spare
    """
    courses = int(os.environ.get("N") or COURSES)
    first = int(os.environ.get("FROM") or 0)
    if os.cpu_count() == 1 or os.environ.get("SHARED"):
        os.environ["N"] = str(courses)
        return None
    os.environ["N"] = str(courses - courses // 2)
    return subprocess.Popen([sys.executable, __file__, ALONE], env={
        **os.environ, "N": str(courses // 2), "FROM": str(first + courses - courses // 2),
        "SHARED": "1"})


def tell(started):
    """Say how long it took, and what the random courses were."""
    print(f"{time.monotonic() - started:.1f} s, of the processor {time.process_time():.1f} s, "
          f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    courses = sys.modules.get(f"{NAME}.tests.engine.{ALONE}")
    if courses:
        print(courses.Rules.tally.describe())


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]))
