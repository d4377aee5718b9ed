from odoo import fields, models


class CollectionDocumentProvide(models.TransientModel):
    """Dialog by which a colleague enters files that came in another way (C-025)."""

    _name = "collection.document.provide"
    _description = "Provide a Document on Behalf"
    _inherit = ["collection.dialog"]

    item_id = fields.Many2one("collection.document.item", required=True, readonly=True)
    contributor_name = fields.Char(related="item_id.contributor_name", related_sudo=False)
    state = fields.Selection(related="item_id.state", related_sudo=False)
    has_expiry = fields.Boolean(related="item_id.has_expiry", related_sudo=False)
    expiry = fields.Date(string="Valid until")
    attachment_ids = fields.Many2many("ir.attachment", string="Files")

    def action_provide(self):
        """Give the files to the document, as they were chosen.

        :raise UserError: no file, or one that is not taken; see ``collection.document.item``
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        attachments = self.attachment_ids.sorted("id")  # in the order they were chosen
        self.item_id.provide(
            [(attachment.name, attachment.raw) for attachment in attachments],
            expiry=self.expiry)
        # the document has its own copies: what was sent up for this dialog has done its part
        attachments.filtered(lambda attachment: (
            attachment.res_model == self._name and attachment.create_uid == self.env.user
        )).unlink()
        return {"type": "ir.actions.act_window_close"}
