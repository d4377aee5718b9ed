from odoo import api, fields, models

from ...models.reply.collection_reply import RESULTS


class CollectionCall(models.TransientModel):
    """What a reply says is recorded in the same dialog, which then deals with the reply."""

    _inherit = "collection.call"

    reply_id = fields.Many2one("collection.reply", readonly=True)
    reply_result = fields.Selection(RESULTS, readonly=True)
    reply_text = fields.Text(string="They wrote", compute="_compute_reply_text")

    @api.depends("reply_id")
    def _compute_reply_text(self):
        """Not a related field: of a dialog that is not saved, that is read without rights."""
        for dialog in self:
            reply = dialog.reply_id._origin
            dialog.reply_text = reply.has_access("read") and reply.text

    @api.depends("reply_id")
    def _compute_contact_id(self):
        super()._compute_contact_id()
        for dialog in self:
            writer = dialog.reply_id.partner_id
            if writer and writer.commercial_partner_id == dialog.customer_id:
                dialog.contact_id = writer

    def _check_subject(self):
        super()._check_subject()
        self.reply_id.check_access("read")

    def _get_promise_source(self):
        theirs = self.reply_id.customer_id == self.customer_id
        return "customer" if self.reply_id and theirs else super()._get_promise_source()

    def _react_to_applied(self):
        super()._react_to_applied()
        if self.reply_id:
            self.reply_id.settle(
                self.reply_result, promise=self.promise_id, dispute=self.dispute_id)
