"""Mutation testing of the engine: each small fault put into it must be found by a pure test.

mutmut works in a folder of its own, on a copy of the engine and of its tests, which run without
Odoo (``pure.py``). It keeps what it found there: a second run looks at the functions that have
changed, or at all of them once a test has.
"""

import os
import re
import resource
import shutil
import subprocess

from . import paths
from .ui import Failure, tell

FOLDER = paths.DEV / "mutation"
#: Survivors that change nothing, each with the reason why.
SURVIVORS = paths.REPOSITORY / "tests" / "engine" / "survivors.txt"
#: What decides; pictures, hashtags and colours are looked at by eyes.
MUTATED = ("engine/sequence/*.py", "engine/dates.py", "engine/ladder.py", "engine/claims.py")
#: Tests of what is not mutated, and those that would put faults of their own into the engine.
LEFT_OUT = (
    "test_engine_contrast", "test_engine_layout", "test_engine_paths", "test_engine_properties",
    "test_engine_purity", "test_engine_seeded_bugs", "test_engine_tags")
#: Random courses for each mutant: the more, the longer it takes.
COURSES = 100
#: Seconds of the processor.
LONGEST_TEST = 8

_SETTINGS = """
[tool.pytest.ini_options]
addopts = "-p no:cacheprovider"

[tool.mutmut]
source_paths = ["engine"]
only_mutate = {mutated}
do_not_mutate = ["engine/sequence/dry_run.py", "engine/sequence/paths.py"]
also_copy = ["account_collection", "pure.py"]
pytest_add_cli_args_test_selection = ["test_pure.py"]
use_git_change_detection = false
cache_invalidation_files = [
    "*.py", "account_collection/tests/engine/*.py", "account_collection/tests/engine/fixtures/*"]
on_dependency_change = "rerun"
"""
_TESTS = """
import importlib
import hypothesis.core
import pure
import engine
# mutmut runs a test several times in one process, which hypothesis takes for a mistake
hypothesis.core.fail_health_check = lambda *_args, **_options: None
# a fault that is found need not be made any smaller
hypothesis.settings.register_profile(
    "faults", report_multiple_bugs=False,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate])
hypothesis.settings.load_profile("faults")
pure.install(engine)
for name in pure.find_cases({left_out}):
    module = importlib.import_module(name)
    # under its file's name too: of two cases of one name, one would never be run
    globals().update({{
        f"Test_{{name.rpartition('.')[2]}}_{{key}}": value for key, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == name and "Test" in key}})
"""


#: mutmut would have pytest collect all tests again for each fault, which takes longer than to run
#: them: here a fault's process runs them itself, the fastest first, up to the one that fails. A
#: test that goes on for so many seconds of the processor has failed.
_RUNNER = """
import signal
import unittest
from mutmut.__main__ import cli
from mutmut.runners.harness import PytestRunner

def run_tests(self, *, mutant_name, tests):
    import test_pure
    if not mutant_name:
        return run_all(self, mutant_name=mutant_name, tests=tests)
    signal.signal(signal.SIGVTALRM, too_long)
    for name in tests:
        _file, case, method = name.split("::")
        result = unittest.TestResult()
        signal.setitimer(signal.ITIMER_VIRTUAL, {seconds})
        getattr(test_pure, case)(method).run(result)
        if not result.wasSuccessful():
            return 1
    return 0

def too_long(*_signal):
    raise TimeoutError

run_all, PytestRunner.run_tests = PytestRunner.run_tests, run_tests
cli()
"""


def run(steps, only):
    """Put every fault into the engine, one at a time.

    :param only: parts of names of functions to look at; empty: all
    :return: 1 if one survives that is not among :data:`SURVIVORS`, or one of these is found or is
        no fault any more
    """
    with steps.step("Copy"):
        _copy()
    command = [paths.python(paths.MUTATION_VENV), "mutate_pure.py"]
    names = [f"*{name}*" for name in only]
    log = paths.LOGS / "mutation.log"
    with steps.step(f"Faults, see {log}"), log.open("wb") as output:
        done = subprocess.run(
            [*command, "run", *names], cwd=FOLDER, check=False, stdout=output, stderr=output,
            env={**os.environ, "N": str(COURSES), "PYTHONHASHSEED": "0"})
    if done.returncode:
        raise Failure("the tests do not pass without a fault", "make properties")
    found = dict(re.findall(r"(\S+): ([a-z ]+)", _ask(command, "results", "--all", "true")))
    found = {name: end for name, end in found.items() if end != "not checked"}
    if not found:
        raise Failure(f"no fault is called {' or '.join(only)}", "make mutate, for all of them")
    survivors = [name for name, end in found.items() if end in ("survived", "no tests")]
    killed = sum(end in ("killed", "timeout", "segfault") for end in found.values())
    known = _read_known()
    fresh = [name for name in survivors if name not in known]
    gone = sorted(known - {*survivors}) if not only else []
    for name in fresh:
        tell(_ask(command, "show", name))
    for name in gone:
        tell(f"{name} is listed and does not survive")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    tell(f"{len(found)} faults, {killed} found ({killed / max(len(found), 1):.1%}); "
         f"{len(survivors)} survive, of which {len(survivors) - len(fresh)} change nothing; "
         f"{used.ru_utime + used.ru_stime:.0f} s of the processor")
    return int(bool(fresh or gone))


def _ask(command, *arguments):
    """:return: what mutmut answers"""
    return subprocess.run(
        [*command, *arguments], cwd=FOLDER, check=False, capture_output=True, text=True).stdout


def _read_known():
    lines = SURVIVORS.read_text().splitlines() if SURVIVORS.exists() else []
    return {line.split()[0] for line in lines if line and not line.startswith("#")}


def _copy():
    """Bring the folder up to date; what did not change keeps its time, so that mutmut knows."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for source, target in (
            ("engine", "engine"), ("tests/engine", "account_collection/tests/engine")):
        shutil.rmtree(FOLDER / target, ignore_errors=True)
        shutil.copytree(paths.REPOSITORY / source, FOLDER / target,
                        ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy2(paths.REPOSITORY / "dev" / "pure.py", FOLDER)
    shutil.copy2(paths.REPOSITORY / "__manifest__.py", FOLDER / "account_collection")
    (FOLDER / "pyproject.toml").write_text(_SETTINGS.format(mutated=list(MUTATED)))
    (FOLDER / "mutate_pure.py").write_text(_RUNNER.format(seconds=LONGEST_TEST))
    (FOLDER / "test_pure.py").write_text(_TESTS.format(left_out=LEFT_OUT))
