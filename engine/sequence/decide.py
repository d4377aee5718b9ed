"""The one place where a sequence's next move is decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import commands, deadlines, entries, outcomes, state as states
from .closing import check_answer
from .commands import Command
from .definition import Definition
from .effects import Effect
from .entries import Entry
from .errors import CommandRefused
from .run import Run
from .state import Action, Incident, State
from .values import is_added_key
from .world import World


@dataclass(frozen=True, slots=True)
class Decision:
    """What a command leads to: ``entries`` to write and trace, ``effects`` to execute.

    :param state: where the sequence stands after it
    """

    entries: tuple[Entry, ...]
    effects: tuple[Effect, ...]
    state: State


def decide(
        definition: Definition, state: State, command: Command, now: datetime,
        world: World | None = None) -> Decision:
    """Decide what a command does to a sequence.

    :param definition: the tree, on the sequence's own version
    :param state: where the sequence stands
    :param now: the moment, in the company's time zone
    :param world: the state of the world around it; None: nothing is known of it
    :return: folding its entries into ``state`` gives its ``state``
    :raise CommandRefused: the command cannot be executed; nothing happened
    """
    run = Run(definition, state, now, world or World())
    _HANDLERS[type(command)](run, command)
    return Decision(tuple(run.entries), tuple(run.effects), run.state)


def find_orphans(definition: Definition, state: State) -> tuple[Action, ...]:
    """:return: the open actions that another version of their tree does not know; one that a
        person added only needs its step
    """
    def is_known(action: Action) -> bool:
        step = definition.step(state.step_of(action))
        return step is not None and (
            is_added_key(action.content) or step.content(action.content) is not None)

    return tuple(action for action in state.open_actions if not is_known(action))


def _launch(run: Run, command: commands.Launch) -> None:
    run.need(states.NEW)
    if not run.definition.start:
        raise CommandRefused("no_start")
    run.add(entries.Launched())
    run.enter(run.definition.start)
    run.route()


def _close(run: Run, command: commands.Close) -> None:
    action = _get_open_action(run, command.action)
    content = run.definition.get_content(run.state.step_of(action), action.content)
    answer = check_answer(content, action, command)
    if answer.submits:
        run.submit(action, answer.option)
        return
    confirms = action.state == states.VALIDATING and answer.outcome == outcomes.VALIDATED
    run.close(action, answer.outcome, action.option if confirms else answer.option)
    run.route()


def _move(run: Run, command: commands.Move) -> None:
    action = _get_open_action(run, command.action)
    on = run.today.isoformat() if run.state.status == states.PAUSED else None
    run.add(entries.ActionMoved(action.number, command.due, on=on))


def _add_action(run: Run, command: commands.AddAction) -> None:
    run.need(states.RUNNING)
    run.add_action(command)


def _get_open_action(run: Run, number: int) -> Action:
    action = run.state.action(number)
    if not action:
        raise CommandRefused("unknown_action", action=number)
    if not action.is_open:
        raise CommandRefused("already_closed", action=action.number, outcome=action.outcome)
    run.need(states.RUNNING, states.PAUSED)
    return action


def _tick(run: Run, command: commands.Tick) -> None:
    """The clock or the world has moved: what runs, goes on; what is paused, warns."""
    if run.state.status == states.PAUSED:
        run.start_deadlines()
        run.alert()
    elif run.state.status == states.RUNNING:
        run.expire()
        run.route()


def _receive(run: Run, command: commands.Receive) -> None:
    """Record an event. Received twice, it counts once.

    One that no row waits for is kept too: a row of a later version may count it since launch.
    """
    known = any(received.key == command.key for received in run.state.received)
    if known or run.state.status not in states.OPEN:
        return
    visit = run.state.visit.number if run.state.visit else 0
    run.add(entries.EventReceived(
        command.key, command.code, visit, command.amount, command.about, command.ending))
    run.route()


def _pause(run: Run, command: commands.Pause) -> None:
    run.need(states.RUNNING)
    run.add(entries.Paused(run.today.isoformat()))
    run.freeze_deadlines()


def _resume(run: Run, command: commands.Resume) -> None:
    run.need(states.PAUSED)
    run.unfreeze_deadlines()
    run.shift_actions()
    run.add(entries.Resumed())
    run.route()


def _stop(run: Run, command: commands.Stop) -> None:
    run.need(states.RUNNING, states.PAUSED)
    run.leave(outcome=outcomes.STOPPED, ending=True)
    run.add(entries.Stopped())


def _end_as_switched(run: Run, command: commands.EndAsSwitched) -> None:
    run.need(states.RUNNING, states.PAUSED)
    run.leave(ending=True)
    run.add(entries.Switched(command.template))


def _fail(run: Run, command: commands.Fail) -> None:
    run.need(states.RUNNING)
    run.raise_incident("refused", command.row)


def _need_incident(run: Run) -> Incident:
    run.need(states.RUNNING)
    if not run.state.incident:
        raise CommandRefused("no_incident")
    return run.state.incident


def _retry(run: Run, command: commands.Retry) -> None:
    _need_incident(run)
    run.add(entries.IncidentCleared("retry"))
    run.route()


def _skip(run: Run, command: commands.Skip) -> None:
    incident = _need_incident(run)
    if run.state.waiting:
        step = run.definition.get_step(run.state.waiting.step)
        run.add(entries.IncidentCleared("skip"))
        run.enter(step)
        run.route()
        return
    row = (run.step.row(incident.row) or run.step.default) if run.step else None
    if not row:
        raise CommandRefused("nothing_to_skip_to", step=run.step.key if run.step else None)
    run.add(entries.IncidentCleared("skip"))
    run.fire(row, limited=False)
    run.route()


def _jump(run: Run, command: commands.Jump) -> None:
    run.need(states.RUNNING)
    target = run.definition.step(command.step)
    if not target:
        raise CommandRefused("unknown_step", step=command.step)
    if run.state.incident:
        run.add(entries.IncidentCleared("jump"))
    run.leave()
    run.enter(target)
    run.route()


def _migrate(run: Run, command: commands.Migrate) -> None:
    run.need(states.RUNNING, states.PAUSED)
    here = run.state.visit or run.state.waiting
    if here and not run.definition.step(here.step):
        raise CommandRefused("unknown_step", step=here.step)
    visit = run.state.visit.number if run.state.visit else 0
    lost = deadlines.find_lost(run.situation, command.anew) if run.situation else ()
    former = run.state.visit_deadlines
    orphans = find_orphans(run.definition, run.state)
    run.add(entries.Migrated(command.version_from, run.definition.version, visit, lost))
    for action in orphans:
        run.close(action, outcomes.CANCELLED, lost=True)
    if run.state.incident:
        run.add(entries.IncidentCleared("migrate"))
    if run.situation:
        run.add_all(deadlines.change_natures(run.situation))
    run.start_deadlines(former)
    if run.state.status == states.RUNNING:
        run.route()


#: Each takes its own command; what holds them apart is the key.
_HANDLERS: dict[type[Command], Callable[[Run, Any], None]] = {
    commands.Launch: _launch,
    commands.Close: _close,
    commands.Move: _move,
    commands.AddAction: _add_action,
    commands.Tick: _tick,
    commands.Receive: _receive,
    commands.Pause: _pause,
    commands.Resume: _resume,
    commands.Stop: _stop,
    commands.EndAsSwitched: _end_as_switched,
    commands.Fail: _fail,
    commands.Retry: _retry,
    commands.Skip: _skip,
    commands.Jump: _jump,
    commands.Migrate: _migrate,
}
