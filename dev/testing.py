"""The tests, run by pytest-odoo on copies of an installed database, one for each core."""

import os
import re
import subprocess

from . import axe, odoo, paths, process
from .ui import tell

SETTINGS = paths.REPOSITORY / "pyproject.toml"
PLUGINS = paths.REPOSITORY / "dev" / "pytest_plugins"
#: The path part of an argument such as tests/test_launch.py::TestLaunch
PATH_PART = re.compile(r"^[^:\[]+")
#: The option of pytest-xdist, with its number in the same argument or in the next one.
NUMBER = re.compile(r"(?:-n|--numprocesses)(?:=?(?P<number>\w+))?$")
#: What chooses some tests of all, or wants the terminal: one process is quicker, or a must.
ALONE = re.compile(
    r"-k|-m|-s$|--(capture|co$|collect|deselect|failed|ff|fixtures|last|lf|markers|pdb|setup|step"
    r"|sw|trace$)|no:xdist"
)
#: Fewer tests than this take less time than a second process takes to start.
FEW = 100
#: Each worker takes half a gigabyte, and a browser.
MOST_WORKERS = 8
A_TEST = re.compile(r"^    def test_", re.M)


def get_workers(arguments):
    """How many workers share the tests; 0 for pytest's own process.

    :param arguments: list of str, those of pytest; a `-n` among them has the last word
    """
    for argument, following in zip(arguments, [*arguments[1:], ""]):
        given = NUMBER.match(argument)
        if given:
            number = given["number"] or following
            return int(number) if number.isdecimal() else _count_cores()
    cores = _count_cores()
    if cores == 1 or any(map(ALONE.match, arguments)) or _count_tests(arguments) < FEW:
        return 0
    return cores


def _count_cores():
    """How many processors may be used: on Linux those that this process was given."""
    given = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else ()
    return min(len(given) or os.cpu_count() or 1, MOST_WORKERS)


def _count_tests(arguments):
    """About how many tests the paths among the arguments hold; all when there is none."""
    places = [argument for argument in arguments if not argument.startswith("-")]
    places = [paths.REPOSITORY / PATH_PART.match(place)[0] for place in places]
    files = []
    for place in [place for place in places if place.exists()] or [paths.REPOSITORY / "tests"]:
        files += [place] if place.is_file() else place.rglob("test_*.py")
    return sum(len(A_TEST.findall(file.read_text())) for file in files)


def run(database, arguments, workers):
    """Run pytest with its own output; returns its exit code.

    :param database: its name, or with workers what their databases' names begin with
    :param workers: how many processes share the tests, 0 for none but pytest's own
    """
    log = paths.LOGS / f"test-{os.getpid()}.log"
    environment = odoo.environment()
    environment["PYTHONPATH"] += os.pathsep + str(PLUGINS)
    if axe.SCRIPT.is_file():
        environment.setdefault(axe.VARIABLE, str(axe.SCRIPT))
    command = _command(database, log, [*arguments, *_share(workers)])
    child = subprocess.Popen(command, env=environment, cwd=paths.ADDONS)
    code = process.foreground(child)
    for worker_log in (log, *sorted(paths.LOGS.glob(f"{log.name}.*"))):
        _tell_logged_errors(worker_log)
    return code


def _share(workers):
    """The options that have whole classes run by workers, in the order of our plugin.

    A worker that breaks down is not replaced: another would have no database.
    """
    if not workers:
        return []
    distribution = ["--dist=loadscope", "--no-loadscope-reorder", "--max-worker-restart=0"]
    return [f"--numprocesses={workers}", *distribution]


def _command(database, log, arguments):
    """The words that start pytest on the module under its technical name.

    The root is the add-ons folder: with any other, pytest would import the
    repository's own `__init__.py`, outside Odoo.
    """
    arguments = [_under_technical_name(argument) for argument in arguments]
    if not any(argument.startswith(paths.MODULE) for argument in arguments):
        arguments.append(f"{paths.MODULE}/tests")
    return [
        *(str(paths.python()), "-m", "pytest", "-c", str(SETTINGS)),
        *("-p", "frozen_clock", "-p", "workers"),
        *(f"--rootdir={paths.ADDONS}", f"--confcutdir={paths.ADDONS}"),
        *("-o", f"cache_dir={paths.DEV / 'pytest-cache'}"),
        *(f"--log-file={log}", "--log-file-level=WARNING"),
        *(f"--odoo-config={paths.CONFIGURATION}", f"--odoo-database={database}"),
        *("--odoo-log-level=warn", "--odoo-http"),
        *arguments,
    ]


def _under_technical_name(argument):
    """Turn a path in the repository into the same path on the add-ons path."""
    path = PATH_PART.match(argument)
    if not path or argument.startswith(("-", paths.MODULE)):
        return argument
    inside = (paths.REPOSITORY / path[0]).absolute()
    if not inside.exists() or paths.REPOSITORY not in inside.parents:
        return argument
    return f"{paths.MODULE}/{inside.relative_to(paths.REPOSITORY)}{argument[path.end() :]}"


def _tell_logged_errors(log):
    """Odoo logs errors that fail no test; say that there were some."""
    if not log.exists() or not log.stat().st_size:
        log.unlink(missing_ok=True)
        return
    errors = len(re.findall(r"^(?:ERROR|CRITICAL) ", log.read_text(errors="replace"), re.M))
    if errors:
        tell(f"Note: {errors} error(s) were logged during the tests: {log}")
