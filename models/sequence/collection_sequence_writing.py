from datetime import date

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ...engine import entry_to_dict
from ...engine.sequence.effects import Alert, Ask, Release, StartChild, SwitchTo
from ...engine.sequence.entries import (
    ActionClosed,
    ActionCreated,
    ActionMoved,
    ActionSubmitted,
    ChildStarted,
    DeadlineDropped,
    DeadlineFrozen,
    DeadlineResumed,
    DeadlineSet,
    Ended,
    EventReceived,
    EventUsed,
    IncidentCleared,
    IncidentRaised,
    Launched,
    LegalDeadlinePassed,
    Migrated,
    Paused,
    Resumed,
    Stopped,
    Switched,
    VisitEntered,
    VisitLeft,
)
from ...tools.clauses import join_label
from ...tools.records import in_company_language
from ..history.trace import Trace
from .collection_sequence import ENDED

#: Effects that are none of an action of the sequence itself.
BETWEEN_SEQUENCES = (Alert, StartChild, SwitchTo)

_NO_INCIDENT = {"incident": False, "incident_row_key": False}

_NOT_WAITING = {"waiting_template_code": False, "waiting_step_key": False}

#: What each kind of entry writes on the sequence, given the entry and the moment.
STATUS_VALS = {
    Launched: lambda entry, now: {"state": "running", "launched_at": now},
    Paused: lambda entry, now: {"state": "paused", "paused_on": entry.date},
    Resumed: lambda entry, now: {"state": "running", "paused_on": False, "resume_on": False},
    VisitEntered: lambda entry, now: _NOT_WAITING,
    ChildStarted: lambda entry, now: {
        "waiting_template_code": entry.wait and entry.template,
        "waiting_step_key": entry.wait and entry.step},
    Ended: lambda entry, now: {"state": "done", "ended_at": now},
    Stopped: lambda entry, now: {
        "state": "stopped", "ended_at": now, **_NOT_WAITING, **_NO_INCIDENT},
    Switched: lambda entry, now: {
        "state": "switched", "ended_at": now, **_NOT_WAITING, **_NO_INCIDENT},
    IncidentRaised: lambda entry, now: {"incident": entry.code, "incident_row_key": entry.row},
    IncidentCleared: lambda entry, now: _NO_INCIDENT,
}


