from odoo import api, fields, models


class CollectionCaseFileMake(models.TransientModel):
    """Dialog that makes the case file of a customer, of sequences or of chosen items."""

    _name = "collection.case.file.make"
    _description = "Make a Case File"
    _inherit = ["collection.dialog"]
    _customer_fields = {"customer_id": None}

    customer_id = fields.Many2one("res.partner", readonly=True)
    sequence_ids = fields.Many2many("collection.sequence", readonly=True)
    item_ids = fields.Many2many("account.move.line", string="Items", readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, compute="_compute_company_id",
        store=True, precompute=True)
    day = fields.Date(
        string="Claim of", required=True, compute="_compute_day", store=True, readonly=False,
        precompute=True, help="Today or a later day, e.g. that of the hearing.")
    lang = fields.Selection(
        "_selection_lang", string="Language", required=True, compute="_compute_lang",
        store=True, readonly=False, precompute=True,
        help="Of whoever will read it. What people wrote stays as they wrote it.")
    with_documents = fields.Boolean(
        string="Documents", default=True,
        help="The files themselves; they are listed in any case.")
    with_messages = fields.Boolean(
        string="Messages", default=True,
        help="Each message as it left; they are listed in any case.")
    with_history = fields.Boolean(
        string="History and proof", default=True,
        help="The whole history of the customer in the company, with the notes of colleagues: a "
        "part of it proves nothing.")

    @api.model
    def _selection_lang(self):
        return self.env["res.lang"].get_installed()

    @api.depends("customer_id", "sequence_ids", "item_ids")
    def _compute_company_id(self):
        for dialog in self:
            dialog.company_id = (
                dialog.sequence_ids.company_id or dialog.item_ids.company_id)[:1] or (
                    self.env.company)

    @api.depends("company_id")
    def _compute_day(self):
        for dialog in self:
            dialog.day = dialog.day or dialog.company_id._get_collection_day()

    @api.depends("company_id")
    def _compute_lang(self):
        """That of the lawyer or bailiff who takes part, else the company's."""
        for dialog in self:
            customer = dialog._get_customer()
            external = customer.sudo().collection_participant_ids.filtered(
                lambda one, dialog=dialog: one.kind == "external"
                and one.company_id == dialog.company_id)
            reader = external.partner_id[:1] or dialog.company_id.partner_id
            dialog.lang = dialog.lang or reader._get_collection_langs(
                dialog.company_id)[reader.id]

    def _get_customer(self):
        """:return: ``res.partner`` that the file is of"""
        return (self.customer_id or self.sequence_ids.customer_id
                or self.item_ids.partner_id).commercial_partner_id[:1]

    def action_make(self):
        """Make the file: at once, or in the background where it is large.

        :return: window action on the file
        :raise UserError: the records are of several customers or companies, or the day is past
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        records = self.sequence_ids or self.item_ids or self.customer_id
        made = self.env["collection.case.file"].with_company(self.company_id)._start(
            records.with_company(self.company_id), day=self.day, lang=self.lang,
            documents=self.with_documents, messages=self.with_messages,
            history=self.with_history)
        return made.action_open()
