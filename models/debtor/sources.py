"""What the list of debtors knows of a customer, by where it is found.

Each source is one query of many customers at once, and the columns of ``collection.debtor`` that
it fills; all of them become one statement. A domain that has more to say of debtors adds a
source, see :func:`register`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from odoo.tools import SQL

from ...engine import figures, ladder
from ...tools.sql import partner_value
from ..action.channels import CHANNELS
from ..action.collection_action_kind import get_contact_kinds
from ..item import open_items
from ..specific.collection_promise import AWAITED

#: Columns of what is overdue by age, the youngest first. A company has as many ages as it has
#: bounds, and one without end; there are columns for the most that it may have.
AGES = tuple(f"late_{number}" for number in range(1, figures.MOST_BOUNDS + 2))

#: States of the sequences whose actions and deadlines count.
UNDER_WAY = ("running", "paused")


@dataclass(frozen=True)
class Batch:
    """Customers of a company, as they are read at once.

    :ivar env: the environment, in superuser mode and in the company
    :ivar company: the ``res.company``
    :ivar customer_ids: list of ids of commercial partners
    :ivar date day: the company's day
    :ivar dict stops: the engine's reason not to chase, by id of the customers who have one
    """

    env: Any
    company: Any
    customer_ids: list[int]
    day: date
    stops: dict[int, str]

    @property
    def owns(self) -> SQL:
        """Condition on a ``record`` with customer and company: it is of one of these."""
        return SQL("record.customer_id = ANY(%s) AND record.company_id = %s",
                   self.customer_ids, self.company.id)


@dataclass(frozen=True)
class Source:
    """A query, and the columns that it fills.

    :ivar str name: what its rows are called in the statement
    :ivar read: makes the query of a :class:`Batch`: ``customer_id`` and values, a row a customer
    :ivar dict columns: SQL by stored field; rows are missing for most customers, so NULL counts
    :ivar bool makes_debtor: whoever has a row here is in the list, whatever is owed
    """

    name: str
    read: Callable[[Batch], SQL]
    columns: dict[str, str]
    makes_debtor: bool = False


#: All sources, by name.
SOURCES: dict[str, Source] = {}


def register(name: str, columns: dict[str, str], *, makes_debtor: bool = False):
    """Decorate a function that makes the query of a :class:`Source`."""
    def add(read):
        SOURCES[name] = Source(name, read, columns, makes_debtor)
        return read
    return add


def join_sources(batch: Batch) -> tuple[SQL, SQL, SQL, SQL]:
    """:return: the CTEs, the columns, the joins and the condition by which a ``partner`` is a
        debtor, of all sources
    """
    sources = SOURCES.values()
    return (
        SQL(", ").join(SQL(
            "%s AS MATERIALIZED (%s)", SQL.identifier(source.name), source.read(batch))
            for source in sources),
        SQL(", ").join(SQL(
            "%s AS %s", SQL(expression), SQL.identifier(column))
            for source in sources for column, expression in source.columns.items()),
        SQL(" ").join(SQL(
            "LEFT JOIN %s ON %s = partner.id", SQL.identifier(source.name),
            SQL.identifier(source.name, "customer_id")) for source in sources),
        SQL(" OR ").join(SQL(
            "%s IS NOT NULL", SQL.identifier(source.name, "customer_id"))
            for source in sources if source.makes_debtor),
    )


def get_columns() -> list[str]:
    """:return: names of the fields that sources fill"""
    return [column for source in SOURCES.values() for column in source.columns]


def _zeros(name: str, *columns: str) -> dict[str, str]:
    return {column: f"COALESCE({name}.{column}, 0)" for column in columns}


def _same(name: str, *columns: str) -> dict[str, str]:
    return {column: f"{name}.{column}" for column in columns}


# -- the customer ----------------------------------------------------------------------------


@register("setting", _same(
    "setting", "collector_id", "scenario_id", "hold_until", "insolvent_on", "is_active", "stop"))
def _read_settings(batch: Batch) -> SQL:
    values = {
        name: partner_value(batch.env, name, batch.company)
        for name in ("collector_id", "collection_scenario_id", "collection_hold_until")}
    return SQL(
        """
        SELECT partner.id AS customer_id, partner.active AS is_active,
               %(collector_id)s::int AS collector_id,
               %(collection_scenario_id)s::int AS scenario_id,
               %(collection_hold_until)s::date AS hold_until,
               partner.collection_insolvency_date AS insolvent_on, stop.reason AS stop
          FROM res_partner AS partner
     LEFT JOIN unnest(%(customers)s::int[], %(reasons)s::varchar[]) AS stop (customer, reason)
            ON stop.customer = partner.id
         WHERE partner.id = ANY(%(ids)s)
        """, ids=batch.customer_ids, customers=list(batch.stops),
        reasons=list(batch.stops.values()), **values)


# -- what is owed ----------------------------------------------------------------------------


@register("owed", {
    **_zeros("owed", "balance", "overdue", "not_due", *AGES, "kept_out", "credits", "disputed",
             "promised", "collectable", "chased", "treated", "days_late"),
    "oldest_due": "owed.oldest_due",
}, makes_debtor=True)
def _read_owed(batch: Batch) -> SQL:
    """Open items by age, and by what is known of them, from the scenario's one query of items."""
    bits = {cause: 1 << position for position, cause in enumerate(ladder.CAUSES)}
    treated = ", ".join(
        str(bits[cause]) for cause in (ladder.LITIGATION, ladder.SPECIFIC, ladder.SUSPENDED))
    decimals = batch.company.currency_id.decimal_places
    totals = {
        "balance": "TRUE",
        "kept_out": "NOT item.is_open",
        "not_due": "item.is_open AND item.is_debt AND item.due >= day.today",
        "overdue": "item.is_late",
        **dict.fromkeys(AGES, "FALSE"),
        **_get_ages(batch.company),
        "disputed": f"item.is_debt AND item.cause = {bits[ladder.DISPUTED]}",
        "promised": f"item.is_debt AND item.cause = {bits[ladder.PROMISED]}",
        "chased": "item.is_late AND item.cause = 0",
        "treated": f"item.is_late AND item.cause IN ({treated})",
        "collectable": "item.cause = 0 AND (item.is_late OR NOT item.is_debt)",
        "credits": "item.is_open AND NOT item.is_debt",
    }
    sums = SQL(", ").join(SQL(
        "%s round(COALESCE(sum(item.residual) FILTER (WHERE %s), 0), %s) AS %s",
        SQL("-" if name == "credits" else ""), SQL(condition), decimals, SQL.identifier(name))
        for name, condition in totals.items())
    return SQL(
        """
        SELECT item.customer AS customer_id, %(sums)s,
               min(item.due) FILTER (WHERE item.is_open AND item.is_debt) AS oldest_due,
               day.today - min(item.due) FILTER (WHERE item.is_late) AS days_late
          FROM (SELECT %(day)s::date AS today) AS day,
               LATERAL (SELECT item.*, item.is_open AND item.is_debt AND item.due < day.today
                                       AS is_late
                          FROM (%(items)s) AS item) AS item
      GROUP BY item.customer, day.today
        """, sums=sums, day=batch.day,
        items=batch.env["collection.scenario"]._get_items_query(
            batch.company, batch.customer_ids, batch.day))


