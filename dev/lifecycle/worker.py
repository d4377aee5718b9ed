"""One task in a process of its own: `worker.py TASK DATABASE ADDONS [JSON arguments]`.

Run by `make upgrade` and `make uninstall` with the Python of the virtual environment. ADDONS is
the add-ons path: it holds today's files of the module, those of an earlier version, or none. The
last line printed is the task's result as JSON.
"""

import json
import sys
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import SUPERUSER_ID, Command, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.server import load_server_wide_modules
from odoo.tools import config

MODULE = "account_collection"
#: What one cron leaves to another that came before it is done in the second round.
ROUNDS = 2
#: Types of views that a person opens.
VIEW_TYPES = (
    "form", "list", "kanban", "search", "calendar", "graph", "pivot", "activity", "hierarchy")


def night(env, days=0):
    """Run all scheduled actions of the module, as the server does.

    :param int days: from now
    :return: dict of `crons` and `faults`
    """
    crons = _get_crons(env).filtered("active")
    at = datetime.now().replace(hour=3, minute=0) + timedelta(days=days)
    with freeze_time(at, tick=True):
        for _round in range(ROUNDS):
            for cron in crons:
                cron.method_direct_trigger()
    env.invalidate_all()
    return {"crons": len(crons), "faults": [
        f"cron {cron.cron_name} failed" for cron in crons if cron.failure_count]}


def _get_crons(env):
    data = env["ir.model.data"].search([("module", "=", MODULE), ("model", "=", "ir.cron")])
    return env["ir.cron"].with_context(active_test=False).browse(sorted(data.mapped("res_id")))


def check(env):
    """Verify all histories, replay all sequences, look at the scheduled actions.

    :return: dict of numbers, and `faults`
    """
    chains, sequences = (
        env[model].search([]) for model in ("collection.history.chain", "collection.sequence"))
    verified = env["collection.history.check"]._verify_chains(dict.fromkeys(chains.ids, True))
    env["collection.history.check"]._verify_all()
    faults = [f"history {subject.head.key}: {finding.describe(env)}"
              for subject, findings in verified.values() for finding in findings]
    faults += [f"history {kept.key}: {kept.sentence}"
               for kept in env["collection.history.check"].search([("state", "!=", "whole")])]
    faults += [f"sequence {sequence.id} is not the replay of its history"
               for sequence in sequences if sequence._replay() != sequence._get_state()]
    faults += [f"cron {cron.cron_name} is off" for cron in _get_crons(env) if not cron.active]
    return {"histories": len(verified), "sequences": len(sequences),
            "rows": env["collection.history"].search_count([]), "faults": sorted(set(faults))}


def core(env):
    """Do the core's business in a database that does not have the module any more.

    :return: dict of numbers, and `faults`
    """
    invoice = _make_paid_invoice(env(user=env.ref("base.user_admin")))
    faults = [] if invoice.payment_state in ("paid", "in_payment") else ["no paid invoice"]
    html, _kind = env["ir.actions.report"]._render_qweb_html(
        "account.report_invoice_with_payments", invoice.ids)
    if invoice.name.encode() not in html:
        faults.append("an invoice does not print")
    views, refused = _open_views(env)
    env.cr.rollback()
    return {"views": views, "faults": faults + refused}


def _make_paid_invoice(env):
    customer = env["res.partner"].create({"name": "After all", "email": "after@example.com"})
    invoice = env["account.move"].create({
        "move_type": "out_invoice", "partner_id": customer.id, "invoice_line_ids": [
            Command.create({"name": "Service", "quantity": 1, "price_unit": 100})]})
    invoice.action_post()
    env["account.payment.register"].with_context(
        active_model="account.move", active_ids=invoice.ids).create({})._create_payments()
    for old in env["account.move"].search(
            [("state", "=", "posted"), ("move_type", "=", "out_invoice")], limit=20):
        old.message_post(body="Still here")
        old.line_ids.remove_move_reconcile()
    invoice.line_ids.remove_move_reconcile()
    lines = env["account.move.line"].search([
        ("partner_id", "=", customer.id), ("account_type", "=", "asset_receivable")])
    lines.reconcile()
    customer.write({"name": "After all and more"})
    customer.copy()
    return invoice


def _open_views(env):
    """Open each view of each model, as a client does; returns their number and what is refused."""
    views = env["ir.ui.view"].search([
        ("mode", "=", "primary"), ("type", "in", VIEW_TYPES), ("model", "!=", False)])
    refused = []
    for view in views:
        if view.model not in env:
            refused.append(f"view {view.xml_id or view.id} is of {view.model}, which is gone")
            continue
        try:
            env[view.model].get_view(view.id, view.type)
        except (UserError, ValueError, KeyError) as error:
            refused.append(f"view {view.xml_id or view.id}: {error}")
    return len(views), refused


TASKS = {"night": night, "check": check, "core": core}


def main(task, database, addons, arguments="{}"):
    """Run a task and print its result."""
    config.parse_config(
        ["-d", database, "--addons-path", addons, "--no-http", "--log-level=warn"],
        setup_logging=True)
    load_server_wide_modules()
    with Registry(database).cursor() as cr:
        result = TASKS[task](api.Environment(cr, SUPERUSER_ID, {}), **json.loads(arguments))
    sys.stdout.write("\n" + json.dumps(result) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
