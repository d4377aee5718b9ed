"""Random courses of a sequence: trees with all that a tree may hold, worlds, days and commands.

A course is drawn from one number by Python's own generator, as drawing each choice by hypothesis
would take a hundred times as long. What fails is made shorter by :func:`shorten`: the fewest
commands that still fail.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from ...engine import (
    AddAction,
    Base,
    Calendar,
    Close,
    CommandRefused,
    Content,
    Deadline,
    Definition,
    Delay,
    End,
    EndAsSwitched,
    Event,
    Fail,
    Goto,
    Joined,
    Jump,
    Launch,
    LaunchChild,
    Level,
    Migrate,
    Move,
    Option,
    Outcome,
    Pause,
    Receive,
    Resume,
    Retry,
    Row,
    Skip,
    State,
    Step,
    Stop,
    Switch,
    Tick,
    Truce,
    World,
    decide,
    entry_from_dict,
    entry_to_dict,
)

START = date(2026, 3, 2)
STEPS = ("s1", "s2", "s3")
CONTENTS = ("a", "b", "c")
EVENTS = ("payment", "manual:x", "child_ended")
TEMPLATES = ("T1", "T2")
ENDINGS = ("Paid", "stopped")
MARKERS = ("m1", "m2")
OUTCOMES = ("done", "validated", "refused", "cancelled", "ignored", "expired", "failed")
WINTER = Truce(11, 1, 3, 31)


@dataclass(frozen=True)
class Turn:
    """One command of a course, with the day and the world that it finds."""

    command: object
    day: date
    world: World
    definition: Definition


@dataclass(frozen=True)
class Done:
    """A turn that was accepted.

    :ivar facts: its entries as histories hold them, as (kind, data)
    :ivar states: what the history gives before each fact, and after the last
    """

    turn: Turn
    before: State
    after: State
    facts: list
    effects: tuple
    states: list


class Reader:
    """Reads one course from its beginning. What cannot be is an AssertionError."""

    def read(self, done):
        """:param Done done: an accepted turn"""

    def refuse(self, turn, state, refusal):
        """:param CommandRefused refusal: of that turn, in this state"""


# -- trees ---------------------------------------------------------------------


def draw_tree(random, version=1):
    """:return: a tree that may have any problem but a target that does not exist"""
    keys = STEPS if random.random() < 0.9 else STEPS[:2]
    return Definition(
        "TREE", version, tuple(_draw_step(random, key, keys) for key in keys),
        {"officer": "internal"}, frozenset(MARKERS))


def _draw_step(random, key, keys):
    contents = tuple(
        _draw_content(random, name) for name in CONTENTS if random.random() < 0.5)
    rows = [_draw_row(random, f"r{number}", keys) for number in range(random.randrange(5))]
    if random.random() < 0.8:
        rows.append(Row("default", Joined(), _draw_target(random, keys)))
    return Step(key, contents, tuple(rows), random.choice(("all", "any", "first")),
                random.choice((1, 3, 30)))


def _draw_content(random, key):
    options = random.choice(((), (), (Option("yes"), Option("no", "refused"))))
    validation = random.random() < 0.3
    return Content(
        key, "officer", random.random() < 0.6, random.random() < 0.2,
        random.choice((0, 0, 10)), validation,
        "head" if validation and random.random() < 0.7 else None, options,
        random.choice((0, 3, 20)), random.random() < 0.3, random.random() < 0.3)


def _draw_row(random, key, keys):
    return Row(key, _draw_condition(random), _draw_target(random, keys), random.random() < 0.6,
               random.random() < 0.2)


def _draw_condition(random):
    kind = random.randrange(7)
    if kind == 0:
        return Joined(random.random() < 0.7)
    if kind == 1:
        some = frozenset(random.sample(OUTCOMES, random.randrange(3)))
        return Outcome(random.choice(CONTENTS), some, frozenset(random.sample(("yes", "no"), 1)))
    if kind == 2:
        code, child = random.choice(EVENTS), random.random() < 0.5
        return Event(
            code, random.choice(("visit", "launch")), random.choice((0.0, 100.0)),
            random.choice(TEMPLATES) if child and code == "child_ended" else None,
            random.choice(ENDINGS) if child and code == "child_ended" else None)
    if kind == 3:
        return random.choice((Level("settled"), Level("balance", 50.0)))
    unit = random.choice((
        "days", "days", "days", "weeks", "months", "working_days", "business_days"))
    base = random.choice((Base(), Base("action", random.choice(CONTENTS)),
                          Base("marker", random.choice(MARKERS))))
    return Deadline(
        Delay(random.choice((0, 1, 3, 10)), unit, random.random() < 0.1), base,
        random.choice(("internal", "internal", "legal")), WINTER if random.random() < 0.1 else None)


def _draw_target(random, keys):
    kind = random.randrange(8)
    if kind == 0:
        return End(random.choice(("Paid", "Lost")))
    if kind == 1:
        return Switch(random.choice(TEMPLATES))
    if kind <= 3:
        return LaunchChild(
            random.choice(TEMPLATES), random.choice(keys), random.random() < 0.7)
    return Goto(random.choice(keys))


# -- moves ---------------------------------------------------------------------


def draw_turn(random, state, last):
    """:return: the move after ``last``: mostly one that fits"""
    day = last.day + timedelta(days=random.choice((0, 0, 0, 1, 1, 2, 5, 9, 40, -1, -7)))
    world = _change_world(random, last.world, day) if random.random() < 0.4 else last.world
    definition = last.definition
    command = _draw_command(random, state, day)
    if isinstance(command, Migrate):
        definition = draw_tree(random, definition.version + 1)
    return Turn(command, day, world, definition)


def _change_world(random, world, day):
    kind = random.randrange(4)
    if kind == 0:
        value = random.choice((None, *(day + timedelta(days=n) for n in (-9, -1, 0, 1, 12))))
        return replace(world, markers={**world.markers, random.choice(MARKERS): value})
    if kind == 1:
        key = random.choice(STEPS), f"r{random.randrange(5)}"
        return replace(world, guards=world.guards ^ {key})
    if kind == 2:
        return replace(world, levels={
            "settled": random.random() < 0.2, "balance": random.choice((None, 20.0, 50.0, 90.0))})
    soon, later = day + timedelta(days=2), day + timedelta(days=7)
    return replace(world, calendar=random.choice((
        None, Calendar(), Calendar(closures=((soon, later),)))))


def _draw_command(random, state, day):
    if state.status == "new":
        return Launch()
    if state.incident and random.random() < 0.5:
        return random.choice((Retry(), Skip(), Skip(), Jump(random.choice(STEPS))))
    if state.status == "paused" and random.random() < 0.3:
        return Resume()
    if state.open_actions and random.random() < 0.4:
        return _draw_close(random, state)
    if state.waiting and random.random() < 0.4:
        return _draw_event(random, "child_ended")
    number = random.randrange(24)
    if number < 8:
        return Tick()
    if number < 12:
        return _draw_event(random, random.choice(EVENTS))
    if number < 15:
        return Pause()
    if number == 15:
        return Migrate(1, random.random() < 0.5)
    some_day = (day + timedelta(days=random.randrange(30))).isoformat()
    return random.choice((
        Jump(random.choice(STEPS)),
        AddAction(some_day, random.choice((None, some_day)), random.random() < 0.5),
        Move(random.randrange(1, 6), random.choice((None, some_day))), Fail(None), Retry(), Skip(),
        Resume(), Launch(), Close(99, "done"),
        *([Stop(), EndAsSwitched("T1")] if random.random() < 0.2 else [])))


def _draw_close(random, state):
    action = random.choice(state.open_actions)
    outcome = random.choice((None, *OUTCOMES, "done", "done", "validated", "settled"))
    return Close(action.number, outcome, random.choice((None, None, "yes", "no")),
                 random.random() < 0.9, random.random() < 0.2)


def _draw_event(random, code):
    child = code == "child_ended"
    return Receive(
        f"{code}:{random.randrange(40)}", code, random.choice((0.0, 50.0, 100.0)),
        random.choice(TEMPLATES) if child else None,
        random.choice((*ENDINGS, None)) if child else None)


# -- courses -------------------------------------------------------------------


def run_course(number, reader, length=16):
    """Play a random course.

    :param number: each gives another course, and the same one always; or what draws it
    :param reader: class of its :class:`Reader`
    :raise AssertionError: what the reader said, with the shortest course that it says it of
    """
    random = Random(number) if isinstance(number, int) else number
    state, reading, turns = State(), reader(), []
    last = Turn(None, START, World(), draw_tree(random))
    for _turn in range(length):
        known, last = last.definition, draw_turn(random, state, last)
        turns.append(last)
        before = state
        try:
            state = play_turn(state, last, reading)
        except AssertionError as error:
            shortest = shorten(turns, reader)
            raise AssertionError(f"course {number}: {error!r}\n{describe(shortest)}") from error
        if state is before:  # refused: it stays with its version
            last = replace(last, definition=known)


def play_turn(state, turn, reading):
    """:return: the state after it"""
    now = datetime.combine(turn.day, time(9))
    try:
        decision = decide(turn.definition, state, turn.command, now, turn.world)
    except CommandRefused as refusal:
        reading.refuse(turn, state, refusal)
        return state
    again = decide(turn.definition, state, turn.command, now, turn.world)
    assert again == decision, "decided twice, not the same"
    facts = json.loads(json.dumps([entry_to_dict(entry) for entry in decision.entries]))
    states = [state]
    for kind, data in facts:
        states.append(entry_from_dict(kind, data).apply(states[-1]))
    assert states[-1] == decision.state, "the history gives another state"
    reading.read(Done(turn, state, decision.state, facts, decision.effects, states))
    return decision.state


def shorten(turns, reader):
    """:return: the fewest of these turns that the reader still complains of"""
    for index in reversed(range(len(turns))):
        fewer = turns[:index] + turns[index + 1:]
        state, reading = State(), reader()
        try:
            for turn in fewer:
                state = play_turn(state, turn, reading)
        except AssertionError:
            return shorten(fewer, reader)
        except (KeyError, StopIteration):
            continue
    return turns


def describe(turns):
    """:return: text: the trees, and what was done day by day"""
    lines, tree, state = [], None, State()
    for turn in turns:
        if turn.definition != tree:
            tree = turn.definition
            lines += [repr(step) for step in tree.steps]
        lines.append(f"{turn.day} {turn.command} {turn.world}")
        try:
            decision = decide(tree, state, turn.command, datetime.combine(turn.day, time(9)),
                              turn.world)
        except CommandRefused as refusal:
            lines.append(f"    {refusal}")
            continue
        state = decision.state
        lines += [f"    {entry}" for entry in decision.entries]
    return "\n".join(lines)
