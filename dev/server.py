"""Odoo as a server in the foreground: start it, wait for its page, watch its log."""

import socket
import subprocess
import threading
import time
import urllib.request

from . import odoo, paths, process
from .ui import Failure, tell

HOST = "127.0.0.1"
START_SECONDS = 120
LOG = paths.LOGS / "run.log"


def check_port(port):
    """Fail early, before any work, when the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise Failure(
                f"port {port} cannot be had: {error.strerror}", "name another: make run PORT=8070"
            ) from error


def find_port():
    """A port that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def start(database, port, arguments):
    """Start Odoo and return its process once its login page answers."""
    child = subprocess.Popen(
        odoo.command(
            *("server", "-d", database, "--db-filter", f"^{database}$"),
            *("--http-port", port, *arguments),
        ),
        env=odoo.environment(),
        cwd=paths.DATA,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    threading.Thread(target=_watch, args=(child.stdout,), daemon=True).start()
    try:
        _wait_for_page(child, port)
    except BaseException:
        child.terminate()
        child.wait()
        raise
    return child


def _watch(lines):
    """Keep the whole log in a file, and show what goes wrong as it happens."""
    with LOG.open("w", buffering=1) as log:
        for line in process.troubles(_written(lines, log)):
            tell(line, end="")


def _written(lines, log):
    for line in lines:
        log.write(line)
        yield line


def _wait_for_page(child, port):
    deadline = time.monotonic() + START_SECONDS
    while not _answers(f"http://{HOST}:{port}/web/login"):
        if child.poll() is not None:
            raise Failure("Odoo ended while it started", odoo.FIX, LOG, _last_words())
        if time.monotonic() > deadline:
            raise Failure(f"Odoo did not answer within {START_SECONDS} s", odoo.FIX, LOG)
        time.sleep(0.1)


def _answers(address):
    try:
        with urllib.request.urlopen(address, timeout=START_SECONDS) as page:
            return page.status == 200
    except OSError:
        return False


def _last_words():
    return process.excerpt(LOG.read_text(errors="replace"))