class CollectionSequence(models.Model):
    """The second half of a command: writing what the engine decided, and executing its effects.

    Entries go to the records, then to the history; effects go to activities and to other
    sequences. Who acts is resolved here too: entries that create an action need its holder.
    """

    _inherit = "collection.sequence"

    # === ENTRIES === #

    def _write_entries(self, entries, trace, *, about=None, added=None):
        """Write the entries of one command to the records: visits, actions, deadlines, status.

        :param entries: the engine's entries (:mod:`~...engine.sequence.entries`), in order
        :param Trace trace: the command
        :param about: the ``collection.action`` that its text belongs to, if one
        :param dict added: field values of an action added by hand, if one
        """
        self.ensure_one()
        for entry in entries:
            if isinstance(entry, Migrated):
                self._write_migrated(entry, entries)
        self._write_visits(entries)
        self._create_actions(
            [entry for entry in entries if isinstance(entry, ActionCreated)],
            added or {})
        self._write_actions(entries, trace, about)
        self._write_deadlines(entries)
        self._write_events(entries)
        self._write_status(entries)

    def _write_visits(self, entries):
        now = fields.Datetime.now()
        steps = {step.key: step for step in self.template_id.step_ids}
        for entry in entries:
            if isinstance(entry, VisitEntered):
                self.visit_id = self.env["collection.sequence.visit"].create({
                    "sequence_id": self.id,
                    "number": entry.visit,
                    "step_id": steps[entry.step].id,
                    "entered_at": now,
                    "entered_on": entry.date,
                })
            elif isinstance(entry, VisitLeft):
                visit = self.visit_ids.filtered(lambda v, entry=entry: v.number == entry.visit)
                row = steps[entry.step].transition_ids.filtered(
                    lambda r, entry=entry: r.key == entry.row)
                visit.write({"left_at": now, "transition_id": row.id})

    def _create_actions(self, created, added):
        """Create the actions of newly entered steps, each owed by its function's holder.

        :param created: list of the engine's :class:`ActionCreated`
        :param dict added: field values of an action added by hand
        """
        if not created:
            return
        holders = self._get_holders()
        visits = {visit.number: visit for visit in self.visit_ids}
        actions = self.env["collection.action"].create([
            self._prepare_action_vals(entry, visits[entry.visit], holders, added)
            for entry in created])
        actions._copy_wording()

    def _prepare_action_vals(self, entry, visit, holders, added):
        content = visit.step_id.content_ids.filtered(lambda c: c.key == entry.content)
        if not content:
            content = self.env["collection.sequence.content"].new(added)
        day = date.fromisoformat(entry.date)
        deadline = entry.due and date.fromisoformat(entry.due)
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
            "content_key": entry.content,
            "number": entry.action,
            "date": day,
            "deadline": deadline,
            "original_deadline": deadline,
            "state": "scheduled" if day > self._get_local_now().date() else "todo",
            "item_ids": [(6, 0, self.item_ids.ids)],
        }

    def _write_actions(self, entries, trace, about):
        actions = {action.number: action for action in self.action_ids}
        options = {option.code: option for option in self.action_ids.option_ids}
        for entry in entries:
            if isinstance(entry, ActionSubmitted):
                actions[entry.action]._write_submitted(options.get(entry.option), trace.text)
            elif isinstance(entry, ActionClosed):
                action = actions[entry.action]
                own = action == about
                action._write_closed(
                    entry.outcome, option=options.get(entry.option), day=entry.date,
                    comment=trace.text if own else "", by_person=own and trace.by_person)
                if entry.lost:
                    action.lost = True
            elif isinstance(entry, ActionMoved):
                actions[entry.action]._write_moved(entry)

    def _write_deadlines(self, entries):
        deadlines = {
            (deadline.visit_id.number, deadline.transition_id.key): deadline
            for deadline in self.deadline_ids
        }
        for entry in entries:
            if isinstance(entry, DeadlineSet):
                deadline = self._write_deadline_set(entry, deadlines.get((entry.visit, entry.row)))
                deadlines[entry.visit, entry.row] = deadline
                self._keep_given_back(entry, None)
            elif isinstance(entry, DeadlineDropped):
                deadlines.pop((entry.visit, entry.row)).unlink()
                self._keep_given_back(entry, entry.given_back and (entry.given_back, entry.unit))
            elif isinstance(entry, DeadlineFrozen):
                deadlines[entry.visit, entry.row].write(
                    {"frozen": True, "remaining": entry.remaining})
            elif isinstance(entry, DeadlineResumed):
                deadlines[entry.visit, entry.row].write({
                    "frozen": False, "due": entry.due, "given_back": entry.given_back})
            elif isinstance(entry, LegalDeadlinePassed):
                deadlines[entry.visit, entry.row].alerted = True

    def _keep_given_back(self, entry, given):
        """Keep what pauses had given back to the deadline of a row, as long as it has none.

        :param given: (units, what they are counted in), falsy for nothing
        """
        visit = self.visit_ids.filtered(lambda visit: visit.number == entry.visit)
        kept = {row: value for row, value in (visit.given_back or {}).items() if row != entry.row}
        if given:
            kept[entry.row] = given
        if kept != (visit.given_back or {}):
            visit.given_back = kept

    def _write_deadline_set(self, entry, deadline):
        """Set a row's deadline; set again on another base, its first due date is kept.

        :return: the ``collection.deadline``
        """
        vals = {"base": entry.base, "due": entry.due, "nature": entry.nature, "frozen": False,
                "alerted": False, "unit": entry.unit, "given_back": entry.given_back}
        if deadline:
            deadline.write(vals)
            return deadline
        visit = self.visit_ids.filtered(lambda visit: visit.number == entry.visit)
        row = visit.step_id.transition_ids.filtered(lambda row: row.key == entry.row)
        return self.env["collection.deadline"].create({
            **vals, "sequence_id": self.id, "visit_id": visit.id, "transition_id": row.id,
            "original_due": entry.due})

    def _write_events(self, entries):
        self.env["collection.signal.receipt"].create([{
            "sequence_id": self.id, "key": entry.key, "code": entry.code,
            "visit_number": entry.visit, "amount": entry.amount, "about": entry.about,
            "ending": entry.ending,
        } for entry in entries if isinstance(entry, EventReceived)])
        used = {entry.key for entry in entries if isinstance(entry, EventUsed)}
        if used:
            self.receipt_ids.filtered(lambda receipt: receipt.key in used).used = True

    def _write_status(self, entries):
        """Write what the entries change of the sequence itself; its end is notified."""
        vals = {}
        for entry in entries:
            vals |= STATUS_VALS.get(type(entry), lambda entry, now: {})(
                entry, fields.Datetime.now())
        if vals.get("waiting_template_code"):
            vals["waiting_since"] = len(self.receipt_ids)
        if vals:
            self.write(vals)
        if self.state in ENDED:
            self._notify_waiting()

    # === TRACE === #

    def _trace(self, entries, trace, about=None):
        """Append the entries of one command to the customer's history; mirror them in the chatter.

        The text stands with the first entry of its action, else with the first of all.

        :param entries: the engine's entries, in order
        :param Trace trace: the command
        :param about: the ``collection.action`` that its text belongs to, if one
        """
        actions = {action.number: action for action in self.action_ids}
        visits = {visit.number: visit for visit in self.visit_ids}
        text_placed = False
        rows = []
        for entry in entries:
            kind, data = entry_to_dict(entry)
            action = actions.get(data.get("action"), self.env["collection.action"])
            takes_text = not text_placed and (not about or action == about)
            text_placed = text_placed or takes_text
            visit = visits.get(data.get("visit")) or action.visit_id or self.visit_id
            rows.append({
                "kind": kind, "data": data, "action": action, "visit": visit,
                "text": trace.text if takes_text else "",
                "new": in_company_language(action, self.company_id).option_id.name
                if kind == "action_closed" else "",
            })
        history = self._append_history(rows, trace)
        self._message_log(body=history._get_chatter_body(self.company_id))

    def _append_history(self, rows, trace):
        """:return: the new ``collection.history`` rows of this sequence

        :param rows: list of dicts: kind, data, visit, action, and optionally text, old, new
        :param Trace trace: the command
        """
        def read(record):
            return in_company_language(record, self.company_id)

        return self.env["collection.history"]._append(self.customer_id, self.company_id, [
            {
                **trace.prepare_vals(),
                "sequence_id": self.id,
                "visit_id": row["visit"].id,
                "step_name": read(row["visit"]).step_id.name,
                "action_id": row["action"].id,
                "action_name": read(row["action"]).name,
                "kind": row["kind"],
                "data": row["data"],
                "text": row.get("text") or "",
                "old_value": row.get("old") or "",
                "new_value": row.get("new") or "",
            } for row in rows
        ])

    # === EFFECTS === #

    def _execute_effects(self, effects):
        """Execute the effects of a decision: activities as turns pass, then other sequences.

        They come after the trace: what they lead to has rows of its own.

        :param effects: those of one decision (:mod:`~...engine.sequence.effects`), in order
        """
        self._pass_turns([e for e in effects if not isinstance(e, BETWEEN_SEQUENCES)])
        for effect in effects:
            match effect:
                case Alert():
                    self._alert_legal_deadline(effect.row)
                case StartChild():
                    self._start_child(self._get_template(effect.template))
                case SwitchTo():
                    self._launch_successor(
                        self._get_template(effect.template), self.launched_by_id)

    def _pass_turns(self, effects):
        """Open and close activities as turns pass, and notify the external holders.

        All external holders are looked at: a pause that ends lets through what waited.

        :param effects: the engine's effects that name an action
        """
        self.ensure_one()
        released = {e.action for e in effects if not isinstance(e, Ask)}
        asked = {e.action for e in effects if not isinstance(e, Release)} - {
            e.action for e in effects if isinstance(e, Release)}
        self.action_ids.filtered(lambda a: a.number in released)._close_activities()
        self.action_ids.filtered(lambda a: a.number in asked)._open_activities()
        self.action_ids._notify_holders()

    def _alert_legal_deadline(self, row):
        """A legal deadline passed during a pause: whoever pilots the sequence must know today.

        :param str row: key of the deadline's row, in the current step
        """
        pilot = self._get_pilot()
        reader = self.with_context(lang=pilot.lang)
        step = reader.step_id
        row = step.transition_ids.filtered(lambda transition: transition.key == row)
        reader.activity_schedule(
            "mail.mail_activity_data_warning", user_id=pilot.id,
            summary=reader.env._("A legal deadline passed during the pause"),
            note=plaintext2html(reader.env._(
                "Step “%(step)s”: %(row)s", step=step.name, row=row.sentence)))

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
            function: function._get_usual_holder(self.customer_id)
            for function in functions.with_company(self.company_id)
        }
        defaults = self.customer_id._get_collection_participants(self.company_id)
        for participant in [*defaults, *self.participant_ids]:
            if participant.partner_id:
                holders[participant.function_id] = participant.partner_id
        return {function: partner for function, partner in holders.items() if partner}

    def _get_pilot(self):
        """:return: the ``res.users`` who gets what nobody holds: collector, else launcher"""
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

    def _get_named_holders(self):
        """:return: dict of ``res.partner`` by ``collection.function``, those that the sequence
            names itself: they see the case, also where the customer's holder is the same"""
        return {row.function_id: row.partner_id
                for row in self.participant_ids if row.partner_id}

    def _apply_holders(self, before, named=None):
        """Move the open actions of functions whose holder changed, and trace it (B8, X-02).

        :param dict before: what :meth:`_get_holders` returned before the change
        :param dict named: what :meth:`_get_named_holders` returned before, where that may have
            changed too
        """
        self.ensure_one()
        after = self._get_holders()
        changed = _find_changed(before, after)
        if named is not None:
            changed = list(dict.fromkeys(
                [*changed, *_find_changed(named, self._get_named_holders())]))
        if not changed:
            return
        changed = self.env["collection.function"].union(*changed)
        rows = [{
            "kind": "participant_changed", "data": {"function": function.code},
            "visit": self.visit_id, "action": self.env["collection.action"],
            "old": self._describe_holder(function, before),
            "new": self._describe_holder(function, after),
        } for function in changed]
        rows += self._move_open_actions(changed, after)
        history = self._append_history(rows, Trace("participants"))
        self._message_log(body=history._get_chatter_body(self.company_id))

    def _describe_holder(self, function, holders):
        """:return: str, a function and who holds it"""
        holder = holders.get(function, self.env["res.partner"]).name or self._name_nobody()
        function = in_company_language(function, self.company_id)
        return join_label(function.env, function.name, holder)

    def _name_nobody(self):
        return in_company_language(self, self.company_id).env._("nobody")

    def _move_open_actions(self, functions, holders):
        """:return: list of rows for :meth:`_append_history`, one an action that changed hands"""
        rows = []
        actions = self.action_ids.filtered_domain(Domain("state", "!=", "closed") & (
            Domain("function_id", "in", functions.ids)
            | Domain("validator_function_id", "in", functions.ids)
            | Domain("recipient_function_id", "in", functions.ids)))
        for action in actions:
            old = action._get_holder()
            action._write_owner(self._prepare_holder_vals(
                action.function_id, action._get_distinct_validator(),
                action.recipient_function_id, action.state, holders))
            if action._get_holder() != old:
                rows.append({
                    "kind": "action_reassigned", "data": {"action": action.number},
                    "visit": action.visit_id, "action": action,
                    "old": old.name or self._name_nobody(),
                    "new": action._get_holder().name or self._name_nobody(),
                })
        actions._move_activities()
        actions._notify_holders()
        return rows


def _find_changed(before, after):
    """:return: list of the keys whose value is another one, or is there on one side only"""
    return [key for key in {**before, **after} if before.get(key) != after.get(key)]
