"""`make compare-ledger`: the same business with the module and without it, the same ledger."""

import json
import os
from functools import partial

from . import database, paths, templates
from .benchmark_databases import measure
from .benchmark_report import Report
from .ui import Failure

#: Differences that are shown.
SHOWN = 10
#: How many steps :func:`compare` takes.
STEPS = 5


def compare(first, count, steps):
    """Draw the business of some seeds, do it twice, and compare all tables of `account`.

    :param int first: the first seed
    :param int count: how many seeds
    :param steps: gets :data:`STEPS` steps
    :return: the :class:`Report`
    :raise Failure: the ledgers differ
    """
    names = {what: database.name("bench", what, os.getpid()) for what in ("without", "with")}
    try:
        for what, ensure in (("without", templates.ensure_base), ("with", templates.ensure)):
            templates.copy(partial(ensure, steps), what)
        columns = measure("describe", names["without"])
        found, counts = {}, {}
        for what, name in names.items():
            with steps.step(f"Business of {count} seeds {what} {paths.MODULE}"):
                path = paths.LOGS / f"ledger-{what}.json"
                counts[what] = measure(
                    "business", name, first=first, count=count, columns=columns, path=str(path))
                found[what] = json.loads(path.read_text())
    finally:
        for name in names.values():
            database.drop(name)
    return _report(first, count, found, counts)


def _report(first, count, found, counts):
    report = Report(f"make compare-ledger N={count} SEED={first}")
    ledgers = [found[what]["ledger"] for what in ("without", "with")]
    differences = [*_find_refusals(found), *_find_differences(*ledgers)]
    if differences:
        raise Failure(
            f"the ledgers differ in {len(differences)} places",
            "what the module does to the core's rows is its fault: mend it",
            excerpt="\n".join(differences[:SHOWN]))
    report.say_machine()
    filled = [(table, f"{len(rows):,}") for table, rows in ledgers[0].items() if rows]
    report.table(("table", "rows, the same"), filled)
    report.say()
    report.say(
        f"- {count} courses; refused by the core in both alike: {counts['with']['refused']};"
        f" messages that the module sent meanwhile: {counts['with']['messages']}")
    return report


def _find_refusals(found):
    """Yield what one database refused and the other did not."""
    one, other = ({tuple(refusal) for refusal in found[what]["refused"]}
                  for what in ("without", "with"))
    for refusal in sorted(one ^ other):
        yield f"refused in one alone: {refusal}"


def _find_differences(without, with_module):
    """Yield where two ledgers differ, as text."""
    for table, rows in without.items():
        others = with_module[table]
        if len(rows) != len(others):
            yield f"{table}: {len(rows)} rows without, {len(others)} with"
            continue
        for number, (row, other) in enumerate(zip(rows, others), start=1):
            for column, value in row.items():
                if value != other[column]:
                    yield f"{table} {number}, {column}: {value} without, {other[column]} with"
