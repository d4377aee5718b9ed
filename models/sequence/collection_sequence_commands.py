import math
from ast import literal_eval
from uuid import uuid4

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ... import engine
from ...engine.sequence import conditions
from ...engine.sequence.commands import get_name
from ...engine.sequence.errors import CommandRefused
from ...tools.own_context import is_own, with_own
from ...tools.records import as_day, as_record, as_text, as_values, in_company_language
from ..history.trace import Trace
from ..item import open_items

#: Set while a command fills markers itself: it traces them and reads its table after.
FILLING = "collection_filling_markers"

#: What a caller says of an action that it adds by hand.
ADDED_FIELDS = frozenset({
    "name", "function_id", "date", "kind", "deadline", "required", "description",
    "recipient_function_id"})


def read_day(value):
    """Read a day that somebody typed.

    :param value: ISO text, or a date
    :return: date
    :raise ValueError: it is none, or one of which nobody can mean the year
    """
    day = fields.Date.to_date(value)
    if not day or not 1900 <= day.year < 2200:
        raise ValueError(value)
    return day


def _read_number(value):
    """:return: float of a text, with a point or a comma
    :raise ValueError: it is none, or infinite
    """
    number = float(str(value).replace(",", "."))
    if not math.isfinite(number):
        raise ValueError(value)
    return number


#: How the text of a marker is read, by its type. Those of another type, such as a link to a
#: record, are filled on the form alone.
CASTS = {
    **dict.fromkeys(("char", "text", "selection", "datetime"), str),
    "date": lambda value: fields.Date.to_string(read_day(value)),
    "integer": int,
    "float": _read_number,
    "boolean": lambda value: str(value).lower() not in ("", "0", "false"),
}


