"""Builders, and random trees and commands, for the tests of the decision engine.

By hand, a tree reads like its decision table::

    tree(
        step(
            "serve",
            content("deed"),
            row("refused", when=result("deed", "refused"), goto="serve", at_once=True),
            row("default", end="Served"),
        ),
    )

:func:`valid_trees` and :func:`commands_for` are hypothesis strategies.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hypothesis import strategies as st

from ...engine import (
    Close,
    Content,
    Definition,
    End,
    Goto,
    Joined,
    Jump,
    Launch,
    Option,
    Outcome,
    Pause,
    Resume,
    Retry,
    Row,
    Skip,
    State,
    Step,
    Stop,
    decide,
)

#: The moment of every command: what the engine decides must not depend on a real clock.
NOW = datetime(2026, 3, 2, 9, 30)

# -- by hand -------------------------------------------------------------------


def content(key, function="officer", **fields):
    return Content(key, function, **fields)


def option(code, outcome="done"):
    return Option(code, outcome)


def result(key, *outcomes, options=()):
    """Condition: the content's action closed with one of these outcomes or options."""
    return Outcome(key, frozenset(outcomes), frozenset(options))


def row(key, *, goto=None, end="", when=None, at_once=False):
    """A row; without ``when`` it holds as soon as the step is joined."""
    return Row(key, when or Joined(), Goto(goto) if goto else End(end), at_once)


def step(key, *parts, **fields):
    """A step of contents and rows, each in the order given."""
    contents = tuple(part for part in parts if isinstance(part, Content))
    rows = tuple(part for part in parts if isinstance(part, Row))
    return Step(key, contents, rows, **fields)


def tree(*steps, **kinds):
    """A tree of steps; ``kinds`` are those of its functions, by code."""
    return Definition("TREE", steps=steps, kinds=kinds)


class Walk:
    """A sequence walked by hand through a tree, with all that was said on the way."""

    def __init__(self, *steps):
        self.definition = tree(*steps)
        self.state = State()
        self.entries = []
        self.effects = []
        self.do(Launch())

    def do(self, *commands):
        """Carry out commands. :return: the last one's decision"""
        for command in commands:
            decision = decide(self.definition, self.state, command, NOW)
            self.state = decision.state
            self.entries += decision.entries
            self.effects += decision.effects
        return decision

    def close(self, key, outcome=None, option=None, commented=True):
        """Close the latest action of a content. :return: the decision"""
        return self.do(Close(self.action(key).number, outcome, option, commented))

    def action(self, key):
        """:return: the latest action of a content"""
        return [action for action in self.state.actions if action.content == key][-1]

    @property
    def path(self):
        """The steps entered, in order."""
        return [visit.step for visit in self.state.visits]


# -- random trees --------------------------------------------------------------

OUTCOMES = ("done", "validated", "refused", "cancelled", "ignored", "failed", "expired", "moot")
_YES_NO = (Option("yes"), Option("no", "refused"))
_THREE = (Option("served"), Option("agreed", "validated"), Option("late", "refused"))

#: How an action may have to be closed. A validator without validation has no say.
_WAYS = (
    {},
    {"validation": True},
    {"validation": True, "validator": "head"},
    {"options": _YES_NO},
    {"options": _THREE, "validation": True},
    {"options": _THREE, "validation": True, "validator": "head"},
    {"options": _YES_NO, "validation": True, "validator": "head"},
    {"validator": "head"},
)


@st.composite
def _contents(draw, key):
    required, keep = draw(st.booleans()), draw(st.sampled_from((False, False, True)))
    delay = draw(st.sampled_from((0, 1, 30)))
    return Content(key, "officer", required, keep, delay, **draw(st.sampled_from(_WAYS)))


def closings(asked, validating=False):
    """:return: what may be answered to a content, as (outcome, option)"""
    by_decision = [("cancelled", None), ("ignored", None), ("failed", None)]
    if validating or (asked.validation and not asked.validator and not asked.options):
        return [("validated", None), ("refused", None), *by_decision]
    if asked.options:
        chosen = [(None, option.code) for option in asked.options]
        return [*chosen, *((option.outcome, option.code) for option in asked.options), *by_decision]
    return [("done", None), *by_decision]


