"""Assignment rules: ten rules of three attributes over all customers, then once more."""

from measure import Meter, count_written, warm_up

#: What each rule searches for, and gives: groups, scenarios and collectors by turns.
SEARCHES = {
    "group": [
        [("collection_balance", ">=", 3000)],
        [("collection_days_late", ">", 60)],
        [("lang", "=", "fr_FR")],
    ],
    "scenario": [
        [("collection_group_ids", "ilike", "Group 2")],
        ["&", ("lang", "=", "fr_FR"), ("collection_overdue", ">", 1500)],
        [("lang", "=", "fr_FR")],
        [("is_company", "=", True)],
    ],
    "collector": [
        [("collection_scenario_id", "ilike", "Scenario 1")],
        ["|", ("collection_last_payment", "=", False), ("collection_days_late", "<", 30)],
        [("country_id", "!=", False)],
    ],
}
VALUES = {
    "group": ("collection.group", "group_id"),
    "scenario": ("collection.scenario", "scenario_id"),
    "collector": ("res.users", "user_id"),
}


def setup(env):
    """Make the ten rules; the customers have neither groups, scenarios nor collectors yet."""
    for attribute, searches in SEARCHES.items():
        model, field = VALUES[attribute]
        for number, domain in enumerate(searches, start=1):
            name = f"{attribute.capitalize()} {number}"
            vals = {"name": name, "login": name} if model == "res.users" else {"name": name}
            search = env["ir.filters"].create({
                "name": name, "model_id": "res.partner", "domain": str(domain), "user_ids": False})
            env["collection.assignment.rule"].create({
                "attribute": attribute, "filter_id": search.id,
                field: env[model].create(vals).id})
    return {"rules": sum(map(len, SEARCHES.values()))}


def run(env):
    """Run the automatic rules as the cron does, a transaction a rule.

    :return: the figures, how many customers `changed` and how many `rows` it wrote
    """
    warm_up(env.cr)
    written = count_written(env.cr)
    with Meter() as meter:
        changed = env["collection.assignment.rule"]._run_automatic(
            between=lambda _left: env.cr.commit())
        env.cr.commit()
    return {**meter.result, "changed": len(changed), "rows": count_written(env.cr) - written}


def preview(env):
    """Preview the run by hand of the rule that matches most, as its dialog does."""
    rule = env["collection.assignment.rule"].search([("attribute", "=", "scenario")])[-1]
    with Meter() as meter:
        outlook = rule.run_outlook()
    return {**meter.result, "changed": outlook["total"]}
