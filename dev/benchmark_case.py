"""`make bench-case`: a case file of many messages and documents."""

import json

from .benchmark_databases import Databases
from .benchmark_report import COLUMNS, Report, machine, row

#: Customers, one of whom the case is.
CUSTOMERS = 10
#: Seconds that a case file of 200 messages and 100 documents may take.
BAR = 30


def measure_case(size, steps):
    """Make the case file of a customer with as many invoices as the size, and 200 messages.

    :param size: number of documents
    :param steps: gets :func:`count_steps` steps
    :return: the :class:`Report`
    """
    report = Report(f"make bench-case SIZE={size}")
    with Databases(CUSTOMERS, size) as databases:
        databases.make(steps)
        databases.install_ours(steps)
        with steps.step("The case file"):
            counts, made = databases.make_case()
    report.say()
    report.say(machine())
    report.say()
    report.table(
        (f"{counts['messages']:,} messages, {counts['documents']:,} documents", *COLUMNS),
        [row("case file", made)])
    report.say()
    report.say(f"- seconds: {made['seconds']:.1f} (bar: {BAR})")
    report.say()
    report.say(json.dumps({
        **counts, "seconds": round(made["seconds"], 3), "queries": made["queries"],
        "mib": round(made["bytes"] / 2**20, 1), "grown_mib": round(made["grown_mib"], 1)}))
    return report


def count_steps():
    """How many steps :func:`measure_case` takes."""
    return 4
