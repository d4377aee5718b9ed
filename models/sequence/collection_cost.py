from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ...tools.records import in_company_language

KINDS = [
    ("bailiff", "Bailiff"), ("lawyer", "Lawyer"), ("court", "Court"), ("expert", "Expert"),
    ("agency", "Collection agency"), ("other", "Other")]


class CollectionCost(models.Model):
    """A fee or cost of a case: what recovering cost, with its papers.

    It is noted, not booked: the bill is the accountants'. Whatever is noted, changed or removed
    stays in the history of the customer.
    """

    _name = "collection.cost"
    _description = "Fee or Cost of a Case"
    _inherit = ["collection.owned"]
    _order = "date desc, id desc"
    _owner_fields = ("sequence_id",)

    sequence_id = fields.Many2one(
        "collection.sequence", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="sequence_id.company_id")
    customer_id = fields.Many2one(related="sequence_id.customer_id")
    kind = fields.Selection(KINDS, string="Nature", required=True, default="bailiff")
    date = fields.Date(
        compute="_compute_date", store=True, readonly=False, precompute=True, required=True)
    amount = fields.Monetary(required=True)
    currency_id = fields.Many2one(
        "res.currency", compute="_compute_currency_id", store=True, readonly=False,
        precompute=True, required=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency")
    company_amount = fields.Monetary(
        string="In the company's currency", currency_field="company_currency_id",
        compute="_compute_company_amount", store=True,
        help="At the rate of its day.")
    partner_id = fields.Many2one(
        "res.partner", string="Payee", help="Who asked for it, e.g. the bailiff.")
    note = fields.Char()
    recoverable = fields.Boolean(
        string="Borne by the debtor",
        help="The law or a judgment puts it on the debtor. It is noted here; it is claimed by an "
        "invoice.")
    attachment_ids = fields.Many2many("ir.attachment", string="Papers")

    _amount_positive = models.Constraint(
        "CHECK(amount > 0)", "The amount of a cost must be above zero.")

    # === COMPUTE === #
    # What is proposed is of the company of the case, whichever the user works in.

    @api.depends("sequence_id")
    def _compute_date(self):
        for cost in self:
            cost.date = cost.date or (cost.company_id or self.env.company)._get_collection_day()

    @api.depends("sequence_id")
    def _compute_currency_id(self):
        for cost in self:
            cost.currency_id = cost.currency_id or cost.company_id.currency_id

    @api.depends("amount", "currency_id", "date", "sequence_id")
    def _compute_company_amount(self):
        for cost in self:
            company = cost.company_id
            known = cost.currency_id and company  # while the form is filled, they may not be
            cost.company_amount = cost.currency_id._convert(
                cost.amount, company.currency_id, company,
                cost.date or company._get_collection_day()) if known else 0

    @api.depends("kind", "amount", "currency_id", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for cost in self:
            cost.display_name = self.env._(
                "%(kind)s, %(amount)s on %(day)s", kind=kinds.get(cost.kind, ""),
                amount=format_amount(self.env, cost.amount, cost.currency_id),
                day=format_date(self.env, cost.date)) if cost.currency_id else ""

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        costs = super().create(vals_list)
        costs._keep_papers()
        costs._trace("cost_noted", {cost: (False, cost._describe_lasting()) for cost in costs})
        return costs

    def write(self, vals):
        before = {cost: cost._describe_lasting() for cost in self}
        result = super().write(vals)
        self._keep_papers()
        self._trace("cost_changed", {
            cost: (before[cost], cost._describe_lasting()) for cost in self})
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_traced(self):
        self._trace("cost_removed", {cost: (cost._describe_lasting(), False) for cost in self})

    def _describe_lasting(self):
        """:return: str, what it says, as it stays in the history: in the company's language"""
        own = in_company_language(self.sudo(), self.company_id)
        borne = self._fields["recoverable"]._description_string(own.env)
        return ", ".join(filter(None, (
            own.display_name, own.partner_id.name, own.recoverable and borne,
            *own.attachment_ids.mapped("name"))))

    def _keep_papers(self):
        """Papers that the user has just uploaded belong to their cost, and show with it.

        :raise UserError: a file is not the user's to attach
        """
        for cost in self:
            files = cost.sudo().attachment_ids
            fresh = files.filtered(
                lambda file: file.res_model == self._name and not file.res_id)
            if not self.env.su and fresh.create_uid - self.env.user:
                raise UserError(self.env._(
                    "“%(file)s” was uploaded by somebody else: upload it yourself.",
                    file=fresh[0].name))
            (files - fresh).with_env(self.env).check_access("read")
            fresh.res_id = cost.id

    def _trace(self, kind, changes):
        """:param dict changes: (before, after) by cost, as they are shown"""
        history, rows = self.env["collection.history"].sudo(), {}
        for cost in self.sudo():
            old, new = changes[cost]
            rows.setdefault((cost.customer_id, cost.company_id), []).append({
                "kind": kind, "sequence_id": cost.sequence_id.id, "command": "cost",
                "data": {"cost": cost.id}, "old_value": old or "", "new_value": new or "",
                "text": cost.note or "", "cause": history._get_own_cause()})
        history._append_many(rows)
