"""`make bench-desk`: what the work list of debtors costs to make, and to read."""

from .benchmark_databases import Databases
from .benchmark_report import COLUMNS, Report, row

#: Open items of each customer.
ITEMS = 4
#: How many steps :func:`measure` takes.
STEPS = 4


def measure(size, steps):
    """Make the list from nothing, then sort, filter and sum it.

    :param size: number of customers
    :param steps: gets :data:`STEPS` steps
    :return: the :class:`Report`
    """
    report = Report(f"make bench-desk SIZE={size}")
    with Databases(size, ITEMS) as databases:
        databases.make(steps)
        databases.install_ours(steps)
        with steps.step("Rebuild, list, filters and sums"):
            built, read = databases.debtors()
    report.say_machine()
    report.table(
        (f"{built['debtors']:,} debtors, {size * ITEMS:,} items", *COLUMNS),
        [row("made from nothing", built)],
    )
    report.say()
    report.say(f"- seconds of reading all anew, nothing changed: {built['again']:,.1f}")
    for kind, (seconds, queries) in read.items():
        report.say(f"- slowest {kind}: {seconds:.3f} s, at most {queries} queries")
    return report.sum_up({
        "size": size,
        "rebuild_s": round(built["seconds"], 3),
        **{f"{kind}_s": round(seconds, 3) for kind, (seconds, _queries) in read.items()},
        "queries": max(queries for _seconds, queries in read.values()),
    })
