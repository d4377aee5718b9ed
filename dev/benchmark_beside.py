"""`make bench-beside`: Odoo's own screens and entries, with the module and without it."""

import statistics

from .benchmark_databases import Databases
from .benchmark_report import Report

#: Open items of each customer, and how often each side has its turn.
ITEMS, ROUNDS = 4, 7
TITLES = {
    "form": "open a customer's form", "invoice": "open an invoice", "list": "list 80 invoices",
    "post": "post an invoice", "pay": "pay an invoice"}
#: How many steps :func:`measure` takes.
STEPS = 4


def measure(size, steps):
    """Open screens, post and pay on both sides in turn.

    :param size: number of customers
    :param steps: gets :data:`STEPS` steps
    :return: the :class:`Report`
    """
    report = Report(f"make bench-beside SIZE={size}")
    with Databases(size, ITEMS) as databases:
        databases.make(steps)
        databases.install_ours(steps)
        with steps.step(f"{ROUNDS} turns without it and with it"):
            turns = databases.work_beside(ROUNDS)
    found = {kind: _compare(kind, turns) for kind in TITLES}
    report.say_machine()
    report.table(
        ("milliseconds", "without", "with", "times", "least", "most"),
        [(TITLES[kind], *(f"{value:.2f}" for value in figures.values()))
         for kind, figures in found.items()])
    return report.sum_up({
        "size": size, "turns": ROUNDS, "form_queries": turns[0][1]["queries"],
        "bare_form_queries": turns[0][0]["queries"],
        **{name: value for kind, figures in found.items() for name, value in (
            (f"bare_{kind}_ms", round(figures["without"], 2)),
            (f"{kind}_ms", round(figures["with"], 2)),
            (f"{kind}_ratio", round(figures["times"], 3)))}})


def _compare(kind, turns):
    """:return: dict: the median of each side; of the turns' ratios the median, least and most"""
    without, ours = ([side[kind] for side in sides] for sides in zip(*turns))
    times = [one / bare for bare, one in zip(without, ours)]
    return {"without": statistics.median(without), "with": statistics.median(ours),
            "times": statistics.median(times), "least": min(times), "most": max(times)}
