"""Odoo as a host runs it: workers and cron threads, with a network of its own where it has one."""

import os
import random
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress

from .. import odoo, paths, postgres
from ..ui import Failure

ADDONS = paths.REPOSITORY / "dev" / "chaos" / "addons"
START_SECONDS = 120
#: The bridge between the hosts, at which the database and the mail server are found.
BRIDGE, GATEWAY = "chaosbr", "10.213.7.1"
CLOCK = paths.REPOSITORY / "dev" / "chaos" / "clock.c"


class Host:
    """One Odoo: its main process starts workers anew as they die.

    :param Run run: what all hosts share, see :class:`~.run.Run`
    :param int number: 1, 2…
    """

    namespace = None

    def __init__(self, run, number):
        self.run, self.number = run, number
        self.port = run.first_port + 2 * number
        self.address, self.services = "127.0.0.1", "127.0.0.1"
        self.log = run.folder / f"odoo-{number}.log"
        self.child, self.is_up = None, False

    @property
    def url(self):
        return f"http://{self.address}:{self.port}"

    # -- its processes ---------------------------------------------------------------------

    def start(self):
        """Start it, without waiting for it."""
        self.is_up = True
        with self.log.open("a") as log:
            self.child = subprocess.Popen(
                [*self._enter(), *self._command()], env=self._environment(), cwd=self.run.data,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True)

    def _enter(self):
        return []

    def _command(self):
        run = self.run
        folders = [paths.ADDONS, *run.addons]
        return list(map(str, (
            paths.python(), run.program, "server", "-d", run.database,
            "--db-filter", f"^{run.database}$", "--addons-path", ",".join(map(str, folders)),
            "--data-dir", run.data, "--http-interface", self.address, "--http-port", self.port,
            "--gevent-port", self.port + 1, "--workers", 2, "--max-cron-threads", 2,
            "--limit-time-real", 60, "--limit-time-cpu", 60, "--db_maxconn", 16,
            "--load", ",".join(("base", "rpc", "web", *run.loaded)), "--no-database-list")))

    def _environment(self):
        environment = odoo.environment()
        environment.update(self.run.cluster.environment(self.services))
        environment["PATH"] = os.pathsep.join((str(self.run.programs), environment["PATH"]))
        environment.update(self.run.clock.environment())
        environment.update(self.run.variables)
        return environment

    def wait(self):
        """Wait for its page."""
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if time.monotonic() > deadline:
                raise Failure(f"Odoo did not answer within {START_SECONDS} s", odoo.FIX, self.log)
            time.sleep(0.2)

    def answers(self):
        with suppress(OSError), urllib.request.urlopen(
                f"{self.url}/web/login", timeout=20) as page:
            return page.status == 200
        return False

    def workers(self):
        """:return: list of the process ids of its workers"""
        with suppress(OSError):
            children = f"/proc/{self.child.pid}/task/{self.child.pid}/children"
            with open(children) as file:
                return [int(pid) for pid in file.read().split()]
        return []

    def kill_worker(self, choice=random):
        """Kill one of its workers, as the system does when memory lacks."""
        pids = self.workers()
        if pids:
            with suppress(ProcessLookupError):
                os.kill(choice.choice(pids), signal.SIGKILL)
        return bool(pids)

    def kill(self):
        """Kill all its processes at once, as a machine that loses its power does."""
        self.is_up = False
        if self.child and self.child.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait()

    def stop(self):
        self.is_up = False
        if self.child and self.child.poll() is None:
            self.child.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.child.wait(20)
        self.kill()


