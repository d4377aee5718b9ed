"""`make bench-takeover`: what a ledger costs that is taken over, from its import to a plan."""

from .benchmark_databases import Databases
from .benchmark_report import COLUMNS, Report, row

#: Open items of each customer.
ITEMS = 5
#: How many steps :func:`measure` takes.
STEPS = 3


def measure(size, steps):
    """Import, look through, look ahead, plan.

    :param size: number of customers
    :param steps: gets :data:`STEPS` steps
    :return: the :class:`Report`
    """
    report = Report(f"make bench-takeover SIZE={size}")
    with Databases(size, ITEMS) as databases:
        databases.install_empty(steps)
        with steps.step("Import, report, preview and plan"):
            loaded, found, planned = databases.take_over()
    seconds = sum(figures["seconds"] for figures in (loaded, found, planned))
    report.say_machine()
    report.table(
        (f"{size:,} customers, {loaded['items']:,} open items", *COLUMNS),
        [row("import through the ORM", loaded), row("report of the ledger", found),
         row("preview, start, first plan", planned)],
    )
    report.say()
    report.say(f"- preview of all: {planned['preview_seconds']:.2f} s")
    report.say(f"- actions planned: {planned['actions']:,}; found: {found['found']}")
    return report.sum_up({
        "size": size, "items": loaded["items"], "seconds": round(seconds, 3),
        "import_s": round(loaded["seconds"], 3), "report_s": round(found["seconds"], 3),
        "preview_s": round(planned["preview_seconds"], 3),
        "plan_s": round(planned["seconds"] - planned["preview_seconds"], 3),
        "report_queries": found["queries"], "actions": planned["actions"],
    })
