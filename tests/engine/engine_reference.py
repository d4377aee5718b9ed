"""What the engine's words are held against: the spec, told a second time and differently.

Nothing here uses the engine's own reading of a tree or of a state: :class:`Book` reads the
history as it is stored (kinds and JSON fields), :func:`row_to_fire` and :func:`answer_to`
tell the rules in a few lines each.
"""

from __future__ import annotations

from datetime import date, timedelta

from ...engine import Joined
from .engine_trees import NOW

TODAY = NOW.date().isoformat()

#: Written by leaving or stopping: nothing may follow from them.
SILENT = ("moot", "stopped")
CLEARED_BY = {"retry": "Retry", "skip": "Skip", "jump": "Jump"}
#: By command, the statuses that allow it and a fact that it must lead to.
EXPECTED = {
    "Launch": (("new",), ("launched", {})),
    "Pause": (("running",), ("paused", {})),
    "Resume": (("paused",), ("resumed", {})),
    "Stop": (("running", "paused"), ("stopped", {})),
    "Retry": (("running",), ("incident_cleared", {"way": "retry"})),
    "Skip": (("running",), ("incident_cleared", {"way": "skip"})),
    "Jump": (("running",), None),
}


def row_to_fire(step, results):
    """The first row of a step that holds.

    :param dict results: (outcome, option) by content, of the visit's actions that have one
    """
    waited = {c.key for c in step.contents if c.required} or {c.key for c in step.contents}
    complete = waited <= results.keys()
    positive = any(outcome in ("done", "validated") for outcome, _option in results.values())
    joined = {"all": complete, "any": complete or positive, "first": bool(results)}[step.join]
    for row in step.rows:
        if isinstance(row.condition, Joined):
            met = joined
        else:
            outcome, option = results.get(row.condition.content, (None, None))
            met = outcome in row.condition.outcomes or option in row.condition.options
        if met and (joined or row.at_once):
            return row
    return None


def answer_to(content, proposal, command):
    """What a Close writes: (kind of fact, outcome, option), or None when it is refused.

    :param proposal: None while the responsible has the word, else a list with the option
        that was submitted
    """
    words = {} if proposal else {option.code: option.outcome for option in content.options}
    if command.outcome == "failed":
        return "action_closed", "failed", None
    if command.option and command.option not in words:
        return None
    outcome = command.outcome or words.get(command.option)
    if outcome in ("cancelled", "ignored"):
        return ("action_closed", outcome, None) if command.commented else None
    if words:
        fits = command.option and words[command.option] == outcome
    elif proposal or (content.validation and not content.validator):
        fits = outcome in ("validated", "refused")
    else:
        fits = outcome == "done"
    if not fits or (outcome == "refused" and not command.commented):
        return None
    if content.validation and content.validator and not proposal:
        return "action_submitted", None, command.option
    if proposal and outcome == "validated":
        return "action_closed", outcome, proposal[0]
    return "action_closed", outcome, command.option


