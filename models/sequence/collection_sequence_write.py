from datetime import date

from odoo import fields, models

from ...engine import entry_to_dict
from ...engine.sequence import entries

_NO_INCIDENT = {"incident": False, "incident_row_key": False}
_NOT_WAITING = {"waiting_template_code": False, "waiting_step_key": False}

#: What each kind of fact writes on the sequence, given the fact and the moment.
STATUS_VALS = {
    entries.Launched: lambda fact, now: {"state": "running", "launched_at": now},
    entries.Paused: lambda fact, now: {"state": "paused", "paused_on": fact.date},
    entries.Resumed: lambda fact, now: {
        "state": "running", "paused_on": False, "resume_on": False},
    entries.VisitEntered: lambda fact, now: _NOT_WAITING,
    entries.ChildStarted: lambda fact, now: {
        "waiting_template_code": fact.wait and fact.template,
        "waiting_step_key": fact.wait and fact.step},
    entries.Ended: lambda fact, now: {"state": "done", "ended_at": now},
    entries.Stopped: lambda fact, now: {
        "state": "stopped", "ended_at": now, **_NOT_WAITING, **_NO_INCIDENT},
    entries.Switched: lambda fact, now: {
        "state": "switched", "ended_at": now, **_NOT_WAITING, **_NO_INCIDENT},
    entries.IncidentRaised: lambda fact, now: {
        "incident": fact.code, "incident_row_key": fact.row},
    entries.IncidentCleared: lambda fact, now: _NO_INCIDENT,
}


class CollectionSequenceWrite(models.Model):
    """Writing down what the engine said: records, trace, chatter, activities."""

    _inherit = "collection.sequence"

    def _write_entries(self, facts, context):
        """Write the entries of one command to the records and to the history.

        :param facts: the engine's entries, in order
        :param dict context: command, command_ref, cause, text, on_behalf, action
        """
        self.ensure_one()
        self._write_visits(facts)
        self._create_actions(
            [fact for fact in facts if isinstance(fact, entries.ActionCreated)],
            context.get("added") or {})
        self._write_actions(facts, context)
        self._write_timers(facts)
        self._write_events(facts)
        self._write_status(facts)
        self._trace(facts, context)

    def _write_visits(self, facts):
        now = fields.Datetime.now()
        steps = {step.key: step for step in self.template_id.step_ids}
        for fact in facts:
            if isinstance(fact, entries.VisitEntered):
                self.visit_id = self.env["collection.sequence.visit"].create({
                    "sequence_id": self.id,
                    "number": fact.visit,
                    "step_id": steps[fact.step].id,
                    "entered_at": now,
                    "entered_on": fact.date,
                })
            elif isinstance(fact, entries.VisitLeft):
                visit = self.visit_ids.filtered(lambda v, fact=fact: v.number == fact.visit)
                row = steps[fact.step].transition_ids.filtered(
                    lambda r, fact=fact: r.key == fact.row)
                visit.write({"left_at": now, "transition_id": row.id})

    def _create_actions(self, created, added):
        """Create the actions of newly entered steps, each owed by its function's holder.

        :param dict added: what an action added by hand says, as field values
        """
        if not created:
            return
        holders = self._get_holders()
        visits = {visit.number: visit for visit in self.visit_ids}
        actions = self.env["collection.action"].create([
            self._prepare_action_vals(fact, visits[fact.visit], holders, added)
            for fact in created])
        actions._copy_wording()

    def _prepare_action_vals(self, fact, visit, holders, added):
        content = visit.step_id.content_ids.filtered(lambda c: c.key == fact.content)
        if not content:
            content = self.env["collection.sequence.content"].new(added)
        day = date.fromisoformat(fact.date)
        deadline = fact.due and date.fromisoformat(fact.due)
        return {
            **content._prepare_copy_vals(),
            **self._prepare_holder_vals(
                content.function_id, content._get_distinct_validator(),
                content.recipient_function_id, "todo", holders),
            "origin": "sequence",
            "customer_id": self.customer_id.id,
            "company_id": self.company_id.id,
            "sequence_id": self.id,
            "visit_id": visit.id,
            "content_id": content._origin.id,
            "content_key": fact.content,
            "number": fact.action,
            "date": day,
            "deadline": deadline,
            "original_deadline": deadline,
            "state": "scheduled" if day > self._get_local_now().date() else "todo",
            "item_ids": [(6, 0, self.item_ids.ids)],
        }

    def _write_actions(self, facts, context):
        actions = {action.number: action for action in self.action_ids}
        options = {option.code: option for option in self.action_ids.option_ids}
        for fact in facts:
            if isinstance(fact, entries.ActionSubmitted):
                actions[fact.action]._write_submitted(options.get(fact.option), context["text"])
            elif isinstance(fact, entries.ActionClosed):
                action = actions[fact.action]
                action.closed_on = fact.date
                commented = action == context["action"]
                action._write_closed(
                    fact.outcome, options.get(fact.option),
                    context["text"] if commented else "", by_person=commented)
            elif isinstance(fact, entries.ActionMoved):
                actions[fact.action].deadline = fact.due

    def _write_status(self, facts):
        """Write what the facts change of the sequence itself."""
        vals = {}
        for fact in facts:
            vals |= STATUS_VALS.get(type(fact), lambda fact, now: {})(
                fact, fields.Datetime.now())
        if vals:
            self.write(vals)

    def _trace(self, facts, context):
        """Add the facts to the customer's history; mirror them in the chatter."""
        actions = {action.number: action for action in self.action_ids}
        visits = {visit.number: visit for visit in self.visit_ids}
        told = False
        rows = []
        for fact in facts:
            kind, data = entry_to_dict(fact)
            action = actions.get(data.get("action"), self.env["collection.action"])
            about = action and action == context["action"]
            tells = not told and (about or not context["action"])
            told = told or tells
            visit = visits.get(data.get("visit")) or action.visit_id or self.visit_id
            rows.append({
                "kind": kind, "data": data, "action": action, "visit": visit,
                "text": context["text"] if tells else "",
                "new": action.option_id.name if kind == "action_closed" else "",
                "on_behalf": context["on_behalf"],
            })
        history = self._append_history(rows, context)
        self._message_log(body=history._get_chatter_body())

    def _append_history(self, rows, context):
        """:return: the new ``collection.history`` rows of this sequence"""
        return self.env["collection.history"]._append(self.customer_id, self.company_id, [
            {
                "sequence_id": self.id,
                "visit_id": row["visit"].id,
                "step_name": row["visit"].step_id.name,
                "action_id": row["action"].id,
                "action_name": row["action"].name,
                "kind": row["kind"],
                "data": row["data"],
                "text": row.get("text") or "",
                "old_value": row.get("old") or "",
                "new_value": row.get("new") or "",
                "on_behalf": (row.get("on_behalf") or self.env["res.partner"]).name,
                "command": context["command"],
                "command_ref": context["command_ref"],
                "cause": context["cause"],
            } for row in rows
        ])
