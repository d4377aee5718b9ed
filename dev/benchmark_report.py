"""What a benchmark prints: the machine, the table, the record that is kept of it."""

import json
import os
import platform
import re
from datetime import date

from . import paths, postgres, process
from .benchmark_bars import find_bars
from .benchmark_record import Record
from .ui import tell

RECORD = paths.REPOSITORY / "benchmarks" / "RECORD.md"
TITLE = "# Record of the benchmarks\n\nPrinted by the commands that it names, RECORD=1.\n"
COLUMNS = ("seconds", "of it SQL", "queries", "peak MiB", "grown MiB", "rows")


class Report:
    """Lines that are printed as they come, and kept.

    :param title: the command that it is the output of
    """

    def __init__(self, title):
        self.title = title
        self.lines = []

    def say(self, text=""):
        """Print lines and keep them."""
        self.lines.append(text)
        tell(text)

    def say_machine(self):
        """Print the day, and what the figures were measured on."""
        self.say(f"\n{machine()}\n")

    def table(self, heads, rows):
        """Print a table: the first column to the left, the others to the right."""
        cells = [list(map(str, row)) for row in [heads, *rows]]
        widths = [max(map(len, column)) for column in zip(*cells)]
        cells.insert(1, ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])])
        for first, *others in cells:
            padded = [first.ljust(widths[0])]
            padded += [cell.rjust(width) for cell, width in zip(others, widths[1:])]
            self.say(f"| {' | '.join(padded)} |")

    def sum_up(self, figures):
        """Print the figures that have a bar beside it, then all of them as one line for
        programs, the last one; returns the report.

        :param dict figures: numbers by name
        """
        record = Record(self.title, values=figures)
        self.say()
        for bar in find_bars(self.title):
            value = bar.read(record)
            if value is not None:
                met = "met" if bar.is_met(value) else "missed"
                self.say(f"- {bar.what}: {bar.show(record, value)[0]} (bar: {bar.bar}; {met})")
        self.say(f"\n{json.dumps(figures)}")
        return self

    def keep(self):
        """Put the report into the record, in the place of an earlier one of the same title."""
        head = f"## {self.title}\n"
        before = RECORD.read_text() if RECORD.exists() else TITLE
        sections = re.split(r"(?m)^(?=## )", before)
        kept = [part.strip() for part in sections if not part.startswith(head)]
        text = head + "\n" + "\n".join(self.lines).strip()
        RECORD.write_text("\n\n".join([*kept, text]) + "\n")


def machine():
    """The day, and what the figures were measured on."""
    place = "as PG* names it" if postgres.is_external() else "embedded, without fsync"
    return describe_machine(postgres.query("SHOW server_version")[0], place)


def describe_machine(version, place):
    """The day and the machine, with a database server.

    :param str version: what the server says of itself
    :param str place: where the server is, and what it does about the disk
    """
    return (
        f"{date.today()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores"
        f"{_processor()}, {_memory()} GiB; Python {platform.python_version()}, PostgreSQL"
        f" {version.split()[0]} ({place}), commit {_commit()}"
    )


def _processor():
    """The processor's name, where the system says it."""
    names = re.findall(r"(?m)^model name\s*:\s*(.+)", _read("/proc/cpuinfo"))
    return f" ({names[0]})" if names else ""


def _memory():
    """The machine's memory in GiB."""
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def _read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def _commit():
    return process.output(["git", "rev-parse", "--short", "HEAD"], cwd=paths.REPOSITORY) or "none"


def row(title, figures):
    """A line of the table of costs."""
    rows = figures.get("rows", "")
    return [
        title,
        f"{figures['seconds']:,.3f}",
        f"{figures['sql_seconds']:,.3f}",
        f"{figures['queries']:,}",
        f"{figures['peak_mib']:,.0f}",
        f"{figures['grown_mib']:,.1f}",
        f"{rows:,}" if rows != "" else "",
    ]
