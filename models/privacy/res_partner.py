from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, LazyTranslate, format_date

from ...tools.dialogs import open_dialog
from ...tools.portfolio import PortfolioDate
from ..access import COLLECTORS
from ..document.collection_document_request import ENDED as ENDED_REQUESTS
from ..item import open_items
from ..sequence.collection_sequence import ENDED as ENDED_SEQUENCES
from ..specific.collection_promise import AWAITED
from .erasures import ERASURES, IDENTITY, NOTED, NOTED_PATH, NOTHING, SETTINGS

_lt = LazyTranslate(__name__)
#: What keeps a customer's case open: domain and name, by model.
OPEN = {
    "collection.sequence": (
        Domain("state", "not in", ENDED_SEQUENCES), _lt("an open sequence")),
    "collection.action": (Domain("state", "!=", "closed"), _lt("an open action")),
    "collection.promise": (Domain("state", "in", AWAITED), _lt("a promise awaited")),
    "collection.dispute": (Domain("state", "=", "open"), _lt("an open dispute")),
    "collection.document.request": (
        Domain("state", "not in", ENDED_REQUESTS), _lt("an open document request")),
    "collection.reply": (Domain("state", "=", "open"), _lt("a reply to answer")),
}

#: What waits in an outbox beside e-mails, where it is installed, and its field of the message.
OUTBOXES = {"sms.sms": "mail_message_id", "snailmail.letter": "message_id"}


@dataclass(frozen=True)
class Closure:
    """Whether a customer may be anonymised.

    :ivar last_on: day of the last event; None where there is none
    :ivar reasons: tuple of str, translated: why not; empty if it may
    """

    last_on: date | None
    reasons: tuple

    @property
    def is_ready(self):
        return not self.reasons


