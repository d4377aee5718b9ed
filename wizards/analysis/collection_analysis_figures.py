from odoo import api, fields, models
from odoo.tools import format_date, formatLang

#: Figures in days or in percent: text, for some of them do not exist.
RATIOS = {
    "dso_balance": "days", "dso_countback": "days", "best_possible_dso": "days",
    "average_days_delinquent": "days", "mean_days_late": "days", "cei": "percent",
    "paid_late_share": "percent",
}
AMOUNTS = (
    "outstanding", "not_due", "overdue", "disputed", "promised", "unmatched_credits", "sales",
    "collected")
DIFFERENCES = ("invoices", "credit_notes", "payments", "miscellaneous", "kept_out")


class CollectionAnalysisFigures(models.TransientModel):
    """Dialog and page: the figures of a day, each with its definition and what it counts."""

    _name = "collection.analysis.figures"
    _description = "Figures of a Day"
    _inherit = ["collection.dialog"]

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company,
        domain="[('id', 'in', allowed_company_ids)]")
    currency_id = fields.Many2one(related="company_id.currency_id", related_sudo=False)
    day = fields.Date(
        string="At the end of", required=True, default=lambda self: self._default_day(),
        help="What was matched later does not count.")
    months = fields.Integer(
        default=3, required=True,
        help="Calendar months of sales and settlements, the day in the last of them.")
    collector_id = fields.Many2one("res.users", string="Collector")
    scenario_id = fields.Many2one("collection.scenario", string="Scenario")
    group_id = fields.Many2one("collection.group", string="Customer group")

    outstanding = fields.Monetary(
        compute="_compute_figures",
        help="The balance of the receivable accounts: all posted on or before the day and not "
        "settled by entries of that day or earlier ones, due or not, less credits.")
    not_due = fields.Monetary(
        string="Not due", compute="_compute_figures",
        help="Of what is outstanding, what is not past its due date. Due on the day is not "
        "overdue. Credits count by their own day.")
    overdue = fields.Monetary(
        compute="_compute_figures",
        help="Of what is outstanding, what is past its due date, less credits that are.")
    disputed = fields.Monetary(
        compute="_compute_figures", help="Open debts with a dispute that was open on the day.")
    promised = fields.Monetary(
        compute="_compute_figures",
        help="Open debts with a promise that was recorded by the day and neither kept, broken nor "
        "cancelled by then.")
    unmatched_credits = fields.Monetary(
        string="Credits to match", compute="_compute_figures",
        help="Payments and credit notes that are matched with nothing; deducted above.")
    sales = fields.Monetary(
        compute="_compute_figures",
        help="Invoices less credit notes of the months, taxes included.")
    collected = fields.Monetary(
        string="Money received", compute="_compute_figures",
        help="On the receivable accounts, in bank and cash journals, less what was paid back.")
    dso_balance = fields.Char(
        string="DSO", compute="_compute_figures",
        help="Days of sales outstanding: outstanding × days ÷ sales of the months. Source: the "
        "common definition, rex.inc, Accounts receivable metrics.")
    dso_countback = fields.Char(
        string="DSO by countback", compute="_compute_figures",
        help="Whole months of sales are taken off what is outstanding, from the last one back; of "
        "the month that is left, the share. It does not swing with the season. Source: "
        "mydsomanager.com, The DSO, a key performance indicator.")
    best_possible_dso = fields.Char(
        string="Best possible DSO", compute="_compute_figures",
        help="Not due × days ÷ sales of the months: the DSO if everybody had paid when due. "
        "Source: rex.inc, Accounts receivable metrics.")
    average_days_delinquent = fields.Char(
        string="Average days delinquent", compute="_compute_figures",
        help="DSO less best possible DSO. Source: rex.inc, Accounts receivable metrics.")
    cei = fields.Char(
        string="Collection effectiveness", compute="_compute_figures",
        help="(Opening + sales − closing) ÷ (opening + sales − closing not due) × 100, over the "
        "months. 100 %: nothing is overdue. Source: rex.inc, Accounts receivable metrics.")
    paid_late_share = fields.Char(
        string="Settled late", compute="_compute_figures",
        help="Of the debts that were settled in the months, by money or credit notes, the share by "
        "amount after the due date.")
    mean_days_late = fields.Char(
        string="Mean days late", compute="_compute_figures",
        help="Days between due date and settlement of the debts that were settled in the months, "
        "weighted by amount. Early counts 0.")

    invoices = fields.Monetary(
        string="Open invoices", compute="_compute_figures", help="What is chased, or may be.")
    credit_notes = fields.Monetary(
        string="Credit notes to match", compute="_compute_figures")
    payments = fields.Monetary(string="Payments to match", compute="_compute_figures")
    miscellaneous = fields.Monetary(string="Miscellaneous entries", compute="_compute_figures")
    kept_out = fields.Monetary(
        string="Kept out of follow-up", compute="_compute_figures",
        help="Nobody is chased for these.")

    @api.model
    def _default_day(self):
        return self.env.company._get_collection_day()

    @api.depends_context("lang")
    @api.depends("day")
    def _compute_display_name(self):
        for dialog in self:
            dialog.display_name = self.env._(
                "Figures at %(day)s", day=format_date(self.env, dialog.day)) if dialog.day else (
                self.env._("Figures of a day"))

    @api.depends_context("lang")
    @api.depends("company_id", "day", "months", "collector_id", "scenario_id", "group_id")
    def _compute_figures(self):
        analysis = self.env["collection.analysis"]
        for dialog in self:
            if not dialog.company_id or not dialog.day:
                dialog.update(dict.fromkeys((*AMOUNTS, *RATIOS, *DIFFERENCES), False))
                continue
            customers = dialog._get_customers_domain()
            found = analysis.get_figures(
                dialog.company_id, dialog.day, customers, dialog.months)
            dialog.update({
                **{name: float(found[name]) for name in AMOUNTS},
                **{name: dialog._format(found[name], unit) for name, unit in RATIOS.items()},
                **{name: float(amount) for name, amount in analysis.get_differences(
                    dialog.company_id, dialog.day, customers).items()},
            })

    def _get_customers_domain(self):
        """:return: list, domain of the customers that were chosen; None for all"""
        domain = [(name, operator, self[field].id) for name, operator, field in (
            ("collector_id", "=", "collector_id"), ("collection_scenario_id", "=", "scenario_id"),
            ("collection_group_ids", "in", "group_id")) if self[field]]
        return domain or None

    def _format(self, value, unit):
        if value is None:
            return "–"
        number = formatLang(self.env, float(value), digits=1)
        return self.env._("%(number)s days", number=number) if unit == "days" else self.env._(
            "%(number)s %%", number=number)

    # === BUTTONS === #

    def action_open(self):
        """Open what the figure counts that the button's context names.

        :return: window action
        :raise UserError: there is no such figure
        """
        self.ensure_one()
        return self.env["collection.analysis"].get_action(
            self.env.context.get("collection_figure"), self.company_id, self.day,
            self._get_customers_domain(), self.months)

    def action_open_aged(self):
        """Open the aged balance of the day, of the companies that are chosen.

        :return: window action
        """
        self.ensure_one()
        return self.env["collection.analysis.item"]._get_action_at(self.day)
