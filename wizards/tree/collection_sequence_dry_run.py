from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError

from ... import engine
from ...engine import Event, EventCode, Level, get_allowed_answers
from ...engine.sequence.effects import StartChild, SwitchTo
from ...engine.sequence.outcomes import POSITIVE
from ...tools.records import as_day, as_record


class CollectionSequenceDryRun(models.AbstractModel):
    """Dry run of a template: what the screen shows of a run that no table knows.

    The screen holds the run's moves and asks for what they lead to; nothing is ever stored, so
    that a run can neither send a message nor be taken for a customer's sequence.
    """

    _name = "collection.sequence.dry.run"
    _description = "Collection Dry Run"

    @api.model
    def read_run(self, template_id, start=None, moves=None):
        """Play a run, and return where it stands. Writes nothing.

        :param int template_id:
        :param str start: day of the launch, by default today
        :param moves: list of dicts, see :mod:`..engine.dry_run`
        :return: dict for the screen, in the reader's language
        """
        template = self._get_template(template_id)
        start = as_day(self.env, start) or fields.Date.context_today(self)
        if not template.step_ids:
            return {"template": template.display_name, "empty": True}
        played = template._play_dry_run(start, moves or [])
        definition = template._get_definition()
        steps = {step.key: step for step in template.step_ids}
        labels = dict(self.env["collection.sequence"]._fields["state"]._description_selection(
            self.env))
        return {
            "template": template.display_name,
            "state": template.state,
            "may_keep": template.has_access("write"),
            "start": start.isoformat(),
            "today": played.today.isoformat(),
            "days": (played.today - start).days,
            "status": played.state.status,
            "status_label": labels[played.state.status],
            "incident": self._get_incident(played),
            "end": self._get_end(played, steps),
            "refused": played.refused and self._explain(played.refused),
            "path": [self._read_visit(visit, steps) for visit in played.state.visits],
            "actions": [self._read_action(action, played, definition, steps)
                        for action in played.state.open_actions],
            "closed": [self._read_closed(action, played, steps)
                       for action in played.state.actions if not action.is_open],
            "deadlines": [self._read_deadline(deadline, played, steps)
                          for deadline in played.state.visit_deadlines],
            "messages": self._read_messages(played, steps),
            **self._read_world(played, template, steps),
            "steps": [{"key": step.key, "name": step.name} for step in template.step_ids],
            "effects": [effect for line in played.lines for effect in self._read_effects(line)],
        }

    def _read_world(self, played, template, steps):
        """:return: dict of what may happen or hold around the sequence"""
        definition = template._get_definition()
        return {
            "events": self._read_events(played, definition),
            "levels": self._read_levels(played, definition),
            "markers": self._read_markers(played, template),
            "guards": self._read_guards(played, steps, definition),
        }

    @api.model
    def read_paths(self, template_id):
        """Every way through a template. Writes nothing.

        :return: dict for the screen, in the reader's language
        """
        template = self._get_template(template_id)
        template._check_size()
        found = engine.enumerate_paths(template._get_definition())
        steps = {step.key: step for step in template.step_ids}
        return {
            "template": template.display_name,
            "paths": [self._read_path(path, steps) for path in found.paths],
            "unreached": [
                {"step": steps[step].name, "row": self._get_row(steps, step, row).sentence}
                for step, row in found.unreached],
            "truncated": found.truncated,
        }

    def _get_template(self, template_id):
        template = as_record(self.env, "collection.sequence.template", template_id)
        template.check_access("read")
        if not template:
            raise UserError(self.env._("Choose the template whose tree is played."))
        return template

    # -- parts of the screen -------------------------------------------------------

    def _get_row(self, steps, step, key):
        return steps[step].transition_ids.filtered(lambda row: row.key == key)

    def _get_label(self, model, field, value):
        return dict(self.env[model]._fields[field]._description_selection(self.env)).get(
            value, value)

    def _get_incident(self, played):
        incident = played.state.incident
        return incident and self._get_label("collection.sequence", "incident", incident.code)

    def _get_end(self, played, steps):
        """:return: what the end reached is called, or None"""
        last = played.state.visits[-1:]
        if played.state.status not in ("done", "switched") or not last:
            return None
        row = self._get_row(steps, last[0].step, last[0].row)
        return row.end_label or row.target_template_code or "–"

    def _explain(self, refused):
        """:return: why the last move was not made"""
        _ = self.env._
        return {
            "wrong_status": _("This is not possible now: the run is paused or has ended."),
            "already_closed": _("This action is closed already."),
            "unknown_action": _("This action is not open now."),
            "no_incident": _("There is no incident to leave."),
            "nothing_to_skip_to": _("The step has no default row to go on by."),
        }.get(refused[1], _("This move is not possible here."))

    def _read_visit(self, visit, steps):
        step = steps[visit.step]
        row = self._get_row(steps, visit.step, visit.row)
        return {"number": visit.number, "name": step.name, "entered": visit.entered_on,
                "left": visit.is_left, "because": row.sentence or ""}

    def _get_content(self, action, played, steps):
        step = steps[played.state.visits[action.visit - 1].step]
        return step.content_ids.filtered(lambda content: content.key == action.content)

    def _read_action(self, action, played, definition, steps):
        content = self._get_content(action, played, steps)
        validating = action.state == "validating"
        function = content.validator_function_id if validating else content.function_id
        return {
            "number": action.number,
            "step": content.step_id.key,
            "content": action.content,
            "name": content.name,
            "function": function.name,
            "validating": validating,
            "required": action.required,
            "date": self._get_day(action.number, played),
            "due": action.due,
            "late": action.is_overdue(played.today),
            "answers": self._read_answers(action, content, definition),
        }

    def _get_day(self, number, played):
        return next(
            entry.date for line in played.lines for entry in line.entries
            if isinstance(entry, engine.entries.ActionCreated) and entry.action == number)

    def _read_answers(self, action, content, definition):
        """:return: list of dicts, the answers that may close an action, options by name"""
        allowed = get_allowed_answers(
            definition.get_content(content.step_id.key, action.content), action.state)
        options = {option.code: option for option in content.option_ids}
        answers = [{"option": code, "label": options[code].name} for code in allowed.options]
        given = {options[code].outcome for code in allowed.options}
        return answers + [
            {"outcome": outcome, "label": self._get_label("collection.action", "outcome", outcome)}
            for outcome in allowed.outcomes if outcome not in given]

    def _read_closed(self, action, played, steps):
        content = self._get_content(action, played, steps)
        option = content.option_ids.filtered(lambda option: option.code == action.option)
        label = self._get_label("collection.action", "outcome", action.outcome)
        return {
            "number": action.number, "name": content.name, "step": content.step_id.name,
            "function": content.function_id.name, "on": action.closed_on,
            "outcome": f"{label} ({option.name})" if option else label,
        }

    def _read_deadline(self, deadline, played, steps):
        row = self._get_row(steps, played.state.visit.step, deadline.row)
        return {"row": row.sentence, "due": deadline.due, "base": deadline.base,
                "legal": deadline.nature == "legal", "frozen": deadline.frozen}

    def _read_messages(self, played, steps):
        """:return: the messages of the actions so far; they leave when their action succeeds"""
        messages = []
        for action in played.state.actions:
            content = self._get_content(action, played, steps)
            if content.subject or content.body:
                messages.append({
                    "number": action.number, "action": content.name,
                    "kind": self._get_label("collection.action", "kind", content.kind),
                    "to": content.recipient_function_id.name or "",
                    "subject": content.subject or "", "body": str(content.body or ""),
                    "state": "open" if action.is_open else
                    "sent" if action.outcome in POSITIVE else "dropped",
                    "on": action.closed_on,
                })
        return messages

    def _read_events(self, played, definition):
        """:return: the events that some row waits for, and the end of a sequence waited for"""
        labels = dict(self.env["collection.signal"]._fields["code"]._description_selection(
            self.env))
        found = []
        for code in sorted(definition.events):
            event = EventCode.parse(code)
            label = event.name or labels.get(event.code, code)
            found.append({"code": code, "label": label, "about": None,
                          "has_amount": any(
                              row.condition.minimum for step in definition.steps
                              for row in step.rows if isinstance(row.condition, Event)
                              and row.condition.code == code)})
        waiting = played.state.waiting
        if waiting:
            found.append({
                "code": engine.CHILD_ENDED, "about": waiting.template, "has_amount": False,
                "label": self.env._("Sequence %(template)s ended", template=waiting.template)})
        return found

    def _read_levels(self, played, definition):
        conditions = {
            row.condition.code: row.condition for step in definition.steps for row in step.rows
            if isinstance(row.condition, Level)}
        labels = dict(self.env["collection.sequence.transition"]._fields["level_code"]
                      ._description_selection(self.env))
        return [{
            "code": code, "label": labels.get(code, code),
            "is_amount": condition.below is not None,
            "value": played.world.levels.get(code),
        } for code, condition in sorted(conditions.items())]

    def _read_markers(self, played, template):
        values = {name: value.isoformat() for name, value in played.world.markers.items()
                  if isinstance(value, date)}
        return [{"name": marker["name"], "label": marker.get("string") or marker["name"],
                 "value": values.get(marker["name"]) or ""}
                for marker in template.marker_definition or ()
                if marker.get("type") in ("date", "datetime")]

    def _read_guards(self, played, steps, definition):
        return [{
            "step": step.key, "row": row.key, "step_name": steps[step.key].name,
            "label": self._get_row(steps, step.key, row.key).sentence,
            "guard": self._get_row(steps, step.key, row.key).guard,
            "value": (step.key, row.key) in played.world.guards,
        } for step in definition.steps for row in step.rows if row.guarded]

    def _read_effects(self, line):
        """What would happen outside the sequence, besides its actions."""
        for effect in line.effects:
            if isinstance(effect, (StartChild, SwitchTo)):
                yield {"on": line.day.isoformat(), "text": self.env._(
                    "A sequence of template %(template)s starts", template=effect.template)}

    def _read_path(self, path, steps):
        last = self._get_row(steps, path.stays[-1].step, path.stays[-1].row)
        return {
            "legs": [{
                "step": steps[stay.step].name, "days": stay.days, "open": stay.is_open,
                "row": self._get_row(steps, stay.step, stay.row).sentence,
            } for stay in path.stays],
            "end": (last.target_template_code if path.switches else last.end_label) or "–",
            "switches": path.switches, "days": path.days, "open": path.is_open,
        }
