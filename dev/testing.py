"""The tests, run by pytest-odoo on a copy of an installed database."""

import os
import re
import subprocess

from . import axe, odoo, paths, process
from .ui import tell

SETTINGS = paths.REPOSITORY / "pyproject.toml"
PLUGINS = paths.REPOSITORY / "dev" / "pytest_plugins"
#: The path part of an argument such as tests/test_launch.py::TestLaunch
PATH_PART = re.compile(r"^[^:\[]+")


def run(database, arguments):
    """Run pytest with its own output; returns its exit code."""
    log = paths.LOGS / f"test-{os.getpid()}.log"
    environment = odoo.environment()
    environment["PYTHONPATH"] += os.pathsep + str(PLUGINS)
    if axe.SCRIPT.is_file():
        environment.setdefault(axe.VARIABLE, str(axe.SCRIPT))
    child = subprocess.Popen(_command(database, log, arguments), env=environment, cwd=paths.ADDONS)
    code = process.foreground(child)
    _tell_logged_errors(log)
    return code


def _command(database, log, arguments):
    """The words that start pytest on the module under its technical name.

    The root is the add-ons folder: with any other, pytest would import the
    repository's own `__init__.py`, outside Odoo.
    """
    arguments = [_under_technical_name(argument) for argument in arguments]
    if not any(argument.startswith(paths.MODULE) for argument in arguments):
        arguments.append(f"{paths.MODULE}/tests")
    return [
        *(str(paths.python()), "-m", "pytest", "-c", str(SETTINGS), "-p", "frozen_clock"),
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
