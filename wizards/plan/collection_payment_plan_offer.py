from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_amount

from ...engine import instalments
from ...models.plan import plan_text
from ...models.plan.collection_payment_plan import DEFAULT_DAYS, OFFER_DAYS

#: Instalments that are proposed first, and most of them.
COUNT, MOST = 3, 60


class CollectionPaymentPlanOffer(models.TransientModel):
    """Dialog that offers a payment plan: equal instalments are proposed, and may be changed."""

    _name = "collection.payment.plan.offer"
    _description = "Offer a Payment Plan"
    _inherit = ["collection.dialog"]
    _customer_fields = {"customer_id": None}

    customer_id = fields.Many2one("res.partner", required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company)
    item_ids = fields.Many2many("account.move.line", string="Items", required=True)
    former_id = fields.Many2one(
        "collection.payment.plan", string="In place of", readonly=True)
    replaced = fields.Char(compute="_compute_replaced")
    currency_id = fields.Many2one("res.currency", compute="_compute_balance")
    balance = fields.Monetary(string="Owed", compute="_compute_balance")
    partner_id = fields.Many2one(
        "res.partner", string="Offered to", domain="[('commercial_partner_id', '=', customer_id)]",
        compute="_compute_partner_id", store=True, readonly=False)
    lang = fields.Char(compute="_compute_lang")
    lang_name = fields.Char(string="Written in", compute="_compute_lang")
    count = fields.Integer(string="Instalments", default=COUNT)
    unit = fields.Selection(
        [(instalments.MONTHS, "Monthly"), (instalments.WEEKS, "Weekly")], string="Every",
        required=True, default=instalments.MONTHS)
    first_date = fields.Date(
        string="First on", compute="_compute_first_date", store=True, readonly=False)
    instalment_ids = fields.One2many(
        "collection.payment.plan.offer.instalment", "offer_id",
        compute="_compute_instalment_ids", store=True, readonly=False)
    difference = fields.Char(compute="_compute_difference")
    default_days = fields.Integer(
        string="Days of default", default=DEFAULT_DAYS,
        help="Days after the day of an unpaid instalment, after which the whole is due.")
    valid_until = fields.Date(
        string="Offer stands until", compute="_compute_valid_until", store=True, readonly=False)
    terms = fields.Text(
        compute="_compute_terms", store=True, readonly=False,
        help="In the debtor's language, a line each. Have them checked by your counsel.")

    # === COMPUTE === #

    def _today(self):
        return self.company_id._get_collection_day()

    @api.depends_context("lang")
    @api.depends("item_ids")
    def _compute_replaced(self):
        for dialog in self:
            items = dialog.item_ids._origin
            items.check_access("read")  # the offers of colleagues are those of the same items
            offered = self.env["collection.payment.plan"]._find_offered(items)
            dialog.replaced = ", ".join(
                f"{plan.display_name} ({plan.offered_by_id.name})" for plan in offered)

    @api.depends("item_ids")
    def _compute_balance(self):
        for dialog in self:
            items = dialog.item_ids._origin
            dialog.currency_id = items.currency_id if len(items.currency_id) == 1 else False
            dialog.balance = sum(items.mapped("amount_residual_currency"))

    @api.depends("customer_id")
    def _compute_partner_id(self):
        for dialog in self:
            dialog.partner_id = dialog.former_id.partner_id or dialog.customer_id

    @api.depends("partner_id", "company_id")
    def _compute_lang(self):
        names = dict(self.env["res.lang"].get_installed())
        for dialog in self:
            partner = (dialog.partner_id or dialog.customer_id)._origin
            dialog.lang = partner._get_collection_langs(dialog.company_id)[
                partner.id] if partner else self.env.lang
            dialog.lang_name = names.get(dialog.lang, dialog.lang)

    @api.depends("unit")
    def _compute_first_date(self):
        for dialog in self:
            dialog.first_date = dialog.first_date or instalments.list_days(
                dialog._today(), 2, dialog.unit)[1]

    @api.depends("balance", "count", "unit", "first_date")
    def _compute_instalment_ids(self):
        for dialog in self:
            dialog.instalment_ids = [Command.clear(), *(
                Command.create({"date": day, "amount": float(amount)})
                for day, amount in dialog._propose())]

    def _propose(self):
        """:return: list of (date, Decimal): equal instalments; empty where there can be none"""
        currency = self.currency_id
        if not currency or not self.first_date or not 0 < self.count <= MOST or (
                currency.compare_amounts(self.balance, currency.rounding * self.count) < 0):
            return []
        total = Decimal(str(currency.round(self.balance)))
        return list(zip(
            instalments.list_days(self.first_date, self.count, self.unit),
            instalments.split_amount(total, self.count, Decimal(str(currency.rounding)))))

    @api.depends_context("lang")
    @api.depends("balance", "instalment_ids.amount")
    def _compute_difference(self):
        for dialog in self:
            currency, left = dialog.currency_id, dialog.balance - sum(
                dialog.instalment_ids.mapped("amount"))
            dialog.difference = self.env._(
                "The instalments must come to what is owed: %(amount)s is missing.",
                amount=format_amount(self.env, left, currency),
            ) if currency and currency.compare_amounts(left, 0) else False

    @api.depends("first_date", "instalment_ids.date")
    def _compute_valid_until(self):
        for dialog in self:
            first = min(filter(None, dialog.instalment_ids.mapped("date")),
                        default=dialog.first_date)
            until = dialog._today() + timedelta(days=OFFER_DAYS)
            dialog.valid_until = min(until, first) if first else until

    @api.depends("balance", "default_days", "lang")
    def _compute_terms(self):
        for dialog in self:
            dialog.terms = dialog.currency_id and plan_text.propose_terms(
                dialog, dialog.balance, dialog.currency_id, dialog.default_days)

    # === BUTTONS === #

    def _offer(self):
        self.ensure_one()
        if not self.instalment_ids:
            raise UserError(self.env._(
                "Say in how many instalments, from 1 to %(most)s, and when the first is due.",
                most=MOST))
        schedule = [(line.date, line.amount) for line in self.instalment_ids.sorted("date")]
        return self.env["collection.payment.plan"].with_company(self.company_id).offer(
            self.item_ids, schedule, valid_until=self.valid_until,
            default_days=self.default_days, terms=self.terms or "",
            partner=self.partner_id, former=self.former_id)

    def action_apply(self):
        """Offer the plan; it is printed or sent from its form.

        :return: window action on the plan
        :raise UserError: see ``collection.payment.plan.offer``
        """
        return self._offer()._get_records_action()

    def action_apply_and_send(self):
        """Offer the plan, and send it by e-mail; by another channel where the context names it in
        ``collection_channel``.

        :return: window action on the plan
        :raise UserError: see ``collection.payment.plan.offer``; nobody is reached that way
        """
        plan = self._offer()
        plan.send(self.env.context.get("collection_channel", "email"))
        return plan._get_records_action()


class CollectionPaymentPlanOfferInstalment(models.TransientModel):
    """An instalment that is about to be offered."""

    _name = "collection.payment.plan.offer.instalment"
    _description = "Instalment About to Be Offered"
    _inherit = ["collection.dialog"]
    _order = "date, id"

    offer_id = fields.Many2one(
        "collection.payment.plan.offer", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="offer_id.currency_id", related_sudo=False)
    date = fields.Date(string="Day", required=True)
    amount = fields.Monetary(required=True)