class Book:
    """A history read fact by fact; a fact that cannot follow fails an assertion.

    :ivar actions: by number, what the facts say of each action
    """

    def __init__(self, definition):
        self.definition = definition
        self.status, self.incident, self.end_label = "new", None, ""
        self.visits, self.actions = [], {}
        self.command, self.status_before = None, "new"
        self.held = None  # the row that Skip takes, whatever the table says
        self.moves = 0  # steps entered by the command
        self.answers = 0  # results given by the command

    def begin(self, command):
        """The next facts come of this command."""
        self.command, self.status_before = type(command).__name__, self.status
        self.held, self.moves, self.answers = None, 0, 0

    def read(self, kind, fact):
        getattr(self, f"_{kind}")(**fact)

    # -- what it knows -------------------------------------------------------

    @property
    def step(self):
        return self.definition.step(self.visits[-1]["step"])

    def open_actions(self):
        return [action for action in self.actions.values() if action["state"] != "closed"]

    def here(self):
        """:return: the actions of the visit under way"""
        return [action for action in self.actions.values() if action["visit"] == len(self.visits)]

    def next_row(self):
        """:return: the row that should fire now, or None"""
        return row_to_fire(self.step, {
            action["content"]: (action["outcome"], action["option"])
            for action in self.here()
            if action["state"] == "closed" and action["outcome"] not in SILENT
        })

    def content(self, action):
        step = self.visits[action["visit"] - 1]["step"]
        return self.definition.step(step).content(action["content"])

    def expected(self, command):
        """:return: a fact that the command must lead to, or None when it is to be refused"""
        name = type(command).__name__
        if name == "Close":
            return self._expected_answer(command)
        if name in ("Retry", "Skip") and not self.incident:
            return None
        if name == "Jump" and not self.definition.step(command.step):
            return None
        statuses, fact = EXPECTED[name]
        if self.status not in statuses:
            return None
        return fact or ("visit_entered", {"step": command.step})

    def _expected_answer(self, command):
        action = self.actions.get(command.action)
        if not action or action["state"] == "closed":
            return None
        proposal = [action["option"]] if action["state"] == "validating" else None
        answer = answer_to(self.content(action), proposal, command)
        if not answer:
            return None
        kind, outcome, option = answer
        fact = {"action": command.action, "option": option}
        return kind, fact | ({"outcome": outcome} if outcome else {})

    # -- facts ---------------------------------------------------------------

    def _launched(self):
        assert self.status == "new"
        self.status = "running"

    def _visit_entered(self, visit, step, date):
        assert self.status == "running" and not self.incident
        assert visit == len(self.visits) + 1, "visits are numbered without a gap"
        assert all(past["is_left"] for past in self.visits), "two visits at once"
        assert not any(
            action["keep"] and action["outcome"] in SILENT for action in self.actions.values()
        ), "what is kept stays open until an end"
        if self.visits and self.visits[-1]["row"]:
            assert self._row_taken().target.step == step, "not where the row leads"
        assert date == TODAY
        self.visits.append({
            "number": visit, "step": step, "entered_on": date, "is_left": False, "row": None,
            "given_back": ()})
        times = sum(past["step"] == step for past in self.visits)
        by_person = self.command == "Jump" or self.held
        assert by_person or times <= self.step.max_visits, "entered too often"
        self._hand_over()

    def _hand_over(self):
        """A person's jump or skip is one move; those that follow are the table's."""
        self.moves += 1
        self.held = None
        if self.command == "Jump":
            self.command = "after Jump"

    def _visit_left(self, visit, step, row):
        current = self.visits[-1]
        assert (visit, step) == (current["number"], current["step"])
        assert not current["is_left"], "left twice"
        assert self.status_before != "paused" or self.command in ("Stop", "Resume")
        assert all(a["keep"] for a in self.here() if a["state"] != "closed"), "left open"
        if row is None:
            assert self.command in ("Jump", "Stop"), "left without a row"
        else:
            due = self.held or (self.next_row() and self.next_row().key)
            assert row == due, f"row {due} should have fired, not {row}"
        current.update(is_left=True, row=row)

    def _row_taken(self):
        return next(row for row in self.step.rows if row.key == self.visits[-1]["row"])

    def _action_created(self, action, visit, step, content, **fields):
        assert self.status == "running" and not self.visits[-1]["is_left"]
        assert action == len(self.actions) + 1, "actions are numbered without a gap"
        assert (visit, step) == (len(self.visits), self.step.key)
        asked = self.step.content(content)
        assert date.fromisoformat(fields["date"]) == NOW.date() + timedelta(days=asked.delay)
        assert (fields["required"], fields["keep"]) == (asked.required, asked.keep)
        self.actions[action] = {
            "number": action, "visit": visit, "content": content, "state": "todo",
            "required": asked.required, "keep": asked.keep, "outcome": None, "option": None,
            "due": fields["due"], "closed_on": None, "lost": False, "day": fields["date"],
            "moved_on": None,
        }

    def _action_submitted(self, action, option):
        assert self.actions[action]["state"] == "todo"
        self._answer()
        self.actions[action].update(state="validating", option=option)

    def _action_closed(self, action, outcome, option, date, lost):
        assert date == TODAY and not lost
        assert self.actions[action]["state"] != "closed", "closed twice"
        if outcome not in SILENT:
            self._answer()
        self.actions[action].update(
            state="closed", outcome=outcome, option=option, closed_on=date)

    def _answer(self):
        self.answers += 1
        assert self.command == "Close" and self.answers == 1, "a result that nobody gave"

    def _paused(self, date):
        assert date == TODAY
        assert self.status == "running"
        self.status = "paused"

    def _resumed(self):
        assert self.status == "paused"
        self.status = "running"

    def _ended(self, label):
        assert self.status == "running" and self.visits[-1]["is_left"]
        assert self._row_taken().target.label == label
        assert not self.open_actions(), "an end leaves nothing open"
        self.status, self.end_label = "done", label

    def _stopped(self):
        assert self.command == "Stop" and self.visits[-1]["is_left"]
        assert not self.open_actions(), "a stop leaves nothing open"
        self.status, self.incident = "stopped", None

    def _incident_raised(self, code, step, row):
        assert self.status == "running" and not self.incident and step == self.step.key
        held = self.next_row()
        assert (held and held.key) == row
        if code == "max_visits":
            target = self.definition.step(held.target.step)
            times = sum(visit["step"] == target.key for visit in self.visits)
            assert times >= target.max_visits, "an incident without a cause"
        elif code == "stuck":
            assert all(action["state"] == "closed" for action in self.here())
        else:
            assert code == "runaway" and self.moves >= 25
        self.incident = {"code": code, "row": row}

    def _incident_cleared(self, way):
        assert self.incident and self.command == CLEARED_BY[way]
        self.held = self.incident["row"] if way == "skip" else None
        self.incident = None
