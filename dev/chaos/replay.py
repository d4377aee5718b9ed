"""What a sequence's history says of it: the auditor's own reading of the rows.

Each kind of row is read as the documentation of the trace describes it, with no code of the
product; the result is compared with what is stored.
"""

OPEN = ("running", "paused")


class Replayed:
    """A sequence as its history tells it: plain dicts, from the first row to the last."""

    def __init__(self):
        self.state, self.incident, self.waiting, self.paused_on = "new", None, None, None
        self.visits, self.actions, self.timers, self.events = {}, {}, {}, {}
        self.fired, self.faults = {}, []

    def read(self, kind, data):
        """Read a row; those of other kinds tell nothing of the sequence's state."""
        reader = getattr(self, f"read_{kind}", None)
        if reader:
            reader(**data)

    # -- its course ----------------------------------------------------------------------------

    def read_launched(self):
        if self.state != "new":
            self.faults.append("launched twice")
        self.state = "running"

    def read_paused(self, date=None):
        self.state, self.paused_on = "paused", date

    def read_resumed(self):
        self.state, self.paused_on = "running", None

    def read_ended(self, label=""):
        self.state = "done"

    def read_stopped(self):
        self.state, self.incident, self.waiting = "stopped", None, None

    def read_switched(self, template):
        self.state, self.incident, self.waiting = "switched", None, None

    def read_incident_raised(self, code, step, row=None):
        self.incident = (code, row)

    def read_incident_cleared(self, way):
        self.incident = None

    def read_child_started(self, template, step, wait=False):
        self.waiting = (template, step) if wait else None

    def read_migrated(self, version_from, version, visit=0, timers=()):
        for row in timers:
            self.timers.pop((visit, row), None)

    # -- visits and what they asked for ----------------------------------------------------------

    def read_visit_entered(self, visit, step, date=""):
        if visit in self.visits or any(not left for _step, left, _row in self.visits.values()):
            self.faults.append(f"visit {visit} entered beside another")
        self.visits[visit], self.waiting = (step, False, None), None

    def read_visit_left(self, visit, step, row=None):
        if self.visits[visit][1]:
            self.faults.append(f"visit {visit} left twice: its join fired twice")
        self.visits[visit] = (step, True, row)

    def read_action_created(self, action, visit, step, content, date, required=True, keep=False,
                            due=None):
        if action in self.actions:
            self.faults.append(f"action {action} created twice")
        self.actions[action] = {
            "visit": visit, "content": content, "required": required, "keep": keep,
            "state": "todo", "outcome": None, "option": None, "deadline": due,
            "closed_on": None}

    def read_action_submitted(self, action, option=None):
        self.actions[action] |= {"state": "validating", "option": option}

    def read_action_closed(self, action, outcome, option=None, date=None, lost=False):
        if self.actions[action]["state"] == "closed":
            self.faults.append(f"action {action} closed twice")
        self.actions[action] |= {
            "state": "closed", "outcome": outcome, "option": option, "closed_on": date}

    def read_action_moved(self, action, due=None, date=None, on=None):
        self.actions[action]["deadline"] = due

    # -- deadlines -------------------------------------------------------------------------------

    def read_timer_set(self, visit, row, base, due, nature, unit=None, given_back=0):
        self.timers[visit, row] = {"due": due, "base": base, "frozen": False}

    def read_timer_dropped(self, visit, row, given_back=0, unit=None):
        del self.timers[visit, row]

    def read_timer_frozen(self, visit, row, remaining):
        self.timers[visit, row]["frozen"] = True

    def read_timer_resumed(self, visit, row, due, given_back=0):
        self.timers[visit, row] |= {"due": due, "frozen": False}

    # -- events ----------------------------------------------------------------------------------

    def read_event_received(self, key, code, visit, amount=0, about=None, ending=None):
        if key in self.events:
            self.faults.append(f"event {key} received twice")
        self.events[key] = False

    def read_event_used(self, key, row):
        if self.events.get(key):
            self.faults.append(f"event {key} used twice")
        self.events[key] = True
