"""What each `make` target does, as a list of steps."""

import os
import shutil
import subprocess
from contextlib import ExitStack, contextmanager

from . import (
    database,
    linting,
    locks,
    module,
    odoo,
    odoo_source,
    packages,
    paths,
    postgres,
    process,
    programs,
    server,
    templates,
    testing,
    translations,
)
from .ui import Failure, Steps, tell

RUN_DATABASE = database.name("run")
FREE_GIGABYTES = 4

WELCOME = """
Odoo answers at  http://{host}:{port}

  login     password   who
  camille   camille    collector, in French
  oliver    oliver     collector, in English
  helene    helene     litigation manager, in French
  lawyer    lawyer     lawyer, on the portal
  tenant    tenant     tenant, on the portal
  admin     admin      administrator

Click first: Collection > Customers > Nadia Benali > tab Sequences > Launch a sequence

Database {database}, log {log}. Warnings and errors show here. Ctrl-C ends it.
"""


def run(arguments):
    """start Odoo with demo data on http://127.0.0.1:8069 (PORT=… for another port)"""
    port = int(os.environ.get("PORT") or 8069)
    steps = Steps(7)
    with _alone(), _runtime(steps, programs.ensure_pdf, "wkhtmltopdf"):
        server.check_port(port)
        _ensure_run_database(steps)
        with steps.step("Odoo starts"):
            child = server.start(RUN_DATABASE, port, arguments)
        tell(
            WELCOME.format(host=server.HOST, port=port, database=RUN_DATABASE, log=server.LOG)
        )
        process.foreground(child)
    return 0


def test(arguments):
    """run every test (ARGS="-k name" and any other option of pytest)"""
    steps = Steps(6)
    with _runtime(steps, programs.ensure_browser, "browser"):
        with templates.copied(steps, "test") as copy:
            return testing.run(copy, arguments)


def shell(arguments):
    """open Odoo's Python shell on the database of `make run`"""
    with _runtime(Steps(3)):
        _check_run_database()
        child = subprocess.Popen(
            odoo.command("shell", "-d", RUN_DATABASE, "--no-http", *arguments),
            env=odoo.environment(),
            cwd=paths.DATA,
        )
        return process.foreground(child)


def execute(arguments):
    """run any command with the runtime's programs and database server at hand"""
    with _runtime(Steps(3)):
        child = subprocess.Popen(arguments, env=odoo.environment())
        return process.foreground(child)


def pot(_arguments):
    """write i18n/account_collection.pot and bring the translations up to date"""
    (paths.REPOSITORY / "i18n").mkdir(exist_ok=True)
    steps = Steps(6)
    with _runtime(steps), templates.copied(steps, "pot") as copy:
        with steps.step("Translations"):
            translations.export(copy)
            steps.say(translations.summary())
    return 0


def lint(_arguments):
    """check the code with ruff and pylint-odoo"""
    steps = Steps(3)
    with steps.step("Linters"), locks.exclusive("setup"):
        packages.ensure(steps, paths.LINT_VENV, paths.LINT_PACKAGES)
    return linting.run(steps)


def reset(_arguments):
    """drop the databases, keep what was fetched (ALL=1: delete the whole folder)"""
    with _alone():
        if os.environ.get("ALL"):
            _delete_everything()
        else:
            _drop_databases()
    return 0


def _delete_everything():
    postgres.stop()
    shutil.rmtree(paths.DEV, ignore_errors=True)
    tell(f"Deleted {paths.DEV}.")


def _drop_databases():
    """Drop everything that holds the module; a broken server goes as a whole."""
    if not postgres.is_made():
        tell("There are no databases.")
        return
    try:
        with postgres.running():
            dropped = [name for name in database.ours() if not templates.is_base(name)]
            for name in dropped:
                database.drop(name)
    except Failure:
        if postgres.is_external():
            raise
        postgres.stop()
        shutil.rmtree(paths.POSTGRES)
        shutil.rmtree(paths.DATA)
        dropped = ["the whole embedded server, which did not start"]
    tell("Dropped: " + (", ".join(dropped) or "nothing") + ".")


@contextmanager
def _runtime(steps, ensure_program=None, program=""):
    """Have everything in place and the database server running inside the block."""
    _check_disk()
    with locks.exclusive("setup"):
        with steps.step("Odoo 19"):
            odoo_source.ensure(steps)
        with steps.step("Python packages"):
            packages.ensure(steps)
        if ensure_program:
            with steps.step(f"System's {program}"):
                ensure_program(steps)
        odoo.configure()
        module.link()
    with ExitStack() as stack:
        with steps.step("PostgreSQL"):
            stack.enter_context(postgres.running())
        yield


def _check_disk():
    """A full disk fails in a hundred ways; say so before the first of them."""
    free = shutil.disk_usage(paths.DEV).free / 10**9
    if free < FREE_GIGABYTES and not paths.VENV.exists():
        raise Failure(
            f"{free:.1f} GB free at {paths.DEV}, {FREE_GIGABYTES} GB needed",
            "free some, or name another place: COLLECTION_DEV_DIR=/some/where",
        )


@contextmanager
def _alone():
    """Keep a second `make run` or `make reset` off the same database."""
    with (paths.LOCKS / "run").open("w") as file:
        if not locks.try_lock(file):
            raise Failure("`make run` is running in this working copy", "end it first (Ctrl-C)")
        yield


def _ensure_run_database(steps):
    """Make the database of `make run`, or bring it up to the module's files."""
    current = module.fingerprint()
    with locks.exclusive(templates.LOCK):
        if not database.exists(RUN_DATABASE):
            _create_run_database(templates.ensure(steps, demo=True), current)
            return
    with steps.step("Databases to copy from"):
        steps.say("not needed")
    with steps.step("Demo database"):
        if database.marked(RUN_DATABASE) == current:
            steps.say("in place")
        else:
            steps.say("the module's files changed: upgraded")
            odoo.install(RUN_DATABASE, [paths.MODULE], demo=True, update=True)
            database.mark(RUN_DATABASE, current)


def _create_run_database(template, fingerprint):
    with templates.in_the_making(RUN_DATABASE) as unfinished:
        database.copy(template, unfinished)
        database.mark(unfinished, fingerprint)


def _check_run_database():
    if not database.exists(RUN_DATABASE):
        raise Failure("there is no database yet", "make run")
