"""`make bench-payments`: payments matched in one import, with the module and without it."""

from .benchmark_databases import Databases
from .benchmark_report import COLUMNS, Report, row

#: Open items of each customer, each of which is paid.
ITEMS = 4
#: How many steps :func:`measure` takes.
STEPS = 4


def measure(size, steps):
    """Match as many payments as the size at once, then deliver their events to sequences.

    :param size: number of payments
    :param steps: gets :data:`STEPS` steps
    :return: the :class:`Report`
    """
    report = Report(f"make bench-payments SIZE={size}")
    with Databases(max(1, size // ITEMS), ITEMS) as databases:
        databases.make(steps)
        databases.install_ours(steps)
        with steps.step("Payments matched, and their events"):
            bare, ours, told = databases.match_payments()
    report.say_machine()
    report.table(
        (f"{ours['count']:,} payments, a sequence on every customer", *COLUMNS),
        [row("matched without the module", bare), row("matched with it", ours),
         row(f"{told['count']:,} events delivered", told)])
    return report.sum_up({
        "payments": ours["count"], "events": told["count"],
        "bare_match_s": round(bare["seconds"], 3), "match_s": round(ours["seconds"], 3),
        "match_ratio": round(ours["seconds"] / bare["seconds"], 3),
        "bare_queries": bare["queries"], "queries": ours["queries"],
        "deliver_s": round(told["seconds"], 3)})