class CollectionSequence(models.Model):
    """The commands of a sequence; every change of one is a command.

    Read :meth:`_run` first: take the turn, load, decide, write, trace, execute the effects.
    ``collection_sequence_writing.py`` holds the second half.
    """

    _inherit = "collection.sequence"

    # === RUNNING A COMMAND === #

    def _run(self, command, **context):
        """Run one command: take the turn, load, decide, write, trace, execute the effects.

        * :meth:`_raise_rev` takes the sequence's turn;
        * :meth:`_decide` loads definition, state and world, and asks the engine;
        * :meth:`_write_entries` writes the decision's entries to the records;
        * :meth:`_trace` appends the same entries to the customer's history;
        * :meth:`_execute_effects` does what follows elsewhere: activities, other sequences.

        :param command: one of :mod:`~...engine.sequence.commands`
        :param str cause: person, cron, signal, parent or migration
        :param str text: reason or comment, for the trace
        :param str on_behalf: name of the holder for whom the user acts, if another
        :param action: the ``collection.action`` that the text belongs to, if one
        :param dict added: field values of an action added by hand, if one
        :return: the engine's :class:`~...engine.Decision`
        :raise UserError: the engine refused it; nothing has changed
        """
        self.ensure_one()
        self.sudo()._raise_rev()
        return self._run_in_turn(command, **context)

    def _run_in_turn(self, command, *, cause="person", text="", on_behalf="", action=None,
                     added=None):
        """Like :meth:`_run`, for callers that have taken the sequence's turn already."""
        sequence = self.sudo()
        decision = sequence._decide(command)
        if decision.entries:
            trace = Trace(get_name(command), cause, text, on_behalf)
            sequence._write_entries(decision.entries, trace, about=action, added=added)
            sequence._trace(decision.entries, trace, about=action)
            sequence._execute_effects(decision.effects)
        return decision

    def _raise_rev(self):
        """Take the sequence's turn. Must be the first thing a command does.

        Transactions are repeatable read: two commands that only read would each miss what the
        other wrote, and a join would never fire. Whoever raises ``rev`` second fails with a
        serialization error instead, and the request is replayed on the new state.
        """
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "UPDATE collection_sequence SET rev = rev + 1 WHERE id = ANY(%s)", self.ids))
        self.invalidate_recordset()

    def _decide(self, command):
        """Load where the sequence stands, and ask the engine what a command makes of it.

        :param command: see :meth:`_run`
        :return: the engine's :class:`~...engine.Decision`; nothing is written
        :raise UserError: the engine refused the command
        """
        try:
            return engine.decide(
                self.template_id._get_definition(), self._get_state(), command,
                self._get_local_now(), self._get_world(self.template_id))
        except CommandRefused as refusal:
            raise UserError(self._get_error_message(refusal)) from refusal

    def _get_error_message(self, refusal):
        """:return: translated error message of a refused command: the record and the way out

        :param refusal: :class:`~...engine.sequence.errors.CommandRefused`
        """
        _, data = self.env._, refusal.data
        action = self.action_ids.filtered(lambda a: a.number == data.get("action"))
        if refusal.code == "already_closed":
            return action._get_closed_message()
        states = dict(self._fields["state"]._description_selection(self.env))
        names = {
            "sequence": self.display_name, "action": action.name,
            "state": states.get(self.state, self.state), "step": self.step_id.name,
        }
        return {
            "wrong_status": _("%(sequence)s is in state “%(state)s”: this is not possible now."),
            "no_visit": _("%(sequence)s is between two steps: wait, or jump to a step."),
            "no_start": _("%(sequence)s has no step to start with: complete its template."),
            "no_incident": _("%(sequence)s has no incident to leave."),
            "nothing_to_skip_to": _(
                "Step “%(step)s” has no default row: jump to a step instead, or stop."),
            "unknown_step": _("This step does not belong to the template of %(sequence)s."),
            "unknown_action": _("This action does not belong to %(sequence)s."),
            **action._get_answer_errors(),
        }[refusal.code] % names

    def _get_state(self):
        """:return: where the sequence stands, as an :class:`~...engine.State`"""
        self.ensure_one()
        incident = self.incident and engine.Incident(self.incident, self.incident_row_key or None)
        last = self.visit_id
        return engine.State(
            status=self.state,
            visits=tuple(visit._get_state() for visit in self.visit_ids.sorted("number")),
            actions=tuple(action._get_state() for action in self.action_ids.sorted("number")),
            deadlines=tuple(sorted((deadline._get_state() for deadline in self.deadline_ids),
                                   key=lambda deadline: (deadline.visit, deadline.row))),
            received=tuple(receipt._get_state() for receipt in self.receipt_ids.sorted("id")),
            waiting=self.waiting_template_code and engine.Waiting(
                self.waiting_template_code, self.waiting_step_key, self.waiting_since) or None,
            paused_on=self.paused_on.isoformat() if self.paused_on else None,
            incident=incident or None,
            end_label=(last.transition_id.with_context(lang=None).end_label or ""
                       if self.state == "done" else ""),
        )

    def _replay(self):
        """:return: the state that the sequence's history leads to; equals :meth:`_get_state`"""
        self.ensure_one()
        rows = self.env["collection.history"].sudo().search(
            [("sequence_id", "=", self.id)], order="id")  # in another chain after a merge
        return engine.replay(
            engine.entry_from_dict(row.kind, row.data or {})
            for row in rows if row.kind in engine.entries.KINDS)

    def _get_local_now(self):
        """:return: the moment as an aware datetime, in the time zone of the sequence's company"""
        return self.company_id._get_collection_now()

    # === WORLD === #
    # The world around a sequence, gathered as plain values before each command.

    def _get_world(self, template):
        """The world around the sequence.

        :param template: the ``collection.sequence.template`` whose rows read it: the sequence's
            own version, or one that it may move to
        :return: the engine's :class:`~...engine.World`
        """
        self.ensure_one()
        return engine.World(
            levels=self._get_levels() if template._get_definition().reads_levels else {},
            markers=self._get_marker_dates(),
            guards=self._get_guards(template),
            calendar=self.company_id._get_collection_calendar(),
        )

    def _get_levels(self):
        """What holds for the sequence's items: nothing due any more, or how much is.

        Paid but not yet seen on the bank's statement is paid; an invoice that is back in draft
        is still due, also where its items were deleted meanwhile. Where the last of its items
        were deleted for good, nothing is due.

        :return: dict: ``settled`` (bool), ``balance`` (float, in the company's currency)
        """
        settled = self.item_ids.filtered(lambda item: (
            item.parent_state == "cancel"
            or item.move_id.payment_state in open_items.PAID_STATES))
        missing = self.env["collection.item.snapshot"]._get_missing(self).get(self.id, 0.0)
        due = missing + sum(
            item._get_collection_residual() for item in self.item_ids - settled)
        return {
            conditions.SETTLED: bool(self.item_ids or self.items_gone) and (
                self.currency_id.compare_amounts(due, 0) <= 0),
            conditions.BALANCE: due,
        }

    def _get_marker_dates(self):
        """:return: dict of the markers that are filled dates (``date``), by technical name; of a
            moment the day in the company's time zone"""
        return {
            name: fields.Date.to_date(marker["value"]) if marker["type"] == "date"
            else self._localize_marker(marker).date()
            for name, marker in self._get_markers().items()
            if marker["type"] in ("date", "datetime") and marker.get("value")
        }

    def _localize_marker(self, marker):
        """:return: datetime, the moment of a marker in the company's time zone"""
        return self.company_id._localize_collection(fields.Datetime.to_datetime(marker["value"]))

    def _get_guards(self, template):
        """Which guards hold for this sequence. They read names as they are untranslated: whoever
        runs a command, it leads to the same.

        :param template: see :meth:`_get_world`
        :return: frozenset of (step key, row key) of the guarded rows whose guard holds
        """
        rows = template.step_ids.transition_ids.filtered("guard")
        if rows:
            self._forget_computed()
        plain = self.with_context(lang=None)
        return frozenset(
            (row.step_id.key, row.key) for row in rows
            if plain.filtered_domain(Domain(literal_eval(row.guard))))

    def _forget_computed(self):
        """Have what is computed of the sequence and its customer computed anew: an earlier command
        of the same transaction may have changed what a figure comes from, and few say what that is.
        """
        for records in (self, self.customer_id):
            records.invalidate_recordset([
                name for name, field in records._fields.items()
                if field.compute and not field.store])

    # === MARKERS === #
    # The dates and values of a case: each change is traced, and deadlines follow it.

    def _write_markers(self, write):
        """Markers typed on the form are a command too: deadlines that count from them start.

        :param write: function without argument that writes them
        :return: what it returns
        """
        if is_own(self, FILLING):
            return write()
        self.check_access("write")
        sequences = self.sudo()
        sequences._raise_rev()
        before = {sequence: sequence._get_markers() for sequence in sequences}
        result = write()
        for sequence in sequences:
            if sequence._trace_markers(before[sequence]):
                sequence._run_in_turn(engine.Tick())
        return result

    def _get_markers(self):
        """:return: dict by technical name, of dicts: name, string, type, value as it is stored
            (and selection, comodel)"""
        self.ensure_one()
        field = self._fields["markers"]
        [markers] = field.convert_to_read_multi([self.markers], self, use_display_name=False)
        return {marker["name"]: marker for marker in markers}

    def _fill_markers(self, values, action):
        """Fill markers within a command that goes on after it.

        :param dict values: by technical name; text is read by the type of its marker
        :param action: the ``collection.action`` that asked for them
        :raise UserError: a value is none of its kind
        """
        self.ensure_one()
        before = self._get_markers()
        filled = {
            name: self._cast_marker(before[name], value)
            for name, value in values.items() if name in before and before[name]["type"] in CASTS}
        stored = {name: marker.get("value") for name, marker in before.items()}
        with_own(self, FILLING).markers = {**stored, **filled}
        self._trace_markers(before, action)

    def _cast_marker(self, marker, value):
        """:return: a value as its marker stores it, False for none
        :raise UserError: it cannot be read as one of the marker's type
        """
        if value in (None, False, ""):
            return False
        try:
            if marker["type"] == "selection" and value not in dict(marker["selection"]):
                raise ValueError(value)
            return CASTS[marker["type"]](value)
        except (AttributeError, OverflowError, TypeError, ValueError) as error:
            raise UserError(self.env._(
                "%(label)s: “%(value)s” cannot be read as its kind of value.",
                label=marker["string"], value=value)) from error

    def _trace_markers(self, before, action=None):
        """Add what has changed to the history.

        :param dict before: what :meth:`_get_markers` returned before the change
        :return: the new history rows
        """
        self.invalidate_recordset(["markers"])
        action = action or self.env["collection.action"]
        rows = [{
            "kind": "markers_changed", "data": {"marker": name},
            "visit": action.visit_id or self.visit_id, "action": action,
            "old": self._describe_marker(before.get(name)) if name in before else "",
            "new": self._describe_marker(marker),
        } for name, marker in self._get_markers().items()
            if (before.get(name, {}).get("value") or False) != (marker.get("value") or False)]
        if not rows:
            return self.env["collection.history"]
        history = self._append_history(rows, Trace("markers"))
        self._message_log(body=history._get_chatter_body(self.company_id))
        return history

    def _describe_marker(self, marker):
        """:return: "Label: value"; dates as ISO dates, since every language reads them"""
        return f"{marker['string']}: {self._format_marker(marker) or '–'}"

    def _format_marker(self, marker):
        """:return: the value of a marker as it is read, falsy for none"""
        value, own = marker.get("value"), in_company_language(self, self.company_id)
        match marker["type"]:
            case "boolean":
                return own.env._("yes") if value else own.env._("no")
            case "selection":
                return dict(marker.get("selection") or ()).get(value, value)
            case "datetime":
                return value and f"{self._localize_marker(marker):%Y-%m-%d %H:%M}"
            case "many2one":
                return value and own._name_linked(marker, [value])
            case "many2many":
                return value and own._name_linked(marker, value)
            case "tags":
                labels = {tag[0]: tag[1] for tag in marker.get("tags") or ()}
                return value and ", ".join(labels.get(tag, tag) for tag in value)
        return value

    def _name_linked(self, marker, ids):
        """Name the records that a marker links to; of one that the user may not read, the number.

        :param list ids: as the user gave them
        :return: str
        """
        records = self.env[marker["comodel"]].sudo(False).browse(ids)
        readable = records._filtered_access("read")
        return ", ".join(
            record.display_name if record in readable else str(record.id) for record in records)

    # === EVENTS === #
    # Events that people record by hand: each name that a row waits for is a button.

    def record_event(self, name, day=None, note=""):
        """Record that something happened, and go on at once with what follows from it.

        One that the current step does not wait for is recorded too: a later step may count what
        happened since the launch.

        :param str name: of an event that the template has people record
        :param day: ``date`` or ISO string, the day on which it happened, if that is known
        :param str note: what there is to say of it; day and note stay in the history
        :return: str, translated: what has followed
        :raise UserError: the template knows no such event, the sequence has ended, or the day is
            none, or still to come
        """
        self.ensure_one()
        self._check_steering()
        day = as_day(self.env, day)
        if day and day > self.company_id._get_collection_day():
            raise UserError(self.env._("What is noted has happened: today, or before."))
        note = as_text(self.env, note)
        if name not in [*self._get_known_events()]:
            raise UserError(self.env._(
                "%(sequence)s does not wait for “%(event)s”.",
                sequence=self.display_name, event=name))
        signal = self.env["collection.signal"]._post([{
            "key": f"manual:{uuid4().hex}",
            "code": "manual",
            "event_name": name,
            "customer_id": self.customer_id.id,
            "company_id": self.company_id.id,
            "sequence_id": self.id,
        }])
        lang = self.company_id.partner_id.lang
        said = [day and format_date(self.env, day, lang_code=lang), note]
        self._run(signal._get_command(), text=": ".join(filter(None, said)) or name)
        signal.delivered_at = fields.Datetime.now()
        return self._describe_followed()

    def _get_manual_events(self):
        """:return: list of the names that rows of this step, or of any since launch, wait for"""
        self.ensure_one()
        if self.state not in ("running", "paused"):
            return []
        return [name for name, rows in self._get_known_events().items() if rows.filtered(
            lambda row: row.step_id == self.step_id or row.since == "launch")]

    def _get_known_events(self):
        """:return: dict of the rows (``collection.sequence.transition``) that wait for an event
            recorded by hand, by its name; empty when the sequence has ended"""
        if self.state not in ("running", "paused"):
            return {}
        return self.sudo().template_id.step_ids.transition_ids.filtered(lambda row: (
            row.condition == "event" and row.event_code == "manual" and row.event_name
        )).grouped("event_name")

    # === STEERING === #
    # What people ask of a sequence, by buttons and dialogs.

    def action_pause(self, reason=""):
        """Record results but move nothing, until resumed (D-028, B12).

        :param str reason: stays in the history, may be empty
        :raise UserError: a sequence does not run
        """
        self._check_steering()
        reason = as_text(self.env, reason)
        for sequence in self:
            sequence._run(engine.Pause(), text=reason)
        self.sudo().pause_reason = reason

    def action_resume(self):
        """Go on with what was recorded during the pause, in one pass (D-029).

        :raise UserError: a sequence is not paused
        """
        self._check_steering()
        for sequence in self:
            sequence._run(engine.Resume())
        self.sudo().pause_reason = False

    def action_stop(self, reason):
        """End now; open actions are closed as stopped (D-030, B13).

        :param str reason: stays in the history
        :raise UserError: no reason is given, or a sequence has ended already
        """
        self._check_steering()
        reason = self._take_reason(reason)
        for sequence in self:
            sequence._run(engine.Stop(), text=reason)
        self.sudo().stop_reason = reason

    def action_retry(self, reason):
        """Way out of an incident: read the decision table again.

        :param str reason: stays in the history
        :raise UserError: no reason is given, or there is no incident
        """
        self._leave_incident(engine.Retry(), reason)

    def action_skip(self, reason):
        """Way out of an incident: take the row held back, else the default row.

        :param str reason: stays in the history
        :raise UserError: no reason is given, or there is no incident
        """
        self._leave_incident(engine.Skip(), reason)

    def _leave_incident(self, command, reason):
        """Run one of the engine's ways out of an incident, see :meth:`action_retry`."""
        self.ensure_one()
        self._check_steering()
        reason = self._take_reason(reason)
        self._run(command, text=reason)

    def jump_to(self, step, reason):
        """Leave the current step for another one of the same template (D-032).

        :param step: ``collection.sequence.step`` to enter, or its id
        :param str reason: stays in the history
        :raise UserError: no reason, a step of another template, or a sequence not running
        """
        self.ensure_one()
        self._check_steering()
        reason = self._take_reason(reason)
        step = as_record(self.env, "collection.sequence.step", step)
        if not step:
            raise UserError(self.env._("Choose the step to jump to."))
        if step.template_id != self.template_id:
            raise UserError(self.env._(
                "“%(step)s” is not a step of %(template)s.",
                step=step.name, template=self.template_id.display_name))
        self._run(engine.Jump(step.key), text=reason)

    def add_action(self, values, reason):
        """Ask for something that the tree does not, within the current step (D-065).

        :param dict values: fields of the action: ``name``, ``function_id``, ``date``, and
            optionally ``kind``, ``deadline``, ``required``, ``description``,
            ``recipient_function_id``
        :param str reason: stays in the history
        :return: the new ``collection.action``
        :raise UserError: no reason, name or function, or the sequence does not run
        """
        self.ensure_one()
        self._check_steering()
        reason = self._take_reason(reason)
        values = as_values(self.env["collection.action"], values)
        unknown = set(values) - ADDED_FIELDS
        if unknown:
            raise UserError(self.env._(
                "An added action has no %(fields)s.", fields=", ".join(sorted(unknown))))
        if not values.get("name") or not values.get("function_id"):
            raise UserError(self.env._("Say what is to be done, and which function owes it."))
        day = as_day(self.env, values.pop("date", None)) or self._get_local_now().date()
        due = as_day(self.env, values.pop("deadline", None))
        self._run(
            engine.AddAction(day.isoformat(), due and due.isoformat(),
                             bool(values.get("required"))),
            text=reason, added=values)
        return self.action_ids.sorted("number")[-1]

    def _check_steering(self):
        """:raise AccessError: the user may not steer these sequences"""
        self.check_access("write")
        self._check_portfolio()

    def _take_reason(self, reason):
        """:return: str, a reason as a caller gave it
        :raise UserError: there is none
        """
        reason = as_text(self.env, reason)
        if not reason:
            raise UserError(self.env._("Say why: the reason stays in the history."))
        return reason
