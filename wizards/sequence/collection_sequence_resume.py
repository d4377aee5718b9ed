from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.dialogs import CLOSE, notify


class CollectionSequenceResume(models.TransientModel):
    """Dialog that shows what resuming leads to, and then resumes (D-029)."""

    _name = "collection.sequence.resume"
    _description = "Resume a Collection Sequence"
    _inherit = ["collection.dialog"]

    sequence_id = fields.Many2one("collection.sequence", required=True, readonly=True)
    seen_rev = fields.Integer(
        compute="_compute_seen_rev", store=True, help="What the preview was computed on.")
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    @api.depends("sequence_id")
    def _compute_seen_rev(self):
        for wizard in self:
            wizard.seen_rev = wizard.sequence_id.rev

    @api.depends_context("lang")
    @api.depends("sequence_id")
    def _compute_preview(self):
        for wizard in self:
            sequence = wizard.sequence_id
            preview = sequence._preview_resume() if sequence.state == "paused" else {}
            wizard.preview = self.env["ir.qweb"]._render(
                "account_collection.resume_preview", {**preview, "sequence": sequence})

    def action_apply(self):
        """Resume, as shown.

        :raise UserError: the sequence has changed since the preview was computed
        """
        self.ensure_one()
        if self.sequence_id.rev != self.seen_rev:
            raise UserError(self.env._(
                "%(sequence)s has changed since: close this dialog and open it again to see "
                "what resuming leads to now.", sequence=self.sequence_id.display_name))
        self.sequence_id.action_resume()
        return notify(self.env._(
            "Resumed. %(followed)s", followed=self.sequence_id._describe_followed()), then=CLOSE)
