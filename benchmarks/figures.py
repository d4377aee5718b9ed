"""Three years of invoices and their payments, by `INSERT … SELECT`; then what figures cost."""

from datetime import timedelta

from customers import _copy, _delete, _drop_foreign_key_checks, _get_last_id, _post_invoice
from measure import TABLES, find_slowest, warm_up

from odoo import fields
from odoo.fields import Command
from odoo.tools import SQL

#: Days over which the invoices are spread, 36 months of them; each falls due 30 days later.
SPREAD = 1095
#: Of 19 items, 10 are invoices and 9 their payments, some in part; items of one customer.
INVOICES, OF_ITEMS, EACH = 10, 19, 100
#: Invoice `k`: its age in days, its amount, how late it is paid, and how much of it.
AGE = f"mod(k::bigint * 7919, {SPREAD})::int"
AMOUNT = "(50 + mod(k * 7 + n * 13, 500))"
DELAY = "(mod(k * 31, 70) - 10)::int"
PAID = "CASE WHEN mod(k, 10) = 0 THEN 0 WHEN mod(k, 7) = 0 THEN amount / 2 ELSE amount END"


def build(env, items):
    """Make customers, invoices and payments, with their matchings.

    :param int items: receivable lines to make, about
    :return: dict of counts
    """
    invoices = items * INVOICES // OF_ITEMS
    customers = max(1, items // EACH)
    invoice, payment = _post_invoice(env), _post_payment(env)
    _drop_foreign_key_checks(env.cr)
    first = {table: _get_last_id(env.cr, table) for table in TABLES}
    _copy(env.cr, "res_partner", SQL("source.id = %s", invoice.partner_id.id),
          SQL("generate_series(1, %s) AS n", customers), {
              "id": "{res_partner} + n", "commercial_partner_id": "{res_partner} + n",
              "name": "'Customer ' || n", "complete_name": "'Customer ' || n"}, first)
    _copy_invoices(env.cr, invoice, _get_series(invoices, customers), first)
    _copy_payments(env.cr, payment, _get_series(invoices, customers), first, invoices)
    _match(env, _get_series(invoices, customers), first, invoices)
    payment.button_draft()
    _delete(env.cr, invoice)
    env.cr.execute("DELETE FROM account_move WHERE id = %s", (payment.id,))
    env.cr.execute("SELECT count(*) FROM account_partial_reconcile")
    return {"customers": customers, "invoices": invoices, "matchings": env.cr.fetchone()[0]}


def _get_series(invoices, customers):
    """:return: SQL of the invoices and their payments, called `item`"""
    return SQL(
        f"""
        (SELECT *, CURRENT_DATE - age AS day, CURRENT_DATE - age + 30 AS due,
                CURRENT_DATE - age + 30 + delay AS paid_on,
                CASE WHEN delay + 30 <= age THEN {PAID} ELSE 0 END AS paid
           FROM (SELECT k, n, {AGE} AS age, {AMOUNT} AS amount, {DELAY} AS delay
                   FROM generate_series(1, %s) AS k,
                        LATERAL (SELECT 1 + mod(k, %s) AS n) AS customer) AS drawn) AS item
        """, invoices, customers)


def _post_payment(env):
    """:return: an entry of 1.00 that comes in, so that its amounts can be multiplied"""
    journal = env["account.journal"].search([
        ("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1)
    receivable = env["account.account"].search([
        ("account_type", "=", "asset_receivable"), ("company_ids", "in", env.company.id)], limit=1)
    move = env["account.move"].create({
        "move_type": "entry", "journal_id": journal.id, "line_ids": [
            Command.create({"account_id": receivable.id, "balance": -1}),
            Command.create({"account_id": journal.default_account_id.id, "balance": 1})]})
    move.action_post()
    env.flush_all()
    return move


def _copy_invoices(cr, source, series, first):
    customer = "{res_partner} + n"
    _copy(cr, "account_move", SQL("source.id = %s", source.id), series, {
        "id": "{account_move} + k", "name": "'FIG/' || k", "payment_reference": "'FIG/' || k",
        "sequence_prefix": "'FIG/'", "sequence_number": "k", "partner_id": customer,
        "commercial_partner_id": customer, "partner_shipping_id": customer,
        "invoice_partner_display_name": "'Customer ' || n", "date": "day", "invoice_date": "day",
        "delivery_date": "day", "invoice_date_due": "due",
        "payment_state": "CASE paid WHEN 0 THEN 'not_paid' WHEN amount THEN 'paid'"
                         " ELSE 'partial' END",
        "amount_residual": "amount - paid", "amount_residual_signed": "amount - paid",
    }, first)
    left = "CASE WHEN source.date_maturity IS NOT NULL THEN amount - paid ELSE 0 END"
    _copy(cr, "account_move_line", SQL("source.move_id = %s", source.id), series, {
        "id": "{account_move_line} + 2 * k - (source.display_type = 'product')::int",
        "move_id": "{account_move} + k", "move_name": "'FIG/' || k", "partner_id": customer,
        "date": "day", "invoice_date": "day",
        "date_maturity": "CASE WHEN source.date_maturity IS NOT NULL THEN due END",
        "amount_residual": left, "amount_residual_currency": left,
        "reconciled": "source.date_maturity IS NOT NULL AND paid = amount",
    }, first)


def _copy_payments(cr, source, series, first, invoices):
    """The bank pays what of each invoice is paid."""
    series = SQL("(SELECT k, n, paid_on, paid AS amount FROM %s WHERE paid > 0) AS item", series)
    customer = "{res_partner} + n"
    _copy(cr, "account_move", SQL("source.id = %s", source.id), series, {
        "id": f"{{account_move}} + {invoices} + k", "name": "'PAID/' || k",
        "sequence_prefix": "'PAID/'", "sequence_number": "k", "partner_id": customer,
        "commercial_partner_id": customer, "date": "paid_on"}, first)
    _copy(cr, "account_move_line", SQL("source.move_id = %s", source.id), series, {
        "id": f"{{account_move_line}} + {2 * invoices} + 2 * k - (source.balance > 0)::int",
        "move_id": f"{{account_move}} + {invoices} + k", "move_name": "'PAID/' || k",
        "partner_id": customer, "date": "paid_on", "date_maturity": "NULL",
        "amount_residual": "0", "amount_residual_currency": "0",
        "reconciled": "source.balance < 0"}, first)


def _match(env, series, first, invoices):
    lines = first["account_move_line"]
    env.cr.execute(SQL(
        """
        INSERT INTO account_partial_reconcile (
               debit_move_id, credit_move_id, company_id, debit_currency_id, credit_currency_id,
               amount, debit_amount_currency, credit_amount_currency, max_date)
        SELECT %(lines)s + 2 * k, %(payments)s + 2 * k, %(company)s, %(currency)s, %(currency)s,
               paid, paid, paid, GREATEST(day, paid_on)
          FROM %(series)s WHERE paid > 0
        """, lines=lines, payments=lines + 2 * invoices, company=env.company.id,
        currency=env.company.currency_id.id, series=series))


def check(env):
    """Hold the copies to what the ORM and the figures say of them.

    :raise AssertionError: when the copies are no ledger as the ORM knows it
    """
    today = fields.Date.today()
    groups = env["account.move.line"]._read_group([
        ("account_type", "=", "asset_receivable"), ("parent_state", "=", "posted")],
        [], ["balance:sum", "amount_residual:sum"])
    [[balance, residual]] = groups
    found = env["collection.analysis"].get_figures(env.company, today)
    assert abs(balance - residual) < 0.01, (balance, residual)
    assert abs(float(found["outstanding"]) - balance) < 0.01, (found["outstanding"], balance)


def read(env):
    """Read the figures of several days, the aged balance, the curve and the cohorts.

    :return: dict of (seconds, queries) of the slowest of each kind
    """
    user = env["res.users"].create({
        "name": "Figures", "login": "figures",
        "group_ids": [(4, env.ref("account_collection.group_collection_all").id)]})
    own = env["res.users"].create({
        "name": "Own", "login": "own",
        "group_ids": [(4, env.ref("account_collection.group_collection_user").id)]})
    env.cr.commit()
    warm_up(env.cr)
    days = [fields.Date.today() - timedelta(days=back) for back in (0, 31, 365, 730, 1000)]
    everybody = env(user=user)
    ages = [everybody["collection.analysis.item"].with_context(
        collection_day=fields.Date.to_string(day)) for day in days]
    return {
        "figure": find_slowest(env, [
            *(_figures(everybody, day) for day in days),
            _figures(everybody, days[2], [("name", "ilike", "Customer 99")]),
            _figures(env(user=own), days[2])]),
        "aged": find_slowest(env, [request for rows in ages for request in _read_aged(rows)]),
        "curve": find_slowest(env, [_curve(everybody, months) for months in (12, 36)]),
        "cohort": find_slowest(env, [_cohorts(everybody)]),
    }


def _figures(env, day, domain=None):
    return lambda: env["collection.analysis"].get_figures(env.company, day, domain)


def _read_aged(rows):
    """:return: list of the requests of pivot, its total, and list"""
    return [
        lambda: rows.formatted_read_group([], ["customer_id", "bucket"], ["residual:sum"]),
        lambda: rows.formatted_read_group([], ["bucket"], ["residual:sum", "__count"]),
        lambda: rows.web_search_read([], {
            name: {} for name in ("document", "due", "residual", "currency_id")}, limit=80),
    ]


def _curve(env, months):
    rows = env["collection.analysis.month"].with_context(collection_months=months)
    return lambda: rows.formatted_read_group([], ["date:month"], [
        "outstanding:avg", "overdue:avg", "dso:avg", "cei:avg", "mean_days_late:avg"])


def _cohorts(env):
    rows = env["collection.analysis.cohort"].with_context(collection_months=36)
    return lambda: rows.formatted_read_group([], ["date:month"], [
        "amount:sum", "share_30:avg", "share_60:avg", "share_90:avg"])
