"""`make bench-seal`: what verifying histories costs, and what it costs when nothing is new."""

from .benchmark_databases import Databases
from .benchmark_report import COLUMNS, Report, row

#: How many steps :func:`measure` takes.
STEPS = 3


def measure(size, steps):
    """Write histories, verify them, verify them again, anchor them.

    :param size: number of rows, fifty a history
    :param steps: gets :data:`STEPS` steps
    :return: the :class:`Report`
    """
    report = Report(f"make bench-seal SIZE={size}")
    with Databases(size) as databases:
        databases.install_empty(steps)
        with steps.step("Write, verify, verify again, anchor"):
            written, found = databases.histories()
    report.say_machine()
    report.table(
        (f"{size:,} rows of {written['chains']:,} histories", *COLUMNS),
        [row("written and sealed", written), row("verified from the first row on", found["first"]),
         row("again, nothing new", found["again"]),
         row("the night after, with its thirtieth", found["night"]),
         row("anchored", found["anchor"])],
    )
    return report.sum_up({
        "rows": size, "chains": written["chains"], "write_s": round(written["seconds"], 3),
        "verify_s": round(found["first"]["seconds"], 3),
        "verify_cpu_s": round(found["first"]["cpu_seconds"], 3),
        "verify_grown_mib": round(found["first"]["grown_mib"], 1),
        "verify_peak_mib": round(found["first"]["peak_mib"], 1),
        "again_s": round(found["again"]["seconds"], 3),
        "night_s": round(found["night"]["seconds"], 3),
        "anchor_s": round(found["anchor"]["seconds"], 3),
    })
