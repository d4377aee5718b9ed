import logging
from collections import defaultdict

from babel.dates import format_skeleton
from psycopg2 import OperationalError

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import MissingError, UserError
from odoo.tools import SQL, babel_locale_parse, format_amount, format_date

from ...engine import ladder
from ...tools.dialogs import open_dialog
from ..item import open_items
from . import ranking, sources

_logger = logging.getLogger(__name__)

#: Customers read by one statement.
BATCH = 2000
#: Under which a transaction keeps what is to be read again when it commits.
PENDING = "collection.debtor"

#: Why a customer is not chased, briefly; the whole sentence is the scenario's.
STOPS = [
    (ladder.ARCHIVED, "Customer archived"),
    (ladder.MOVED, "Part of another customer"),
    (ladder.NO_SCENARIO, "No scenario"),
    (ladder.EMPTY, "Scenario that does not chase"),
    (ladder.SCENARIO_ARCHIVED, "Scenario archived"),
    (ladder.INSOLVENT, "Insolvency proceedings"),
    (ladder.HOLD, "On hold"),
    (ladder.NO_RATE, "Exchange rate missing"),
    (ladder.DISPUTED, "Disputed"),
    (ladder.LITIGATION, "In litigation"),
    (ladder.PROMISED, "Promise awaited"),
    (ladder.SPECIFIC, "In a specific action"),
    (ladder.SUSPENDED, "Suspended by a sequence"),
    (ladder.BLOCKED, "Blocked from follow-up"),
    (ladder.IN_PAYMENT, "Being paid"),
    (ladder.SMALL, "Small items only"),
    (ladder.OLD, "Old debts left alone"),
    (ladder.SETTLED, "Nothing to chase"),
    (ladder.COVERED, "Covered by credits"),
    (ladder.BELOW_MINIMUM, "Below the minimum"),
    (ladder.FINISHED, "Scenario at its end"),
]


#: Reads a batch of customers anew, from the queries of all sources: what they say, the situation
#: that follows, its pile and the score; then removes those that are no debtors any more, and
#: writes the rows that are new or different.
REFRESH = """
    WITH %(ctes)s,
    debtor AS MATERIALIZED (
        SELECT partner.id AS customer_id, %(columns)s
          FROM res_partner AS partner %(joins)s
         WHERE partner.id = ANY(%(customers)s)
           AND partner.commercial_partner_id = partner.id AND (%(condition)s)
    ),
    judged AS MATERIALIZED (
        SELECT debtor.*, %(situation)s AS situation, %(points)s AS score_parts,
               %(day)s::date AS day
          FROM debtor
    ),
    fact AS MATERIALIZED (
        SELECT judged.*, %(pile)s AS pile, COALESCE((
               SELECT sum(point.value::int)
                 FROM jsonb_each_text(judged.score_parts) AS point), 0) AS score
          FROM judged
    ),
    gone AS (
        DELETE FROM collection_debtor AS old
         WHERE old.company_id = %(company)s AND old.customer_id = ANY(%(customers)s)
           AND old.customer_id NOT IN (SELECT customer_id FROM fact)
     RETURNING 1
    ),
    written AS (
        INSERT INTO collection_debtor (company_id, customer_id, %(names)s)
        SELECT %(company)s, fact.customer_id, %(facts)s
          FROM fact LEFT JOIN collection_debtor AS old
            ON old.customer_id = fact.customer_id AND old.company_id = %(company)s
         WHERE old.id IS NULL OR (%(olds)s) IS DISTINCT FROM (%(facts)s)
            ON CONFLICT (company_id, customer_id) DO UPDATE SET %(sets)s
     RETURNING 1
    )
    SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM written)
"""


