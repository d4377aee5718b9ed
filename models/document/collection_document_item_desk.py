from odoo import api, fields, models


class CollectionDocumentItem(models.Model):
    """What the board and the review form show of a document, and where their buttons lead."""

    _inherit = "collection.document.item"

    all_file_ids = fields.One2many(
        "collection.document.file", "item_id", string="Files given",
        help="Also those that were set aside.")
    main_mimetype = fields.Char(related="message_main_attachment_id.mimetype")
    contributor_name = fields.Char(
        string="Asked of", compute="_compute_contributor_name",
        help="Who provides it, or the function that nobody holds yet.")

    @api.depends_context("lang")
    @api.depends("contributor_id", "function_id")
    def _compute_contributor_name(self):
        for item in self:
            item.contributor_name = item.contributor_id.display_name or self.env._(
                "%(function)s: nobody yet", function=item.function_id.name or "–")

    def action_approve_next(self):
        """Approve, and go on to the next document of the request that waits for its review.

        :return: client action that opens it in the place of this one, or nothing
        :raise UserError: it does not wait for a review
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        self.action_approve()
        return self._open_next()

    def _open_next(self):
        """:return: client action that shows the next document to review in the form that is open,
            or None where there is none"""
        waiting = self.request_id.item_ids.filtered(lambda item: item.state == "review")
        later = waiting.filtered(lambda item: item.id > self.id)
        following = (later or waiting)[:1]
        return following and {
            "type": "ir.actions.client",
            "tag": "collection_next_record",
            "params": {"res_id": following.id, "res_ids": waiting.ids},
        } or None

    def action_open_request(self):
        """:return: window action on the request"""
        self.ensure_one()
        return self.request_id.action_open()

    def action_open_refuse(self):
        """:return: window action on the dialog that asks why these documents are refused"""
        return self.request_id._get_dialog_action(
            self.env._("Refuse"), "collection.document.refuse", {"default_item_ids": self.ids})

    def action_open_provide(self):
        """:return: window action on the dialog that enters files on somebody's behalf"""
        self.ensure_one()
        return self.request_id._get_dialog_action(
            self.env._("Provide on behalf"), "collection.document.provide",
            {"default_item_id": self.id})


class CollectionDocumentFile(models.Model):
    """A file's buttons."""

    _inherit = "collection.document.file"

    contributor_name = fields.Char(string="Provided by", compute="_compute_contributor_name")

    @api.depends("contributor_id", "user_id")
    def _compute_contributor_name(self):
        for file in self:
            file.contributor_name = (
                file.contributor_id.partner_id.name or file.sudo().user_id.name)

    def action_download(self):
        """:return: download of the file as it came"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url", "target": "download",
            "url": f"/web/content/{self.attachment_id.id}?download=true",
        }

    def action_open_item(self):
        """:return: window action on the document that it was given for"""
        self.ensure_one()
        return self.item_id._get_records_action(context={})
