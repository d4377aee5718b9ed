import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools import bulk
from ...tools.clauses import join_label
from ...tools.records import in_company_language
from ..item import open_items
from ..statement.documents import STATEMENT_FORMATS, STATEMENT_KINDS
from .collection_action import MonthStatement

_logger = logging.getLogger(__name__)

#: Customers dealt with in one transaction.
BATCH = 50
#: Days of a month on which the statements of the one before leave by themselves: a server that
#: was down over a week-end is in time, and who switches them on later waits for the month's end.
DAYS = 7
#: Text that comes with each kind of statement.
TEXTS = {"open": "mail_template_statement", "activity": "mail_template_activity"}


class CollectionStatementRun(models.Model):
    """The statements of a month, as they left by themselves: how many, and who was left out.

    A company has one run a month. It goes on where it was interrupted, each batch in a
    transaction of its own.
    """

    _name = "collection.statement.run"
    _description = "Statements of a Month"
    _inherit = ["collection.owned"]
    _order = "month desc, id desc"
    _rec_name = "month"
    _owner_fields = ("company_id",)

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    month = fields.Date(required=True, readonly=True, help="Its first day.")
    kind = fields.Selection(
        STATEMENT_KINDS, string="What they show", required=True, readonly=True, default="open")
    format = fields.Selection(
        STATEMENT_FORMATS, string="File", required=True, readonly=True, default="pdf")
    ended_at = fields.Datetime(string="Ended", readonly=True)
    done = fields.Integer(string="Statements", readonly=True)
    left_out_count = fields.Integer(string="Customers left out", readonly=True)
    left_out = fields.Text(
        readonly=True, help="Each customer who received none by itself, and why.")
    hindrance = fields.Text(
        string="Nothing leaves, because", readonly=True,
        help="What hinders all of them. It is tried again the next day.")
    last_id = fields.Integer(readonly=True, help="The last customer that was dealt with.")

    _once = models.UniqueIndex(
        "(company_id, month)", "A company has one run of statements a month.")

    # === COMMANDS === #

    @api.model
    def _process_months(self):
        """Send the statements of the month that ended to whoever owes something, where the
        company has switched it on; safe to run many times.

        What hinders a whole company is kept with its run, and tried again the next day; it hinders
        no other company.
        """
        crons, runs = self.env["ir.cron"], self._find_runs()
        crons._commit_progress(remaining=sum(run._count_customers() for run in runs))
        for run in runs:
            while not run.ended_at:
                taken = run._try_batch()
                if not crons._commit_progress(taken):
                    return
                if not taken:
                    break
        crons._commit_progress(remaining=0)

    def _find_runs(self):
        """:return: list of those that are to begin or to go on now, of all companies; each in its
            company, and in that one's language"""
        companies = self.env["res.company"].sudo().search(
            [("collection_statement_monthly", "!=", False)])
        runs = (in_company_language(self, company).with_company(company)._find_run(company)
                for company in companies)
        return [run for run in runs if run and not run.ended_at]

    def _find_run(self, company):
        """:return: the run of the month that ended, made where it is missing; empty where it is
            not the time for one"""
        day = company._get_collection_day()
        if company._filtered_waiting_for_start() or day.day > DAYS:
            return self.browse()
        month = company._get_collection_statement_month()
        return self.sudo().search(
            [("company_id", "=", company.id), ("month", "=", month)]) or self.sudo().create({
                "company_id": company.id, "month": month,
                "kind": company.collection_statement_monthly,
                "format": company.collection_statement_format})

    def _try_batch(self):
        """:return: int, customers dealt with; 0 where nobody is left, or all must wait"""
        try:
            with self.env.cr.savepoint():
                taken = self._take_batch()
        except OperationalError:  # the whole cron begins again
            raise
        except Exception as error:  # whatever it is, it hinders no other company
            self.hindrance = str(error) or type(error).__name__
            _logger.warning(
                "No statements leave in %s: %s", self.company_id.name, self.hindrance,
                exc_info=not isinstance(error, UserError))
            return 0
        self.hindrance = False
        return taken

    def _take_batch(self):
        """Deal with the next customers.

        :return: int, with how many
        """
        customers = self._find_customers()
        if customers:
            self._write_to(customers)
        if len(customers) < BATCH:
            self.ended_at = fields.Datetime.now()
        return len(customers)

    def _write_to(self, customers):
        actions, statement = self.env["collection.action"], self._get_statement()
        obstacles = actions._find_month_obstacles(customers, statement)
        sent = customers.filtered(lambda customer: customer.id not in obstacles)
        result = bulk.run_batch(
            sent, lambda some: actions._create_month_statements(some, statement))
        names = [
            *(join_label(self.env, customer.display_name, obstacles[customer.id])
              for customer in customers - sent),
            *(join_label(self.env, refused["name"], refused["reason"])
              for refused in result["refused"])]
        self.write({
            "last_id": customers[-1].id, "done": self.done + result["done"],
            "left_out_count": self.left_out_count + len(names),
            "left_out": "\n".join(filter(None, (self.left_out, *names)))})

    def _find_customers(self):
        """:return: the next ``res.partner`` whom it is about"""
        return self._get_partners().search(self._get_domain(), order="id", limit=BATCH)

    def _count_customers(self):
        """:return: int, customers whom it is still about"""
        return self._get_partners().search_count(self._get_domain())

    def _get_partners(self):
        return self.env["res.partner"].sudo().with_context(active_test=False)

    def _get_domain(self):
        """:return: ``Domain`` of the customers who owe something, or with whom something was
            booked where the activity is shown, and who were not dealt with yet"""
        lines = self.env["account.move.line"].sudo()
        domain = open_items.UNRECONCILED
        if self.kind == "activity":
            domain |= Domain("parent_state", "=", "posted") & Domain(
                "account_type", "=", "asset_receivable") & Domain(
                "date", ">=", self.month) & Domain(
                "date", "<=", fields.Date.end_of(self.month, "month"))
        owing = lines._search(domain & Domain("company_id", "=", self.company_id.id))
        contacts = self._get_partners()._search([("id", "in", owing.subselect("partner_id"))])
        return Domain("id", "in", contacts.subselect("commercial_partner_id")) & Domain(
            "id", ">", self.last_id)

    def _get_statement(self):
        """:return: :class:`~.collection_action.MonthStatement`"""
        return MonthStatement(self.month, self.kind, self.format, self._get_text())

    def _get_text(self):
        """:return: ``mail.template`` that comes with the statements
        :raise UserError: somebody deleted it
        """
        template = self._find_text(self.kind)
        if not template:
            raise UserError(self.env._(
                "The e-mail template with which statements leave at month's end was deleted. "
                "Switch them off in the settings, or send them by hand with another text."))
        return template

    @api.model
    def _find_text(self, kind):
        """:return: ``mail.template`` that comes with a kind of statement; empty where somebody
            deleted it"""
        name = TEXTS.get(kind, TEXTS["open"])
        return self.env.ref(
            f"account_collection.{name}", raise_if_not_found=False) or self.env["mail.template"]
