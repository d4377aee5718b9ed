import json
import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg2 import OperationalError

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, LazyTranslate, format_date

from ...engine import limitation
from ...tools.activities import ToDo, hand_out
from ...tools.dialogs import open_dialog
from ...tools.portfolio import PortfolioDate, PortfolioInteger, PortfolioSelection
from ...tools.records import as_text, in_company_language
from ...tools.sql import partner_value
from ..access import COLLECTORS
from ..claim.res_partner import CLAIM_KINDS, KINDS_OF_DEBTORS
from ..item import open_items
from ..item.account_move_line import NOT_BY_HAND
from .collection_limitation_rule import TITLE
from .limitation_lines import InterruptionLine, LimitationLine

_lt = LazyTranslate(__name__)
_logger = logging.getLogger(__name__)

#: Items that one transaction of the cron works out.
BATCH = 20000

#: Days before the last day on which somebody is warned, the latest warning first.
WARNINGS = (30, 90)

#: Under how many days a date counts as near.
NEAR = max(WARNINGS)

#: Due date and kind of claim of items: what a person set, else the customer's setting, else what
#: the customer's groups agree on, else what kind of debtor it is.
FACTS = """
    WITH grouped AS (
        SELECT rel.customer_id, min(owner.claim_kind) AS kind
          FROM collection_group_customer_rel AS rel
          JOIN collection_group AS owner ON owner.id = rel.group_id
         WHERE owner.claim_kind IS NOT NULL AND owner.active
      GROUP BY rel.customer_id HAVING count(DISTINCT owner.claim_kind) = 1)
    SELECT line.id, %(due)s,
           COALESCE(line.collection_claim_kind, %(setting)s, grouped.kind,
                    %(debtors)s::jsonb ->> COALESCE(%(debtor)s, CASE
                    WHEN partner.is_company THEN 'professional' ELSE 'consumer' END)),
           line.collection_limitation_date
      FROM account_move_line AS line
      JOIN res_partner AS owner ON owner.id = line.partner_id
      JOIN res_partner AS partner ON partner.id = owner.commercial_partner_id
 LEFT JOIN grouped ON grouped.customer_id = partner.id
     WHERE line.id = ANY(%(ids)s)
"""


@dataclass(frozen=True)
class Told:
    """What decides until when an item can be claimed, and how its time runs.

    :ivar due: the day on which it fell due
    :ivar kind: kind of claim
    :ivar rule: the ``collection.limitation.rule``; empty where none is known
    :ivar course: the engine's :class:`~..engine.limitation.Course`
    :ivar stored: the last day that is stored with the item, or None
    """

    due: date
    kind: str
    rule: Any
    course: limitation.Course
    stored: date | None


