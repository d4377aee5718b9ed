"""What Odoo's own screens and entries cost, in a database with the module or without it."""

import statistics

from lxml import etree
from measure import Meter, warm_up

from odoo import fields
from odoo.fields import Command
from odoo.tests import Form

#: Sequences of the customer whose form is opened, and rows of its history.
SEQUENCES, ROWS = 50, 1_000
#: Times that each screen is opened, and invoices posted and paid; and of each before that.
TIMES, LEARNT = 60, 5
#: Invoices on a page of their list.
PAGE = 80
SUBJECT = [("email", "=", "customer1@example.com")]


def prepare(env):
    """Give one customer ended sequences and a long history; the administrator sees all of it."""
    env.ref("base.user_admin").group_ids += env.ref(
        "account_collection.group_collection_manager")
    customer = env["res.partner"].search(SUBJECT)
    template = make_template(env, customer)
    for _number in range(SEQUENCES):
        template.launch(customer).action_stop("Benchmark")
    vals = {"kind": "setting_changed", "cause": "rule", "command": "run",
            "text": "By a rule of the benchmark", "data": {"field": "collector_id"}}
    history = env["collection.history"]
    for number in range(ROWS - history.search_count([("customer_id", "=", customer.id)])):
        history._append_same(env.company, vals, {customer.id: "x"}, {"x": (str(number), "next")})
    return {"rows": history.search_count([("customer_id", "=", customer.id)])}


def make_template(env, customers):
    """:return: a published template of one step, which waits for a call that the administrator
    owes these customers"""
    function = env["collection.function"].create({"code": "BENCH", "name": "Collector"})
    env["collection.participant"].create([{
        "customer_id": customer.id, "function_id": function.id,
        "user_id": env.ref("base.user_admin").id} for customer in customers])
    template = env["collection.sequence.template"].create({
        "code": "BENCH", "name": "Benchmark", "step_ids": [Command.create({
            "position": 1, "key": "one", "name": "One",
            "content_ids": [Command.create({
                "position": 1, "key": "call", "name": "Call", "function_id": function.id})],
            "transition_ids": [Command.create({
                "position": 1, "key": "r1", "timing": "joined", "condition": "joined",
                "target": "end"})]})]})
    template.action_publish()
    return template


def work(env):
    """Open the form of a customer and of an invoice, list invoices, post and pay them.

    :return: dict of milliseconds, the median of each, and `queries` of the form
    """
    env = env(user=env.ref("base.user_admin"))
    for group in ("manager", "readonly"):  # ours come with Odoo's right to read the books
        env.user.group_ids += env.ref(f"account.group_account_{group}")
    env.cr.commit()
    warm_up(env.cr)
    customer = env["res.partner"].search(SUBJECT)
    invoices = env["account.move"].create([{
        "move_type": "out_invoice", "partner_id": customer.id,
        "invoice_date": fields.Date.today(),
        "invoice_line_ids": [Command.create({"name": "Goods", "price_unit": 100 + number})],
    } for number in range(TIMES + LEARNT)])
    env.cr.commit()
    form, queries = _time_reading(env, customer, Form(customer)._view["fields_spec"])
    post, _queries = _time(env, [invoice.action_post for invoice in invoices])
    invoice, _queries = _time_reading(
        env, invoices[0], Form(invoices[0])._view["fields_spec"])
    posted = env["account.move"].search([("state", "=", "posted")], limit=PAGE)
    page, _queries = _time_reading(env, posted, _get_list_fields(posted))
    pay, _queries = _time(env, [_pay(invoice) for invoice in invoices])
    return {"form": form, "invoice": invoice, "list": page, "post": post, "pay": pay,
            "queries": queries}


def _get_list_fields(invoices):
    """:return: what the browser reads for the list of invoices, hidden columns too"""
    view = invoices.env.ref("account.view_out_invoice_tree")
    arch = etree.fromstring(invoices.get_view(view.id, "list")["arch"])
    names = [node.get("name") for node in arch.iterchildren("field")]
    return {name: {"fields": {"display_name": {}}} if invoices._fields[name].relational else {}
            for name in names}


def _time_reading(env, records, specification):
    return _time(env, [lambda: records.web_read(specification)] * (TIMES + LEARNT))


def _pay(invoice):
    return lambda: invoice.env["account.payment.register"].with_context(
        active_model="account.move", active_ids=invoice.ids).create({})._create_payments()


def _time(env, requests):
    """:return: (the median of milliseconds, queries of the last), the first few left out"""
    found = []
    for request in requests:
        env.invalidate_all()
        with Meter() as meter:
            request()
            env.cr.commit()
        found.append(meter.result)
    return (statistics.median(one["seconds"] for one in found[LEARNT:]) * 1e3,
            found[-1]["queries"])
