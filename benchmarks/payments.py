"""Payments matched in one import, and what open sequences are told of them."""

from beside import make_template
from measure import Meter, count_written, warm_up

from odoo import fields
from odoo.fields import Command

#: Sequences launched between two commits.
BATCH = 100


def prepare(env):
    """Launch a sequence on every customer; returns how many."""
    env["res.company"].search([]).collection_started_on = fields.Date.today()
    customers = env["res.partner"].search([("email", "=like", "customer%@example.com")])
    template = make_template(env, customers)
    for start in range(0, len(customers), BATCH):
        for customer in customers[start:start + BATCH]:
            template.launch(customer)
        env.cr.commit()
        env.invalidate_all()
    return {"sequences": len(customers)}


def match(env):
    """Match every open item with its payment, all at once, as an import of a statement does.

    :return: the figures, and the `count` of payments
    """
    items = env["account.move.line"].search([
        ("account_type", "=", "asset_receivable"), ("reconciled", "=", False),
        ("date_maturity", "!=", False), ("parent_state", "=", "posted")])
    paid = _post_payments(env, items)
    env.cr.commit()
    warm_up(env.cr)
    env.invalidate_all()
    written = count_written(env.cr)
    with Meter() as meter:
        items._reconcile_plan([item + payment for item, payment in zip(items, paid)])
        env.cr.commit()
    assert all(items.mapped("reconciled"))
    return {**meter.result, "count": len(items), "rows": count_written(env.cr) - written}


def _post_payments(env, items):
    """:return: lines of one posted entry, one for each item, in its order"""
    journal = env["account.journal"].search([
        ("type", "=", "bank"), ("company_id", "=", env.company.id)], limit=1)
    entry = env["account.move"].create({
        "move_type": "entry", "journal_id": journal.id, "line_ids": [
            *(Command.create({
                "account_id": item.account_id.id, "partner_id": item.partner_id.id,
                "credit": item.amount_residual}) for item in items),
            Command.create({
                "account_id": journal.default_account_id.id,
                "debit": sum(items.mapped("amount_residual"))})]})
    entry.action_post()
    return entry.line_ids.filtered("credit").sorted("id")


def deliver(env):
    """Deliver the events of these payments to the sequences.

    :return: the figures, and the `count` of events
    """
    due = [("delivered_at", "=", False)]
    signals = env["collection.signal"]
    count = signals.search_count(due)
    with Meter() as meter:
        while signals.search_count(due, limit=1):
            assert env["collection.sequence"]._process_signals(), "some events cannot be delivered"
            env.cr.commit()
            env.invalidate_all()
    return {**meter.result, "count": count}
