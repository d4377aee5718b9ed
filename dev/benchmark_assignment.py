"""`make bench-assign`: what assigning customers by rules costs."""

from .benchmark_databases import Databases
from .benchmark_report import COLUMNS, Report, row

RULES, ATTRIBUTES = 10, 3
#: How many steps :func:`measure` takes.
STEPS = 4


def measure(size, steps):
    """Ten rules of three attributes over all customers, then once more.

    :param size: number of customers
    :param steps: gets :data:`STEPS` steps
    :return: the :class:`Report`
    """
    report = Report(f"make bench-assign SIZE={size}")
    with Databases(size) as databases:
        databases.make(steps)
        databases.install_ours(steps, "assign-setup")
        with steps.step("Preview, run and run again"):
            preview, first, second = databases.assign()
    report.say_machine()
    report.table(
        (f"{size:,} customers, {RULES} rules, {ATTRIBUTES} attributes", *COLUMNS),
        [
            row("preview of one rule", preview),
            row(f"automatic run, {first['changed']:,} customers changed", first),
            row(f"run again, {second['changed']:,} changed", second),
        ],
    )
    return report.sum_up(_sum_up(size, preview, first, second))


def _sum_up(size, preview, first, second):
    """The last line, for programs."""
    return {
        "size": size,
        "rules": RULES,
        "attributes": ATTRIBUTES,
        "preview_s": round(preview["seconds"], 3),
        "run_s": round(first["seconds"], 3),
        "rerun_s": round(second["seconds"], 3),
        "changed": first["changed"],
        "rerun_changed": second["changed"],
        "rows": first["rows"],
        "queries": first["queries"],
        "rerun_queries": second["queries"],
        "peak_mib": round(first["peak_mib"], 1),
        "grown_mib": round(first["grown_mib"], 1),
    }
