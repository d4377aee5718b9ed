"""Installed databases to copy from, in two levels.

`base` holds what the module depends on and outlives the module's changes;
`module` is a copy of it with the module installed. A name carries digests of
what went into the database, so a template that exists is one that fits.
"""

import hashlib
import os
import re
from contextlib import contextmanager

from . import assets, database, locks, module, odoo, paths
from .ui import tell

#: Held while templates are made and copied from.
LOCK = "templates"
UNFINISHED = "_unfinished"
#: The name of a copy made for one command, or for one of the workers it has.
COPY = re.compile(database.PREFIX + r"_(test|pot|guide|bench_[a-z]+)_(?P<pid>\d+)(_gw\d+)?$")


def ensure(steps, demo=False):
    """Make both levels if they are not there; returns the upper one's name.

    :param demo: with Odoo's demo data and the module's
    """
    kind = "demo" if demo else "test"
    return _module(steps, kind, _base(steps, kind, module.depends()))


def ensure_base(steps, demo=False, depends=None):
    """Make the lower level if it is not there; returns its name.

    :param demo: with Odoo's demo data
    :param depends: list of modules, where it is not for today's manifest: those stay as well
    """
    return _base(steps, "demo" if demo else "test", sorted(depends or module.depends()))


def get_base_name(kind, depends):
    """The name of a lower level, made or not.

    :param str kind: "demo" or "test"
    :param depends: sorted list of modules
    """
    source = str((paths.LIBRARY / "odoo").resolve())
    return database.name("base", kind, make_digest(source, odoo.LANGUAGE, *depends))


def _base(steps, kind, depends):
    base = get_base_name(kind, depends)
    with steps.step(f"Database with {', '.join(depends)}"):
        if database.exists(base):
            steps.say("in place")
        else:
            with in_the_making(base) as unfinished:
                odoo.install(unfinished, depends, f"base-{kind}", demo=kind == "demo")
            if depends == module.depends():
                _drop_others("base", kind, base)
    return base


def _module(steps, kind, base):
    static = make_digest(base, module.static_fingerprint())
    template = database.name("module", kind, static, make_digest(base, module.fingerprint()))
    warnings = ""
    with steps.step(f"Database with {paths.MODULE}"):
        if database.exists(template):
            steps.say("in place")
        else:
            with in_the_making(template) as unfinished:
                warnings = _install_module(base, unfinished, kind)
                _fill_assets(unfinished, database.name("module", kind, static))
            _drop_others("module", kind, template)
    tell(warnings, end="")
    return template


def _install_module(base, unfinished, kind):
    database.copy(base, unfinished)
    log, demo = f"module-{kind}", kind == "demo"
    return odoo.install(unfinished, [paths.MODULE], log, demo=demo)


def _fill_assets(unfinished, prefix):
    """Take the compiled assets from a template with the same ones, or compile them."""
    others = [name for name in database.ours() if name.startswith(prefix)]
    others = [name for name in others if not name.endswith(UNFINISHED)]
    if others:
        assets.carry_over(others[0], unfinished)
    else:
        assets.compile_into(unfinished)


def make_digest(*parts):
    """A short digest of texts, for a name that says what went into a database."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]


@contextmanager
def in_the_making(final):
    """Give a name to build under; the final one is taken only on success."""
    unfinished = final + UNFINISHED
    database.drop(unfinished)
    yield unfinished
    database.rename(unfinished, final)


def is_kept(name):
    """Whether a reset leaves a database: the lower level, and copies in use."""
    return name.startswith(database.name("base", "")) or _is_in_use(name)


def _drop_others(level, kind, current):
    """Remove the templates of earlier states of the code."""
    for other in database.ours():
        if other.startswith(database.name(level, kind)) and other != current:
            database.drop(other)


@contextmanager
def copied(steps, purpose, demo=False, workers=0):
    """A copy of the module template for one command, removed afterwards.

    :param workers: the number of workers that each get a copy of their own, named after
        the one that this yields: `…_gw0`, `…_gw1`; with 0 there is that one alone
    """
    name = database.name(purpose, os.getpid())
    copies = [f"{name}_gw{worker}" for worker in range(workers)] or [name]
    try:
        with locks.exclusive(LOCK):
            drop_abandoned()
            template = ensure(steps, demo)
            for one in copies:
                database.drop(one)
                database.copy(template, one)
        yield name
    finally:
        for one in copies:
            database.drop(one)


def copy(make, purpose):
    """A copy of a template for one command, which drops it itself; returns its name.

    :param make: function that returns the template's name, once it is there
    :param str purpose: a word, part of the copy's name
    """
    name = database.name("bench", purpose, os.getpid())
    with locks.exclusive(LOCK):
        drop_abandoned()
        template = make()
        database.drop(name)
        database.copy(template, name)
    return name


def drop_abandoned():
    """Remove copies whose command was killed before it could."""
    for name in database.ours():
        if COPY.search(name) and not _is_in_use(name):
            database.drop(name)


def _is_in_use(name):
    """Whether a database is the copy of a command that is running."""
    found = COPY.search(name)
    if not found:
        return False
    try:
        os.kill(int(found["pid"]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # it runs, as another user
    return True
