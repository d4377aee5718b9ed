from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import bulk


class CollectionDebtorStatement(models.TransientModel):
    """Dialog that sends statements of account by e-mail, out of the scenario.

    Each is an action of its own that leaves by itself within the quarter of an hour, in the
    customer's language, through the same gate as all messages: whoever owes nothing gets none.
    """

    _name = "collection.debtor.statement"
    _description = "Send Statements"
    _inherit = ["collection.dialog"]
    _customer_fields = {"customer_ids": None, "written_ids": None}

    customer_ids = fields.Many2many("res.partner", required=True, readonly=True)
    #: a batch whose answer was lost is called again: they are written to once
    written_ids = fields.Many2many(
        "res.partner", "collection_debtor_statement_written_rel", string="Written to",
        readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company)
    count = fields.Integer(compute="_compute_count")
    mail_template_id = fields.Many2one(
        "mail.template", string="Text", domain="[('model', '=', 'collection.action')]",
        default=lambda self: self._default_mail_template_id(),
        help="Each customer reads it in its own language.")

    @api.model
    def _default_mail_template_id(self):
        return self.env.ref(
            "account_collection.mail_template_statement", raise_if_not_found=False)

    @api.depends("customer_ids")
    def _compute_count(self):
        for wizard in self:
            wizard.count = len(wizard.customer_ids)

    def action_apply(self):
        """Have the statements sent.

        :return: notification, or the client's action that goes on with the next batch
        :raise UserError: no text is chosen
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        self._check()
        return bulk.start(
            self.customer_ids, self._send, owner=self, method="send_batch",
            title=self.env._("Send statements"),
            message=self._describe)

    def _describe(self, count):
        """:return: str, that so many leave, or what they wait for"""
        if self.company_id._filtered_waiting_for_start():
            return self.env._(
                "Statements that wait until reminders are started: %(count)s.", count=count)
        return self.env._(
            "Statements that leave within a quarter of an hour: %(count)s.", count=count)

    def send_batch(self, ids):
        """Have the statements of some of the customers sent; the client calls it once a batch.

        :param list ids: of customers of this dialog; others are left alone
        :return: dict: how many are ``done``, and who was ``refused`` (``name``, ``reason``)
        :raise UserError: no text is chosen
        """
        self.ensure_one()
        self._check()
        return bulk.run_batch(bulk.take(self.customer_ids, ids), self._send)

    def _check(self):
        if not self.mail_template_id:
            raise UserError(self.env._("Choose the text that comes with the statement."))

    def _send(self, customers):
        actions = self.env["collection.action"].with_company(self.company_id)
        actions.create_messages(customers - self.written_ids, {
            "name": self.env._("Statement of account"), "kind": "email", "mode": "automatic",
            "mail_template_id": self.mail_template_id.id, "attach_statement": True})
        self.written_ids |= customers
