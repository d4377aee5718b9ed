"""The database of `make run`: made once, then brought up to the module's files."""

from . import database, locks, module, odoo, paths, server, templates
from .ui import Failure, tell

DATABASE = database.name("run")

#: A customer of oliver's without a sequence, and a tree that can be launched for it at once.
FREE_CUSTOMER, TREE = "Northwind Textiles Ltd", "Gather the papers"

WELCOME = """
Odoo answers at  {address}

  login     password   who
  camille   camille    collector, in French
  oliver    oliver     collector, in English
  helene    helene     litigation manager, in French
  bailiff   bailiff    bailiff, on the portal: serves what is asked
  lawyer    lawyer     lawyer, on the portal
  tenant    tenant     tenant, on the portal
  admin     admin      administrator

Click first: Collection. Its work list says whom to call, and why; open a debtor, then the next
A sequence: as oliver, Debtors, {customer}, tab Sequences, Launch a sequence, {template}

Database {database}, log {log}
Warnings and errors show here. Ctrl-C ends it.
"""


def welcome(host, port):
    """What a person needs to know once Odoo answers."""
    return WELCOME.format(
        address=f"http://{host}:{port}", database=DATABASE, log=server.LOG,
        customer=FREE_CUSTOMER, template=TREE)


def ensure(steps):
    """Make the database, or bring it up to the module's files, keeping its data."""
    current = module.fingerprint()
    with locks.exclusive(templates.LOCK):
        if not database.exists(DATABASE):
            _create(templates.ensure(steps, demo=True), current)
            return
    with steps.step("Databases to copy from"):
        steps.say("not needed")
    warnings = ""
    with steps.step("Demo database"):
        if database.marked(DATABASE) == current:
            steps.say("in place")
        else:
            steps.say("the module's files changed: upgraded")
            warnings = odoo.install(DATABASE, [paths.MODULE], "run", demo=True, upgrade=True)
            database.mark(DATABASE, current)
    tell(warnings, end="")


def _create(template, fingerprint):
    with templates.in_the_making(DATABASE) as unfinished:
        database.copy(template, unfinished)
        database.mark(unfinished, fingerprint)


def check():
    """Say what to do when there is no database yet."""
    if not database.exists(DATABASE):
        raise Failure("there is no database yet", "make run")
