"""What random courses held, and what of it happened: the proof that they are wide."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from ...engine import Deadline, Event, Goto, Joined, LaunchChild, Level, Outcome
from ...engine.dates import UNITS
from ...engine.sequence.commands import Command
from ...engine.sequence.conditions import JOINS, NATURES
from ...engine.sequence.entries import KINDS
from ...engine.sequence.state import INCIDENTS

#: What a row can be, each to be drawn and to fire.
ROWS = (
    "joined", "joined positively", "outcome", "option",
    "event since visit", "event since launch", "event of an amount", "event noted by hand",
    "end of a child", "end of this child", "end like this",
    "level", "level below",
    "deadline since visit", "deadline since action", "deadline since marker",
    *(f"deadline in {unit}" for unit in UNITS), *(f"deadline {nature}" for nature in NATURES),
    "deadline of no day", "procedural deadline", "deadline with truce",
    "guarded", "at once", "when joined",
    "Goto", "End", "Switch", "child waited for", "child not waited for",
)
#: What a content can be, each to be drawn and to be answered.
CONTENTS = (
    "required", "optional", "kept", "to come", "validated", "validated by another", "options",
    "with a deadline", "expiring", "refusable", "added by hand",
)
#: How a step can be joined, and that it has no content.
STEPS = (*(f"join {join}" for join in JOINS), "nothing asked")
COMMANDS = tuple(kind.__name__ for kind in Command.__args__)
#: Why a command can be refused, but that its tree is empty.
REFUSALS = (
    "wrong_status", "unknown_action", "already_closed", "unknown_step", "no_visit", "no_incident",
    "nothing_to_skip_to", "unknown_option", "option_missing", "unknown_outcome",
    "comment_missing",
)
WORLDS = ("clock set back", "clock far ahead", "migration in a pause", "resumed with an incident")


class Tally:
    """Counts over many courses, each by what was drawn and what happened."""

    def __init__(self):
        self.courses, self.drawn, self.happened = 0, Counter(), Counter()
        self.last = None

    def find_missing(self):
        """:return: dict of the kinds that were never drawn (0) or drawn and never happened"""
        return {
            kind: self.drawn[kind] for kind in (
                *ROWS, *CONTENTS, *STEPS, *COMMANDS, *REFUSALS, *KINDS, *INCIDENTS, *WORLDS)
            if not self.happened[kind]}

    def describe(self):
        """:return: text: how often each kind happened"""
        return f"{self.courses} courses: " + ", ".join(
            f"{kind} {count}" for kind, count in sorted(self.happened.items()) if count)

    def refuse(self, turn, state, refusal):
        self._draw(turn)
        self.happened[refusal.code] += 1

    def read(self, done):
        self._draw(done.turn)
        self.happened[type(done.turn.command).__name__] += 1
        for index, (kind, data) in enumerate(done.facts):
            self.happened[kind] += 1
            look = getattr(self, f"_see_{kind}", None)
            if look:
                look(done, done.states[index], data)
        if self.last and self.last.definition is done.turn.definition:
            days = (done.turn.day - self.last.day).days
            self.happened["clock set back"] += days < 0
            self.happened["clock far ahead"] += days >= 40
        self.last = done.turn

    def _draw(self, turn):
        self.drawn[type(turn.command).__name__] += 1
        if turn.command and type(turn.command).__name__ in ("Launch", "Migrate"):
            for step in turn.definition.steps:
                self.drawn.update(describe_step(step))
                for row in step.rows:
                    self.drawn.update(describe_row(row))
                for content in step.contents:
                    self.drawn.update(describe_content(content))

    # -- what happened -------------------------------------------------------------

    def _see_launched(self, done, before, data):
        self.courses += 1

    def _see_visit_left(self, done, before, data):
        step = done.turn.definition.step(data["step"])
        if step and step.row(data["row"]):
            self.happened.update(describe_row(step.row(data["row"])))
            self.happened.update(describe_step(step))

    def _see_action_closed(self, done, before, data):
        action = before.action(data["action"])
        step = done.turn.definition.step(before.step_of(action))
        content = step and step.content(action.content)
        if content:
            self.happened.update(describe_content(content))
        elif not data["lost"]:
            self.happened["added by hand"] += 1

    def _see_incident_raised(self, done, before, data):
        self.happened[data["code"]] += 1

    def _see_migrated(self, done, before, data):
        self.happened["migration in a pause"] += before.status == "paused"

    def _see_resumed(self, done, before, data):
        self.happened["resumed with an incident"] += before.incident is not None


def describe_step(step):
    return (f"join {step.join}", *(("nothing asked",) if not step.contents else ()))


@lru_cache(4096)
def describe_content(content):
    own = content.validation and not content.validator
    return tuple(name for name, held in {
        "required": content.required, "optional": not content.required, "kept": content.keep,
        "to come": content.delay, "validated": own,
        "validated by another": content.validation and content.validator,
        "options": content.options, "with a deadline": content.deadline,
        "expiring": content.expires and content.deadline, "refusable": content.refusable,
    }.items() if held)


@lru_cache(16384)
def describe_row(row):
    target = row.target
    if isinstance(target, LaunchChild):
        leads = "child waited for" if target.wait else "child not waited for"
    else:
        leads = "Goto" if isinstance(target, Goto) else type(target).__name__
    return (
        *_DESCRIBE[type(row.condition)](row.condition), leads,
        "at once" if row.at_once else "when joined", *(("guarded",) if row.guarded else ()))


def _describe_joined(wait):
    return ("joined positively" if wait.positive else "joined",)


def _describe_outcome(wait):
    return tuple(name for name, held in (
        ("outcome", wait.outcomes), ("option", wait.options)) if held)


def _describe_event(wait):
    return (f"event since {wait.since}", *(name for name, held in (
        ("event of an amount", wait.minimum),
        ("event noted by hand", wait.code.startswith("manual:")),
        ("end of a child", wait.code == "child_ended"),
        ("end of this child", wait.about), ("end like this", wait.ending)) if held))


def _describe_level(wait):
    return ("level" if wait.below is None else "level below",)


def _describe_deadline(wait):
    return (
        f"deadline since {wait.base.kind}", f"deadline in {wait.delay.unit}",
        f"deadline {wait.nature}", *(name for name, held in (
            ("deadline of no day", not wait.delay.amount),
            ("procedural deadline", wait.delay.procedural),
            ("deadline with truce", wait.truce)) if held))


_DESCRIBE = {
    Joined: _describe_joined, Outcome: _describe_outcome, Event: _describe_event,
    Level: _describe_level, Deadline: _describe_deadline,
}
