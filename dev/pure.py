"""The engine's tests without Odoo: its own package, and a stand-in for ``odoo.tests``.

The repository is the package ``account_collection`` here, of which nothing but the engine and
its tests is ever imported. ``python dev/pure.py [pytest's arguments]``, with any Python that has
pytest, hypothesis and dateutil.
"""

import importlib
import sys
import types
import unittest
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
NAME = "account_collection"


def install(root=REPOSITORY):
    """Make the engine and its tests importable, as parts of the add-on.

    :param root: where ``engine/`` and ``tests/`` lie
    """
    odoo, tests = types.ModuleType("odoo"), types.ModuleType("odoo.tests")
    odoo.__path__ = []
    tests.BaseCase = unittest.TestCase
    tests.tagged = lambda *_tags: lambda case: case
    odoo.tests = tests
    sys.modules |= {"odoo": odoo, "odoo.tests": tests}
    for name, folder in ((NAME, root), (f"{NAME}.tests", root / "tests")):
        package = types.ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package


def find_cases(root=REPOSITORY, without=()):
    """:return: module names of the pure tests, but those of these names"""
    return [f"{NAME}.tests.engine.{path.stem}"
            for path in sorted((root / "tests" / "engine").glob("test_*.py"))
            if path.stem not in without]


def load(names):
    """:return: a suite of the test cases in these modules"""
    loader = unittest.defaultTestLoader
    suite = unittest.TestSuite()
    for name in names:
        suite.addTests(loader.loadTestsFromModule(importlib.import_module(name)))
    return suite


def main(arguments):
    """Run the pure tests, all or those of the modules named. :return: whether all passed"""
    install()
    chosen = [Path(name).stem for name in arguments if not name.startswith("-")]
    names = [name for name in find_cases() if not chosen or name.split(".")[-1] in chosen]
    # the package's own __init__ lists all cases: it is passed over, each is asked for by name
    package = types.ModuleType(f"{NAME}.tests.engine")
    package.__path__ = [str(REPOSITORY / "tests" / "engine")]
    sys.modules[package.__name__] = package
    result = unittest.TextTestRunner(
        verbosity=2 if "-v" in arguments else 1, failfast="-x" in arguments).run(load(names))
    return result.wasSuccessful()


if __name__ == "__main__":
    sys.exit(not main(sys.argv[1:]))
