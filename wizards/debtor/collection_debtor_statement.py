from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...models.debtor.collection_action import MonthStatement
from ...models.statement.documents import (
    ACTIVITY,
    OPEN,
    PDF,
    STATEMENT_FORMATS,
    STATEMENT_KINDS,
    XLSX,
)
from ...tools import bulk


class CollectionDebtorStatement(models.TransientModel):
    """Dialog on statements of account: sent by e-mail, out of the scenario, or downloaded.

    Each that is sent is an action of its own that leaves by itself within the quarter of an hour,
    in the customer's language, through the same gate as all messages. As a month's statement a
    customer receives it once, and whoever does not is named with the reason.
    """

    _name = "collection.debtor.statement"
    _description = "Statements of Account"
    _inherit = ["collection.dialog"]
    _customer_fields = {"customer_ids": None, "written_ids": None}

    customer_ids = fields.Many2many(
        "res.partner", required=True, readonly=True,
        default=lambda self: self._default_customer_ids())
    #: a batch whose answer was lost is called again: they are written to once
    written_ids = fields.Many2many(
        "res.partner", "collection_debtor_statement_written_rel", string="Written to",
        readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company)
    count = fields.Integer(compute="_compute_count")
    kind = fields.Selection(STATEMENT_KINDS, string="Shows", required=True, default=OPEN)
    monthly = fields.Boolean(
        string="As the month's statement",
        help="Each customer receives it once a month. Who is on hold, has no address, or has "
        "nothing open is left out, and named.")
    month_name = fields.Char(string="Month", compute="_compute_month_name")
    since = fields.Date(
        string="From", compute="_compute_period", store=True, readonly=False)
    until = fields.Date(compute="_compute_period", store=True, readonly=False)
    format = fields.Selection(
        STATEMENT_FORMATS, string="File", required=True, default=PDF,
        help="Of a download, PDF and Excel are two: PDF is taken.")
    mail_template_id = fields.Many2one(
        "mail.template", string="Text", domain="[('model', '=', 'collection.action')]",
        compute="_compute_mail_template_id", store=True, readonly=False,
        help="Each customer reads it in its own language.")

    @api.model
    def _default_customer_ids(self):
        """The customers that are ticked in their list, or the one whose form is open."""
        context = self.env.context
        if context.get("active_model") != "res.partner":
            return False
        ids = context.get("active_ids") or [context.get("active_id")]
        return self.env["res.partner"].browse(ids).commercial_partner_id

    @api.depends("customer_ids")
    def _compute_count(self):
        for wizard in self:
            wizard.count = len(wizard.customer_ids)

    @api.depends("kind")
    def _compute_mail_template_id(self):
        runs = self.env["collection.statement.run"]
        for wizard in self:
            wizard.mail_template_id = runs._find_text(wizard.kind)

    @api.depends("monthly", "company_id")
    def _compute_period(self):
        for wizard in self:
            month = wizard.company_id._get_collection_statement_month()
            wizard.since = month
            wizard.until = month + relativedelta(day=31)

    @api.depends_context("lang")
    @api.depends("company_id")
    def _compute_month_name(self):
        for wizard in self:
            wizard.month_name = format_date(
                self.env, wizard.company_id._get_collection_statement_month(),
                date_format="MMMM y")

    # === SENDING === #

    def action_apply(self):
        """Have the statements sent.

        :return: notification, or the client's action that goes on with the next batch
        :raise UserError: no text is chosen, or no period
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

    def send_batch(self, batch):
        """Have the statements of some of the customers sent; the client calls it once a batch.

        :param list batch: ids of customers of this dialog; others are left alone
        :return: dict: how many are ``done``, and who was ``refused`` (``name``, ``reason``)
        :raise UserError: no text is chosen, or no period
        """
        self.ensure_one()
        self._check()
        return bulk.run_batch(bulk.take(self.customer_ids, batch), self._send)

    def _check(self):
        if not self.mail_template_id:
            raise UserError(self.env._("Choose the text that comes with the statement."))
        self._check_period()

    def _check_period(self):
        if self.kind == ACTIVITY and not (
                self.since and self.until and self.since <= self.until):
            raise UserError(self.env._(
                "Choose the first and the last day of the period, in this order."))

    def _send(self, customers):
        actions = self.env["collection.action"].with_company(self.company_id)
        customers -= self.written_ids
        if self.monthly:
            self._send_months(actions, customers.commercial_partner_id)
        else:
            actions.create_messages(customers, self._prepare_action_vals())
        self.written_ids |= customers

    def _send_months(self, actions, customers):
        """:raise UserError: why one of them does not receive it; of several, of the first"""
        customers.with_company(self.company_id)._check_collection_portfolio()
        statement = MonthStatement(
            self.company_id._get_collection_statement_month(), self.kind, self.format,
            self.mail_template_id)
        obstacles = actions._find_month_obstacles(customers, statement)
        if obstacles:
            raise UserError(next(iter(obstacles.values())))
        actions._create_month_statements(customers, statement)

    def _prepare_action_vals(self):
        vals = {
            "name": self.env._("Statement of account"), "kind": "email", "mode": "automatic",
            "mail_template_id": self.mail_template_id.id, "attach_statement": True,
            "statement_kind": self.kind, "statement_format": self.format}
        if self.kind == ACTIVITY:
            vals |= {"name": self.env._("Account activity"),
                     "statement_since": self.since, "statement_until": self.until}
        return vals

    # === FILE === #

    def action_download(self):
        """Download the statements in one file: a page, or a sheet of the workbook, for each.

        :return: action of the web client that loads the file
        :raise UserError: no period is chosen
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        self._check_period()
        period = (self.since, self.until) if self.kind == ACTIVITY else None
        form = XLSX if self.format == XLSX else PDF
        name, content = self.customer_ids._make_statement_file(self.company_id, form, period)
        attachment = self.env["ir.attachment"].create({
            "name": f"{name}.{form}", "raw": content,
            "res_model": self._name, "res_id": self.id})
        return {"type": "ir.actions.act_url", "target": "download",
                "url": f"/web/content/{attachment.id}?download=true"}
