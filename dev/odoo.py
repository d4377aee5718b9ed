"""Calls of Odoo: its configuration, its environment, its commands."""

import os

from . import paths, postgres, process
from .ui import Failure

LANGUAGE = "en_US,fr_FR"
#: Odoo takes this for no failure and goes on without the demo data.
DEMO_FAILED = "demo data failed to install"
FIX = "read the log, correct the module, run the same command again"


def configure():
    """Write Odoo's configuration; what changes between calls is not in it."""
    text = "\n".join(
        [
            "[options]",
            f"addons_path = {paths.ADDONS}",
            f"data_dir = {paths.DATA}",
            "http_interface = 127.0.0.1",
            "list_db = False",
            "max_cron_threads = 1",
            f"screenshots = {paths.LOGS / 'screenshots'}",
            "",
        ]
    )
    unfinished = paths.CONFIGURATION.with_suffix(f".{os.getpid()}")
    unfinished.write_text(text)
    unfinished.replace(paths.CONFIGURATION)


def environment():
    """The variables under which Odoo, its tests and PostgreSQL's tools run."""
    inherited = {key: value for key, value in os.environ.items() if key != "PGDATABASE"}
    programs = [paths.VENV / "bin", postgres.binaries(), inherited.get("PATH", os.defpath)]
    return {
        **inherited,
        **postgres.environment(),
        "PATH": os.pathsep.join(map(str, programs)),
        "PYTHONPATH": str(paths.LIBRARY),
        "PYTHONUNBUFFERED": "1",
        "ODOO_RC": str(paths.CONFIGURATION),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(paths.DEV / "hypothesis"),
    }


def command(*arguments):
    """The words of an `odoo` command."""
    return [str(paths.python()), "-m", "odoo", *map(str, arguments)]


def call(log, failure, *arguments, **how):
    """Run an `odoo` command to its end; returns the path of its log."""
    return process.run(
        command(*arguments), log, (failure, FIX), env=environment(), cwd=paths.DATA, **how
    )


def install(database, modules, log, demo=False, upgrade=False, addons=None):
    """Install (or upgrade) modules in a database, made if it is not there.

    :param addons: the add-ons path, where it is another one than the configuration's
    :return: what Odoo warned of, as text
    """
    word, flag = ("upgrade", "-u") if upgrade else ("install", "-i")
    path = call(
        f"{word}-{log}",
        f"Odoo could not {word} {', '.join(modules)}",
        *("server", "-d", database, flag, ",".join(modules)),
        *(["--with-demo"] if demo else []),
        *(["--addons-path", addons] if addons else []),
        *("--load-language", LANGUAGE, "--no-http", "--stop-after-init"),
    )
    with path.open(errors="replace") as lines:
        warnings = "".join(process.troubles(lines))
    if DEMO_FAILED in warnings:
        raise Failure("the demo data do not install", FIX, path, process.excerpt(warnings))
    return warnings
