from odoo import api, fields, models

REASONS = [
    ("unreadable", "Cannot be read"),
    ("incomplete", "Pages are missing"),
    ("old", "Too old"),
    ("person", "Somebody else's"),
    ("other", "Another document than asked"),
]


class CollectionDocumentRefuse(models.TransientModel):
    """Dialog that refuses documents, with words that their contributors read (C-023)."""

    _name = "collection.document.refuse"
    _description = "Refuse Documents"

    item_ids = fields.Many2many("collection.document.item", required=True, readonly=True)
    quick = fields.Selection(REASONS, string="What is wrong")
    reason = fields.Text(
        compute="_compute_reason", store=True, readonly=False,
        help="The contributor reads it.")

    @api.depends("quick")
    def _compute_reason(self):
        _ = self.env._
        words = {
            "unreadable": _("The document cannot be read. Please give a sharper copy of it."),
            "incomplete": _("Pages are missing. Please give the whole document, in one file."),
            "old": _("The document is too old. Please give the latest one."),
            "person": _("The document is in the name of somebody else. Please give yours."),
            "other": _("This is another document than the one that was asked for."),
        }
        for wizard in self:
            if wizard.quick:
                wizard.reason = words[wizard.quick]

    def action_apply(self):
        """Refuse them; after one alone, go on to the next that waits for its review.

        :raise UserError: no reason is given, or one of them was reviewed meanwhile
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        self.item_ids.refuse(self.reason)
        return {"type": "ir.actions.act_window_close"}
