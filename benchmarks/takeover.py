"""A ledger that is taken over: opening balances come in, are looked through, and are planned."""

from datetime import timedelta

from measure import Meter, warm_up
from scenarios import STEPS, make_scenario

from odoo import fields
from odoo.fields import Command

#: Lines of one opening entry, and customers created in one go.
LINES, CUSTOMERS = 1000, 1000
#: One customer in so many has no e-mail address, no street, the address of the one before it;
#: one item in so many has no due date.
MUTE, HOMELESS, TWIN, TIMELESS = 20, 25, 50, 100


def load(env, customers, items):
    """Import customers and their open items through the ORM, as an import of files does that
    tracks nothing in their threads.

    :param int customers: how many
    :param int items: open items of each, as lines of opening entries
    :return: the figures, and how many `items` there are
    """
    env = env(context={**env.context, "tracking_disable": True})
    with Meter() as meter:
        ids = []
        for start in range(0, customers, CUSTOMERS):
            ids += env["res.partner"].create([
                prepare_customer(number)
                for number in range(start, min(start + CUSTOMERS, customers))]).ids
            env.cr.commit()
            env.invalidate_all()
        lines = [(customer, number) for customer in ids for number in range(items)]
        for start in range(0, len(lines), LINES):
            post_entry(env, lines[start:start + LINES])
            env.cr.commit()
            env.invalidate_all()
    env.cr.execute("ANALYZE")
    return {**meter.result, "items": len(lines)}


def prepare_customer(number):
    """:return: dict of values of the customer of that number"""
    twin = number - 1 if number and number % TWIN == 0 else number
    return {
        "name": f"Customer {number}", "is_company": True, "customer_rank": 1,
        "email": False if number % MUTE == 1 else f"customer{twin}@example.com",
        "street": False if number % HOMELESS == 1 else "1 Main Street", "city": "Paris",
    }


def post_entry(env, lines):
    """Post one opening entry of (customer id, number of the item)."""
    company, today = env.company, fields.Date.today()
    journal = env["account.journal"].search(
        [("type", "=", "general"), ("company_id", "=", company.id)], limit=1)
    receivable, other = (
        env["account.account"].search(
            [("account_type", "=", kind), ("company_ids", "in", company.id)], limit=1)
        for kind in ("asset_receivable", "equity"))
    amounts = [50 + (customer * 7 + number * 13) % 500 for customer, number in lines]
    env["account.move"].create({
        "move_type": "entry", "journal_id": journal.id, "date": today,
        "line_ids": [
            *(Command.create({
                "partner_id": customer, "account_id": receivable.id, "debit": amount,
                "name": f"Opening {customer}/{number}",
                "date_maturity": (customer + number) % TIMELESS > 0 and today - timedelta(
                    days=(customer * 37 + number * 91) % 500 - 30),
            }) for (customer, number), amount in zip(lines, amounts)),
            Command.create({"account_id": other.id, "credit": sum(amounts)})],
    }).action_post()


def report(env):
    """Look for everything that a report of the ledger shows.

    :return: the figures, and what was `found`
    """
    warm_up(env.cr)
    with Meter() as meter:
        found = env["collection.takeover.line"]._read_ledger(env.company)
    return {**meter.result, "found": {name: count for name, (count, _sum) in found.items()}}


def plan(env):
    """Look ahead for all, start, and plan the first time.

    :return: the figures of the whole, `preview_seconds` of it, and how many `actions` there are
    """
    scenario = make_scenario(env, "contextual", STEPS)
    warm_up(env.cr)
    with Meter() as meter:
        page = env["collection.setup"]._get_setup()
        page.write({"scenario_id": scenario.id, "old_debts": "fit"})
        with Meter() as preview:
            page.action_preview()
            env.cr.commit()
        page.action_start()
        env["collection.scenario"]._plan()
        env.cr.commit()
    actions = env["collection.action"].search_count([("origin", "=", "scenario")])
    return {**meter.result, "preview_seconds": preview.result["seconds"], "actions": actions}
