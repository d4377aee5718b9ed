"""The one place where a sequence's next move is decided."""

from __future__ import annotations

from dataclasses import dataclass

from . import commands, entries, outcomes, state as states, timers
from .conditions import Facts
from .errors import CommandRefused
from .run import CHILD_ENDED, Run
from .ways import find_content, find_orphans, read_answer


@dataclass(frozen=True, slots=True)
class Decision:
    """What a command leads to: ``entries`` to write and trace, ``effects`` to carry out."""

    entries: tuple
    effects: tuple
    state: states.State


def decide(definition, state, command, now, facts=None):
    """Decide what a command does to a sequence.

    :param Definition definition: the tree, on the sequence's own version
    :param State state: where the sequence stands
    :param command: one of :mod:`.commands`
    :param datetime now: the moment, in the company's time zone
    :param Facts facts: the state of the world around it
    :return: :class:`Decision`; folding its entries into ``state`` gives its ``state``
    :raise CommandRefused: the command cannot be carried out; nothing happened
    """
    run = Run(definition, state, now, facts or Facts())
    _HANDLERS[type(command)](run, command)
    return Decision(tuple(run.entries), tuple(run.effects), run.state)


def _launch(run, command):
    run.need(states.NEW)
    if not run.definition.start:
        raise CommandRefused("no_start")
    run.add(entries.Launched())
    run.enter(run.definition.start)
    run.route()


def _close(run, command):
    action = _get_open_action(run, command.action)
    visit = run.state.visits[action.visit - 1]
    content = find_content(run.definition, visit.step, action.content)
    outcome, option, submits = read_answer(content, action, command)
    if submits:
        run.submit(action, option)
        return
    if action.state == states.VALIDATING and outcome == outcomes.VALIDATED:
        option = action.option  # the validator confirms what was proposed
    run.close(action, outcome, option)
    run.route()


def _move(run, command):
    action = _get_open_action(run, command.action)
    run.add(entries.ActionMoved(action.number, command.due))


def _add_action(run, command):
    run.need(states.RUNNING)
    if not run.state.visit:
        raise CommandRefused("no_visit")
    run.add_action(command)


def _get_open_action(run, number):
    action = run.state.action(number)
    if not action:
        raise CommandRefused("unknown_action", action=number)
    if not action.is_open:
        raise CommandRefused("already_closed", action=action.number, outcome=action.outcome)
    run.need(states.RUNNING, states.PAUSED)
    return action


def _tick(run, command):
    """The clock or the world has moved: what runs, goes on; what is paused, warns."""
    if run.state.status == states.PAUSED:
        timers.set_timers(run)
        run.alert()
    elif run.state.status == states.RUNNING:
        run.expire()
        run.route()


def _receive(run, command):
    """Record an event that somebody waits for. Received twice, it counts once."""
    known = any(received.key == command.key for received in run.state.received)
    waited = command.code in run.definition.events or (
        command.code == CHILD_ENDED and run.state.waiting)
    if known or not waited or run.state.status not in states.OPEN:
        return
    visit = run.state.visit.number if run.state.visit else 0
    run.add(entries.EventReceived(
        command.key, command.code, visit, command.amount, command.about))
    run.route()


def _pause(run, command):
    run.need(states.RUNNING)
    run.add(entries.Paused(run.today.isoformat()))
    timers.freeze(run)


def _resume(run, command):
    run.need(states.PAUSED)
    timers.unfreeze(run)
    run.shift_actions()
    run.add(entries.Resumed())
    run.route()


def _stop(run, command):
    run.need(states.RUNNING, states.PAUSED)
    run.leave(outcome=outcomes.STOPPED, ending=True)
    run.add(entries.Stopped())


def _leave(run, command):
    run.need(states.RUNNING, states.PAUSED)
    run.leave(ending=True)
    run.add(entries.Switched(command.template))


def _fail(run, command):
    run.need(states.RUNNING)
    run.add(entries.IncidentRaised("refused", run.step.key if run.step else "", command.row))


def _need_incident(run):
    run.need(states.RUNNING)
    if not run.state.incident:
        raise CommandRefused("no_incident")
    return run.state.incident


def _retry(run, command):
    _need_incident(run)
    run.add(entries.IncidentCleared("retry"))
    run.route()


def _skip(run, command):
    incident = _need_incident(run)
    row = (run.step.row(incident.row) or run.step.default) if run.step else None
    if not row:
        raise CommandRefused("nothing_to_skip_to", step=run.step.key if run.step else None)
    run.add(entries.IncidentCleared("skip"))
    run.fire(row, limited=False)
    run.route()


def _jump(run, command):
    run.need(states.RUNNING)
    target = run.definition.step(command.step)
    if not target:
        raise CommandRefused("unknown_step", step=command.step)
    if run.state.incident:
        run.add(entries.IncidentCleared("jump"))
    run.leave()
    run.enter(target)
    run.route()


def _migrate(run, command):
    run.need(states.RUNNING, states.PAUSED)
    here = run.state.visit or run.state.waiting
    if here and not run.definition.step(here.step):
        raise CommandRefused("unknown_step", step=here.step)
    visit = run.state.visit.number if run.state.visit else 0
    lost = timers.find_lost(run, command.anew)
    orphans = find_orphans(run.definition, run.state)
    run.add(entries.Migrated(command.version_from, run.definition.version, visit, lost))
    for action in orphans:
        run.close(action, outcomes.CANCELLED)
    if run.state.incident:
        run.add(entries.IncidentCleared("migrate"))
    timers.set_timers(run)
    if run.state.status == states.RUNNING:
        run.route()


_HANDLERS = {
    commands.Launch: _launch,
    commands.Close: _close,
    commands.Move: _move,
    commands.AddAction: _add_action,
    commands.Tick: _tick,
    commands.Receive: _receive,
    commands.Pause: _pause,
    commands.Resume: _resume,
    commands.Stop: _stop,
    commands.Leave: _leave,
    commands.Fail: _fail,
    commands.Retry: _retry,
    commands.Skip: _skip,
    commands.Jump: _jump,
    commands.Migrate: _migrate,
}
