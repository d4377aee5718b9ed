"""One sequence, day by day, in a world that a test changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

from odoo.tests import BaseCase

from ...engine import (
    Base,
    Close,
    Deadline,
    Delay,
    End,
    Goto,
    Joined,
    Launch,
    LaunchChild,
    Migrate,
    Receive,
    Row,
    State,
    World,
    decide,
    entry_from_dict,
    entry_to_dict,
    replay,
)
from .engine_trees import row, tree

DEFAULT = row("default", end="Default")


def march(day):
    return date(2026, 3, day)


def after(days, key="late", *, base=None, unit="days", nature="internal", guarded=False,
          at_once=True, goto=""):
    """A row that holds once so many units have passed."""
    condition = Deadline(Delay(days, unit), base or Base(), nature)
    return Row(key, condition, Goto(goto) if goto else End("Late"), at_once, guarded)


SERVED = Base("marker", "served")


class Course:
    """A sequence on a tree, day by day, in a world that a test changes."""

    def __init__(self, *steps, on=2, **world):
        self.definition = tree(*steps)
        self.state, self.history, self.effects = State(), [], []
        self.world = World(**world)
        self.do(on, Launch())

    def do(self, day, *commands, **world):
        """Do something on a day: a day of March, or a date."""
        day = march(day) if isinstance(day, int) else day
        self.world = replace(self.world, **world)
        for command in commands:
            decision = decide(
                self.definition, self.state, command, datetime.combine(day, time(9)), self.world)
            self.state = decision.state
            self.history += [entry_to_dict(entry) for entry in decision.entries]
            self.effects += decision.effects

    def close(self, day, key, outcome="done"):
        self.do(day, Close(self.action(key).number, outcome, commented=True))

    def move(self, day, *steps, anew=False, **world):
        """Go on by another version."""
        self.definition = replace(self.definition, version=2, steps=steps)
        self.do(day, Migrate(1, anew), **world)

    def action(self, key):
        return [action for action in self.state.actions if action.content == key][-1]

    def due(self, key="late"):
        """:return: last day of a row's deadline, None where it has none"""
        running = self.state.deadline(key)
        return running and date.fromisoformat(running.due)

    @property
    def path(self):
        return [visit.step for visit in self.state.visits]


class CourseCase(BaseCase):

    def assertStands(self, course, status="running", *path):
        self.assertEqual(course.state.status, status)
        if path:
            self.assertEqual(course.path, list(path))
        self.assertEqual(course.state, replay(
            entry_from_dict(kind, data) for kind, data in course.history))

    def assertIncident(self, course, code):
        self.assertIsNotNone(course.state.incident)
        self.assertEqual(course.state.incident.code, code)


def child_row(key, template, goto, wait):
    return Row(key, Joined(), LaunchChild(template, goto, wait))


def ended(key, template, ending=None):
    return Receive(key, "child_ended", 0.0, template, ending)
