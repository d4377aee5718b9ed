"""The deadlines of the rows of the visit under way: setting, freezing, resuming."""

from __future__ import annotations

from datetime import date

from ..dates import Calendar, due_date, remaining, resume
from . import conditions, entries, state as states


def find_base(condition, state, facts):
    """The day a deadline counts from.

    :return: a date, or None while it is not known
    """
    kind, _colon, name = condition.base.partition(":")
    if kind == "visit":
        found = state.visit.entered_on
    elif kind == "action":
        found = next((
            action.closed_on for action in state.visit_actions
            if action.content == name and action.has_result), None)
    else:
        found = facts.markers.get(name)
    return date.fromisoformat(found) if isinstance(found, str) and found else found or None


def missing_markers(step, facts):
    """:return: names of the dates that the step's deadlines wait for"""
    return tuple(dict.fromkeys(
        row.condition.base.partition(":")[2] for row in step.deadline_rows
        if row.condition.base.startswith("marker:")
        and not facts.markers.get(row.condition.base.partition(":")[2])))


def set_timers(run):
    """Set the timers whose base is known and has none yet, or has changed.

    During a pause, legal ones only: the others begin when it ends. A row whose guard does not
    hold has none: it would be shown, and give an alarm, for a deadline that is not this case's.
    """
    if not run.state.visit:
        return
    paused = run.state.status == states.PAUSED
    for row in run.step.deadline_rows:
        if paused and row.condition.nature != conditions.LEGAL:
            continue
        if row.guarded and (run.step.key, row.key) not in run.facts.guards:
            continue
        base = find_base(row.condition, run.state, run.facts)
        timer = run.state.timer(row.key)
        if base is None or (timer and timer.base == base.isoformat()):
            continue
        due = due_date(base, row.condition.delay, _calendar(run), row.condition.truce)
        run.add(entries.TimerSet(
            run.state.visit.number, row.key, base.isoformat(), due.isoformat(),
            row.condition.nature))


def freeze(run):
    """Hold the internal deadlines, with the units that are left of them."""
    for timer in run.state.visit_timers:
        if timer.nature == conditions.INTERNAL and not timer.frozen:
            delay = run.step.row(timer.row).condition.delay
            left = remaining(run.today, date.fromisoformat(timer.due), delay, _calendar(run))
            run.add(entries.TimerFrozen(timer.visit, timer.row, max(left, 0)))


def unfreeze(run):
    """Let the held deadlines go on from today."""
    for timer in run.state.visit_timers:
        if timer.frozen:
            condition = run.step.row(timer.row).condition
            due = resume(run.today, timer.remaining, condition.delay, _calendar(run),
                         condition.truce)
            run.add(entries.TimerResumed(timer.visit, timer.row, due.isoformat()))


def find_lost(run, anew):
    """The timers of the visit under way that a version of the tree does not take over.

    :param bool anew: also those that are to be counted anew; frozen ones keep what is left
    :return: tuple of row keys
    """
    def is_kept(timer):
        row = run.step.row(timer.row)
        known = row and isinstance(row.condition, conditions.Deadline)
        return known and (timer.frozen or not anew)

    return tuple(timer.row for timer in run.state.visit_timers if not is_kept(timer))


def find_missed(state, today):
    """:return: the legal timers that ran out during a pause and were not spoken of yet"""
    return tuple(
        timer for timer in state.visit_timers
        if timer.nature == conditions.LEGAL and not timer.alerted and timer.is_over(today))


def _calendar(run):
    return run.facts.calendar or Calendar(country=None)
