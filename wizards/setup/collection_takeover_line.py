from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...models.item import open_items
from ...tools.dialogs import open_dialog
from ...tools.sql import partner_value

#: Days late from which a debt is old.
OLD_DAYS = 365

#: What is looked for in a ledger, in the order in which it is shown.
FINDINGS = [
    ("kept_out", "Debts kept out of follow-up"),
    ("opening", "Opening balances"),
    ("old", "Debts more than a year late"),
    ("no_due", "Debts without due date"),
    ("credits", "Credits to match"),
    ("no_email", "Customers without e-mail address"),
    ("no_post", "Customers without postal address"),
    ("double_email", "Customers that share an e-mail address"),
    ("double_vat", "Customers that share a tax number"),
]

#: Items of each finding, as a condition on an ``item``.
ITEMS = {
    "kept_out": "item.is_debt AND item.kept_out",
    "opening": "item.is_debt AND item.is_open AND item.journal = 'general'",
    "old": f"item.is_debt AND item.is_open AND item.due < item.today - {OLD_DAYS}",
    "no_due": "item.is_debt AND item.is_open AND item.date_maturity IS NULL",
    "credits": "NOT item.is_debt AND item.is_open",
}

#: Customers of each finding that are looked at one by one, as a condition on a ``partner``.
CUSTOMERS = {
    "no_email": "NOT %(email)s",
    "no_post": "NOT %(post)s",
}

#: What customers share with another one, as an expression on a ``partner``; null: nothing.
SHARED = {
    "double_email": "partner.email_normalized",
    "double_vat": "NULLIF(upper(regexp_replace(partner.vat, '[^[:alnum:]]', '', 'g')), '')",
}


