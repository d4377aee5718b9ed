"""Customers with overdue items, by `INSERT … SELECT` from one invoice posted through the ORM.

The same call makes the same customers: names, amounts and due dates follow from the numbers
of customer and item.
"""

from measure import TABLES

from odoo import fields
from odoo.fields import Command
from odoo.tools import SQL

#: Customer `n` (from 1) has its oldest item overdue since 4 to 93 days, evenly spread, and
#: the others between 4 days and that; `m` (from 1) is the number of the item.
AGE = "(4 + mod(n * 37, 90) * ({items} - m) / GREATEST({items} - 1, 1))"
AMOUNT = "(50 + mod(n * 7 + m * 13, 500))"
#: The columns that hold money.
MONEY = r"^(amount_.*|debit|credit|balance|price_(unit|subtotal|total))$"


def build(env, customers, items):
    """Make customers, each with as many posted invoices, all overdue.

    :param int customers: how many
    :param int items: invoices of each, with one receivable line and one of income
    :return: dict of counts
    """
    source = _post_invoice(env)
    _drop_foreign_key_checks(env.cr)
    first = {table: _get_last_id(env.cr, table) for table in TABLES}
    series = SQL("generate_series(1, %s) AS n", customers)
    _copy(env.cr, "res_partner", SQL("source.id = %s", source.partner_id.id), series, {
        "id": "{res_partner} + n",
        "commercial_partner_id": "{res_partner} + n",
        "name": "'Customer ' || n",
        "complete_name": "'Customer ' || n",
        "email": "'customer' || n || '@example.com'",
        "email_normalized": "'customer' || n || '@example.com'",
        "lang": "CASE WHEN mod(n, 2) = 0 THEN 'fr_FR' ELSE 'en_US' END",
    }, first)
    series = SQL("""
        (SELECT n, m, (n - 1) * %(items)s + m AS k, CURRENT_DATE - age AS due, amount,
                CURRENT_DATE - age - 30 AS day, to_char(CURRENT_DATE - age - 30, 'YYYY') AS year
           FROM generate_series(1, %(customers)s) AS n, generate_series(1, %(items)s) AS m,
                LATERAL (SELECT %(age)s AS age, %(amount)s AS amount) AS spread) AS item
        """, items=items, customers=customers, age=SQL(AGE.format(items=items)),
        amount=SQL(AMOUNT))
    number = "'INV/' || year || '/' || lpad(k::text, GREATEST(5, length(k::text)), '0')"
    customer = "{res_partner} + n"
    _copy(env.cr, "account_move", SQL("source.id = %s", source.id), series, {
        "id": "{account_move} + k",
        "name": number,
        "payment_reference": number,
        "sequence_prefix": "'INV/' || year || '/'",
        "sequence_number": "k",
        "partner_id": customer,
        "commercial_partner_id": customer,
        "partner_shipping_id": customer,
        "invoice_partner_display_name": "'Customer ' || n",
        "date": "day",
        "invoice_date": "day",
        "delivery_date": "day",
        "invoice_date_due": "due",
    }, first)
    _copy(env.cr, "account_move_line", SQL("source.move_id = %s", source.id), series, {
        "id": "{account_move_line} + 2 * k - (source.display_type = 'product')::int",
        "move_id": "{account_move} + k",
        "move_name": number,
        "name": f"CASE source.display_type WHEN 'product' THEN source.name ELSE {number} END",
        "partner_id": customer,
        "date": "day",
        "invoice_date": "day",
        "date_maturity": "CASE WHEN source.date_maturity IS NOT NULL THEN due END",
    }, first)
    _delete(env.cr, source)
    return {"customers": customers, "items": customers * items}


def _post_invoice(env):
    """:return: the invoice to copy, of 1.00, so that its amounts can be multiplied"""
    customer = env["res.partner"].create({
        "name": "To be copied", "is_company": True, "street": "1 Main Street",
        "zip": "75001", "city": "Paris", "country_id": env.ref("base.fr").id,
    })
    today = fields.Date.today()
    invoice = env["account.move"].create({
        "move_type": "out_invoice",
        "partner_id": customer.id,
        "invoice_date": today,
        "invoice_date_due": today,
        "invoice_line_ids": [Command.create({
            "name": "Goods", "quantity": 1, "price_unit": 1, "tax_ids": [Command.clear()]})],
    })
    invoice.action_post()
    env.flush_all()
    env.cr.execute("UPDATE account_move SET name = 'copied' WHERE id = %s", (invoice.id,))
    return invoice


def _drop_foreign_key_checks(cr):
    """The copies refer to what their source does; where allowed, do not check it again."""
    cr.execute("SELECT usesuper FROM pg_user WHERE usename = current_user")
    if cr.fetchone()[0]:
        cr.execute("SET LOCAL session_replication_role = replica")


def _get_last_id(cr, table):
    cr.execute(SQL("SELECT COALESCE(MAX(id), 0) FROM %s", SQL.identifier(table)))
    return cr.fetchone()[0]


def _copy(cr, table, source, series, values, first):
    """Copy rows as often as a series has rows, money multiplied by its `amount`.

    :param source: SQL condition on the rows to copy, called `source`
    :param dict values: SQL by column for what is not copied as it is; `{table}` in it stands
        for the last id the table had
    :param dict first: the last id by table
    """
    cr.execute("""
        SELECT column_name, column_name ~ %s AND data_type = 'numeric'
          FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'
        """, (MONEY, table))
    values = {column: value.format(**first) for column, value in values.items()}
    columns = {
        column: SQL(values[column]) if column in values
        else SQL("source.%s * item.amount" if is_money and "amount" in series.code
                 else "source.%s", SQL.identifier(column))
        for column, is_money in cr.fetchall()
    }
    cr.execute(SQL(
        "INSERT INTO %s (%s) SELECT %s FROM %s AS source, %s WHERE %s",
        SQL.identifier(table), SQL(", ").join(map(SQL.identifier, columns)),
        SQL(", ").join(columns.values()), SQL.identifier(table), series, source))
    cr.execute("SELECT setval(%s, %s)", (f"{table}_id_seq", _get_last_id(cr, table)))


def _delete(cr, source):
    """Remove the invoice that was copied, and its customer."""
    cr.execute("SET LOCAL session_replication_role = DEFAULT")
    cr.execute("DELETE FROM account_move WHERE id = %s", (source.id,))
    cr.execute("DELETE FROM res_partner WHERE id = %s", (source.partner_id.id,))


def check(env, customers, items):
    """Hold copies to what the ORM says of them: counts, totals, a payment that settles one.

    :raise AssertionError: when the copies are no invoices as the ORM knows them
    """
    invoices = env["account.move"].search([("move_type", "=", "out_invoice")])
    assert len(invoices) == customers * items
    for invoice in invoices[0] + invoices[-1]:
        totals = [invoice[name] for name in ("amount_total", "amount_residual", "payment_state")]
        invoice._compute_amount()
        assert totals == [invoice.amount_total, invoice.amount_residual, "not_paid"]
        receivable = invoice.line_ids.filtered("date_maturity")
        assert receivable.amount_residual == invoice.amount_total > 0
        assert receivable.date_maturity == invoice.invoice_date_due < fields.Date.today()
        assert invoice.partner_id.commercial_partner_id == invoice.partner_id
        env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids).create({})._create_payments()
        assert receivable.reconciled and invoice.payment_state in ("paid", "in_payment")
    env.cr.rollback()
    return {}
