from odoo import api, fields, models
from odoo.tools import SQL


class CollectionDocumentRequest(models.Model):
    """What the request's form shows besides its own fields, and where its buttons lead."""

    _inherit = "collection.document.request"

    available_line_ids = fields.Many2many(
        "collection.document.template.function", string="Still to invite",
        compute="_compute_available_line_ids",
        help="Functions that take one more contributor.")
    history_ids = fields.One2many(
        "collection.history", string="History", compute="_compute_history_ids")
    file_count = fields.Integer(string="Files", compute="_compute_file_count")

    @api.depends("template_id.function_ids", "contributor_ids.state", "state")
    def _compute_available_line_ids(self):
        for request in self:
            available = request._get_available_functions() if request.state == "open" else []
            request.available_line_ids = request.template_id.function_ids.filtered(
                lambda line, available=available: line.function_id in available)

    def _compute_history_ids(self):
        """Rows name their request in their data: those of all requests are found in one query."""
        history = self.env["collection.history"]
        query = history._search([
            ("customer_id", "in", self.customer_id.ids), ("command", "=", "documents")])
        names = SQL("(%s ->> 'request')", SQL.identifier(query.table, "data"))
        query.add_where(SQL("%s IN %s", names, tuple(str(id_) for id_ in [*self.ids, 0])))
        rows = history.browse(query).grouped(lambda row: row.data["request"])
        for request in self:
            request.history_ids = rows.get(request.id, history)

    @api.depends("item_ids.file_ids")
    def _compute_file_count(self):
        counts = dict(self.env["collection.document.file"]._read_group(
            [("request_id", "in", self.ids), ("set_aside", "=", False)],
            ["request_id"], ["__count"]))
        for request in self:
            request.file_count = counts.get(request._origin, 0)

    # -- dialogs ---------------------------------------------------------------------------

    def action_open_invite(self):
        """:return: window action on the dialog that invites somebody to contribute"""
        self.ensure_one()
        return self._get_dialog_action(
            self.env._("Invite a contributor"), "collection.document.invite",
            {"default_request_id": self.id})

    def action_open_steering(self):
        """:return: window action on the dialog that asks why, for the command in the context"""
        command = self.env.context.get("steer_command", "pause")
        titles = {
            "pause": self.env._("Pause"), "refuse": self.env._("Refuse"),
            "cancel": self.env._("Cancel the request"),
        }
        return self._get_dialog_action(
            titles.get(command, titles["pause"]), "collection.document.steer",
            {"default_request_ids": self.ids, "default_purpose": command})

    def _get_dialog_action(self, name, model, context):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, "form")],
            "target": "new",
            "context": context,
        }

    # -- ways ------------------------------------------------------------------------------

    def action_open(self):
        """:return: window action on this request"""
        self.ensure_one()
        return self._get_records_action(context={})

    def action_open_items(self):
        """:return: window action on the board of the request's documents"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.collection_document_item_action")
        return {**action, "domain": [("request_id", "=", self.id)], "context": {},
                "display_name": self.name}

    def action_open_review(self):
        """:return: window action on the first document that waits for its review"""
        self.ensure_one()
        waiting = self.item_ids.filtered(lambda item: item.state == "review")
        return waiting[:1]._get_records_action(context={})

    def action_open_files(self):
        """:return: window action on the request's files"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.collection_document_file_action")
        return {**action, "domain": [("request_id", "=", self.id)]}

    def action_open_asking(self):
        """:return: window action on the action that asked for the documents"""
        self.ensure_one()
        return self.action_id.action_open()

    def action_open_sequence(self):
        """:return: window action on the sequence that asked for the documents"""
        self.ensure_one()
        return self.sequence_id.action_open()

    def action_open_customer(self):
        """:return: window action on the customer"""
        self.ensure_one()
        return self.customer_id.action_open_collection_customer()

    def action_download_zip(self):
        """:return: download of all files, a folder a contributor (C-021)"""
        return self._get_download_action("zip")

    def action_download_pdf(self):
        """:return: download of all files as one PDF (C-021)"""
        return self._get_download_action("pdf")

    def _get_download_action(self, ending):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url", "target": "download",
            "url": f"/collection/requests/{self.id}/files.{ending}",
        }
