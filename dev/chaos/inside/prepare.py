"""Inside Odoo: `python prepare.py TASK DATABASE JSON`; prints a result as its last line.

`prepare` makes the people, trees, ladders and documents of a run; `bare` makes the customers and
accounts alone, in a database without the module; `replay` does there what the accountants did.
"""

import json
import sys
from datetime import timedelta
from pathlib import Path

import ledger
import trees

from odoo import SUPERUSER_ID, api, fields
from odoo.modules.registry import Registry
from odoo.service.model import call_kw
from odoo.service.server import load_server_wide_modules
from odoo.tools import config

GROUPS = ("base.group_user", "base.group_partner_manager", "account.group_account_manager",
          "base.group_erp_manager")
MANAGER = "account_collection.group_collection_manager"


def make_accounts(env):
    """Have the accounts and journals that business needs.

    :return: dict of ids
    """
    company = env.company

    def account(kind, code):
        found = env["account.account"].search([
            ("account_type", "=", kind), ("company_ids", "in", company.id)], limit=1)
        return found or env["account.account"].create({
            "name": kind, "code": code, "account_type": kind,
            "reconcile": kind == "asset_receivable"})

    receivable = account("asset_receivable", "CHREC")
    env["ir.default"].set("res.partner", "property_account_receivable_id", receivable.id,
                          company_id=company.id)
    income, cash = account("income", "CHINC"), account("asset_cash", "CHCASH")
    outstanding = env["account.account"].create({
        "name": "Outstanding", "code": "CHOUT", "account_type": "asset_current",
        "reconcile": True})
    journals = env["account.journal"]
    sales = journals.create({
        "name": "Chaos sales", "code": "CHSAL", "type": "sale", "default_account_id": income.id})
    bank = journals.create({
        "name": "Chaos bank", "code": "CHBNK", "type": "bank", "default_account_id": cash.id})
    bank.inbound_payment_method_line_ids.payment_account_id = outstanding
    return {"sales": sales.id, "bank": bank.id, "income": income.id}


def make_customers(env, clients, customers):
    """:return: list of lists of references, an accountant's each"""
    refs = [[f"C-{client}-{number}." for number in range(customers)]
            for client in range(clients)]
    env["res.partner"].create([{
        "name": f"Customer {ref}", "ref": ref, "is_company": True, "lang": "en_US",
        "email": f"customer{ref.strip('.').replace('-', '_').lower()}@example.com",
        "street": "1, Main street", "city": "Lille"} for own in refs for ref in own])
    return refs


def make_invoices(env, refs, places):
    """Each customer has an invoice that is overdue.

    :return: list of lists of the invoices' references, an accountant's each
    """
    today = fields.Date.today()
    made = [[ref.replace("C", "I0") for ref in own] for own in refs]
    partners = env["res.partner"].search([("ref", "like", "C-")])
    by_ref = {partner.ref: partner.id for partner in partners}
    env["account.move"].create([{
        "move_type": "out_invoice", "ref": ref.replace("C", "I0"), "partner_id": by_ref[ref],
        "invoice_date": today - timedelta(days=40), "journal_id": places["sales"],
        "invoice_date_due": today - timedelta(days=2), "invoice_payment_term_id": False,
        "invoice_line_ids": [(0, 0, {
            "name": "Rent", "quantity": 1, "price_unit": 300 + number, "tax_ids": [(5,)],
            "account_id": places["income"]})],
    } for own in refs for number, ref in enumerate(own)]).action_post()
    return made


def bare(env, clients, customers):
    places, refs = make_accounts(env), make_customers(env, clients, customers)
    return {"places": places, "customers": refs, "invoices": make_invoices(env, refs, places)}


def prepare(env, clients, customers, smtp, url):
    """Make whatever a run works on, before any server starts.

    :param int clients: how many users do business
    :param int customers: of each
    :param smtp: (host, port) of the mail server
    :param str url: of the personal pages
    :return: dict of ids and references that clients need
    """
    set_up_company(env, smtp, url)
    result = bare(env, clients, customers)
    groups = [env.ref(name).id for name in (*GROUPS, MANAGER)]
    users = env["res.users"].create([{
        "name": f"User {number}", "login": f"user{number}", "password": f"user{number}",
        "email": f"user{number}@example.com", "lang": "en_US", "notification_type": "inbox",
        "group_ids": [(6, 0, groups)]} for number in range(clients)])
    functions = trees.make_functions(env, users)
    scenario = trees.make_scenario(env)
    for own, user in zip(result["customers"], users):
        partners = env["res.partner"].search([("ref", "in", own)])
        partners.write({
            "collector_id": user.id, "collection_interactive_email": True,
            "collection_scenario_id": scenario.id})
    hurry_crons(env)
    return {
        **result, "users": users.ids, "functions": functions.ids, "scenario": scenario.id,
        "templates": {template.code: template.id for template in trees.make_trees(env)},
        "documents": trees.make_documents(env).id, "rule": trees.make_rule(env, scenario).id,
        "crons": find_crons(env).ids}


def set_up_company(env, smtp, url):
    env.company.write({"email": "desk@example.com", "collection_started_on": "2020-01-01"})
    env["ir.default"].set("res.company", "collection_started_on", "2020-01-01")
    parameters = env["ir.config_parameter"]
    parameters.set_param("web.base.url", url)
    parameters.set_param("web.base.url.freeze", "True")
    parameters.set_param("report.url", url)
    host, port = smtp
    env["ir.mail_server"].search([]).unlink()
    env["ir.mail_server"].create({
        "name": "Sink", "smtp_host": host, "smtp_port": port, "smtp_encryption": "none"})


def find_crons(env):
    """:return: the module's crons, and the one that sends e-mails"""
    own = env["ir.model.data"].search([
        ("module", "=", "account_collection"), ("model", "=", "ir.cron")]).mapped("res_id")
    return env["ir.cron"].browse(own) | env.ref("mail.ir_cron_mail_scheduler_action")


def hurry_crons(env):
    find_crons(env).write({
        "interval_number": 1, "interval_type": "minutes",
        "nextcall": fields.Datetime.now() - timedelta(minutes=1)})


def replay(env, places, path):
    """Do what the accountants did; each in its order, one after the other."""
    def call(model, method, args, kwargs):
        found = call_kw(env[model], method, args, kwargs)
        env.flush_all()
        return found.ids if isinstance(found, type(env[model])) else found

    books = ledger.Ledger(call, places)
    done = 0
    with Path(path).open() as lines:
        for operation, arguments in map(json.loads, lines):
            books.do(operation, arguments)
            env.cr.commit()  # what Odoo does after a transaction may be about whom the next deletes
            done += 1
    return {"done": done}


TASKS = {"prepare": prepare, "bare": bare, "replay": replay}


def main(task, database, arguments):
    arguments = json.loads(arguments)
    config.parse_config([
        "-d", database, "--no-http", "--log-level=warn", "--data-dir", arguments.pop("data")],
        setup_logging=True)
    load_server_wide_modules()
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        result = TASKS[task](env, **arguments)
    sys.stdout.write("\n" + json.dumps(result) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
