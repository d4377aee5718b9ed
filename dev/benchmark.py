"""`make bench` and `make bench-growth`: what is measured, in which order, what it comes to."""

import statistics

from .benchmark_databases import Databases
from .benchmark_report import COLUMNS, Report, row
from .ui import Failure, Steps

#: How often each measurement of ours and of the floor is made; the median counts.
ROUNDS = 3
SIZES = (1_000, 5_000, 20_000, 100_000)
GROWTH_COLUMNS = (
    *("customers", "plan s", "µs each", "queries", "peak MiB", "grown MiB"),
    *("again s", "rows", "bare SQL s", "plan over it"),
)
MAILS, LETTERS = 1_000, 100
#: The peer with what no button of it does: records made without a line in their chatter.
WITHOUT_CHATTER = {"tracking_disable": True}
#: How many steps :func:`measure` takes.
STEPS = 9 + ROUNDS


def measure(size, steps):
    """Ours, the floor and the peer side by side, then what ours sends.

    :param size: number of customers
    :param steps: gets :data:`STEPS` steps
    :return: the :class:`Report`
    """
    report = Report(f"make bench SIZE={size}")
    with Databases(size) as databases:
        databases.make(steps)
        databases.install_ours(steps)
        databases.install_peer(steps)
        plans, floors, theirs = _measure_rounds(databases, steps)
        with steps.step("Peer without chatter"):
            quiet = databases.run_peer(**WITHOUT_CHATTER)
        with steps.step("E-mails"):
            mails = databases.mails(min(MAILS, size))
        with steps.step("Letters"):
            letters = databases.letters(min(LETTERS, size))
    plan, replan = (_middle(figures) for figures in zip(*plans))
    floor = _middle(floors)
    report.say_machine()
    report.table(
        (f"{size:,} customers", *COLUMNS),
        [
            row("plan", plan),
            row("plan again", replan),
            row("bare SQL of the same decisions", floor),
            row(f"account_credit_control, {theirs['lines']:,} lines", theirs),
            row("the same without chatter", quiet),
            row(f"{mails['count']:,} e-mails queued", mails),
            row(f"{letters['count']:,} letters printed", letters),
        ],
    )
    report.say(f"\n- peer without chatter over plan: {quiet['seconds'] / plan['seconds']:,.2f}")
    return report.sum_up(_sum_up(size, plan, replan, floor, theirs, mails, letters))


def _measure_rounds(databases, steps):
    """Measure ours and the floor in turn, each first as often as the other; the peer between.

    :return: (figures of plan and second plan by round, of the floor by round, of the peer)
    """
    plans, floors = [], []
    theirs = None
    for number in range(ROUNDS):
        with steps.step(f"Round {number + 1} of plan, second plan and bare SQL"):
            if number % 2:
                figures, floored = databases.floor()
                first, second, decided = databases.plan()
            else:
                first, second, decided = databases.plan()
                figures, floored = databases.floor()
            _check_agreement(decided, floored)
            steps.say(f"{first['seconds']:.3f}, {second['seconds']:.3f}, {figures['seconds']:.3f}")
        plans.append((first, second))
        floors.append(figures)
        if theirs is None:
            with steps.step("Peer"):
                theirs = databases.run_peer()
    return plans, floors, theirs


def _check_agreement(ours, floor):
    """Hold `_plan` to the bare statement: the same step, leader and day for every customer."""
    if ours == floor:
        return
    [ours, our_columns], [floor, floor_columns] = ours, floor
    if our_columns != floor_columns:
        differing = sorted({*our_columns} ^ {*floor_columns})
        raise Failure(f"plan and floor fill other columns: {', '.join(differing)}")
    ours, floor = {*ours}, {*floor}
    examples = "\n".join(
        [
            "customer|step|leader|date",
            *(f"{line}  plan only" for line in sorted(ours - floor)[:5]),
            *(f"{line}  floor only" for line in sorted(floor - ours)[:5]),
        ]
    )
    raise Failure(
        f"plan and floor disagree: {len(ours - floor)} and {len(floor - ours)} decisions",
        "one of them does not do what the design says",
        excerpt=examples,
    )


def _middle(figures):
    """Of the figures of several rounds, those of the round with the median seconds."""
    middle = statistics.median_low(one["seconds"] for one in figures)
    return next(one for one in figures if one["seconds"] == middle)


def _sum_up(size, plan, replan, floor, theirs, mails, letters):
    """The last line, for programs."""
    return {
        "size": size,
        "plan_s": round(plan["seconds"], 3),
        "plan_queries": plan["queries"],
        "replan_s": round(replan["seconds"], 3),
        "replan_rows": replan["rows"],
        "floor_s": round(floor["seconds"], 3),
        "peer_s": round(theirs["seconds"], 3),
        "plan_vs_peer": round(theirs["seconds"] / plan["seconds"], 2),
        "plan_vs_floor": round(plan["seconds"] / floor["seconds"], 2),
        "mails_per_s": round(mails["count"] / mails["seconds"], 1),
        "PDF runs for the letters": letters["runs"],
        "peak_mib": round(plan["peak_mib"], 1),
    }


def grow():
    """Ours alone at growing sizes.

    :return: the :class:`Report`
    """
    report = Report("make bench-growth")
    report.say_machine()
    rows = []
    for size in SIZES:
        with Databases(size) as databases:
            steps = Steps(4)
            databases.make(steps)
            databases.install_ours(steps)
            with steps.step("Plan, second plan and bare SQL"):
                first, second, decided = databases.plan()
                figures, floored = databases.floor()
                _check_agreement(decided, floored)
        rows.append(
            (
                f"{size:,}",
                f"{first['seconds']:.3f}",
                f"{first['seconds'] / size * 1e6:.0f}",
                f"{first['queries']:,}",
                f"{first['peak_mib']:.0f}",
                f"{first['grown_mib']:.0f}",
                f"{second['seconds']:.3f}",
                second["rows"],
                f"{figures['seconds']:.3f}",
                f"{first['seconds'] / figures['seconds']:.2f}",
            )
        )
    report.table(GROWTH_COLUMNS, rows)
    return report
