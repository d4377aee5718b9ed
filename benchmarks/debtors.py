"""The work list of debtors: made from nothing, then read as its screen reads it."""

from measure import Meter, find_slowest, warm_up

from odoo import fields

#: What the list shows.
SHOWN = (
    "score", "score_words", "customer_id", "phone", "overdue", "days_late", "collectable",
    "balance", "situation", "contact_on", "next_date", "next_step", "collector_id", "currency_id",
    "late_1", "late_2", "late_3", "late_4", "group_ids")
ORDERS = (
    "score desc, overdue desc, id desc", "overdue desc", "days_late desc", "balance", "next_date",
    "customer_id", "contact_on", "late_4 desc", "payer_delay")
GROUPS = ("collector_id", "situation", "pile", "scenario_id", "group_ids")
SUMS = ("overdue", "balance", "not_due", "late_1", "late_2", "late_3", "late_4", "credits",
        "collectable")


def build(env):
    """Plan all customers, so that they have next steps, then make the list from nothing.

    :return: the figures, and how many `debtors` there are
    """
    env["collection.scenario"]._plan()
    env.cr.execute("TRUNCATE collection_debtor, collection_debtor_mark")
    warm_up(env.cr)
    with Meter() as meter:
        env["collection.debtor"]._rebuild()
        env.cr.commit()
    env.cr.execute("ANALYZE collection_debtor")
    again = _refresh_all(env)
    return {**meter.result, "again": again, "debtors": env["collection.debtor"].search_count([])}


def _refresh_all(env):
    """:return: seconds that reading all anew takes where nothing has changed"""
    with Meter() as meter:
        env["collection.debtor"]._rebuild()
        env.cr.commit()
    return meter.result["seconds"]


def read(env):
    """Read the first page, sorted, filtered, grouped and summed, as someone who sees all.

    :return: dict of (seconds, queries) of the slowest of each kind
    """
    user = env["res.users"].create({
        "name": "Desk", "login": "desk",
        "group_ids": [(4, env.ref("account_collection.group_collection_all").id)]})
    env.cr.commit()
    debtors = env["collection.debtor"].with_user(user)
    return {
        "list": find_slowest(env, (_page(debtors, [], order) for order in ORDERS)),
        "filter": find_slowest(env, [
            *(_page(debtors, domain, ORDERS[0]) for domain in _get_domains()),
            lambda: debtors.search_panel_select_range(
                "pile", enable_counters=True, expand=True, search_domain=[])]),
        "sum": find_slowest(env, (_totals(debtors, name) for name in GROUPS)),
    }


def _get_domains():
    today = fields.Date.today()
    month = fields.Date.subtract(today, days=30)
    return (
        [("pile", "=", "act")], [("late_4", ">", 0)], [("overdue", ">", 1000)],
        [("situation", "in", ("unchased", "hold"))], [("days_late", ">", 60)],
        ["|", ("contact_on", "=", False), ("contact_on", "<", month)],
        [("customer_id", "ilike", "Customer 99")], [("group_ids", "!=", False)],
    )


def _page(debtors, domain, order):
    specification = {name: {} for name in SHOWN} | {
        name: {"fields": {"display_name": {}}} for name in ("customer_id", "collector_id")}
    return lambda: debtors.web_search_read(
        domain, specification, limit=80, order=order, count_limit=10001)


def _totals(debtors, group):
    return lambda: debtors.web_read_group(
        [], [group], [f"{name}:sum" for name in SUMS], limit=80)
