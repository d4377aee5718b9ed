"""A case file of many messages and documents."""

import io

from measure import Meter, warm_up
from reportlab.pdfgen.canvas import Canvas

from odoo import fields

MESSAGES, PAGES = 200, 2
SUBJECT = [("email", "=", "customer1@example.com")]


def prepare(env):
    """Give one customer's invoices their papers, and the customer messages that left.

    :return: dict of counts
    """
    customer = env["res.partner"].search(SUBJECT)
    invoices = env["account.move"].search([
        ("partner_id", "=", customer.id), ("move_type", "=", "out_invoice")])
    env["ir.attachment"].create([{
        "name": f"invoice-{invoice.id}.pdf", "raw": _draw(invoice.name),
        "res_model": "account.move", "res_id": invoice.id, "res_field": "invoice_pdf_report_file",
    } for invoice in invoices])
    own = {"customer_id": customer.id, "company_id": env.company.id}
    actions = env["collection.action"].create([{
        "name": f"Reminder {number}", "kind": "email", "date": fields.Date.today(),
        "state": "closed", "outcome": "done", **own} for number in range(MESSAGES)])
    env["collection.dispatch"].create([{
        "action_id": action.id, "channel": "email", "partner_id": customer.id,
        "address": customer.email, "email_from": "desk@example.com", "subject": action.name,
        "body": "<p>Please pay what is overdue.</p>" * 5, "state": "sent",
        "sent_at": fields.Datetime.now(), "lang": "en_US", **own} for action in actions])
    return {"documents": len(invoices), "messages": MESSAGES}


def _draw(text):
    stream = io.BytesIO()
    canvas = Canvas(stream)
    for page in range(PAGES):
        canvas.drawString(72, 720, f"{text}, page {page + 1}")
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def make(env):
    """Make the case file of that customer.

    :return: the figures, and its `bytes`
    """
    warm_up(env.cr)
    customer = env["res.partner"].search(SUBJECT)
    with Meter() as meter:
        content = env["collection.case.file"]._make_zip(customer)
    return {**meter.result, "bytes": len(content)}
