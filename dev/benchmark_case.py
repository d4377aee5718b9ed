"""`make bench-case`: what a large case file costs."""

from .benchmark_databases import Databases
from .benchmark_report import COLUMNS, Report, row

#: How many steps :func:`measure` takes.
STEPS = 3


def measure(size, steps):
    """Write a case of many messages and documents, then make its file.

    :param size: number of messages; the documents are half as many
    :param steps: gets :data:`STEPS` steps
    :return: the :class:`Report`
    """
    report, documents = Report(f"make bench-case SIZE={size}"), size // 2
    with Databases(size) as databases:
        databases.install_empty(steps)
        with steps.step(f"{size} messages, {documents} documents, and the case file"):
            made = databases.case_file(documents)
    cpu = made["cpu_seconds"] + made["child_cpu_seconds"]
    report.say_machine()
    report.table(
        (f"{size:,} messages, {documents:,} documents", *COLUMNS), [row("case file", made)])
    report.say()
    report.say(f"- CPU {cpu:.1f} s, of it the PDF program {made['child_cpu_seconds']:.1f} s")
    report.say(f"- ZIP: {made['bytes'] / 1e6:.1f} MB")
    return report.sum_up({
        "messages": size, "documents": documents, "case_s": round(made["seconds"], 3),
        "case_cpu_s": round(cpu, 3), "case_queries": made["queries"],
        "case_peak_mib": round(made["peak_mib"], 1),
        "case_grown_mib": round(made["grown_mib"], 1), "case_bytes": made["bytes"],
    })