class AccountMoveLine(models.Model):
    """Until when an item can be claimed before a court."""

    _inherit = "account.move.line"

    collection_claim_kind = PortfolioSelection(
        CLAIM_KINDS, string="Kind of claim", copy=False, readonly=True, groups=COLLECTORS,
        help="Set by a person for this item; empty: as the customer's.")
    collection_limitation_date = PortfolioDate(
        string="Limitation", copy=False, readonly=True, groups=COLLECTORS,
        help="The last day on which it can be claimed before a court, worked out each night. "
        "Empty: no rule is known. To be checked by counsel.")
    collection_limitation_warned = PortfolioInteger(
        copy=False, readonly=True, groups=COLLECTORS, aggregator=None,
        help="Days before the last day of which the collector was warned last.")

    #: read by the warnings, by the nightly run and by the list of what lapses next
    _collection_limitation_index = models.Index(
        "(company_id, collection_limitation_date) WHERE collection_limitation_date IS NOT NULL")

    # === WORKING OUT === #

    @api.model
    def _update_limitations(self):
        """Cron: work out the limitation of all open items, and warn of those that are near.

        It does not stop when it is out of time: every run begins with the same items, and would
        never get to the last ones, nor warn of any.
        """
        lines, crons = self.sudo(), self.env["ir.cron"]
        work = [(company, ids) for company in lines.env["res.company"].search([], order="id")
                for ids in lines._find_claimable(company)]
        crons._commit_progress(remaining=len(work))
        for company, ids in work:
            lines._try_work_out(company, ids)
            crons._commit_progress(1)
        lines._forget_limitations()
        for company in lines.env["res.company"].search([], order="id"):
            lines._warn_limitations(company)
        crons._commit_progress(remaining=0)

    def _find_claimable(self, company):
        """:return: list of lists of ids of a company's debts that are not settled, a batch each"""
        self.env.flush_all()
        ids = [id_ for [id_] in self.env.execute_query(SQL(
            "SELECT line.id FROM account_move_line AS line WHERE %s"
            " AND line.amount_residual_currency > 0 AND line.partner_id IS NOT NULL ORDER BY 1",
            open_items.is_unreconciled(self.env, company)))]
        return [ids[start:start + BATCH] for start in range(0, len(ids), BATCH)]

    def _try_work_out(self, company, ids):
        """Work out a batch; what somebody has changed meanwhile waits for the next night."""
        try:
            self.browse(ids)._work_out_limitations(company)
        except OperationalError as error:
            self.env.cr.rollback()
            _logger.info("Limitation in %s is worked out later: %s", company.name, error)

    def _work_out_limitations(self, company):
        """Store the last day of these items, in a number of queries that does not depend on them.

        :param company: the ``res.company`` of all of them
        :return: int, number of items whose day has changed
        """
        if not self:
            return 0
        days = {item_id: told.course.last_day
                for item_id, told in self._get_courses(company).items()
                if told.course.last_day != told.stored}
        changed = [partner for [partner] in self.env.execute_query(SQL(
            """
            UPDATE account_move_line AS line
               SET collection_limitation_date = fresh.day, collection_limitation_warned = NULL
              FROM unnest(%s::int[], %s::date[]) AS fresh (id, day)
             WHERE line.id = fresh.id
               AND line.collection_limitation_date IS DISTINCT FROM fresh.day
         RETURNING line.partner_id
            """, list(days), list(days.values())))] if days else []
        if changed:  # the work list shows it
            self.env.cr.execute(SQL(
                "INSERT INTO collection_plan_mark (partner_id)"
                " SELECT DISTINCT unnest(%s::int[])", changed))
        self.invalidate_recordset(["collection_limitation_date", "collection_limitation_warned"])
        return len(changed)

    def _get_courses(self, company):
        """How the time of each item runs.

        :param company: the ``res.company`` of all of these items
        :return: dict of :class:`Told` by item id
        """
        tables = self.env["collection.limitation.rule"]._get_tables(company)
        none = self.env["collection.limitation.rule"].sudo()
        facts = self.env["collection.limitation.interruption"]._find_by_item(self)
        rules, periods, plain, courses = {}, {none: None}, {}, {}
        for item_id, due, kind, stored in self._read_limitation_facts(company):
            if (kind, due) not in plain:  # thousands fall due on one day
                for name in (kind, TITLE):
                    rule = rules[name, due] = tables.get(name, none)._find_rule(due)
                    periods[rule] = rule._get_period() if rule else None
                plain[kind, due] = limitation.compute(due, periods[rules[kind, due]])
            rule, course = rules[kind, due], plain[kind, due]
            if item_id in facts:
                course = limitation.compute(
                    due, periods[rule], [fact._get_act() for fact in facts[item_id]],
                    title=periods[rules[TITLE, due]])
            courses[item_id] = Told(due, kind, rule, course, stored)
        return courses

    def _read_limitation_facts(self, company):
        """:return: list of (item id, due date, kind of claim, last day as stored)"""
        self.env.flush_all()
        return self.env.execute_query(SQL(
            FACTS, due=open_items.DUE, ids=self.ids,
            setting=partner_value(self.env, "collection_claim_kind", company),
            debtor=partner_value(self.env, "collection_debtor_kind", company),
            debtors=json.dumps(KINDS_OF_DEBTORS)))

    def _forget_limitations(self):
        """What is settled lapses no more."""
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "UPDATE account_move_line"
            "   SET collection_limitation_date = NULL, collection_limitation_warned = NULL"
            " WHERE collection_limitation_date IS NOT NULL AND (reconciled"
            "    OR amount_residual_currency <= 0 OR parent_state <> 'posted')"))
        self.invalidate_model(["collection_limitation_date", "collection_limitation_warned"])

    # === WARNING === #

    def _warn_limitations(self, company):
        """Warn of what lapses within 90 and within 30 days, once each.

        The collector has an activity on the customer, the history keeps it, and sequences that
        wait for it go on.

        :param company: the ``res.company``
        :return: the items of which somebody was warned now
        """
        day = company._get_collection_day()
        found = self.env.execute_query(SQL(
            """
            SELECT line.id, CASE WHEN %(last)s THEN %(soon)s ELSE %(early)s END AS days
              FROM account_move_line AS line
             WHERE line.company_id = %(company)s AND line.reconciled IS NOT TRUE
               AND line.collection_limitation_date BETWEEN %(day)s AND %(day)s::date + %(early)s
               AND (line.collection_limitation_warned IS NULL
                    OR line.collection_limitation_warned > %(soon)s AND %(last)s)
          ORDER BY line.collection_limitation_date, line.id
            """, day=day, soon=WARNINGS[0], early=WARNINGS[1], company=company.id,
            last=SQL("line.collection_limitation_date <= %s::date + %s", day, WARNINGS[0])))
        if not found:
            return self.browse()
        self.env.cr.execute(SQL(
            "UPDATE account_move_line AS line SET collection_limitation_warned = warned.days"
            "  FROM unnest(%s::int[], %s::int[]) AS warned (id, days) WHERE line.id = warned.id",
            *map(list, zip(*found, strict=True))))
        items = self.browse(id_ for id_, _days in found)
        items.invalidate_recordset(["collection_limitation_warned"])
        items._notify_limitations(company, dict(found))
        return items

    def _notify_limitations(self, company, days):
        """:param dict days: of which warning it is, by item id"""
        customers = self.grouped(lambda line: line.partner_id.commercial_partner_id)
        own = {customer: in_company_language(items, company)
               for customer, items in customers.items()}
        self.env["collection.history"]._append_many({
            (customer, company): [{
                "kind": "limitation_near", "cause": "cron", "command": "limitation",
                "data": {"items": items.ids, "days": min(days[item.id] for item in items)},
                "new_value": items._describe_limitations()}]
            for customer, items in own.items()})
        self.env["collection.signal"]._post_where_open([{
            "key": f"limitation_near:{item.id}:{item.collection_limitation_date}:{days[item.id]}",
            "code": "limitation_near", "customer_id": customer.id, "company_id": company.id,
            "amount": item._get_collection_residual(), "about": item._name_items(),
        } for customer, items in customers.items() for item in items])
        self._remind_of_limitations(company, customers)

    def _remind_of_limitations(self, company, customers):
        users = {customer: company._get_collector(customer) for customer in customers}
        hand_out(self.env, [ToDo(
            customer, users[customer], company, _lt("Limitation near"),
            items.with_context(lang=users[customer].lang)._describe_limitations())
            for customer, items in customers.items()])

    def _describe_limitations(self):
        """:return: str, translated: each document with its last day"""
        return ", ".join(dict.fromkeys(self.env._(
            "%(item)s until %(day)s", item=line._name_items(),
            day=format_date(self.env, line.collection_limitation_date)) for line in self))

    # === TOLD TO A READER === #

    def _get_limitation_lines(self):
        """How the limitation of these items stands, settled ones included; for case files.

        In the reader's language, in a number of queries that does not depend on the items.

        :return: list of :class:`~.limitation_lines.LimitationLine`, in the order of these items
        """
        facts = self.env["collection.limitation.interruption"]._find_by_item(self)
        found, lines = {}, self.sudo()
        for company, items in lines.grouped("company_id").items():
            day = company._get_collection_day()
            courses = items._get_courses(company)
            found |= {item.id: item._get_limitation_line(
                courses[item.id], facts.get(item.id, ()), day)
                for item in items if item.id in courses}
        return [found[id_] for id_ in self.ids if id_ in found]

    def _get_limitation_line(self, told, facts, day):
        due, course = told.due, told.course
        kinds = dict(self._fields["collection_claim_kind"]._description_selection(self.env))
        labels = dict(self.env["collection.limitation.interruption"]._fields[
            "kind"]._description_selection(self.env))
        rule = told.rule.with_env(self.env)
        return LimitationLine(
            item_id=self.id, due=due, start=course.start, last_day=course.last_day,
            item=self.env._("%(item)s due %(day)s", item=self._name_items(),
                            day=format_date(self.env, due)),
            kind=kinds.get(told.kind, ""), source=rule.note or "",
            rule=rule._describe_period() if course.last_day else self._describe_missing(rule),
            lapsed=bool(course.last_day and course.last_day < day),
            interruptions=tuple(InterruptionLine(
                labels[fact.kind], fact.date, fact.until or None, fact.note or "",
                fact.id in course.counted) for fact in facts))

    def _describe_missing(self, rule):
        """:return: str, translated: why there is no last day"""
        if rule:
            return self.env._("No rule for enforceable titles")
        return self.env._("No rule for this kind of claim")

    # === COMMANDS === #

    def set_collection_claim_kind(self, kind, reason):
        """Say what kind of claim these items are, whatever their customer's is; traced.

        :param str kind: a value of ``collection_claim_kind``; empty: as the customer's
        :param str reason: why
        :return: True
        :raise UserError: no item, no reason, or no such kind
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.check_access("read")
        self._check_collection_portfolio()
        kinds, reason = [code for code, _label in CLAIM_KINDS], as_text(self.env, reason)
        if not self or kind and kind not in kinds or not reason:
            raise UserError(self.env._(
                "Choose items, the kind of claim that they are, and say why."))
        lines = self.sudo()
        rows = defaultdict(list)
        for line in lines:
            before = line.collection_claim_kind
            rows[line.partner_id.commercial_partner_id, line.company_id].append({
                "kind": "limitation_changed", "cause": "person", "command": "limitation",
                "data": {"item": line._name_items()}, "text": reason,
                "old_value": line._describe_claim_kind(before),
                "new_value": line._describe_claim_kind(kind)})
        lines.with_context(**NOT_BY_HAND).write({"collection_claim_kind": kind or False})
        self.env["collection.history"]._append_many(rows)
        for company, items in lines.grouped("company_id").items():
            items._work_out_limitations(company)
        return True

    def _describe_claim_kind(self, kind):
        """:return: str, as it stays in the history: in the company's language"""
        own = in_company_language(self, self.company_id)
        kinds = dict(self._fields["collection_claim_kind"]._description_selection(own.env))
        return kinds.get(kind) or own.env._("as the customer")

    def action_open_collection_limitation(self):
        """Button *Limitation…*.

        :return: window action on the dialog that shows how it runs and notes what interrupts it
        """
        return open_dialog("collection.limitation.note", self.env._("Limitation"),
                           default_item_ids=self.ids)
