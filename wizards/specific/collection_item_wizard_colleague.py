from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import is_html_empty


class CollectionItemWizard(models.TransientModel):
    """Step 2: an internal interactive message to colleagues (A-014, A-015)."""

    _inherit = "collection.item.wizard"

    message = fields.Selection(
        selection_add=[("colleagues", "Yes, an internal interactive e-mail to colleagues")],
        ondelete={"colleagues": "set default"})
    colleague_ids = fields.Many2many(
        "res.partner", "collection_item_wizard_colleague_rel", string="Colleagues",
        domain="['|', ('user_ids.share', '=', False), ('collection_internal', '=', True)]",
        help="Users, employees or contacts marked as colleagues; never the customer.")
    question_subject = fields.Char(
        string="Subject of the question", compute="_compute_question", store=True, readonly=False)
    question_body = fields.Html(
        string="Question", compute="_compute_question", store=True, readonly=False)

    @api.depends("message")
    def _compute_question(self):
        """Words to start from, once; to be changed."""
        for wizard in self:
            asked = wizard.message == "colleagues"
            wizard.question_subject = wizard.question_subject or (
                asked and wizard._get_question_subject())
            if asked and is_html_empty(wizard.question_body):
                wizard.question_body = self.env._(
                    "Could you look into these items, and answer through the link?")
            else:
                wizard.question_body = wizard.question_body

    def _get_question_subject(self):
        customer = self.customer_ids[:1].name if self.single else ""
        parts = [self.status_id.name, self.reason_id.name, customer]
        return " – ".join(part for part in parts if part)

    def _check_message(self):
        super()._check_message()
        if self.message == "colleagues":
            self._check_question()

    def _check_question(self):
        """:raise UserError: nobody is asked, nothing is asked, or whom it would go to is no
            colleague"""
        if not self.colleague_ids:
            raise UserError(self.env._("Choose a colleague to ask."))
        if is_html_empty(self.question_body):
            raise UserError(self.env._("Write what you ask your colleague."))
        for customer in self._get_customers():
            for colleague in self.colleague_ids:
                problem = colleague._find_not_internal(customer)
                if problem:
                    raise UserError(problem)

    def _send_message(self, items):
        if self.message != "colleagues":
            return super()._send_message(items)
        self._check_question()
        return self.env["collection.link"].send_internal(
            items, self.colleague_ids, self.question_subject, self.question_body)