def _get_ages(company) -> dict[str, str]:
    """:return: SQL condition on an ``item`` of each age that the company has, by column"""
    return {
        name: f"item.is_late AND day.today - item.due >= {first}"
              + (f" AND day.today - item.due <= {last}" if last else "")
        for name, (first, last) in zip(AGES, company._get_collection_ages())}


@register("paid", _same("paid", "paid_on", "paid_amount"))
def _read_payments(batch: Batch) -> SQL:
    return SQL(
        "SELECT payment.customer_id, payment.collection_last_payment AS paid_on,"
        "       payment.collection_last_amount AS paid_amount FROM (%s) AS payment",
        batch.env["res.partner"]._get_payments_query(batch.customer_ids))


@register("payer", {"payer_delay": "round(payer.delay::numeric, 1)"})
def _read_payers(batch: Batch) -> SQL:
    return batch.env["res.partner"]._get_payers_query(batch.company, batch.customer_ids)


# -- what was agreed -------------------------------------------------------------------------


@register("promise", {
    **_zeros("promise", "promises_open", "promises_broken", "promises_kept", "promises_made"),
    "promise_date": "promise.promise_date",
})
def _read_promises(batch: Batch) -> SQL:
    items = batch.env["collection.promise"]._fields["item_ids"]
    return SQL(
        """
        SELECT record.customer_id,
               count(*) FILTER (WHERE record.state IN %(awaited)s) AS promises_open,
               min(record.date) FILTER (WHERE record.state IN %(awaited)s) AS promise_date,
               count(*) FILTER (WHERE record.state = 'broken' AND EXISTS (
                   SELECT FROM %(rel)s AS rel
                     JOIN account_move_line AS line ON line.id = rel.%(item)s
                    WHERE rel.%(promise)s = record.id AND line.parent_state = 'posted'
                      AND line.reconciled IS NOT TRUE
                      AND line.amount_residual_currency > 0)) AS promises_broken,
               count(*) FILTER (WHERE record.state = 'kept') AS promises_kept,
               count(*) FILTER (WHERE record.state <> 'cancelled') AS promises_made
          FROM collection_promise AS record WHERE %(owns)s GROUP BY record.customer_id
        """, owns=batch.owns, awaited=AWAITED, rel=SQL.identifier(items.relation),
        promise=SQL.identifier(items.column1), item=SQL.identifier(items.column2))


@register("dispute", {"disputes": "COALESCE(dispute.disputes, 0)"}, makes_debtor=True)
def _read_disputes(batch: Batch) -> SQL:
    return SQL(
        "SELECT record.customer_id, count(*) AS disputes FROM collection_dispute AS record"
        " WHERE %s AND record.state = 'open' GROUP BY record.customer_id", batch.owns)


