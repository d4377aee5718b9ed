from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.dialogs import RELOAD, notify


class CollectionDebtorStatement(models.TransientModel):
    """Dialog that sends statements of account by e-mail, out of the scenario.

    Each is an action of its own that leaves by itself within the quarter of an hour, in the
    customer's language, through the same gate as all messages: whoever owes nothing gets none.
    """

    _name = "collection.debtor.statement"
    _description = "Send Statements"
    _inherit = ["collection.dialog"]
    _customer_fields = {"customer_ids": None}

    customer_ids = fields.Many2many("res.partner", required=True, readonly=True)
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

        :return: notification
        :raise UserError: no text is chosen
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        if not self.mail_template_id:
            raise UserError(self.env._("Choose the text that comes with the statement."))
        actions = self.env["collection.action"].with_company(self.company_id)
        actions.create_messages(self.customer_ids, {
            "name": self.env._("Statement of account"), "kind": "email", "mode": "automatic",
            "mail_template_id": self.mail_template_id.id, "attach_statement": True})
        return notify(self.env._(
            "Statements that leave within a quarter of an hour: %(count)s.", count=self.count),
            then=RELOAD)
