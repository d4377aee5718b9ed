from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang


class CollectionDocumentFile(models.Model):
    """A file that somebody gave for a requested document, and who gave it.

    The bytes lie in an attachment of the document itself: whoever may read the document may
    read them, nobody else. A file set aside (a wrong one) stays, out of everybody's way.
    """

    _name = "collection.document.file"
    _description = "File of a Requested Document"
    _inherit = ["collection.owned"]
    _order = "item_id, id"
    _owner_fields = ("item_id",)

    item_id = fields.Many2one(
        "collection.document.item", required=True, readonly=True, index=True, ondelete="restrict")
    request_id = fields.Many2one(related="item_id.request_id", store=True, index=True)
    attachment_id = fields.Many2one(
        "ir.attachment", readonly=True, index=True, ondelete="set null",
        help="Empty when the attachment was deleted; name and checksum tell what it was.")
    name = fields.Char(required=True, readonly=True)
    mimetype = fields.Char(readonly=True)
    size = fields.Integer(string="Bytes", readonly=True)
    size_label = fields.Char(string="Size", compute="_compute_size_label")
    checksum = fields.Char(readonly=True, help="SHA-256 of the file as it came.")
    contributor_id = fields.Many2one(
        "collection.document.contributor", readonly=True, ondelete="restrict",
        help="Who gave it; empty when a colleague did.")
    user_id = fields.Many2one(
        "res.users", string="Entered by", readonly=True, help="The colleague who entered it on "
        "the contributor's behalf.")
    given_at = fields.Datetime(readonly=True, default=fields.Datetime.now)
    set_aside = fields.Boolean(readonly=True)
    contributor_name = fields.Char(string="Provided by", compute="_compute_contributor_name")

    _attachment_unique = models.UniqueIndex("(attachment_id)", "A file is given once.")

    # === COMPUTE === #

    @api.depends("contributor_id", "user_id")
    def _compute_contributor_name(self):
        for file in self:
            file.contributor_name = (
                file.contributor_id.partner_id.name or file.sudo().user_id.name)

    # === CRUD === #

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A file that was given is set aside, never deleted."))

    # === WRONG FILES === #

    def _set_aside(self):
        """These are not what was asked: keep them, but show them to nobody but colleagues."""
        for file in self:
            file.attachment_id.write({"res_model": self._name, "res_id": file.id})
        self.item_id.filtered(
            lambda item: item.message_main_attachment_id in self.attachment_id).write(
                {"message_main_attachment_id": False})
        self.write({"set_aside": True})

    # === COMPUTE === #

    @api.depends_context("lang")
    @api.depends("size")
    def _compute_size_label(self):
        for file in self:
            if file.size < 1000:
                file.size_label = self.env._("%(size)s B", size=file.size)
            elif file.size < 1_000_000:
                file.size_label = self.env._("%(size)s KB", size=round(file.size / 1000))
            else:
                file.size_label = self.env._(
                    "%(size)s MB", size=formatLang(self.env, file.size / 1_000_000, digits=1))

    # === BUTTONS === #

    def action_download(self):
        """:return: download of the file as it came

        :raise UserError: its attachment was deleted
        """
        self.ensure_one()
        if not self.attachment_id:
            raise UserError(self.env._("The attachment of “%(file)s” was deleted since.",
                                       file=self.name))
        return {
            "type": "ir.actions.act_url", "target": "download",
            "url": f"/web/content/{self.attachment_id.id}?download=true",
        }

    def action_open_item(self):
        """:return: window action on the document that it was given for"""
        self.ensure_one()
        return self.item_id._get_records_action(context={})
