from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine import get_allowed_answers
from ...engine.sequence import outcomes
from ...tools.dialogs import CLOSE, notify

MARKER_TYPES = [
    ("date", "Date"), ("char", "Text"), ("float", "Number"), ("integer", "Whole number"),
    ("boolean", "Yes or no"), ("text", "Long text"), ("selection", "Choice"),
]


class CollectionActionClose(models.TransientModel):
    """Closing dialog: asks exactly what the action needs, and nothing else."""

    _name = "collection.action.close"
    _description = "Close a Collection Action"
    _inherit = ["collection.dialog"]

    action_id = fields.Many2one("collection.action", required=True, readonly=True)
    description = fields.Html(related="action_id.description", related_sudo=False)
    state = fields.Selection(related="action_id.state", related_sudo=False)
    asks_decision = fields.Boolean(compute="_compute_answers")
    asks_validation = fields.Boolean(compute="_compute_answers")
    submits = fields.Boolean(compute="_compute_answers")
    may_answer = fields.Boolean(compute="_compute_answers")
    available_option_ids = fields.Many2many(related="action_id.option_ids", related_sudo=False)
    proposed_option_id = fields.Many2one(
        related="action_id.option_id", related_sudo=False, string="Decision proposed")
    submitted_by_id = fields.Many2one(related="action_id.submitted_by_id", related_sudo=False)
    submitted_comment = fields.Text(related="action_id.comment", related_sudo=False,
        string="Comment of whoever did it")
    option_id = fields.Many2one(
        "collection.action.option", string="Decision",
        domain="[('id', 'in', available_option_ids)]")
    comment = fields.Text()
    on_behalf_of = fields.Char(compute="_compute_answers")

    marker_ids = fields.One2many(
        "collection.action.close.marker", "close_id", compute="_compute_marker_ids", store=True,
        readonly=False, string="Case data")

    # === CLOSING === #

    @api.depends("action_id")
    def _compute_answers(self):
        for wizard in self:
            action = wizard.action_id
            content = action._get_steering().get_content()
            allowed = get_allowed_answers(content, action._get_state().state)
            wizard.asks_decision = bool(allowed.options)
            wizard.asks_validation = not allowed.options and outcomes.VALIDATED in allowed.outcomes
            wizard.submits = allowed.submits
            wizard.may_answer = action._may_answer()
            wizard.on_behalf_of = action._get_represented().name

    def action_done(self):
        """The action is done (or goes to its validator)."""
        return self._close(outcomes.DONE)

    def action_decide(self):
        """The chosen option is the result.

        :raise UserError: no option is chosen
        """
        if not self.option_id:
            raise UserError(self.env._("“%(action)s” asks for a decision: choose one of its "
                                       "options.", action=self.action_id.name))
        return self._close(None)

    def action_validate(self):
        """What was done is right."""
        return self._close(outcomes.VALIDATED)

    def action_refuse(self):
        """What was done is not right; the comment says why."""
        return self._close(outcomes.REFUSED)

    def action_cancel_action(self):
        """It should not be done; the comment says why."""
        return self._close(outcomes.CANCELLED)

    def action_ignore(self):
        """It could have been done and is skipped; the comment says why."""
        return self._close(outcomes.IGNORED)

    def _close(self, outcome):
        self.ensure_one()
        decides = outcome is None
        self.action_id.close(
            outcome, option=self.option_id if decides else None, comment=self.comment or "",
            markers=self._get_marker_values())
        return notify(self.action_id._describe_followed(), then=CLOSE)

    # === MARKERS === #
    # The closing dialog asks for the dates and facts that the action needs.

    @api.depends("action_id")
    def _compute_marker_ids(self):
        known = dict(MARKER_TYPES)
        for wizard in self:
            asked = wizard.action_id._get_steering().get_required_markers()
            wizard.marker_ids = [fields.Command.clear()] + [fields.Command.create({
                "name": marker["name"],
                "label": marker["string"],
                "type": marker["type"] if marker["type"] in known else "char",
                "value": marker.get("value") and str(marker["value"]),
            }) for marker in asked]

    def _get_marker_values(self):
        """:return: dict of what was filled, by technical name"""
        return {line.name: line.value for line in self.marker_ids}


class CollectionActionCloseMarker(models.TransientModel):
    """One date or fact to fill when closing an action."""

    _name = "collection.action.close.marker"
    _description = "Date or Fact to Fill on Closing"
    _inherit = ["collection.dialog"]
    _order = "id"

    close_id = fields.Many2one(
        "collection.action.close", string="Closing", required=True, ondelete="cascade")
    name = fields.Char(required=True, readonly=True)
    label = fields.Char(readonly=True)
    type = fields.Selection(MARKER_TYPES, readonly=True)
    value = fields.Char(help="A date as 2026-03-31.")
