"""Run other programs: output into a log file, a failure with what matters of it."""

import re
import subprocess
from contextlib import suppress
from itertools import takewhile

from . import paths
from .ui import Failure

#: How a line of Odoo's log begins; lines without it continue the one before.
ODOO_LOG_LINE = re.compile(r"\d{4}-\d\d-\d\d \S+ \d+ (?P<level>[A-Z]+) ")
TROUBLE = ("WARNING", "ERROR", "CRITICAL")
EXCERPT_LINES = 30


def run(command, log, failure, **options):
    """Run a command to its end with all it prints in `.dev/log/<log>.log`.

    :param failure: (message, remedy) for when it exits with anything but 0
    :return: the log's path
    """
    path = paths.LOGS / f"{log}.log"
    message, remedy = failure
    options.setdefault("stdin", subprocess.DEVNULL)
    with path.open("w") as file:
        file.write("$ " + " ".join(map(str, command)) + "\n")
        file.flush()
        try:
            code = subprocess.call(
                [str(word) for word in command],
                stdout=file,
                stderr=subprocess.STDOUT,
                **options,
            )
        except FileNotFoundError as error:
            raise Failure(f"{message}: {error.filename} is not there", remedy) from error
    if code:
        raise Failure(message, remedy, path, excerpt(path.read_text(errors="replace")))
    return path


def foreground(child):
    """Wait for a child that shares the terminal; returns its exit code.

    Ctrl-C reaches the child as well, which then takes the time it needs to end.
    Being told to end (SIGTERM) is passed on to it.
    """
    try:
        while True:
            with suppress(KeyboardInterrupt):
                return child.wait()
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()


def output(command, **options):
    """What a command prints, stripped; empty when it fails or is not there."""
    with suppress(OSError, subprocess.CalledProcessError):
        return subprocess.check_output(
            list(map(str, command)),
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            text=True,
            **options,
        ).strip()
    return ""


def excerpt(text):
    """The part of a log that tells why: its last traceback, else its last lines."""
    lines = text.rstrip().splitlines()
    tracebacks = [n for n, line in enumerate(lines) if line.startswith("Traceback")]
    if tracebacks:
        rest = lines[tracebacks[-1] :]
        lines = list(takewhile(lambda line: not ODOO_LOG_LINE.match(line), rest))
    return "\n".join(lines[-EXCERPT_LINES:])


def troubles(lines):
    """Of Odoo's log, yield the entries that tell of trouble, each with all its lines.

    Libraries that warn of their own future (`py.warnings`) are none of ours.
    """
    wanted = False
    for line in lines:
        entry = ODOO_LOG_LINE.match(line)
        if entry:
            wanted = entry["level"] in TROUBLE and " py.warnings: " not in line
        if wanted:
            yield line
