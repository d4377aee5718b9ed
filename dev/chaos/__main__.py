"""`python -m dev.chaos`, in the runtime's Python: what `make chaos` starts once all is in place.

The last line that it prints is a JSON object.
"""

import json
import os
import signal
import sys
import time

from ..benchmark_report import Report, describe_machine
from ..ui import Failure, tell
from .auditor import Auditor
from .cluster import FOLDER, Cluster, OwnServer
from .plan import Plan
from .run import Run

#: Violations that are printed; all are in the run's folder.
SHOWN = 15


def main(arguments):
    """:param str arguments: JSON: the arguments of :class:`~.plan.Plan`, and `templates`"""
    arguments = json.loads(arguments)
    templates = arguments.pop("templates")
    plan = Plan(**arguments)
    own = OwnServer() if plan.short else Cluster(FOLDER / f"postgres-{plan.name}")
    with own as cluster, Run(cluster, templates, plan) as run:
        began = time.monotonic()
        run.work()
        run.stop()
        worked = time.monotonic() - began
        result = report(run, audit(run))
        if os.environ.get("RECORD"):
            keep(cluster, plan, result)
    tell(f"{worked:.0f} s of work; the story, the mails and the logs: {run.folder}")
    print(json.dumps(result), flush=True)
    return 1 if result["violations"] else 0


def audit(run):
    """:return: the auditor, which has looked at everything"""
    auditor = Auditor(
        run.get_dsn(), run.folder / "mails.jsonl",
        run.data / "filestore" / run.database, run.get_digests())
    auditor.audit()
    if run.plan.seeded or not run.plan.short:
        auditor.violations += run.compare_books()
    auditor.violations += [
        f"chain: the product itself finds the history of customer {id_} broken"
        for id_ in run.verified]
    auditor.connection.close()
    (run.folder / "violations.txt").write_text("\n".join(auditor.violations))
    for violation in auditor.violations[:SHOWN]:
        tell(f"VIOLATION {violation}")
    return auditor


def report(run, auditor):
    """:return: dict: what was done, what went wrong, and what the auditor found"""
    kinds = {}
    for violation in auditor.violations:
        kind = violation.partition(":")[0]
        kinds[kind] = kinds.get(kind, 0) + 1
    calls = {kind: counts for kind, counts in sorted(run.story.counts.items()) if kind != "fault"}
    return {
        "business": {
            "calls": sum(sum(counts.values()) for counts in calls.values()),
            "unknown": sum(counts.get("unknown", 0) for counts in calls.values()),
            "refused": sum(counts.get("refused", 0) for counts in calls.values()),
            "books": len(run.books), "by_kind": calls, **auditor.counts},
        "faults": run.faults,
        "violations": kinds,
        "lost": auditor.counts["lost"], "doubled": auditor.counts["doubled"],
        "stuck": auditor.counts["stuck"], "to_verify": auditor.counts["to_verify"],
        "settled_seconds": round(run.recovery, 1),
        **{f"resumed_{what}_s": seconds for what, seconds in run.measure_resumption().items()},
    }


def keep(cluster, plan, result):
    """Put what a run came to into the benchmarks' record."""
    kept = Report(plan.title)
    kept.lines = [
        describe_machine(cluster.query("SHOW server_version")[0],
                         f"embedded, fsync {cluster.query('SHOW fsync')[0]}"),
        "", json.dumps(result)]
    kept.keep()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # all is put away
    try:
        sys.exit(main(sys.argv[1]))
    except Failure as failure:
        sys.exit(str(failure))
