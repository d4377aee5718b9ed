"""The benchmarks' record, read: what was measured by which command, when, of which commit."""

import json
import re
from dataclasses import dataclass, field

HEAD = re.compile(r"(?m)^## (?=make )")
MACHINE = re.compile(r"(?P<day>\d{4}-\d\d-\d\d), (?P<machine>.+?)(?:, commit (?P<commit>\w+))?")
#: `- seconds of the run: 21.90 (bar: 30 or less)`
REMARK = re.compile(r"- (?P<name>[^:]+): (?P<value>[\d.,]+)(?: \(bar: .*\))?")


@dataclass(frozen=True)
class Record:
    """What a command of the benchmarks has printed.

    :ivar title: the command
    :ivar day: when, ISO; empty where it does not say
    :ivar machine: on what
    :ivar commit: of the module
    :ivar values: figures by name: of the remarks, and of the last line's JSON object
    :ivar rows: the rows of its first table, each a dict of texts by column
    """

    title: str
    day: str = ""
    machine: str = ""
    commit: str = ""
    values: dict = field(default_factory=dict)
    rows: list = field(default_factory=list)

    @property
    def anchor(self):
        """Where its section begins on the page that shows it."""
        return re.sub(r"[^\w -]", "", self.title.lower()).replace(" ", "-")


def read(text):
    """:return: list of the :class:`Record` s of a record's text, as they stand in it"""
    return [_read_section(section) for section in HEAD.split(text)[1:]]


def find(records, title):
    """:return: the last record of a command, whatever further options it had; None where there
    is none"""
    return title and next((record for record in reversed(records)
                           if is_of(record.title, title)), None) or None


def is_of(title, command):
    """:return: bool, whether a record of this title is of a command with further options, if any"""
    return f"{title} ".startswith(f"{command} ")


def _read_section(section):
    title, *lines = [line.strip() for line in section.strip().splitlines()]
    machine = next(filter(None, map(MACHINE.fullmatch, lines)), None)
    return Record(
        title, **(machine.groupdict("") if machine else {}),
        values={**_read_remarks(lines), **_read_object(lines)}, rows=_read_table(lines))


def _read_remarks(lines):
    found = filter(None, map(REMARK.fullmatch, lines))
    return {one["name"]: float(one["value"].replace(",", "")) for one in found}


def _read_object(lines):
    """:raise ValueError: when what begins like an object is none"""
    last = lines[-1] if lines else ""
    return json.loads(last) if last.startswith("{") else {}


def _read_table(lines):
    start = next((n for n, line in enumerate(lines) if line.startswith("|")), len(lines))
    table = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line.strip("|").split("|")])
    heads, _rule, *rows = table if len(table) > 1 else [(), ()]
    return [dict(zip(heads, row)) for row in rows]


def to_number(text):
    """:return: float of a figure of a table"""
    return float(text.replace(",", ""))
