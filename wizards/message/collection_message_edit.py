from odoo import api, fields, models

from ...tools.dialogs import CLOSE, notify


class CollectionMessageEdit(models.TransientModel):
    """Dialog that changes one message before it leaves; its step stays as it is."""

    _name = "collection.message.edit"
    _description = "Edit One Message"
    _inherit = ["collection.dialog"]

    action_id = fields.Many2one("collection.action", required=True, readonly=True)
    customer_id = fields.Many2one(related="action_id.customer_id", related_sudo=False)
    has_subject = fields.Boolean(related="action_id.has_subject", related_sudo=False)
    takes_files = fields.Boolean(related="action_id.takes_files", related_sudo=False)
    takes_copies = fields.Boolean(related="action_id.takes_copies", related_sudo=False)
    language = fields.Char(related="action_id.wording_lang", related_sudo=False,
                           string="Written in")
    usual_to = fields.Char(
        related="action_id.preview_to", related_sudo=False, string="To",
        help="Whoever it goes to as it stands.")
    usual_copies = fields.Char(related="action_id.preview_copies", related_sudo=False,
                               string="Copies to")
    subject = fields.Char(
        compute="_compute_message", store=True, readonly=False, compute_sudo=False)
    body = fields.Html(
        string="Text", compute="_compute_message", store=True, readonly=False, compute_sudo=False,
        sanitize_overridable=False)
    to_partner_id = fields.Many2one(
        "res.partner", string="Send to", compute="_compute_message", store=True, readonly=False,
        compute_sudo=False,
        domain="[('commercial_partner_id', '=', customer_id)]")
    copy_partner_ids = fields.Many2many(
        "res.partner", "collection_message_edit_copy_rel", string="More copies to",
        compute="_compute_message", store=True, readonly=False, compute_sudo=False)
    added_file_ids = fields.Many2many(
        "ir.attachment", "collection_message_edit_file_rel", string="Files to add",
        compute="_compute_message", store=True, readonly=False, compute_sudo=False)

    @api.depends("action_id")
    def _compute_message(self):
        for wizard in self.filtered("action_id"):
            wizard.action_id.check_access("read")
            text = wizard.action_id._get_present_text()
            wizard.update({
                "subject": text.subject, "body": text.body,
                "to_partner_id": wizard.action_id.to_partner_id,
                "copy_partner_ids": wizard.action_id.copy_partner_ids,
                "added_file_ids": wizard.action_id.added_file_ids,
            })

    def action_apply(self):
        """Change the message, as far as something differs, and show what it reads like now.

        :raise UserError: it has left meanwhile; see ``collection.action.edit_message``
        """
        self.ensure_one()
        self.action_id.check_access("read")
        text = self.action_id._get_present_text()
        vals = {
            "to_partner_id": self.to_partner_id.id, "copy_partner_ids": self.copy_partner_ids.ids,
            "added_file_ids": self.added_file_ids.ids}
        # untouched words stay those of the step, or of its e-mail template
        vals |= {name: value for name, value, before in (
            ("subject", self.subject or "", text.subject), ("body", self.body or "", text.body))
            if value != before}
        self.action_id.edit_message(vals)
        return notify(self.env._("Only this one message is changed."), then=CLOSE)
