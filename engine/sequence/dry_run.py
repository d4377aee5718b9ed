"""A sequence played by hand, in memory: what a tree does, before any customer is in it.

A run is a start and a list of moves, plain values fit for JSON. Playing it again from the
start gives the same, so going back is leaving the last move out, and a run that was kept is
a test of every later version.

Moves, by what ``do`` says:

* ``close``: ``step``, ``content``, and ``outcome`` or ``option``: answer the latest open action
* ``wait``: ``days``: the clock goes on, night by night
* ``event``: ``code``, and where they matter ``amount``, ``about`` and ``ending``
* ``level``: ``code``, ``value``; ``marker``: ``name``, ``value``; ``guard``: ``step``,
  ``row``, ``value``: the world is so from now on
* ``jump``: ``step``; ``pause``, ``resume``, ``retry``, ``skip``, ``stop``
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from ..dates import Calendar
from . import commands
from .checks import LONGEST_DELAY
from .commands import Command
from .decide import decide
from .definition import Definition
from .effects import Effect
from .entries import Entry
from .errors import CommandRefused
from .state import State
from .world import World

#: What a person does in a run: plain values, see the module.
RunMove = Mapping[str, Any]

#: Moves that a run may have.
MANY_MOVES = 1000

_PLAIN: dict[str, Command] = {
    "pause": commands.Pause(), "resume": commands.Resume(), "retry": commands.Retry(),
    "skip": commands.Skip(), "stop": commands.Stop(),
}


@dataclass(frozen=True, slots=True)
class Line:
    """What one move did on one day. The launch is move -1.

    :param move: its index in the run
    """

    move: int
    day: date
    entries: tuple[Entry, ...]
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True)
class Played:
    """Where a run has led.

    :param today: the day that the virtual clock shows
    :param world: the state of the world, as the moves have made it
    :param refused: (index of the move, code of the refusal) of the move that could not be
        made; those after it were not played
    """

    state: State
    today: date
    world: World
    lines: tuple[Line, ...] = ()
    refused: tuple[int, str] | None = None

    @property
    def summary(self) -> dict[str, Any]:
        """What a kept run must lead to again: the path, how it was left, where it stands."""
        visits = self.state.visits
        incident = self.state.incident
        return {
            "path": [[visit.step, visit.row] for visit in visits],
            "status": self.state.status,
            "incident": incident.code if incident else None,
        }


def play(
        definition: Definition, moves: Sequence[RunMove], start: date,
        calendar: Calendar | None = None) -> Played:
    """Play a run from its start. A move that cannot be made ends it, see :class:`Played`.

    :param definition: the tree; a draft may have problems
    :param moves: see the module; those after the first :data:`MANY_MOVES` are left out
    :param start: the day of the launch
    :param calendar: the company's
    """
    played = Played(State(), start, World(calendar=calendar))
    launch: RunMove = {"do": "launch"}
    for index, move in enumerate([launch, *moves[:MANY_MOVES]], start=-1):
        try:
            played = _make(definition, played, move, index)
        except CommandRefused as refusal:
            return replace(played, refused=(index, refusal.code))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            return replace(played, refused=(index, "unknown_move"))
    return played


def _make(definition: Definition, played: Played, move: RunMove, index: int) -> Played:
    """:return: the run after one more move"""
    kind = move["do"]
    if kind == "wait":
        return _wait(definition, played, int(move["days"]), index)
    if kind in ("level", "marker", "guard"):
        changed = replace(played, world=_change(played.world, kind, move))
        return _do(definition, changed, commands.Tick(), index)
    return _do(definition, played, _get_command(played, move, index), index)


def _wait(definition: Definition, played: Played, days: int, index: int) -> Played:
    passed = (played.today - played.lines[0].day).days  # the first line is the launch
    if not 0 < days <= LONGEST_DELAY - passed:  # night by night: a slip must not take all day
        raise ValueError(days)
    for _night in range(days):
        played = replace(played, today=played.today + timedelta(days=1))
        played = _do(definition, played, commands.Tick(), index)
    return played


def _do(definition: Definition, played: Played, command: Command, index: int) -> Played:
    now = datetime.combine(played.today, time(9))
    decision = decide(definition, played.state, command, now, played.world)
    lines = played.lines
    if decision.entries:
        lines += (Line(index, played.today, decision.entries, decision.effects),)
    return replace(played, state=decision.state, lines=lines)


def _change(world: World, kind: str, move: RunMove) -> World:
    if kind == "guard":
        at = {(move["step"], move["row"])}
        guards = world.guards | at if move["value"] else world.guards - at
        return replace(world, guards=guards)
    if kind == "level":
        return replace(world, levels={**world.levels, move["code"]: move["value"]})
    day = date.fromisoformat(move["value"]) if move["value"] else None
    return replace(world, markers={**world.markers, move["name"]: day})


def _get_command(played: Played, move: RunMove, index: int) -> Command:
    kind = move["do"]
    if kind == "launch" and index < 0:
        return commands.Launch()
    if kind == "close":
        action = _find_action(played.state, move["step"], move["content"])
        return commands.Close(
            action, move.get("outcome") or None, move.get("option") or None, commented=True)
    if kind == "event":
        return commands.Receive(
            f"dry:{index}", move["code"], float(move.get("amount") or 0),
            move.get("about") or None, move.get("ending") or None)
    if kind == "jump":
        return commands.Jump(move["step"])
    return _PLAIN[kind]


def _find_action(state: State, step: str, content: str) -> int:
    """:return: number of the latest open action of a content, else of the latest one"""
    found = [action for action in state.actions if action.content == content
             and state.step_of(action) == step]
    still = [action for action in found if action.is_open]
    return (still or found)[-1].number if found else 0