class NamespacedHost(Host):
    """A host with a network of its own, linked to the others' by a cable that can be pulled."""

    def __init__(self, run, number):
        super().__init__(run, number)
        self.namespace = f"chaos{number}"
        self.address, self.services = f"10.213.7.{10 + number}", GATEWAY

    def _enter(self):
        return ["ip", "netns", "exec", self.namespace]

    def plug(self):
        for command in (
            f"netns add {self.namespace}",
            f"link add {self.namespace}a type veth peer name {self.namespace}b",
            f"link set {self.namespace}a master {BRIDGE} up",
            f"link set {self.namespace}b netns {self.namespace}",
            f"-n {self.namespace} addr add {self.address}/24 dev {self.namespace}b",
            f"-n {self.namespace} link set {self.namespace}b up",
            f"-n {self.namespace} link set lo up",
        ):
            ip(command)

    def pull_cable(self, pulled):
        ip(f"link set {self.namespace}a {'down' if pulled else 'up'}")

    def unplug(self):
        ip(f"netns del {self.namespace}", check=False)
        ip(f"link del {self.namespace}a", check=False)


def ip(words, check=True):
    """Run the system's `ip`, which configures networks."""
    done = subprocess.run(["ip", *shlex.split(words)], capture_output=True, text=True)
    if check and done.returncode:
        raise Failure(
            f"ip {words}: {done.stderr.strip()}",
            "several hosts need the right to make network namespaces: run it as root")


def make_hosts(run, count):
    """:return: list of hosts; several of them have a network each, joined by a bridge"""
    if count == 1:
        return [Host(run, 1)]
    hosts = [NamespacedHost(run, number) for number in range(1, count + 1)]
    for host in hosts:
        host.unplug()
    ip(f"link del {BRIDGE}", check=False)
    ip(f"link add {BRIDGE} type bridge")
    ip(f"addr add {GATEWAY}/24 dev {BRIDGE}")
    ip(f"link set {BRIDGE} up")
    for host in hosts:
        host.plug()
    return hosts


def remove_hosts(hosts):
    for host in hosts:
        host.stop()
    for host in hosts:
        if host.namespace:
            host.unplug()
    if hosts and hosts[0].namespace:
        ip(f"link del {BRIDGE}", check=False)


class Clock:
    """The wall clock of all hosts, which can jump where the machine has a C compiler."""

    def __init__(self, folder):
        self.file = folder / "clock"
        self.library = folder / "clock.so"
        self.offset = 0
        self.file.write_bytes(bytes(8))
        compiler = shutil.which("cc") or shutil.which("gcc")
        self.can_jump = bool(compiler) and not subprocess.call(
            [compiler, "-O2", "-shared", "-fPIC", "-o", self.library, CLOCK])

    def jump(self, seconds):
        """:param int seconds: forward, or back where they are negative"""
        self.offset += seconds
        with self.file.open("r+b") as file:
            file.write(self.offset.to_bytes(8, sys.byteorder, signed=True))

    def environment(self):
        if not self.can_jump:
            return {}
        return {"LD_PRELOAD": str(self.library), "CHAOS_CLOCK": str(self.file)}


def make_program(folder):
    """:return: a script that starts Odoo: it starts one of its own processes by the script's name,
        which `python -m odoo` has none of"""
    program = folder / "odoo-bin"
    program.write_text("import odoo.cli.command\n\nodoo.cli.command.main()\n")
    return program


def make_pdf_program(folder):
    """Put a `wkhtmltopdf` first in the path that hangs for as long as a file says so.

    :return: (folder of the program, the file)
    """
    real = next((
        path for folder_ in (postgres.binaries(), *os.environ["PATH"].split(os.pathsep))
        if (path := f"{folder_}/wkhtmltopdf") and os.access(path, os.X_OK)), "/bin/false")
    hangs = folder / "pdf-hangs"
    folder = folder / "bin"
    folder.mkdir(exist_ok=True)
    program = folder / "wkhtmltopdf"
    program.write_text(
        f"#!/bin/sh\n[ -e {hangs} ] && [ \"$1\" != --version ] && sleep 20\n"
        f'exec {real} "$@"\n')
    program.chmod(0o755)
    return folder, hangs