class CollectionTakeoverLine(models.TransientModel):
    """What was found in a ledger that is taken over: how many, how much, and what to do.

    Read by SQL from the items that are there, whenever the page is opened; nothing is changed
    but by its commands.
    """

    _name = "collection.takeover.line"
    _description = "Finding in a Ledger"
    _inherit = ["collection.dialog"]
    _order = "id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id", related_sudo=False)
    finding = fields.Selection(FINDINGS, required=True, readonly=True)
    count = fields.Integer(string="Found", readonly=True)
    amount = fields.Monetary(
        readonly=True, aggregator=None,
        help="What is left of the items, or of the customers' debts.")
    advice = fields.Char(string="What to do", compute="_compute_advice")

    # === COMPUTE === #

    @api.depends_context("lang")
    @api.depends("finding")
    def _compute_advice(self):
        _ = self.env._
        advice = {
            "kept_out": _("Take in what is to be chased; the rest stays out."),
            "opening": _("Chased from their due dates on. Hold those customers to look first."),
            "old": _("Hold them, or leave old debts alone until a day: see the set-up page."),
            "no_due": _("The day of the entry counts as due date. Enter the right one."),
            "credits": _("Match them with what they pay, or they reduce what is asked for."),
            "no_email": _("Enter an address, or their e-mails wait as errors."),
            "no_post": _("Enter street and city, or no letter leaves."),
            "double_email": _("Merge those that are one customer: each gets its own messages."),
            "double_vat": _("Merge those that are one customer."),
        }
        for line in self:
            line.advice = advice[line.finding]

    # === READING THE LEDGER === #

    @api.model
    def _open(self, company):
        """:return: window action on what is found in a company's ledger now
        :raise AccessError: the user is no collection manager of it"""
        company._check_collection_manager()
        self.search([("company_id", "=", company.id)]).unlink()
        found = self._read_ledger(company)
        lines = self.create([
            {"company_id": company.id, "finding": finding, "count": count, "amount": amount}
            for finding, (count, amount) in found.items() if count])
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.collection_takeover_action")
        return {**action, "domain": [("id", "in", lines.ids)]}

    @api.model
    def _read_ledger(self, company):
        """Look for everything at once.

        :param company: the ``res.company``
        :return: dict of (count, amount) by finding
        """
        self.env.flush_all()
        counted = [SQL(
            "SELECT %s AS finding, count(*) AS found, sum(item.residual) AS amount FROM item"
            " WHERE %s", finding, SQL(condition)) for finding, condition in ITEMS.items()]
        counted += [SQL(
            "SELECT %s, count(*), sum(owing.debts) FROM (%s) AS found"
            " LEFT JOIN owing ON owing.customer = found.customer",
            finding, self._get_customers_query(company, finding))
            for finding in (*CUSTOMERS, *SHARED)]
        rows = self.env.execute_query(SQL(
            "%s %s", self._get_ctes(company), SQL(" UNION ALL ").join(counted)))
        found = {finding: (count, float(amount or 0)) for finding, count, amount in rows}
        return {finding: found[finding] for finding, _label in FINDINGS}

    @api.model
    def _get_ctes(self, company):
        """:return: SQL of ``item``, the unreconciled items, and ``owing``, what each customer
            has to pay by them"""
        return SQL(
            """
            WITH item AS MATERIALIZED (
                SELECT line.id, contact.commercial_partner_id AS customer, line.date_maturity,
                       %(residual)s AS residual, %(due)s AS due, %(today)s::date AS today,
                       journal.type AS journal, %(is_open)s AS is_open, %(kept_out)s AS kept_out,
                       line.amount_residual_currency > 0 AS is_debt
                  FROM account_move_line AS line
                  JOIN res_partner AS contact ON contact.id = line.partner_id
                  JOIN account_move AS move ON move.id = line.move_id
                  JOIN account_journal AS journal ON journal.id = line.journal_id
                 WHERE %(unreconciled)s
            ),
            owing AS MATERIALIZED (
                SELECT customer, sum(residual) AS debts FROM item
                 WHERE is_debt AND is_open GROUP BY customer
            )
            """,
            residual=open_items.RESIDUAL, due=open_items.DUE,
            today=company._get_collection_day(), is_open=open_items.IS_OPEN_OF_MOVE,
            kept_out=open_items.IS_KEPT_OUT,
            unreconciled=open_items.is_unreconciled(self.env, company))

    @api.model
    def _get_customers_query(self, company, finding):
        """:return: query of the ``customer`` ids of a finding, which reads ``owing``"""
        if finding in SHARED:
            return SQL(
                """
                SELECT id AS customer FROM (
                    SELECT partner.id, bool_or(owing.customer IS NOT NULL) OVER same AS owes,
                           count(*) OVER same AS times
                      FROM res_partner AS partner
                 LEFT JOIN owing ON owing.customer = partner.id
                     WHERE partner.active AND partner.commercial_partner_id = partner.id
                       AND partner.partner_share AND %(shared)s IS NOT NULL
                       AND COALESCE(partner.company_id = ANY(%(companies)s), TRUE)
                    WINDOW same AS (PARTITION BY %(shared)s)
                ) AS partner WHERE owes AND times > 1
                """, shared=SQL(SHARED[finding]),
                companies=list(company._get_collection_lineage()))
        return SQL(
            "SELECT partner.id AS customer FROM owing JOIN res_partner AS partner"
            " ON partner.id = owing.customer WHERE %s",
            SQL(CUSTOMERS[finding], **self._get_reach(company)))

    @api.model
    def _get_reach(self, company):
        """How messages find a customer: itself, its invoice contacts or its collection contact.

        :return: dict of ``SQL`` conditions on a ``partner``: ``email`` and ``post``
        """
        contacts = SQL(
            "EXISTS (SELECT FROM res_partner AS contact WHERE contact.active"
            " AND (contact.id = partner.id OR contact.id = (%s)::int"
            "         AND contact.commercial_partner_id = partner.id"
            "      OR contact.parent_id = partner.id AND contact.type = 'invoice')",
            partner_value(self.env, "collection_contact_id", company))
        return {
            "email": SQL("%s AND contact.email_normalized IS NOT NULL)", contacts),
            "post": SQL("%s AND COALESCE(contact.street, '') <> ''"
                        " AND COALESCE(contact.city, '') <> '')", contacts),
        }

    def _find_customers(self):
        """:return: list of ids of the customers of this finding"""
        self.env.flush_all()
        query = (
            SQL("SELECT DISTINCT item.customer FROM item WHERE %s", SQL(ITEMS[self.finding]))
            if self.finding in ITEMS
            else self._get_customers_query(self.company_id, self.finding))
        return [customer for [customer] in self.env.execute_query(SQL(
            "%s %s ORDER BY 1", self._get_ctes(self.company_id), query))]

    def _get_items_domain(self):
        """:return: ``Domain`` of the items of this finding"""
        company = self.company_id
        if self.finding == "kept_out":
            return (Domain("company_id", "=", company.id)
                    & Domain("collection_kept_out", "=", True))
        domain = self.env["account.move.line"]._get_open_item_domain(company)
        if self.finding == "credits":
            return domain & Domain("amount_residual_currency", "<", 0)
        day = fields.Date.subtract(company._get_collection_day(), days=OLD_DAYS)
        return domain & Domain("amount_residual_currency", ">", 0) & {
            "opening": Domain("journal_id.type", "=", "general"),
            "old": open_items.is_due_before(day),
            "no_due": Domain("date_maturity", "=", False),
        }[self.finding]

    # === COMMANDS === #

    def action_open(self):
        """:return: window action on the items or customers of this finding"""
        self.ensure_one()
        self._check_may()
        label = dict(self._fields["finding"]._description_selection(self.env))[self.finding]
        xmlid, domain = "res_partner_action_collection", None
        if self.finding in ITEMS:
            xmlid, domain = "collection_item_action", list(self._get_items_domain())
        action = self.env["ir.actions.act_window"]._for_xml_id(f"account_collection.{xmlid}")
        context = {"create": False}
        if self.finding in SHARED:
            context["group_by"] = "email" if self.finding == "double_email" else "vat"
        return {**action, "name": label, "path": False, "context": context,
                "domain": domain or [("id", "in", self._find_customers())]}

    def action_take_in(self):
        """Command: chase what was kept out of follow-up.

        :return: window action on what is found now
        :raise UserError: none of it is kept out any more
        """
        self.ensure_one()
        self._check_may()
        if self.finding != "kept_out":
            raise UserError(self.env._("Only what is kept out of follow-up can be taken in."))
        self.env["account.move.line"].search(self._get_items_domain()).action_take_into_followup()
        return self._open(self.company_id)

    def action_hold(self):
        """:return: window action on the dialog that puts the customers of this finding on hold"""
        self.ensure_one()
        self._check_may()
        return open_dialog(
            "collection.debtor.hold", self.env._("On hold"),
            default_customer_ids=self._find_customers(), default_company_id=self.company_id.id)

    def _check_may(self):
        self.check_access("read")
        self.company_id._check_collection_manager()
