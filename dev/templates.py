"""Installed databases to copy from, in two levels.

`base` holds what the module depends on and outlives the module's changes;
`module` is a copy of it with the module installed. A name carries the digest of
what went into the database, so a template that exists is one that fits.
"""

import hashlib
import os
from contextlib import contextmanager

from . import database, locks, module, odoo, paths


#: Held while templates are made and copied from.
LOCK = "templates"


def ensure(steps, demo=False):
    """Make both levels if they are not there; returns the upper one's name.

    :param demo: with Odoo's demo data and the module's
    """
    kind = "demo" if demo else "test"
    return _module(steps, kind, _base(steps, kind))


def _base(steps, kind):
    depends = module.depends()
    source = str((paths.LIBRARY / "odoo").resolve())
    base = database.name("base", kind, _digest(source, odoo.LANGUAGE, *depends))
    with steps.step(f"Database with {', '.join(depends)}"):
        if database.exists(base):
            steps.say("in place")
        else:
            with in_the_making(base) as unfinished:
                odoo.install(unfinished, depends, demo=kind == "demo")
            _drop_others("base", kind, base)
    return base


def _module(steps, kind, base):
    template = database.name("module", kind, _digest(base, module.fingerprint()))
    with steps.step(f"Database with {paths.MODULE}"):
        if database.exists(template):
            steps.say("in place")
        else:
            with in_the_making(template) as unfinished:
                database.copy(base, unfinished)
                odoo.install(unfinished, [paths.MODULE], demo=kind == "demo")
                odoo.pregenerate_assets(unfinished)
            _drop_others("module", kind, template)
    return template


def _digest(*parts):
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:10]


@contextmanager
def in_the_making(final):
    """Give a name to build under; the final one is taken only on success."""
    unfinished = f"{final}_unfinished"
    database.drop(unfinished)
    yield unfinished
    database.rename(unfinished, final)


def is_base(name):
    """Whether a database is of the level that holds nothing of the module."""
    return name.startswith(database.name("base", ""))


def _drop_others(level, kind, current):
    """Remove the templates of earlier states of the code."""
    for other in database.ours():
        if other.startswith(database.name(level, kind)) and other != current:
            database.drop(other)


@contextmanager
def copied(steps, purpose):
    """A copy of the module template for one command, removed afterwards."""
    copy = database.name(purpose, os.getpid())
    try:
        with locks.exclusive(LOCK):
            _drop_abandoned(purpose)
            database.copy(ensure(steps), copy)
        yield copy
    finally:
        database.drop(copy)


def _drop_abandoned(purpose):
    """Remove copies whose command was killed before it could."""
    prefix = database.name(purpose, "")
    for other in database.ours():
        pid = other.removeprefix(prefix)
        if pid.isdigit() and not os.path.exists(f"/proc/{pid}"):
            database.drop(other)
