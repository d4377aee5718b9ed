"""A sequence played by hand, in memory: what a tree does, before any customer is in it.

A run is a start and a list of moves, plain values fit for JSON. Playing it again from the
start gives the same, so going back is leaving the last move out, and a run that was kept is
a test of every later version.

Moves, by what ``do`` says:

* ``close``: ``step``, ``content``, and ``outcome`` or ``option``: answer the latest open action
* ``wait``: ``days``: the clock goes on, night by night
* ``event``: ``code``, and where they matter ``amount`` and ``about``
* ``level``: ``code``, ``value``; ``marker``: ``name``, ``value``; ``guard``: ``step``,
  ``row``, ``value``: the world is so from now on
* ``jump``: ``step``; ``pause``, ``resume``, ``retry``, ``skip``, ``stop``
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from . import commands
from .conditions import Facts
from .decide import decide
from .errors import CommandRefused
from .state import State

#: The clock moves night by night, so a slip of the pen must not take all day.
LONGEST_WAIT = 3660
#: Moves that a run may have.
MANY_MOVES = 1000

_PLAIN = {
    "pause": commands.Pause, "resume": commands.Resume, "retry": commands.Retry,
    "skip": commands.Skip, "stop": commands.Stop,
}


@dataclass(frozen=True, slots=True)
class Line:
    """What one move did on one day. The launch is move -1.

    :param move: its index in the run
    """

    move: int
    day: date
    entries: tuple
    effects: tuple = ()


@dataclass(frozen=True, slots=True)
class Played:
    """Where a run has led.

    :param today: the day that the virtual clock shows
    :param refused: (index of the move, code of the refusal) of the move that could not be
        made; those after it were not played
    """

    state: State
    today: date
    facts: Facts
    lines: tuple[Line, ...] = ()
    refused: tuple[int, str] | None = None

    @property
    def summary(self):
        """What a kept run must lead to again: the path, how it was left, where it stands."""
        visits = self.state.visits
        incident = self.state.incident
        return {
            "path": [[visit.step, visit.row] for visit in visits],
            "status": self.state.status,
            "incident": incident.code if incident else None,
        }


def play(definition, moves, start, calendar=None):
    """Play a run from its start.

    :param Definition definition: the tree; a draft may have problems
    :param moves: list of dicts, see the module
    :param date start: the day of the launch
    :param Calendar calendar: the company's
    :return: :class:`Played`
    """
    played = Played(State(), start, Facts(calendar=calendar))
    for index, move in enumerate([{"do": "launch"}, *moves[:MANY_MOVES]], start=-1):
        try:
            played = _make(definition, played, move, index)
        except CommandRefused as refusal:
            return replace(played, refused=(index, refusal.code))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            return replace(played, refused=(index, "unknown_move"))
    return played


def _make(definition, played, move, index):
    """:return: the run after one more move"""
    kind = move["do"]
    if kind == "wait":
        return _wait(definition, played, int(move["days"]), index)
    if kind in ("level", "marker", "guard"):
        changed = replace(played, facts=_change(played.facts, kind, move))
        return _do(definition, changed, commands.Tick(), index)
    return _do(definition, played, _get_command(played, move, index), index)


def _wait(definition, played, days, index):
    if not 0 < days <= LONGEST_WAIT:
        raise ValueError(days)
    for _night in range(days):
        played = replace(played, today=played.today + timedelta(days=1))
        played = _do(definition, played, commands.Tick(), index)
    return played


def _do(definition, played, command, index):
    now = datetime.combine(played.today, time(9))
    decision = decide(definition, played.state, command, now, played.facts)
    lines = played.lines
    if decision.entries:
        lines += (Line(index, played.today, decision.entries, decision.effects),)
    return replace(played, state=decision.state, lines=lines)


def _change(facts, kind, move):
    if kind == "guard":
        at = {(move["step"], move["row"])}
        guards = facts.guards | at if move["value"] else facts.guards - at
        return replace(facts, guards=guards)
    if kind == "level":
        return replace(facts, levels={**facts.levels, move["code"]: move["value"]})
    day = date.fromisoformat(move["value"]) if move["value"] else None
    return replace(facts, markers={**facts.markers, move["name"]: day})


def _get_command(played, move, index):
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
            move.get("about") or None)
    if kind == "jump":
        return commands.Jump(move["step"])
    return _PLAIN[kind]()


def _find_action(state, step, content):
    """:return: number of the latest open action of a content, else of the latest one"""
    found = [action for action in state.actions if action.content == content
             and state.visits[action.visit - 1].step == step]
    still = [action for action in found if action.is_open]
    return (still or found)[-1].number if found else 0
