"""The scenario given to new customers was a setting beside the default one.

Where it said something else than the default, a rule says it from now on: *New customers only*,
after all others, as what a rule found came before what was given to a new customer.
"""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL
from odoo.tools.sql import column_exists


def migrate(cr, version):
    if not version or not column_exists(cr, "res_company", "collection_scenario_id"):
        return
    cr.execute(SQL(
        "SELECT id, collection_scenario_id FROM res_company"
        " WHERE collection_scenario_id IS NOT NULL ORDER BY id"))
    found = cr.fetchall()
    env = api.Environment(cr, SUPERUSER_ID, {})
    for company_id, scenario_id in found:
        company = env["res.company"].browse(company_id)
        scenario = env["collection.scenario"].browse(scenario_id)
        if not company._takes_collection_from(scenario.company_id):
            continue  # it was given to nobody: a customer never has another company's
        if company._get_collection_default("collection_scenario_id") != scenario:
            make_rule(env(context={"lang": company.partner_id.lang}), company, scenario)
    cr.execute(SQL("UPDATE res_company SET collection_scenario_id = NULL"))


def make_rule(env, company, scenario):
    """Have a rule give new customers of a company a scenario.

    :return: the ``collection.assignment.rule``
    """
    search = env["ir.filters"].create({
        "name": env._("New customers of %(company)s", company=company.name),
        "model_id": "res.partner", "user_ids": False,
        # not those from before, were this the first automatic run
        "domain": str([("customer_rank", ">", 0), (
            "create_date", ">=", str(env.cr.now().replace(microsecond=0)))]),
    })
    return env["collection.assignment.rule"].create({
        "attribute": "scenario", "scenario_id": scenario.id, "company_id": company.id,
        "filter_id": search.id, "new_only": True})
