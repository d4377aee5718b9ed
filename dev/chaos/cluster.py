"""A PostgreSQL server of its own, which keeps what it has committed and can be killed."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from .. import locks, paths, postgres, server, templates
from ..ui import Failure

ROLE = postgres.ROLE
SECONDS = 60
SETTINGS = {
    "listen_addresses": "*",
    "max_connections": 150,
    "shared_buffers": "256MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "jit": "off",
}
#: Our own statements are none of those that the faults make too long.
UNLIMITED = "-c statement_timeout=0 -c lock_timeout=0"
#: Whoever reaches the machine from one of these may connect.
TRUSTED = ("127.0.0.1/32", "10.213.7.0/24")


class Cluster:
    """:param Path folder: where the data are kept from run to run, for their templates"""

    can_be_killed = True

    def __init__(self, folder):
        self.folder = Path(folder)
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.port = server.find_port()

    def __enter__(self):
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._control("stop", "-m", "immediate")  # what a run that was killed has left
        self.start()
        return self

    def __exit__(self, *_exception):
        self._control("stop", "-m", "fast", "-w")

    def _initialise(self):
        postgres.initialise(self.folder, "chaos-initdb")
        with (self.data / "pg_hba.conf").open("a") as rules:
            rules.writelines(f"host all all {network} trust\n" for network in TRUSTED)

    def start(self):
        """Start the server; one that was killed recovers first."""
        options = postgres.to_options({
            **SETTINGS, "port": self.port, "unix_socket_directories": self.folder})
        deadline = time.monotonic() + SECONDS
        while self._control("start", "-w", "-t", SECONDS, "-l", self.log, "-o", options):
            if time.monotonic() > deadline:
                raise Failure("the PostgreSQL of the chaos did not start", "read its log", self.log)
            time.sleep(0.2)  # what it left in memory goes when its last child does

    def kill(self):
        """Kill the postmaster, as a machine that loses its power does."""
        with suppress(OSError, ValueError):
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            os.kill(pid, signal.SIGKILL)

    def _control(self, action, *arguments):
        return postgres.control(self.data, action, *arguments)

    def environment(self, host="127.0.0.1"):
        """:return: the variables that lead a PostgreSQL client to this server"""
        return {"PGHOST": host, "PGPORT": str(self.port), "PGUSER": ROLE}

    def run(self, *command, **options):
        """Run one of PostgreSQL's programs on this server; returns what it prints."""
        return subprocess.run(
            [str(postgres.binaries() / command[0]), *map(str, command[1:])], check=True,
            env={**os.environ, **self.environment(), "PGOPTIONS": UNLIMITED},
            capture_output=True, text=True, **options).stdout

    def query(self, statement, database="postgres"):
        """:return: list of str, the lines of a statement's result"""
        return self.run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c",
                        statement).splitlines()

    # -- databases ---------------------------------------------------------------------

    def names(self):
        return self.query("SELECT datname FROM pg_database ORDER BY 1")

    def bring(self, template, role):
        """Bring an installed database over from the runtime's own server, once.

        :param str template: its name there
        :param str role: what it is for here; those of earlier states of the code go
        :return: its name here
        """
        name = f"{role}_{template}"
        if name in self.names():
            return name
        for other in self.names():
            if other.startswith(f"{role}_"):
                self.drop(other)
        dump = self.folder.parent / f"{name}.dump"
        subprocess.run(
            [str(postgres.binaries() / "pg_dump"), "-Fc", "-Z0", "-d", template, "-f", str(dump)],
            env={**os.environ, **postgres.environment()}, check=True, capture_output=True)
        self.run("createdb", "-T", "template0", "-E", "UTF8", f"{name}_new")
        self.run("pg_restore", "--no-owner", "--no-acl", "-1", "-d", f"{name}_new", dump)
        dump.unlink()
        self.query(f'ALTER DATABASE "{name}_new" RENAME TO "{name}"')
        return name

    def copy(self, source, target):
        self.drop(target)
        self.query(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')

    def drop(self, name):
        self.query(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class OwnServer(Cluster):
    """The runtime's own server, which is up and waits for no disk: for runs of half a minute."""

    can_be_killed = False

    def __init__(self):
        super().__init__(paths.POSTGRES)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        """Whoever has started it stops it."""

    def environment(self, host=None):
        return {name: os.environ[name] for name in ("PGHOST", "PGPORT", "PGUSER")
                if name in os.environ} | postgres.environment()


def bring_templates(cluster, steps):
    """Have the installed databases here: with the module, and without it.

    :return: (name of the one with it, name of the one without it)
    """
    with locks.exclusive(templates.LOCK):
        base = templates.ensure_base(steps)
        template = templates.ensure(steps)
        with steps.step("A PostgreSQL that waits for the disk"):
            return cluster.bring(template, "with"), cluster.bring(base, "without")


#: What the name of the database with the module begins with, before its name in the runtime.
WITH = "with_"


#: What belongs to one run lies here, and is put away when the next one begins.
FOLDER = paths.DEV / "chaos"