class CollectionDebtor(models.Model):
    """The work list: what is known of a customer in a company, in one row that sorts and sums.

    A cache: each value is a fact that lives elsewhere, or follows from such facts. Nobody edits
    it; it is read anew where something changed (``collection.debtor.mark``), when a person's
    command commits, and as a whole once the company's day has changed, since ages and scores
    depend on it. :meth:`_rebuild` makes it from nothing.
    """

    _name = "collection.debtor"
    _description = "Debtor"
    _order = "score desc, overdue desc, id desc"
    _rec_name = "customer_id"
    _log_access = False
    #: no record of the customer's, but of what is known of it elsewhere
    _is_collection_cache = True

    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    day = fields.Date(
        string="As of", readonly=True, help="The company's day on which this was last read.")
    phone = fields.Char(related="customer_id.phone", string="Telephone")
    ref = fields.Char(related="customer_id.ref")
    country_id = fields.Many2one(related="customer_id.country_id")
    group_ids = fields.Many2many(
        related="customer_id.collection_group_ids", string="Customer groups")
    collector_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    scenario_id = fields.Many2one(
        "collection.scenario", readonly=True, index="btree_not_null", ondelete="set null")
    hold_until = fields.Date(string="On hold until", readonly=True)

    # === WHAT IS OWED === #

    balance = fields.Monetary(
        string="Outstanding", readonly=True,
        help="All that the customer owes, due or not, less its credits; what is kept out of "
        "follow-up counts.")
    overdue = fields.Monetary(
        readonly=True, help="What is past its due date and not kept out of follow-up; credits are "
        "not deducted.")
    not_due = fields.Monetary(string="Not due", readonly=True)
    # what is overdue by age: columns and names follow from the company's bounds
    late_1 = fields.Monetary(string="Age 1", readonly=True)
    late_2 = fields.Monetary(string="Age 2", readonly=True)
    late_3 = fields.Monetary(string="Age 3", readonly=True)
    late_4 = fields.Monetary(string="Age 4", readonly=True)
    late_5 = fields.Monetary(string="Age 5", readonly=True)
    late_6 = fields.Monetary(string="Age 6", readonly=True)
    late_7 = fields.Monetary(string="Age 7", readonly=True)
    late_8 = fields.Monetary(string="Age 8", readonly=True)
    late_9 = fields.Monetary(string="Age 9", readonly=True)
    credits = fields.Monetary(
        string="Credits to match", readonly=True,
        help="Credit notes and payments that are not matched with invoices.")
    kept_out = fields.Monetary(
        string="Kept out", readonly=True,
        help="Blocked, being paid, or kept out of follow-up; net of such credits.")
    disputed = fields.Monetary(readonly=True)
    promised = fields.Monetary(readonly=True)
    collectable = fields.Monetary(
        string="To collect", readonly=True,
        help="Overdue, less what is disputed, promised, blocked or treated elsewhere, and less "
        "credits to match. Negative: credits are above debts.")
    oldest_due = fields.Date(string="Oldest due date", readonly=True)
    days_late = fields.Integer(
        string="Days late", readonly=True, aggregator="max",
        help="Days since the oldest open item fell due; 0 when nothing is overdue.")

    # === HOW THE CUSTOMER PAYS === #

    paid_on = fields.Date(
        string="Last payment", readonly=True,
        help="Day of the last payment received, and not taken back since.")
    paid_amount = fields.Monetary(string="Last amount paid", readonly=True)
    payer_delay = fields.Float(
        string="Mean delay", readonly=True, digits=(16, 1), aggregator="avg",
        help="Mean days between due date and payment over the last six months, weighted by "
        "amount. Negative: paid before the due date.")
    promises_open = fields.Integer(string="Promises awaited", readonly=True)
    promise_date = fields.Date(string="Promised for", readonly=True)
    promises_broken = fields.Integer(
        string="Broken promises", readonly=True, help="Promises that were broken, and of which "
        "something is still to be paid.")
    promises_kept = fields.Integer(string="Promises kept", readonly=True)
    promises_made = fields.Integer(
        string="Promises made", readonly=True, help="Cancelled ones are left out.")
    disputes = fields.Integer(string="Open disputes", readonly=True)
    answers = fields.Integer(
        string="Replies to answer", readonly=True,
        help="What the customer has said, and nobody has dealt with.")

    # === WHAT IS DONE === #

    contact_on = fields.Date(
        string="Last contact", readonly=True, help="Last message, call or letter.")
    contact_user_id = fields.Many2one(
        "res.users", string="Last contact by", readonly=True, ondelete="set null",
        help="Empty: it left by itself.")
    contact_kind = fields.Selection(
        lambda self: self.env["collection.action"]._selection_kind(), string="Last contact by way "
        "of", readonly=True)
    next_action_id = fields.Many2one(
        "collection.action", string="Next action", readonly=True, index="btree_not_null",
        ondelete="set null")
    next_date = fields.Date(string="Next on", readonly=True)
    next_step = fields.Char(
        string="Next step", compute="_compute_next_step",
        help="The day of the next action and what it is, or why there is none.")
    actions_due = fields.Integer(
        string="Actions due", readonly=True,
        help="Actions whose day has come, and that wait for a colleague.")
    stop = fields.Selection(STOPS, string="Not chased because", readonly=True)
    notice_on = fields.Date(
        string="Formal notice on", readonly=True,
        help="The last day on which formal notice was given for something that is still open.")
    deadline = fields.Date(string="Legal deadline", readonly=True)
    limitation_date = fields.Date(
        string="Limitation", readonly=True,
        help="The next day on which something that is owed can no longer be claimed before a "
        "court.")

    # === RANK === #

    pile = fields.Selection(ranking.PILES, readonly=True)
    situation = fields.Selection(
        [(found.code, found.label) for found in ranking.SITUATIONS], string="Why", readonly=True,
        help="What puts the debtor into its pile.")
    score = fields.Integer(
        string="Priority", readonly=True, aggregator="max",
        help="The sum of points for amount, age, broken promises, replies, deadlines and silence. "
        "Managers set the weights under Configuration, Settings.")
    score_parts = fields.Json(readonly=True)
    score_words = fields.Json(string="Points", compute="_compute_score_words")

    #: read by every refresh; a constraint, which the core looks for before it merges partners
    _customer_unique = models.Constraint(
        "UNIQUE(company_id, customer_id)", "A customer is one debtor in a company.")
    #: read when customers are deleted or merged
    _customer_index = models.Index("(customer_id)")
    #: read by the first screen: a collector's pile, the highest score first
    _collector_index = models.Index("(collector_id, pile, score DESC)")
    #: read by the same screen of all collectors
    _pile_index = models.Index("(pile, score DESC, overdue DESC, id DESC)")
    #: read by the cron that brings rows to the company's day
    _day_index = models.Index("(company_id, day)")

    # === AGES === #

    @api.model
    def _name_ages(self):
        """:return: dict of the names of the ages that the current company has, by field"""
        return dict(zip(sources.AGES, self.env.company._get_collection_ages().values()))

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Ages go by their names, and only those are offered that the company has."""
        found, names = super().fields_get(allfields, attributes), self._name_ages()
        for age in found.keys() & set(sources.AGES):
            if age not in names:
                del found[age]
            elif "string" in found[age]:
                found[age]["string"] = names[age]
        return found

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self.env.company._get_collection_bounds())

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """The same for columns, measures and filters."""
        arch, view = super()._get_view(view_id, view_type, **options)
        names = self._name_ages()
        for node in [*arch.iter("field", "filter")]:
            name = node.get("name")
            if name in names:
                node.attrib.update({key: names[name] for key in ("string", "sum")
                                    if node.get(key)})
            elif name in sources.AGES:
                node.getparent().remove(node)
        return arch, view

    # === COMPUTE === #

    @api.depends_context("lang")
    @api.depends("next_action_id", "next_date", "stop", "hold_until")
    def _compute_next_step(self):
        sentences = self.env["collection.scenario"]._get_stop_words()
        for debtor in self:
            action = debtor.next_action_id.sudo()
            debtor.next_step = f"{debtor._format_next_date()} · {action.name}" if action else (
                debtor._describe_stop(sentences))

    def _format_next_date(self):
        """:return: the day of the next action, briefly: without its year unless it is another"""
        known = self.day and self.day.year == self.next_date.year
        return format_skeleton(
            "MMMd" if known else "yMMMd", self.next_date,
            locale=babel_locale_parse(self.env.lang or "en_US"))

    def _describe_stop(self, sentences):
        """:return: why nothing comes next, in the reader's language; False where nothing says"""
        if self.stop == ladder.HOLD and self.hold_until:
            return self.env._("On hold until %(day)s.", day=format_date(self.env, self.hold_until))
        return sentences.get(self.stop, False)

    @api.depends_context("lang")
    @api.depends("score_parts")
    def _compute_score_words(self):
        for debtor in self:
            parts = debtor.score_parts or {}
            debtor.score_words = [
                {"points": parts[part.code], "words": debtor._describe_part(part.code)}
                for part in ranking.PARTS if part.code in parts]

    def _describe_part(self, code):
        """:return: what the points of a part are for, in the reader's language"""
        _ = self.env._
        if code == "amount":
            return _("%(amount)s to collect", amount=format_amount(
                self.env, self.collectable, self.currency_id))
        if code == "deadline":
            return self._describe_deadline()
        if code == "silence":
            return _("No contact since %(day)s", day=format_date(
                self.env, self.contact_on)) if self.contact_on else _("No contact yet")
        return {
            "age": _("Days late: %(days)s", days=self.days_late),
            "broken": _("Broken promises: %(count)s", count=self.promises_broken),
            "answer": _("Replies to answer: %(count)s", count=self.answers),
        }[code]

    def _describe_deadline(self):
        """:return: the deadline or limitation that comes first, in the reader's language"""
        _ = self.env._
        if self.limitation_date and not (self.deadline and self.deadline <= self.limitation_date):
            return _("Limitation on %(day)s", day=format_date(self.env, self.limitation_date))
        return _("Legal deadline on %(day)s", day=format_date(self.env, self.deadline))

    # === READING ANEW === #
    # One statement a batch: what sources say of its customers becomes rows, those that are no
    # debtors any more go, and what is the same is neither written nor locked.

    @api.model
    def _rebuild(self, customers=None):
        """Read debtors anew, in every company.

        :param customers: ``res.partner``, or None for all there are; then a batch a transaction
            where a cron or a migration calls it
        :return: int, number of rows written or removed
        """
        debtors, count = self.env["collection.debtor"].sudo(), 0
        ids = customers.commercial_partner_id.ids if customers is not None else (
            debtors._find_customers())
        for company in debtors.env["res.company"].search([], order="id"):
            for start in range(0, len(ids), BATCH):
                count += debtors._refresh(company, ids[start:start + BATCH])
        return count

    @api.model
    def _find_customers(self):
        """:return: sorted list of ids of all who may be debtors"""
        self.env.flush_all()
        return [customer for [customer] in self.env.execute_query(SQL(
            "SELECT id FROM res_partner WHERE commercial_partner_id = id"
            " UNION SELECT customer_id FROM collection_debtor ORDER BY 1"))]

    @api.model
    def _refresh(self, company, customer_ids):
        """Read customers of a company anew, in a number of queries that does not depend on them.

        :param company: the ``res.company``
        :param customer_ids: list of ids of ``res.partner``; who is no commercial partner, or no
            debtor, loses its row
        :return: int, number of rows written or removed
        """
        if not customer_ids:
            return 0
        debtors = self.sudo().with_company(company)
        debtors.env.flush_all()
        day = company._get_collection_day()
        batch = sources.Batch(
            debtors.env, company, list(customer_ids), day,
            debtors._find_stops(company, customer_ids))
        [[count]] = debtors.env.execute_query(debtors._get_refresh_query(batch))
        self.invalidate_model()
        return count

    def _find_stops(self, company, customer_ids):
        """Ask the ladder why customers are not chased: those who owe, and have no step planned.

        :return: dict of the engine's reason by customer's id
        """
        owing = [customer for [customer] in self.env.execute_query(SQL(
            """
            SELECT DISTINCT partner.commercial_partner_id
              FROM account_move_line AS line JOIN res_partner AS partner
                ON partner.id = line.partner_id
             WHERE %(unreconciled)s AND partner.commercial_partner_id = ANY(%(customers)s)
               AND NOT EXISTS (
                   SELECT FROM collection_action AS action
                    WHERE action.customer_id = partner.commercial_partner_id
                      AND action.company_id = %(company)s AND action.origin = 'scenario'
                      AND action.state <> 'closed')
            """, unreconciled=open_items.is_unreconciled(self.env, company),
            customers=list(customer_ids), company=company.id))]
        decisions = self.env["res.partner"].browse(owing)._get_collection_decisions(company)
        return {customer: decision.reason for customer, (decision, _stands) in decisions.items()
                if isinstance(decision, ladder.Stop)}

    def _get_refresh_query(self, batch):
        """:return: the statement; it answers how many rows it wrote and removed"""
        ctes, columns, joins, condition = sources.join_sources(batch)
        stored = [name for name in sources.get_columns() if name in self._fields]
        names = [SQL.identifier(name) for name in (
            *stored, "pile", "situation", "score", "score_parts", "day")]
        company = batch.company
        return SQL(
            REFRESH,
            ctes=ctes, columns=columns, joins=joins, condition=condition,
            customers=batch.customer_ids, company=company.id, day=batch.day,
            situation=ranking.get_situation(company, batch.day),
            points=ranking.get_points(company, batch.day),
            pile=ranking.get_pile(SQL("judged.situation")),
            names=SQL(", ").join(names),
            facts=SQL(", ").join(SQL("fact.%s", name) for name in names),
            olds=SQL(", ").join(SQL("old.%s", name) for name in names),
            sets=SQL(", ").join(SQL("%s = EXCLUDED.%s", name, name) for name in names))

    # === KEEPING UP === #

    @api.model
    def _process_marked(self):
        """Cron: read anew of whom something changed, and whoever is not of today yet."""
        debtors, crons = self.env["collection.debtor"].sudo(), self.env["ir.cron"]
        debtors.env.flush_all()
        work = debtors._find_work()
        crons._commit_progress(remaining=sum(len(ids) for _companies, ids, _marks in work))
        for companies, ids, marks in work:
            if all(debtors._try_refresh(company, ids) for company in companies):
                # with its batch: a run that is out of time goes on where it was
                debtors.env["collection.debtor.mark"]._forget(marks)
            if not crons._commit_progress(len(ids)):
                return
        crons._commit_progress(remaining=0)

    def _find_work(self):
        """:return: list of (companies, list of ids of the customers to read anew in them, list of
            ids of the marks that are done with then)"""
        companies, work = self.env["res.company"].search([], order="id"), []
        marks = self.env["collection.debtor.mark"]
        if any(map(self._is_lost, companies)):
            # who is marked comes first: a run that is broken off would begin anew for ever
            if marks.search_count([], limit=1):
                self._refresh_soon()
            else:
                marks._add_all()
        taken = marks._take()
        half = BATCH // 2  # each mark stands for two customers at most
        for start in range(0, len(taken), half):
            part = taken[start:start + half]
            work.append((companies, sorted(set().union(*(customers for _marks, customers in part))),
                         [mark for marks, _customers in part for mark in marks]))
        for company in companies:
            stale = [customer for [customer] in self.env.execute_query(SQL(
                "SELECT customer_id FROM collection_debtor"
                " WHERE company_id = %s AND day IS DISTINCT FROM %s ORDER BY 1",
                company.id, company._get_collection_day()))]
            work += [(company, stale[start:start + BATCH], [])
                     for start in range(0, len(stale), BATCH)]
        return work

    def _is_lost(self, company):
        """:return: bool, whether a company's list is empty though something is owed: a database
            from before there was a list, or one whose list was emptied"""
        [[lost]] = self.env.execute_query(SQL(
            """
            SELECT NOT EXISTS (SELECT FROM collection_debtor WHERE company_id = %s)
               AND EXISTS (SELECT FROM account_move_line AS line
                             JOIN res_partner AS partner ON partner.id = line.partner_id
                            WHERE %s)
            """, company.id, open_items.is_unreconciled(self.env, company)))
        return lost

    def _try_refresh(self, company, customer_ids):
        """:return: bool, False if a person has changed one of these meanwhile: they stay due"""
        try:
            self._refresh(company, customer_ids)
        except OperationalError as error:
            self.env.cr.rollback()
            _logger.info("Debtors of %s are read again later: %s", company.name, error)
            return False
        return True

    @api.model
    def _refresh_soon(self):
        """Have the cron read what is marked as soon as it can."""
        cron = self.env.ref("account_collection.cron_refresh_debtors", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    @api.model
    def _refresh_at_commit(self, owners):
        """Have customers read anew once the command of a person is done; crons leave it to marks.

        :param owners: set of (customer's id, company's id)
        """
        if self.env.uid == SUPERUSER_ID or not owners:
            return
        precommit = self.env.cr.precommit
        pending = precommit.data.setdefault(PENDING, set())
        if not pending:
            precommit.add(self.env["collection.debtor"].sudo()._refresh_pending)
        pending |= owners

    def _refresh_pending(self):
        owners = self.env.cr.precommit.data.pop(PENDING, set())
        if len(owners) > BATCH:
            return  # their marks are there: the cron reads them, batch by batch
        customers = defaultdict(list)
        for customer, company in owners:
            customers[company].append(customer)
        for company in self.env["res.company"].browse(customers):
            try:
                self._refresh(company, customers[company.id])
            except MissingError:
                if company.exists():
                    raise  # else its making was undone, in this very transaction

    # === BUTTONS === #

    def action_open_customer(self):
        """:return: window action on the customer's form"""
        self.ensure_one()
        return self.customer_id.action_open_collection_customer()

    def action_open_change(self):
        """Button *Collector, scenario…*, of many at once.

        :return: window action on the dialog that changes what customers are given
        """
        return self._open_bulk_dialog("collection.assignment.mass", self.env._("Change customers"))

    def action_open_hold(self):
        """:return: window action on the dialog that puts these on hold"""
        return self._open_bulk_dialog("collection.debtor.hold", self.env._("Put on hold"))

    def action_open_statement(self):
        """:return: window action on the dialog that sends these their statements of account"""
        return self._open_bulk_dialog(
            "collection.debtor.statement", self.env._("Send statements"))

    def action_confirm(self):
        """Button: confirm the messages of these that wait for it, and show how many.

        :return: notification
        :raise UserError: none of them does
        """
        return self._find_actions([("to_confirm", "=", True)]).action_confirm()

    def action_open_skip(self):
        """Button *Skip…*: of each, the next step of its scenario.

        :return: window action on the dialog that asks why
        :raise UserError: none of them has one
        """
        actions = self._find_actions([("origin", "=", "scenario")])
        if not actions:
            raise UserError(self.env._("None of these has a next step that could be skipped."))
        return actions.action_open_skip()

    def _open_bulk_dialog(self, model, name):
        """Open a dialog on the customers of these, which are of one company.

        :raise UserError: they are of several companies
        """
        company = self.company_id
        if len(company) != 1:
            raise UserError(self.env._(
                "These debtors are of several companies: %(companies)s. Choose those of one.",
                companies=", ".join(company.mapped("name"))))
        action = open_dialog(model, name, default_customer_ids=self.customer_id.ids)
        action["context"]["allowed_company_ids"] = [
            company.id, *(id_ for id_ in self.env.companies.ids if id_ != company.id)]
        return action

    def _find_actions(self, domain):
        """:return: open ``collection.action`` of these debtors that the domain finds"""
        owners = {(debtor.customer_id, debtor.company_id) for debtor in self}
        found = self.env["collection.action"].search([
            ("customer_id", "in", self.customer_id.ids), ("state", "!=", "closed"),
            ("company_id", "in", self.company_id.ids), *domain])
        return found.filtered(lambda action: (action.customer_id, action.company_id) in owners)