@st.composite
def _conditions(draw, contents):
    """A condition that an action of the step, or now and then its join, can meet."""
    if not draw(st.integers(0, 9)):
        return Joined()
    asked = draw(st.sampled_from(contents))
    if asked.options and draw(st.booleans()):
        codes = [option.code for option in asked.options]
        return Outcome(asked.key, options=frozenset({draw(st.sampled_from(codes))}))
    judged = bool(asked.validation and asked.validator)
    possible = sorted({word for word, _code in closings(asked, judged) if word})
    return Outcome(asked.key, draw(st.frozensets(st.sampled_from(possible), min_size=1)))


@st.composite
def valid_trees(draw):
    """Trees that may be published.

    Each step but the first has a row of an earlier step that leads to it, and each default
    row goes forward or ends: all is reachable and reaches an end. More rows go anywhere.
    """
    keys = [f"s{number}" for number in range(draw(st.integers(1, 8)))]
    led_to = {key: [] for key in keys}
    for number in range(1, len(keys)):
        led_to[keys[draw(st.integers(0, number - 1))]].append(Goto(keys[number]))
    ends = [End("paid"), End("given up")]
    anywhere = st.lists(st.sampled_from([*map(Goto, keys), *ends]), max_size=2)
    steps = []
    for number, key in enumerate(keys):
        onward = st.sampled_from([*map(Goto, keys[number + 1:]), ends[0]])
        steps.append(draw(_steps(key, [*led_to[key], *draw(anywhere)], draw(onward))))
    return Definition("RANDOM", steps=tuple(steps), kinds={"officer": "internal"})


@st.composite
def _steps(draw, key, targets, onward):
    contents = [draw(_contents(f"{key}.{index}")) for index in range(draw(st.integers(1, 4)))]
    rows = [
        Row(f"r{index}", draw(_conditions(contents)), target, at_once=draw(st.booleans()))
        for index, target in enumerate(targets)
    ]
    default = Row("default", Joined(), onward)
    # mostly last; elsewhere it hides the rows when joined below it: routing must not mind
    rows.insert(draw(st.sampled_from((len(rows), len(rows), 0))), default)
    join = draw(st.sampled_from(("all", "any", "first")))
    return Step(key, tuple(contents), tuple(rows), join, draw(st.sampled_from((1, 2, 3))))


# -- random commands -----------------------------------------------------------


@st.composite
def commands_for(draw, state, definition):
    """Commands for where a sequence stands: mostly fitting, some to be refused."""
    if state.status == "new" and draw(st.integers(0, 9)):
        return Launch()
    halted = state.incident or state.status == "paused"
    turn = draw(st.integers(0, 15))
    if state.open_actions and turn < (6 if halted else 11):
        return draw(st.sampled_from(_fitting(state, definition)))
    if turn in (11, 12, 13):
        return draw(_spoilt(state, definition))
    return draw(st.sampled_from(_steering(state, definition)))


def _fitting(state, definition):
    """:return: all the answers that the open actions allow"""
    return [
        Close(action.number, outcome, code, commented=True)
        for action in state.open_actions
        for outcome, code in closings(
            _content(action, definition), validating=action.state == "validating")
    ]


def _content(action, definition):
    """:return: the content of an action; its key begins with its step's"""
    return definition.step(action.content.split(".")[0]).content(action.content)


@st.composite
def _spoilt(draw, state, definition):
    """An answer of which one thing was changed: it may no longer fit."""
    fitting = _fitting(state, definition) or [Close(len(state.actions), "done", commented=True)]
    field, values = draw(st.sampled_from((
        ("commented", (False,)),
        ("action", range(len(state.actions) + 2)),
        ("outcome", (None, *OUTCOMES)),
        ("option", (None, "nonsense", "no", "agreed")),
    )))
    return replace(draw(st.sampled_from(fitting)), **{field: draw(st.sampled_from(values))})


def _steering(state, definition):
    """:return: what a person may do besides closing; what fits the moment comes first"""
    jumps = [Jump(step.key) for step in definition.steps]
    others = [Stop(), Launch(), Resume(), Retry(), Skip(), Jump("nowhere")]
    if state.incident and state.status == "running":
        return [Skip(), Retry()] * 4 + [Pause()] * 4 + jumps + others
    if state.status == "paused":
        return [Resume()] * 9 + [*jumps[:1], *others]
    return [Pause()] * 4 + jumps + others