class ResPartner(models.Model):
    """Customers whose case is closed, and of whom nothing personal is to be kept any more."""

    _inherit = "res.partner"

    collection_anonymised_on = PortfolioDate(
        string="Anonymised on", readonly=True, copy=False, groups=COLLECTORS)

    # === WHO IS READY === #

    def _get_collection_closures(self):
        """Find who of these customers may be anonymised, and why not the others.

        A customer is shared by all companies: what one of them has open, or may not forget yet,
        counts, whoever asks.

        :return: dict of :class:`Closure` by customer's id, in a number of queries that does not
            depend on them
        """
        _, customers = self.env._, self.sudo().with_context(active_test=False)
        reasons = {customer.id: [] for customer in customers}
        for found, reason in (
                (customers.filtered("collection_anonymised_on").ids, _("anonymised already")),
                (customers.filtered(lambda one: one != one.commercial_partner_id).ids,
                 _("no customer, but a contact of one")),
                (customers._find_with_login(), _("has a login, or is a company of this database")),
                *customers._find_open()):
            for customer in set(found) & reasons.keys():
                reasons[customer].append(reason)
        last = customers._find_last_events()
        for customer in customers:
            reasons[customer.id] += self._find_retained(last.get(customer.id, ()))
        return {customer: Closure(
            max((day for _company, day in last.get(customer, ())), default=None), tuple(found))
            for customer, found in reasons.items()}

    def _find_with_login(self):
        """:return: list of ids of those who are users, or companies, themselves or by a contact"""
        family = self.search([("id", "child_of", self.ids)])
        users = self.env["res.users"].sudo().search([("partner_id", "in", family.ids)])
        companies = self.env["res.company"].sudo().search([("partner_id", "in", family.ids)])
        return [*users.partner_id.commercial_partner_id.ids,
                *companies.partner_id.commercial_partner_id.ids]

    def _find_open(self):
        """:return: list of (ids of the customers, what they have open, translated)"""
        owing = self.env["account.move.line"].sudo()._read_group(
            open_items.UNRECONCILED & Domain("partner_id", "child_of", self.ids), ["partner_id"])
        drafts = self.env["account.move"].sudo()._read_group(
            [("state", "=", "draft"), ("commercial_partner_id", "in", self.ids)],
            ["commercial_partner_id"])
        found = [
            ([partner.commercial_partner_id.id for [partner] in owing], self.env._("open items")),
            ([partner.id for [partner] in drafts], self.env._("a draft entry"))]
        for model, (domain, reason) in OPEN.items():
            groups = self.env[model].sudo()._read_group(
                Domain("customer_id", "in", self.ids) & domain, ["customer_id"])
            found.append(([customer.id for [customer] in groups], self.env._(reason)))
        return found

    def _find_last_events(self):
        """:return: dict by customer's id of lists of (``res.company``, day of its last event): a
            row of the history, an entry of the ledger"""
        self.env.flush_all()
        companies = self.env["res.company"].search([])
        found = {}
        for customer, company, day in self.env.execute_query(SQL(
            """
            SELECT customer, company, max(day) FROM (
                SELECT chain.customer_id, chain.company_id,
                       max(history.at AT TIME ZONE 'UTC' AT TIME ZONE place.zone)::date
                  FROM collection_history AS history
                  JOIN collection_history_chain AS chain ON chain.id = history.chain_id
                  JOIN unnest(%(companies)s::int[], %(zones)s::text[])
                       AS place (company, zone) ON place.company = chain.company_id
                 WHERE chain.customer_id = ANY(%(ids)s) GROUP BY 1, 2
             UNION ALL
                SELECT partner.commercial_partner_id, line.company_id, max(line.date)
                  FROM account_move_line AS line
                  JOIN res_partner AS partner ON partner.id = line.partner_id
                 WHERE partner.commercial_partner_id = ANY(%(ids)s)
                   AND line.parent_state = 'posted' GROUP BY 1, 2
            ) AS event (customer, company, day) GROUP BY 1, 2
            """, ids=self.ids, companies=companies.ids,
            zones=[company._get_collection_tz() for company in companies])):
            found.setdefault(customer, []).append(
                (self.env["res.company"].browse(company), day))
        return found

    def _find_retained(self, events):
        """:param events: list of (``res.company``, day of its last event)
        :return: list of str, translated: why what companies know may not be forgotten yet"""
        reasons = []
        for company, day in events:
            months = company.sudo().collection_retention_months
            until = day + relativedelta(months=months)
            if not months:
                reasons.append(self.env._(
                    "%(company)s has set no retention", company=company.sudo().name))
            elif until >= company._get_collection_day():
                reasons.append(self.env._(
                    "%(company)s keeps it until %(day)s", company=company.sudo().name,
                    day=format_date(self.env, until)))
            elif company not in self.env.companies:
                reasons.append(self.env._(
                    "also known to %(company)s, in which you do not work now",
                    company=company.sudo().name))
        return reasons

    @api.model
    def _find_collection_retained_customers(self, company, limit):
        """:return: the customers of a company that have had no event for as long as it keeps
            them, those of the longest time first"""
        months = company.collection_retention_months
        if not months:
            return self.browse()
        before = company._get_collection_day() - relativedelta(months=months)
        self.env.flush_all()
        return self.browse(id_ for [id_] in self.env.execute_query(SQL(
            """
            SELECT partner.id FROM collection_history_chain AS chain
              JOIN res_partner AS partner ON partner.id = chain.customer_id
              JOIN collection_history AS last
                ON last.chain_id = chain.id AND last.number = chain.head_number
             WHERE chain.company_id = %s
               AND (last.at AT TIME ZONE 'UTC' AT TIME ZONE %s)::date < %s
               AND partner.collection_anonymised_on IS NULL
          ORDER BY last.at, partner.id LIMIT %s
            """, company.id, company._get_collection_tz(), before, limit)))

    # === ANONYMISING === #

    def _anonymise_collection(self):
        """Forget who these customers are: names, contacts, our texts, files and messages.

        The core's accounting rows stay as they are, and so do the rows of the history, whose free
        texts are erased; its chains hold.

        :raise AccessError: the user is no collection manager
        :raise UserError: one of them may not be anonymised; names it, and says why
        """
        self.env["collection.personal.data"]._check_manager()
        self.check_access("write")
        for customer in self._get_collection_closures().items():
            if not customer[1].is_ready:
                raise UserError(self.env._(
                    "%(customer)s cannot be anonymised: %(reasons)s.",
                    customer=self.browse(customer[0]).display_name,
                    reasons=", ".join(customer[1].reasons)))
        customers = self.sudo().with_context(active_test=False, tracking_disable=True)
        customers._trace_anonymised()  # first: what is sealed gives way to this row alone
        records = customers._erase_collection_texts()
        customers._erase_collection_messages(records)
        self._erase_collection_history()
        customers._erase_collection_identity()

    def _erase_collection_texts(self):
        """:return: dict of the recordsets that were gone through, by model"""
        self.env.flush_all()
        found = {}
        for name, erasures in ERASURES.items():
            model = self.env[name].sudo().with_context(active_test=False)
            for erasure in erasures:
                records = model.search(Domain(erasure.path, "in", self.ids) & erasure.domain)
                found[name] = found.get(name, records) | records
                sets = [SQL("%s = NULL", SQL.identifier(field)) for field in erasure.fields]
                sets += [SQL("%s = %s", SQL.identifier(field), self._get_nothing(model, field))
                         for field in erasure.required]
                if records and sets:
                    self.env.cr.execute(SQL(
                        "UPDATE %s SET %s WHERE id = ANY(%s)", SQL.identifier(model._table),
                        SQL(", ").join(sets), records.ids))
        self._erase_collection_notes()
        self.env.invalidate_all()
        return found

    def _erase_collection_notes(self):
        """What collecting has noted on Odoo's own entries, items and contacts."""
        for name, notes in NOTED.items():
            records = self.env[name].sudo().search([(NOTED_PATH[name], "in", self.ids)])
            for field, nothing in notes.items():
                self.env.cr.execute(SQL(
                    "UPDATE %(table)s SET %(field)s = %(nothing)s"
                    " WHERE id = ANY(%(ids)s) AND %(field)s IS NOT NULL",
                    table=SQL.identifier(records._table), field=SQL.identifier(field),
                    nothing=nothing, ids=records.ids))
        family = self.search([("id", "child_of", self.ids)])
        self.env.cr.execute(SQL(
            "UPDATE res_partner SET %s WHERE id = ANY(%s)",
            SQL(", ").join(SQL("%s = NULL", SQL.identifier(name)) for name in SETTINGS),
            family.ids))

    def _get_nothing(self, model, field):
        return SQL("jsonb_build_object('en_US', %s::text)", NOTHING) if (
            model._fields[field].translate) else SQL("%s", NOTHING)

    def _erase_collection_messages(self, records):
        """Files, chatter and activities of these records, and the customers' own.

        :param dict records: recordsets by model
        """
        files = self.env["ir.attachment"].sudo()
        family = self.search([("id", "child_of", self.ids)])
        banks = self._erase_collection_accounts(family)
        activities = self.env["mail.activity"].sudo()
        messages = self.env["mail.message"].sudo().search([  # of no record, such as notices
            ("model", "=", False), ("mail_ids.recipient_ids", "in", family.ids)])
        for name, own in {
                **records, "res.partner": family, "res.partner.bank": banks}.items():
            about = [("model", "=", name), ("res_id", "in", own.ids)]
            messages |= messages.search(about)
            activities |= activities.search([
                ("res_model", "=", name), ("res_id", "in", own.ids)])
            # what lies in a field of ours, too; pictures of a contact go with who it is
            places = [False, "content"] if name in records else [False]
            files |= files.search([("res_model", "=", name), ("res_id", "in", own.ids),
                                   ("res_field", "in", places)])
        sent = records.get("collection.dispatch", self.env["collection.dispatch"])
        files |= (sent.attachment_ids | sent.receipt_ids | messages.attachment_ids).filtered(
            lambda file: file.res_model not in ("account.move", "account.move.line"))
        activities.unlink()
        files.unlink()
        (messages.tracking_value_ids.sudo() | self._find_collection_tracking()).unlink()
        self.env.flush_all()
        self._erase_collection_outbox(family, messages)
        self.env.cr.execute(SQL(
            "UPDATE mail_message SET body = '', subject = NULL,"
            " email_from = NULL, reply_to = NULL WHERE id = ANY(%s)", messages.ids))
        self.env.invalidate_all()

    def _erase_collection_accounts(self, family):
        """Bank accounts: payments point to them, so that they stay, with another number.

        :return: ``res.partner.bank``
        """
        banks = self.env["res.partner.bank"].sudo().with_context(active_test=False).search(
            [("partner_id", "in", family.ids)])
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "UPDATE res_partner_bank SET acc_number = 'ANONYMISED' || id,"
            "       sanitized_acc_number = 'ANONYMISED' || id, acc_holder_name = NULL,"
            "       clearing_number = NULL, note = NULL, bank_id = NULL,"
            "       allow_out_payment = FALSE, active = FALSE WHERE id = ANY(%s)", banks.ids))
        return banks

    def _erase_collection_outbox(self, family, messages):
        """E-mails, text messages and letters to them, kept or still to be sent, and where to."""
        for name, message in OUTBOXES.items():
            if name in self.env:
                self.env[name].sudo().search([
                    "|", ("partner_id", "in", family.ids), (message, "in", messages.ids),
                ]).unlink()
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "UPDATE mail_mail SET body_html = NULL, email_to = NULL, email_cc = NULL,"
            "       headers = NULL, failure_reason = NULL,"
            "       state = CASE WHEN state = 'sent' THEN state ELSE 'cancel' END"
            " WHERE mail_message_id = ANY(%s) OR id IN ("
            "       SELECT mail_mail_id FROM mail_mail_res_partner_rel"
            "        WHERE res_partner_id = ANY(%s))", messages.ids, family.ids))
        self.env.cr.execute(SQL(
            "UPDATE mail_notification SET sms_number = NULL, failure_reason = NULL"
            " WHERE mail_message_id = ANY(%s) OR res_partner_id = ANY(%s)",
            messages.ids, family.ids))

    def _find_collection_tracking(self):
        """:return: ``mail.tracking.value`` of what collecting noted on the customers' entries"""
        moves = self.env["account.move"].sudo().search([
            ("commercial_partner_id", "in", self.ids)])
        return self.env["mail.tracking.value"].sudo().search([
            ("mail_message_id.model", "=", "account.move"),
            ("mail_message_id.res_id", "in", moves.ids),
            ("field_id.name", "=like", "collection_%")])

    def _erase_collection_history(self):
        """As the manager: it is for managers to erase a text."""
        self.env["collection.history"].search([
            ("customer_id", "in", self.ids), ("text", "!=", False),
        ]).erase_text(self.env._("Anonymised: the time for which the company keeps data is over."))

    def _erase_collection_identity(self):
        """Names, addresses and what else tells who it is, of customers and their contacts."""
        family = self.search([("id", "child_of", self.ids)])
        today = self.env.company._get_collection_day()
        for partner in family:  # a name each; there is no other way to write them
            _ = partner.with_context(lang=partner.lang).env._
            partner.write({
                **dict.fromkeys(IDENTITY, False), "active": False,
                "collection_anonymised_on": today,
                "name": _("Anonymised customer %(number)s", number=partner.id) if partner in self
                else _("Anonymised contact %(number)s", number=partner.id)})

    def _trace_anonymised(self):
        chains = self.env["collection.history.chain"].search([("customer_id", "in", self.ids)])
        self.env["collection.history"]._append_many({
            (chain.customer_id, chain.company_id): [{
                "kind": "customer_anonymised", "cause": "person", "command": "privacy",
                "data": {"months": chain.company_id.collection_retention_months}}]
            for chain in chains})

    # === BUTTONS === #

    def action_open_collection_export(self):
        """Button *Export personal data…*.

        :return: window action on the dialog that makes the file
        """
        self.ensure_one()
        self.check_access("read")
        return open_dialog("collection.personal.export", self.env._("Export personal data"),
                           default_partner_id=self.id)
