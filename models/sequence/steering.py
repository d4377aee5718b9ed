from odoo.exceptions import UserError
from odoo.fields import Domain

from ... import engine
from ...engine.sequence import outcomes
from ..action.steering import Beside, Steering, steers


@steers("sequence")
class SequenceSteering(Steering):
    """Actions that a sequence asks for: whatever happens to one is a command of its sequence.

    What the engine makes of the command comes back through the sequence, which writes it on the
    action and records it.
    """

    has_activity_ahead = True
    sends_apart = True
    closes_when_ticked = True
    follows_customer = False  # goes with its sequence
    claims_paid_late = False
    #: A pause moves the day of what is to come, so that it cannot come within it.
    held = Domain("sequence_id.state", "=", "paused")

    def take_turn(self):
        self.actions.sequence_id._raise_rev()

    def get_pilot(self):
        return self.actions.sequence_id._get_pilot()

    def get_content(self):
        action = self.actions
        definition = action.sequence_id.sudo().template_id._get_definition()
        return definition.get_content(action.step_id.key, action.content_key)

    def get_copied_holders(self):
        return super().get_copied_holders() | self._find_own_holders("copy_function_id")

    def find_besides(self):
        """The holder is the sequence's participant, else the customer's: a default holder knows
        nothing of a customer's debt."""
        actions = self.actions.filtered("beside_function_id")
        rows = self.env["collection.participant"].sudo().search([
            ("customer_id", "in", actions.customer_id.ids), ("sequence_id", "=", False),
            ("company_id", "in", actions.company_id.ids),
            ("function_id", "in", actions.beside_function_id.ids)])
        usual = {(row.customer_id, row.company_id, row.function_id): row.partner_id
                 for row in rows}
        own, nobody = self._find_own_holders("beside_function_id"), self.env["res.partner"]
        return {
            action.id: Beside(
                action.beside_function_id,
                (own.get(action.id) or usual.get(
                    (action.customer_id, action.company_id, action.beside_function_id),
                    nobody)).filtered("active"),
                action._get_channel())
            for action in actions}

    def _find_own_holders(self, name):
        """:param str name: the field of the function
        :return: dict of the ``res.partner`` who holds it in the sequence of each of these, by
            action id; those without one are not in it"""
        actions = self.actions
        rows = self.env["collection.participant"].sudo().search([
            ("sequence_id", "in", actions.sequence_id.ids),
            ("function_id", "in", actions[name].ids)])
        found = {(row.sequence_id, row.function_id): row.partner_id for row in rows}
        own = {action.id: found.get((action.sequence_id, action[name])) for action in actions}
        return {action_id: partner for action_id, partner in own.items() if partner}

    def get_items(self):
        return self.actions.sequence_id.item_ids

    def describe(self):
        action = self.actions
        where = (action.sequence_id.template_id.name, action.step_id.name)
        return " · ".join(filter(None, where)) or False

    # -- closing and moving --------------------------------------------------------

    def answer(self, outcome, trace, option, markers=None):
        action = self.actions
        self._fill_required_markers(outcome, option, markers)
        action.sequence_id._run_in_turn(
            engine.Close(action.number, outcome or None, option.code or None, bool(trace.text)),
            cause=trace.cause, text=trace.text, on_behalf=trace.on_behalf, action=action)

    def close(self, outcome, trace, option=None):
        """Close each by a command of its sequence, one after the other."""
        for action in self.actions:
            action.sequence_id._run(
                engine.Close(action.number, outcome, option.code if option else None,
                             bool(trace.text), by_system=outcome == outcomes.SETTLED),
                cause=trace.cause, text=trace.text, on_behalf=trace.on_behalf, action=action)

    def describe_followed(self):
        return self.actions.sequence_id._describe_followed()

    def move_deadline(self, day):
        action = self.actions
        action.sequence_id._run_in_turn(engine.Move(action.number, day.isoformat()))

    # -- tracing -------------------------------------------------------------------

    def prepare_history_vals(self):
        action = self.actions
        return {
            "sequence_id": action.sequence_id.id, "visit_id": action.visit_id.id,
            "step_name": action.visit_id.step_id.name,
        }

    def prepare_history_data(self):
        return {"action": self.actions.number}

    # -- markers -------------------------------------------------------------------

    def get_required_markers(self):
        action = self.actions.sudo()
        asked = [name.strip() for name in (action.content_id.required_markers or "").split(",")]
        markers = action.sequence_id._get_markers() if any(asked) else {}
        by_label = {marker["string"]: marker for marker in markers.values()}
        found = [markers.get(name) or by_label.get(name) for name in asked]
        return [marker for marker in found if marker]

    def _fill_required_markers(self, outcome, option, markers):
        """Write what was filled on closing, and refuse what is still missing.

        A refusal or a cancelled action may leave them empty: what could not be served has no
        date of service.

        :param dict markers: values by technical name; others than those asked for are left out
        :raise UserError: the action would be done, and something is missing
        """
        action = self.actions
        asked = self.get_required_markers()
        names = {marker["name"] for marker in asked}
        values = {name: value for name, value in (markers or {}).items() if name in names}
        if values:
            action.sequence_id._fill_markers(values, action)
            asked = self.get_required_markers()
        missing = [marker["string"] for marker in asked
                   if not marker.get("value") and marker["type"] != "boolean"]
        if missing and (outcome or option.outcome) in outcomes.POSITIVE:
            raise UserError(self.env._(
                "“%(action)s” cannot be closed yet. Fill first: %(markers)s.",
                action=action.name, markers=", ".join(missing)))
