"""`make bench-figures`: what the figures of three years cost to read."""

from .benchmark_databases import Databases
from .benchmark_report import Report

TITLES = {
    "figure": "all figures of a day", "aged": "aged balance at a past day",
    "curve": "curve of 12 and of 36 months", "cohort": "invoices at risk, 36 months"}
TITLES_OF_PEER = {"0": "today", "365": "a year ago"}
#: How many steps :func:`measure` takes.
STEPS = 6


def measure(size, steps):
    """Make a ledger of 36 months, then read it at several days.

    :param size: number of items: invoices and their payments
    :param steps: gets :data:`STEPS` steps
    :return: the :class:`Report`
    """
    report = Report(f"make bench-figures SIZE={size}")
    with Databases(size, 1) as databases:
        databases.make_ledger(steps)
        with steps.step("Figures, aged balance, curve, cohorts"):
            read = databases.figures()
        peer = databases.read_peer_balance(steps)
    report.say_machine()
    report.table(
        (f"{size:,} items over 36 months, the slowest", "seconds", "queries"),
        [(TITLES[kind], f"{seconds:.2f}", queries)
         for kind, (seconds, queries) in read.items()])
    report.say()
    report.table(
        ("aged balance of OCA's account_financial_report, same ledger", "seconds"),
        [(TITLES_OF_PEER[back], f"{seconds:.2f}") for back, seconds in peer.items()])
    return report.sum_up({
        "size": size, "peer_aged_s": round(max(peer.values()), 3),
        **{f"{kind}_s": round(seconds, 3) for kind, (seconds, _queries) in read.items()},
        "queries": max(queries for _seconds, queries in read.values()),
    })
