from odoo import api, fields, models

from ...models.setup.res_company import DEFAULTS, SETTINGS
from ...models.statement.documents import STATEMENT_FORMATS, STATEMENT_KINDS
from ...tools.dialogs import RELOAD, notify


class CollectionSettings(models.TransientModel):
    """The module's settings, for collection managers: administrators find them in Odoo's, too.

    A copy of what the company has, which is written back when it is saved, as far as the user
    may: :meth:`~.res_company.ResCompany._set_collection_settings` checks it.
    """

    _name = "collection.settings"
    _description = "Collection Settings"
    _inherit = ["collection.dialog"]

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company)
    is_root_company = fields.Boolean(compute="_compute_is_root_company")
    currency_id = fields.Many2one(related="company_id.currency_id", related_sudo=False)

    collection_manager_id = fields.Many2one(
        "res.users", string="Credit manager",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Signs the messages of customers without a collector, and is given their actions.")
    collection_started_on = fields.Date(
        string="Reminders leave from",
        help="The first day on which messages leave by themselves. Empty: none leaves.")
    collection_old_before = fields.Date(
        string="Old debts", help="What fell due before this day is old debt.")
    collection_old_until = fields.Date(
        string="Old debts wait until",
        help="The scenarios leave old debts alone until this day.")
    collection_scenario_id = fields.Many2one(
        "collection.scenario", string="Default scenario",
        domain="['|', ('company_id', '=', False), ('company_id', 'parent_of', company_id)]",
        help="Holds for every customer, new or old, that has no scenario of its own. Choosing "
        "another one changes all of them at once.")
    collector_id = fields.Many2one(
        "res.users", string="Default collector",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="In charge of every customer, new or old, that has no collector of its own. "
        "Choosing another one changes all of them at once.")

    collection_penalty_regime = fields.Selection(
        "_selection_penalty_regime", string="Penalty rate for professionals", required=True)
    collection_penalties = fields.Boolean(
        string="Late-payment interest",
        help="For customers whose own switch follows the default; never for consumers.")
    collection_indemnity = fields.Boolean(
        string="Fixed indemnity",
        help="For customers whose own switch follows the default; never for consumers.")
    collection_statement_paid_late = fields.Boolean(
        string="Invoices paid late on statements",
        help="Statements of account list invoices that were paid late, with the interest and "
        "indemnity that are due for them, until they are waived or paid.")
    collection_claim_years = fields.Integer(
        string="Claims of invoices paid late",
        help="Years after the due date for which interest and indemnity of an invoice that was "
        "paid late are still claimed. Have it checked by your counsel: claims lapse.")

    collection_statement_monthly = fields.Selection(
        STATEMENT_KINDS, string="Statements at month's end",
        help="In the first days of a month each customer who owes something receives its "
        "statement by e-mail, once. Empty: only by hand.")
    collection_statement_format = fields.Selection(
        STATEMENT_FORMATS, string="File of the statements", required=True)

    collection_reply_days = fields.Integer(
        string="Silence after a reply",
        help="Days for which nothing leaves by itself to a customer who has answered, unless "
        "somebody deals with the reply earlier. 0: messages leave all the same.")
    collection_call_attempts = fields.Integer(
        string="Calls without answer",
        help="Calls in a row that nobody answers, after which another way is proposed. 0: never.")
    collection_link_days = fields.Integer(
        string="Validity of personal links",
        help="Days for which the link of an interactive message shows what it shows.")
    collection_payment_days = fields.Integer(
        string="Delay of payments",
        help="Days until a payment that a customer says was made should have arrived. The "
        "scenario is silent meanwhile.")
    collection_matching_days = fields.Integer(
        string="Delay of matching",
        help="Days for which a promise counts as paid while the payment is on the account and is "
        "not matched with its invoices yet.")

    collection_retention_months = fields.Integer(
        string="Retention of closed cases",
        help="Months after the last event, from which on a customer whose case is closed may be "
        "anonymised. 0: never. Not shorter than what accounting law asks for: France keeps "
        "invoices for ten years.")

    collection_score_amount = fields.Integer(string="Points for the amount")
    collection_score_full_amount = fields.Monetary(string="Amount that gives all points")
    collection_score_age = fields.Integer(string="Points for the age")
    collection_score_full_days = fields.Integer(string="Days late that give all points")
    collection_score_broken = fields.Integer(string="Points for a broken promise")
    collection_score_answer = fields.Integer(string="Points for a reply to answer")
    collection_score_deadline = fields.Integer(string="Points for a legal deadline")
    collection_score_deadline_days = fields.Integer(string="Days before a legal deadline")
    collection_score_silence = fields.Integer(string="Points for no contact")
    collection_score_silence_days = fields.Integer(string="Days without contact")

    @api.model
    def _selection_penalty_regime(self):
        return self.env["res.company"]._fields[
            "collection_penalty_regime"]._description_selection(self.env)

    @api.depends("company_id")
    def _compute_is_root_company(self):
        for settings in self:
            settings.is_root_company = not settings.company_id.parent_id

    @api.model
    def default_get(self, fields):
        """What the company has now.

        :raise AccessError: the user is no collection manager
        """
        found, company = super().default_get(fields), self.env.company
        company._check_collection_manager()
        values = {name: company.sudo()[name] for name in SETTINGS}
        values |= {name: company._get_collection_default(name) for name in DEFAULTS}
        return found | {
            name: getattr(value, "id", value) for name, value in values.items()
            if name in fields}

    def action_apply(self):
        """Save them.

        :return: notification
        :raise AccessError: the user is no collection manager of the company
        :raise ValidationError: a value cannot be taken, see the message
        """
        self.ensure_one()
        self.company_id._set_collection_settings({
            name: self[name] for name in (*SETTINGS, *DEFAULTS)})
        return notify(self.env._("Saved."), then=RELOAD)
