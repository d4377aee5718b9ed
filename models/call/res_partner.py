from datetime import datetime

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_amount, format_date

from ...tools.dialogs import open_dialog
from ..access import COLLECTORS
from ..action.collection_action_kind import get_contact_kinds
from ..history.trace import Trace
from ..item import open_items
from ..specific.collection_promise import AWAITED

#: Notes of calls that the page before a call shows.
LAST_NOTES = 3

#: Characters shown of each.
NOTE_LENGTH = 300

#: What is read of records: all of their fields would cost more than the page.
PROMISE_FIELDS = ("customer_id", "state", "amount", "date", "currency_id", "line_ids")
DISPUTE_FIELDS = ("customer_id", "amount", "reason_id")
CONTACT_FIELDS = ("commercial_partner_id", "name", "phone", "function", "type")


class ResPartner(models.Model):
    """The page before a call: what is owed, what was said last, whom to call; and the buttons by
    which a collector notes what is said now."""

    _inherit = "res.partner"

    collection_head = fields.Json(
        string="Before a call", compute="_compute_collection_head", groups=COLLECTORS)

    # === COMPUTE === #

    @api.depends_context("company", "lang", "uid")
    def _compute_collection_head(self):
        own = self.filtered(
            lambda partner: partner.id and partner.commercial_partner_id == partner)
        others = own.filtered(lambda partner: partner.customer_rank <= 0)
        known = self.sudo()._find_known_customers(others.ids)
        customers = own.filtered(lambda partner: (
            partner not in others or partner.id in known))
        heads = customers._get_collection_heads(self.env.company)
        for partner in self:
            partner.collection_head = heads.get(partner.id, False)

    # === THE PAGE BEFORE A CALL === #
    # Texts and amounts as the reader's language has them; queries do not grow with customers.

    def _get_collection_heads(self, company):
        """What a collector needs before dialling. The one place where the page's data are read.

        A hook: a domain that knows more of customers joins it to what ``super()`` gives.

        :param company: the ``res.company``
        :return: dict of dicts by id of each of these customers from whom the user may collect in
            that company, ready for the widget ``collection_head``
        """
        customers = self.with_company(company)._filter_collection_portfolio()
        if not customers:
            return {}
        facts = customers._read_head_facts(company)
        parts = (
            customers._get_head_agreements(company, facts), customers._get_head_people(company))
        heads = {}
        for customer in customers:
            fact = facts[customer.id]
            heads[customer.id] = {
                "customer": customer.id, **customers._describe_amounts(fact, company),
                **customers._describe_payments(fact), **customers._describe_actions(fact),
                "notes": [customers._describe_note(note) for note in fact["notes"] or ()]}
            for part in parts:
                heads[customer.id] |= part.get(customer.id, {})
        return heads

    def _read_head_facts(self, company):
        """Read in one statement what the page says of each of these customers.

        :return: dict by customer id of dicts of columns, NULL where there is nothing
        """
        for model in ("collection.action", "collection.promise", "collection.dispute"):
            self.env[model].flush_model()
        accounts = open_items.get_receivable_ids(self.env, company)
        queries = {
            "age": self._get_ages_query(company, accounts),
            "paid": self.with_company(company)._get_payments_query(self.ids, accounts),
            "payer": self._get_payers_query(company, self.ids),
            "contact": self._get_contacts_query(company), "step": self._get_steps_query(company),
            "said": self._get_notes_query(company)}
        return {row["customer"]: row for row in self.env.execute_query_dict(SQL(
            "SELECT customer.id AS customer, age.*, paid.*, payer.*, contact.*, step.*, said.*,"
            "       EXISTS (SELECT FROM collection_promise AS promise"
            "                WHERE promise.customer_id = customer.id"
            "                  AND promise.company_id = %(company)s) AS has_promises,"
            "       EXISTS (SELECT FROM collection_dispute AS dispute"
            "                WHERE dispute.customer_id = customer.id AND dispute.state = 'open'"
            "                  AND dispute.company_id = %(company)s) AS has_disputes"
            "  FROM unnest(%(customers)s) AS customer (id) %(joins)s",
            company=company.id, customers=self.ids, joins= SQL(" ").join(SQL(
                "LEFT JOIN (%s) AS %s ON %s = customer.id", query, SQL.identifier(name),
                SQL.identifier(name, "customer_id")) for name, query in queries.items())))}

    def _describe_amounts(self, fact, company):
        """:return: dict: what is due, overdue, by age, credits and net"""
        currency, labels = company.currency_id, [*company._get_collection_ages().values()]
        overdue, credits = float(fact["overdue"] or 0), float(fact["credits"] or 0)
        ages = [float(fact[f"age_{rank}"] or 0) for rank in range(len(labels))]
        return {
            "due": format_amount(self.env, float(fact["due"] or 0), currency),
            "overdue": format_amount(self.env, overdue, currency),
            "is_overdue": currency.compare_amounts(overdue, 0) > 0,
            "credits": format_amount(self.env, credits, currency) if currency.compare_amounts(
                credits, 0) else "",
            "net": format_amount(self.env, overdue + credits, currency),
            "oldest": fact["oldest"] and format_date(self.env, fact["oldest"]) or "",
            "days_late": fact["days_late"] or 0,
            "buckets": [{
                "label": label, "amount": format_amount(self.env, age, currency),
                "share": round(100 * age / overdue) if overdue else 0,
            } for label, age in zip(labels, ages)
                if currency.compare_amounts(age, 0)] if overdue else [],
        }

    def _get_ages_query(self, company, accounts):
        """:return: ``SQL``, a query of the open items of these customers, summed up by age"""
        for model, names in (("account.move.line", None), ("account.move", ["payment_state"]),
                             ("res.partner", ["commercial_partner_id"])):
            self.env[model].flush_model(names)
        late = SQL("(item.today - item.due)")
        ages = SQL(", ").join(
            SQL("sum(item.residual) FILTER (WHERE item.residual > 0 AND %(late)s >= %(first)s"
                " AND (%(last)s::int IS NULL OR %(late)s <= %(last)s::int)) AS %(name)s",
                late=late, first=first, last=last, name=SQL.identifier(f"age_{rank}"))
            for rank, (first, last) in enumerate(company._get_collection_ages()))
        return SQL(
            """
            SELECT item.customer AS customer_id, %(ages)s, sum(item.residual) AS due,
                   sum(item.residual) FILTER (WHERE item.residual > 0 AND %(late)s > 0) AS overdue,
                   sum(item.residual) FILTER (WHERE item.residual < 0) AS credits,
                   min(item.due) FILTER (WHERE item.residual > 0 AND %(late)s > 0) AS oldest,
                   max(%(late)s) FILTER (WHERE item.residual > 0 AND %(late)s > 0) AS days_late
              FROM (SELECT partner.commercial_partner_id AS customer, %(residual)s AS residual,
                           %(due)s AS due, %(today)s::date AS today
                      FROM account_move_line AS line
                      JOIN res_partner AS partner ON partner.id = line.partner_id
                     WHERE partner.commercial_partner_id = ANY(%(customers)s)
                       AND %(unreconciled)s AND %(open)s) AS item
          GROUP BY item.customer
            """,
            ages=ages, late=late, residual=open_items.RESIDUAL, due=open_items.DUE,
            today=company._get_collection_day(), customers=self.ids,
            unreconciled=open_items.is_unreconciled(self.env, company, accounts),
            open=open_items.IS_OPEN)

    def _describe_payments(self, fact):
        """:return: dict: the last payment, and how late the customer pays"""
        paid, delay = fact["collection_last_payment"], fact["delay"]
        return {
            "last_payment": format_date(self.env, paid) if paid else "",
            "payer": self._describe_payer(delay if delay is None else float(delay))}

    def _describe_payer(self, delay):
        """:param delay: mean delay in days, or None
        :return: str, what a customer usually does"""
        if delay is None:
            return ""
        days = round(delay)
        if days <= 0:
            return self.env._("pays on time")
        if days == 1:
            return self.env._("pays 1 day late on average")
        return self.env._("pays %(days)s days late on average", days=days)

    def _get_head_agreements(self, company, facts):
        """:param facts: of :meth:`_read_head_facts`: who has agreed on nothing costs no query
        :return: dict by customer id: promises awaited, kept and made; open disputes
        """
        def find(model, having, domain, names):
            ids = [customer.id for customer in self if facts[customer.id][having]]
            return self.env[model].search_fetch(Domain([
                ("customer_id", "in", ids), ("company_id", "=", company.id), domain,
            ]), names).grouped("customer_id") if ids else {}

        promises = find(
            "collection.promise", "has_promises", ("state", "!=", "cancelled"), PROMISE_FIELDS)
        disputes = find(
            "collection.dispute", "has_disputes", ("state", "=", "open"), DISPUTE_FIELDS)
        heads = {}
        for customer in self:
            made = promises.get(customer, self.env["collection.promise"])
            awaited = made.filtered(lambda promise: promise.state in AWAITED)
            disputed = disputes.get(customer, self.env["collection.dispute"])
            ended = len(made) - len(awaited)
            kept = len(made.filtered(lambda promise: promise.state == "kept"))
            heads[customer.id] = {
                "promise": ", ".join(awaited.mapped("display_name")),
                "kept": ended and self.env._(
                    "Promises kept: %(kept)s of %(made)s", kept=kept, made=ended) or "",
                "dispute": ", ".join(dict.fromkeys(self.env._(
                    "%(reason)s, %(amount)s", reason=dispute.reason_id.name,
                    amount=format_amount(self.env, dispute.amount, company.currency_id))
                    for dispute in disputed)),
            }
        return heads

    def _get_contacts_query(self, company):
        """:return: ``SQL``, a query of the last contact: which action, its day and kind; what a
            bailiff or guarantor alone received is none, as in the list of debtors"""
        recipients = self.env["collection.action"]._fields["recipient_ids"]
        return SQL(
            """
            SELECT DISTINCT ON (action.customer_id) action.customer_id,
                   action.id AS contact_id, action.closed_on AS contact_on,
                   action.kind AS contact_kind
              FROM collection_action AS action
             WHERE action.customer_id = ANY(%(customers)s) AND action.company_id = %(company)s
               AND action.state = 'closed' AND action.outcome IN ('done', 'validated')
               AND action.kind IN %(kinds)s AND (
                   action.origin <> 'sequence' AND action.recipient_function_id IS NULL
                   OR EXISTS (SELECT FROM %(rel)s AS rel
                                JOIN res_partner AS told ON told.id = rel.%(partner)s
                               WHERE rel.%(action)s = action.id
                                 AND told.commercial_partner_id = action.customer_id))
          ORDER BY action.customer_id, action.closed_on DESC, action.id DESC
            """, customers=self.ids, company=company.id, kinds=get_contact_kinds(),
            rel=SQL.identifier(recipients.relation), action=SQL.identifier(recipients.column1),
            partner=SQL.identifier(recipients.column2))

    def _get_steps_query(self, company):
        """:return: ``SQL``, a query of the next thing to do, whatever decided it, and of how many
            there are"""
        actions = self.env["collection.action"]
        return SQL(
            """
            SELECT DISTINCT ON (action.customer_id) action.customer_id, action.id AS next_id,
                   action.date AS next_on, %s AS next_name,
                   count(*) OVER (PARTITION BY action.customer_id) AS open_actions
              FROM collection_action AS action
             WHERE action.customer_id = ANY(%s) AND action.company_id = %s
               AND action.state <> 'closed'
          ORDER BY action.customer_id, action.date, action.id
            """, actions._field_to_sql("action", "name"), self.ids, company.id)

    def _describe_actions(self, fact):
        """:return: dict: the last contact, what it was and when; the next thing to do"""
        kinds = dict(self.env["collection.action"]._selection_kind())
        last = {
            "last_contact": self.env._(
                "%(kind)s of %(day)s", kind=kinds[fact["contact_kind"]],
                day=format_date(self.env, fact["contact_on"])),
            "last_contact_id": fact["contact_id"]} if fact["contact_id"] else {}
        following = {
            "next_name": fact["next_name"], "next_id": fact["next_id"],
            "next_day": format_date(self.env, fact["next_on"]),
            "open_actions": fact["open_actions"]} if fact["next_id"] else {}
        return {**last, **following}

    def _get_notes_query(self, company):
        """:return: ``SQL``, a query of what was noted last of calls, the latest first, as JSON"""
        return SQL(
            """
            SELECT chain.customer_id, jsonb_agg(jsonb_build_object(
                       'at', note.at, 'who', note.user_name, 'text', note.text,
                       'call', note.data ->> 'call', 'contact', note.data ->> 'contact')
                   ORDER BY note.number DESC) AS notes
              FROM collection_history_chain AS chain
        CROSS JOIN LATERAL (
                   SELECT history.* FROM collection_history AS history
                    WHERE history.chain_id = chain.id
                      AND history.kind IN ('call_noted', 'note_added')
                 ORDER BY history.number DESC LIMIT %s) AS note
             WHERE chain.customer_id = ANY(%s) AND chain.company_id = %s
          GROUP BY chain.customer_id
            """, LAST_NOTES, self.ids, company.id)

    def _describe_note(self, note):
        """:return: dict of a note's texts, its day in the reader's time zone"""
        results = dict(self.env["collection.action"]._fields["call_result"]
                       ._description_selection(self.env))
        at = fields.Datetime.context_timestamp(self, datetime.fromisoformat(note["at"]))
        return {
            "day": format_date(self.env, at.date()), "who": note["who"],
            "what": results.get(note["call"], ""), "contact": note["contact"] or "",
            "text": (note["text"] or "")[:NOTE_LENGTH]}

    def _get_head_people(self, company):
        """:return: dict by customer id: whom to call at which number"""
        return {customer.id: {
            "phones": [{"id": contact.id, "name": contact.name or customer.name,
                        "role": contact.function or "", "phone": contact.phone}
                       for contact in contacts],
        } for customer, contacts in self._get_call_contacts(company).items()}

    def _filter_collection_portfolio(self):
        """:return: those of these customers from whom the user may collect"""
        return self.filtered(lambda customer: customer._is_in_collection_portfolio())

    def _get_call_contacts(self, company):
        """Whom to call: the collection contact, contacts for invoices, the customer, the others.

        :param company: the ``res.company``
        :return: dict of ``res.partner`` with a telephone number, by customer
        """
        contacts = self.env["res.partner"].search_fetch(
            [("commercial_partner_id", "in", self.ids), ("phone", "not in", [False, ""])],
            CONTACT_FIELDS, order="id").grouped("commercial_partner_id")
        return {customer: self._sort_call_contacts(
            customer.with_company(company), contacts.get(customer, self.browse()))
            for customer in self}

    def _sort_call_contacts(self, customer, contacts):
        preferred = customer.collection_contact_id
        return contacts.sorted(lambda contact: (
            contact != preferred, contact.type != "invoice", contact != customer, contact.id))

    # === NOTES === #

    def _add_collection_note(self, text, company):
        """Write something down in the customer's history.

        :param str text: what there is to say
        :param company: the ``res.company``
        """
        trace = Trace("note", text=text)
        self.env["collection.history"].sudo()._append(self, company, [{
            **trace.prepare_vals(), "kind": "note_added", "data": {}}])

    # === BUTTONS === #

    def _open_call_dialog(self, name, **defaults):
        """:param str name: title of the dialog, translated
        :param defaults: context of the dialog
        :return: window action on the dialog that notes what this customer says
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        customer = self.commercial_partner_id
        customer._check_collection_portfolio()
        return open_dialog("collection.call", name, default_customer_id=customer.id, **defaults)

    def action_log_call(self):
        """Button *Log a call / a note*.

        :return: window action on the dialog that notes what came of the call
        :raise AccessError: a customer outside of the user's portfolio
        """
        return self._open_call_dialog(
            self.env._("Call %(customer)s", customer=self.commercial_partner_id.name),
            default_purpose="call")

    def action_promise(self):
        """Button *Promise…*: what is overdue is proposed.

        :return: window action on the dialog that records a promise
        :raise AccessError: a customer outside of the user's portfolio
        """
        return self._open_call_dialog(
            self.env._("Promise to pay"), default_purpose="promise", default_promises=True)

    def action_dispute(self):
        """Button *Dispute…*: what is overdue is proposed.

        :return: window action on the dialog that opens a dispute
        :raise AccessError: a customer outside of the user's portfolio
        """
        return self._open_call_dialog(
            self.env._("Dispute"), default_purpose="dispute", default_disputes=True)

    def action_open_collection_payments(self):
        """:return: window action on the payments of the customer, as their journal items"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.collection_item_action")
        return {
            **action, "context": {}, "path": False,
            "display_name": self.env._("Payments of %(customer)s", customer=self.name),
            "domain": [
                ("partner_id.commercial_partner_id", "=", self.commercial_partner_id.id),
                ("account_type", "=", "asset_receivable"), ("parent_state", "=", "posted"),
                ("journal_id.type", "in", list(open_items.MONEY_JOURNALS)),
                ("balance", "<", 0)],
        }

    def action_open_collection_actions(self):
        """:return: window action on all actions of the customer, open and closed"""
        return self._open_collection_list("collection_action_action")