@register("answer", {"answers": "COALESCE(answer.answers, 0)"}, makes_debtor=True)
def _read_answers(batch: Batch) -> SQL:
    """What customers have said that nobody has dealt with."""
    return SQL(
        "SELECT record.customer_id, count(*) AS answers FROM collection_reply AS record"
        " WHERE %s AND record.state = 'open' GROUP BY record.customer_id", batch.owns)


# -- what is done ----------------------------------------------------------------------------


@register("contact", _same("contact", "contact_on", "contact_user_id", "contact_kind"))
def _read_contacts(batch: Batch) -> SQL:
    """The last message, call or letter that reached the customer; of a sequence, one of which
    it is a recipient."""
    recipients = batch.env["collection.action"]._fields["recipient_ids"]
    return SQL(
        """
        SELECT DISTINCT ON (record.customer_id) record.customer_id,
               record.closed_on AS contact_on, record.kind AS contact_kind,
               CASE WHEN closer.active THEN closer.id END AS contact_user_id
          FROM collection_action AS record
     LEFT JOIN res_users AS closer ON closer.id = record.closed_by_id
         WHERE %(owns)s AND record.state = 'closed' AND record.outcome IN ('done', 'validated')
           AND record.kind IN %(kinds)s AND (
               record.origin <> 'sequence' AND record.recipient_function_id IS NULL OR EXISTS (
               SELECT FROM %(rel)s AS rel JOIN res_partner AS told ON told.id = rel.%(partner)s
                WHERE rel.%(action)s = record.id
                  AND told.commercial_partner_id = record.customer_id))
      ORDER BY record.customer_id, record.closed_on DESC, record.id DESC
        """, owns=batch.owns, kinds=get_contact_kinds(),
        rel=SQL.identifier(recipients.relation), action=SQL.identifier(recipients.column1),
        partner=SQL.identifier(recipients.column2))


@register("step", {
    **_same("step", "next_action_id", "next_date"),
    "actions_due": "COALESCE(step.actions_due, 0)",
    "plans": "COALESCE(step.plans, FALSE)",
}, makes_debtor=True)
def _read_steps(batch: Batch) -> SQL:
    """Open actions: the next one, and how many wait for a colleague, as they do not leave by
    themselves."""
    return SQL(
        """
        SELECT record.customer_id,
               (array_agg(record.id ORDER BY record.date, record.id))[1] AS next_action_id,
               min(record.date) AS next_date, bool_or(record.origin = 'scenario') AS plans,
               count(*) FILTER (
                   WHERE record.date <= %(day)s AND record.user_id IS NOT NULL
                     AND COALESCE(sequence.state, 'running') = 'running'
                     AND (record.error IS NOT NULL OR record.kind NOT IN %(channels)s
                          OR record.mode = 'manual'
                          OR record.mode = 'confirm' AND record.confirmed IS NOT TRUE)
               ) AS actions_due
          FROM collection_action AS record
     LEFT JOIN collection_sequence AS sequence ON sequence.id = record.sequence_id
         WHERE %(owns)s AND record.state <> 'closed'
      GROUP BY record.customer_id
        """, owns=batch.owns, day=batch.day, channels=tuple(CHANNELS))


@register("notice", _same("notice", "notice_on"))
def _read_notices(batch: Batch) -> SQL:
    return SQL(
        """
        SELECT partner.commercial_partner_id AS customer_id,
               max(line.collection_notice_date) AS notice_on
          FROM account_move_line AS line JOIN res_partner AS partner ON partner.id = line.partner_id
         WHERE line.collection_notice_date IS NOT NULL AND line.reconciled IS NOT TRUE
           AND line.parent_state = 'posted' AND line.company_id = %s
           AND partner.commercial_partner_id = ANY(%s)
      GROUP BY partner.commercial_partner_id
        """, batch.company.id, batch.customer_ids)


@register("legal", {"deadline": "legal.deadline"}, makes_debtor=True)
def _read_deadlines(batch: Batch) -> SQL:
    """Sequences under way, and the nearest legal deadline of theirs."""
    return SQL(
        """
        SELECT record.customer_id, min(deadline.due) AS deadline
          FROM collection_sequence AS record
     LEFT JOIN (collection_deadline AS deadline
                JOIN collection_sequence_visit AS visit
                  ON visit.id = deadline.visit_id AND visit.left_at IS NULL)
            ON deadline.sequence_id = record.id AND deadline.nature = 'legal'
           AND deadline.frozen IS NOT TRUE
         WHERE %s AND record.state IN %s
      GROUP BY record.customer_id
        """, batch.owns, UNDER_WAY)


@register("limitation", {"limitation_date": "limitation.limitation_date"})
def _read_limitations(batch: Batch) -> SQL:
    """The next day on which something that is owed lapses by limitation."""
    return SQL(
        """
        SELECT partner.commercial_partner_id AS customer_id,
               min(line.collection_limitation_date) AS limitation_date
          FROM account_move_line AS line JOIN res_partner AS partner ON partner.id = line.partner_id
         WHERE %s AND line.collection_limitation_date >= %s
           AND partner.commercial_partner_id = ANY(%s)
      GROUP BY partner.commercial_partner_id
        """, open_items.is_unreconciled(batch.env, batch.company), batch.day, batch.customer_ids)
