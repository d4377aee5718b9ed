from datetime import date

from odoo import fields, models
from odoo.fields import Domain

from ...engine import entry_to_dict
from ...engine.sequence import entries
from ...engine.sequence.effects import Ask, Release
from ..history.trace import Trace
from .collection_sequence import ENDED

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


class CollectionSequence(models.Model):
    """Writing down what the engine said: records, trace, chatter, activities."""

    _inherit = "collection.sequence"

    # === ENTRIES === #

    def _write_entries(self, facts, trace, *, about=None, added=None):
        """Write the entries of one command to the records and to the history.

        :param facts: the engine's entries, in order
        :param Trace trace: the command
        :param about: the ``collection.action`` that its text belongs to, if one
        :param dict added: what an action added by hand says, as field values
        """
        self.ensure_one()
        for fact in facts:
            if isinstance(fact, entries.Migrated):
                self._write_migrated(fact, facts)
        self._write_visits(facts)
        self._create_actions(
            [fact for fact in facts if isinstance(fact, entries.ActionCreated)],
            added or {})
        self._write_actions(facts, trace, about)
        self._write_deadlines(facts)
        self._write_events(facts)
        self._write_status(facts)
        self._trace(facts, trace, about)

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

    def _write_actions(self, facts, trace, about):
        actions = {action.number: action for action in self.action_ids}
        options = {option.code: option for option in self.action_ids.option_ids}
        for fact in facts:
            if isinstance(fact, entries.ActionSubmitted):
                actions[fact.action]._write_submitted(options.get(fact.option), trace.text)
            elif isinstance(fact, entries.ActionClosed):
                action = actions[fact.action]
                own = action == about
                action._write_closed(
                    fact.outcome, option=options.get(fact.option), day=fact.date,
                    comment=trace.text if own else "", by_person=own and trace.by_person)
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
        if self.state in ENDED:
            self._tell_waiting()

    def _trace(self, facts, trace, about):
        """Add the facts to the customer's history; mirror them in the chatter."""
        actions = {action.number: action for action in self.action_ids}
        visits = {visit.number: visit for visit in self.visit_ids}
        told = False
        rows = []
        for fact in facts:
            kind, data = entry_to_dict(fact)
            action = actions.get(data.get("action"), self.env["collection.action"])
            tells = not told and (not about or action == about)
            told = told or tells
            visit = visits.get(data.get("visit")) or action.visit_id or self.visit_id
            rows.append({
                "kind": kind, "data": data, "action": action, "visit": visit,
                "text": trace.text if tells else "",
                "new": action.option_id.name if kind == "action_closed" else "",
            })
        history = self._append_history(rows, trace)
        self._message_log(body=history._get_chatter_body())

    def _append_history(self, rows, trace):
        """:return: the new ``collection.history`` rows of this sequence"""
        return self.env["collection.history"]._append(self.customer_id, self.company_id, [
            {
                **trace.prepare_vals(),
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
            } for row in rows
        ])

    # === DEADLINES === #
    # Writing down deadlines and received events.

    def _write_deadlines(self, facts):
        deadlines = {
            (deadline.visit_id.number, deadline.transition_id.key): deadline
            for deadline in self.deadline_ids
        }
        for fact in facts:
            if isinstance(fact, entries.DeadlineSet):
                deadline = self._write_deadline_set(fact, deadlines.get((fact.visit, fact.row)))
                deadlines[fact.visit, fact.row] = deadline
            elif isinstance(fact, entries.DeadlineFrozen):
                deadlines[fact.visit, fact.row].write(
                    {"frozen": True, "remaining": fact.remaining})
            elif isinstance(fact, entries.DeadlineResumed):
                deadlines[fact.visit, fact.row].write({"frozen": False, "due": fact.due})
            elif isinstance(fact, entries.LegalDeadlinePassed):
                deadlines[fact.visit, fact.row].alerted = True

    def _write_deadline_set(self, fact, deadline):
        """Set a row's deadline; set again on another base, its first due date is kept.

        :return: the ``collection.deadline``
        """
        vals = {"base": fact.base, "due": fact.due, "nature": fact.nature, "frozen": False,
                "alerted": False}
        if deadline:
            deadline.write(vals)
            return deadline
        visit = self.visit_ids.filtered(lambda visit: visit.number == fact.visit)
        row = visit.step_id.transition_ids.filtered(lambda row: row.key == fact.row)
        return self.env["collection.deadline"].create({
            **vals, "sequence_id": self.id, "visit_id": visit.id, "transition_id": row.id,
            "original_due": fact.due})

    def _write_events(self, facts):
        self.env["collection.signal.receipt"].create([{
            "sequence_id": self.id, "key": fact.key, "code": fact.code,
            "visit_number": fact.visit, "amount": fact.amount, "about": fact.about,
        } for fact in facts if isinstance(fact, entries.EventReceived)])
        used = {fact.key for fact in facts if isinstance(fact, entries.EventUsed)}
        if used:
            self.receipt_ids.filtered(lambda receipt: receipt.key in used).used = True

    # === HOLDERS === #
    # Who acts: resolving functions to people, and moving open actions when they change.

    def _get_holders(self):
        """Resolve functions for this sequence: sequence, else customer, else default (B2).

        :return: dict of ``res.partner`` by ``collection.function``; a function that nobody
            holds is missing from it
        """
        self.ensure_one()
        functions = self.template_id.function_ids | self.participant_ids.function_id
        holders = {
            function: function.default_partner_id
            for function in functions.with_company(self.company_id)
        }
        defaults = self.customer_id._get_collection_participants(self.company_id)
        for participant in [*defaults, *self.participant_ids]:
            if participant.partner_id:
                holders[participant.function_id] = participant.partner_id
        return {function: partner for function, partner in holders.items() if partner}

    def _get_pilot(self):
        """:return: the ``res.users`` to whom falls what nobody holds: collector, else launcher"""
        customer = self.customer_id.with_company(self.company_id)
        return customer.collector_id or self.launched_by_id

    def _prepare_holder_vals(self, function, validator, recipient, state, holders):
        """Values that say who owes an action now.

        :param function: responsible ``collection.function``
        :param validator: validating function when another one, else empty
        :param recipient: recipient function, or empty
        :param str state: ``validating`` when the validator has the next word
        :param dict holders: what :meth:`_get_holders` returned
        """
        nobody = self.env["res.partner"]
        responsible = holders.get(function, nobody)
        validating = holders.get(validator, nobody)
        turn, partner = (
            (validator, validating) if state == "validating" else (function, responsible))
        pilot = self.env["res.users"] if partner else self._get_pilot()
        return {
            "responsible_id": responsible.id,
            "validator_id": validating.id,
            "recipient_ids": [(6, 0, holders.get(recipient, nobody).ids)],
            "unassigned": not partner,
            "user_id": (pilot or (
                turn.kind == "internal" and partner._get_internal_user())
                or self.env["res.users"]).id,
        }

    def _apply_holders(self, before):
        """Move the open actions of functions whose holder changed, and trace it (B8).

        :param dict before: what :meth:`_get_holders` returned before the change
        """
        self.ensure_one()
        after = self._get_holders()
        nobody = self.env["res.partner"]
        changed = self.env["collection.function"].union(*(
            function for function in {**before, **after}
            if before.get(function, nobody) != after.get(function, nobody)))
        if not changed:
            return
        rows = [{
            "kind": "participant_changed", "data": {"function": function.code},
            "visit": self.visit_id, "action": self.env["collection.action"],
            "old": self._describe_holder(function, before),
            "new": self._describe_holder(function, after),
        } for function in changed]
        rows += self._move_open_actions(changed, after)
        history = self._append_history(rows, Trace("participants"))
        self._message_log(body=history._get_chatter_body())

    def _describe_holder(self, function, holders):
        holder = holders.get(function, self.env["res.partner"]).name or self.env._("nobody")
        return f"{function.name}: {holder}"

    def _move_open_actions(self, functions, holders):
        """:return: one history row for each action that changed hands"""
        rows = []
        actions = self.action_ids.filtered_domain(Domain("state", "!=", "closed") & (
            Domain("function_id", "in", functions.ids)
            | Domain("validator_function_id", "in", functions.ids)
            | Domain("recipient_function_id", "in", functions.ids)))
        for action in actions:
            old = action._get_holder()
            action.write(self._prepare_holder_vals(
                action.function_id, action._get_distinct_validator(),
                action.recipient_function_id, action.state, holders))
            if action._get_holder() != old:
                rows.append({
                    "kind": "action_reassigned", "data": {"action": action.number},
                    "visit": action.visit_id, "action": action,
                    "old": old.name or self.env._("nobody"),
                    "new": action._get_holder().name or self.env._("nobody"),
                })
        actions._move_activities()
        actions._notify_holders()
        return rows

    def _pass_turns(self, effects):
        """Open and close activities as turns pass, and notify the external holders.

        External holders are looked at one and all: a pause that ends lets through what waited.

        :param effects: the engine's effects that name an action
        """
        self.ensure_one()
        released = {e.action for e in effects if not isinstance(e, Ask)}
        asked = {e.action for e in effects if not isinstance(e, Release)} - {
            e.action for e in effects if isinstance(e, Release)}
        self.action_ids.filtered(lambda a: a.number in released)._close_activities()
        self.action_ids.filtered(lambda a: a.number in asked)._open_activities()
        self.action_ids._notify_holders()
