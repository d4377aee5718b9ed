from odoo import api, fields, models

REASONS = [
    ("unreadable", "Cannot be read"),
    ("incomplete", "Pages are missing"),
    ("old", "Too old"),
    ("person", "Somebody else's"),
    ("other", "Another document than asked"),
]


class CollectionDocumentRefuse(models.TransientModel):
    """Dialog that refuses documents, for a reason that their contributors read (C-023)."""

    _name = "collection.document.refuse"
    _description = "Refuse Documents"
    _inherit = ["collection.dialog"]

    item_ids = fields.Many2many("collection.document.item", required=True, readonly=True)
    quick = fields.Selection(REASONS, string="What is wrong")
    reason = fields.Text(
        compute="_compute_reason", store=True, readonly=False,
        help="The contributor reads it.")

    @api.depends("quick")
    def _compute_reason(self):
        for wizard in self.filtered("quick"):
            wizard.reason = wizard.with_context(lang=wizard._get_lang())._get_texts()[wizard.quick]

    def _get_lang(self):
        """:return: the language that the contributor reads; of several, of the first"""
        partner, company = self.item_ids.contributor_id.partner_id[:1], self.item_ids.company_id[:1]
        return partner._get_collection_langs(company)[partner.id] if partner else self.env.lang

    def _get_texts(self):
        """:return: dict of ready-made reasons, in the language of the context"""
        _ = self.env._
        return {
            "unreadable": _("The document cannot be read. Please give a sharper copy of it."),
            "incomplete": _("Pages are missing. Please give the whole document, in one file."),
            "old": _("The document is too old. Please give the latest one."),
            "person": _("The document is in the name of somebody else. Please give yours."),
            "other": _("This is another document than the one that was asked for."),
        }

    def action_apply(self):
        """Refuse them; after one alone, go on to the next that waits for its review.

        :raise UserError: no reason is given, or one of them was reviewed meanwhile
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        self.item_ids.refuse(self.reason)
        return {"type": "ir.actions.act_window_close"}
