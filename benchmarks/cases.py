"""A customer with a long case, and its case file: book, ZIP, documents and messages."""

import io
import os
import resource
import tempfile
import zipfile
from datetime import timedelta

from measure import Meter
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from odoo import fields
from odoo.fields import Command

#: Pages of each document, and pixels of the picture on each: about 200 kB a document.
PAGES, PIXELS = 3, (380, 380)
#: Points: an A4 page, and where text and picture stand on it.
PAPER, LEFT, TOP = (595, 842), 60, 780
#: One document in four is an invoice with its PDF; the others were put on actions.
INVOICES = 4
TEXT = ("<p>Unless we are mistaken, our invoice has not been paid. Please pay it within eight "
        "days, or tell us what prevents you from doing so.</p>")


def build(env, messages, documents):
    """Write a customer's case: e-mails as they left, and documents.

    :param int messages: how many
    :param int documents: how many, invoices among them
    :return: dict with the id of the `customer`
    """
    customer = env["res.partner"].create({"name": "Long Case", "email": "long@example.com"})
    actions = env["collection.action"].create([_make_action(env, customer, place)
                                               for place in range(messages)])
    env["collection.dispatch"].create([
        _make_message(customer, place, action) for place, action in enumerate(actions)])
    invoices = _post_invoices(env, customer, documents // INVOICES)
    owners = [*((invoice, "invoice_pdf_report_file") for invoice in invoices),
              *((actions[place % messages], False) for place in range(documents - len(invoices)))]
    for place, (owner, field) in enumerate(owners):
        env["ir.attachment"].create({
            "name": f"Document {place}.pdf", "raw": _draw_document(place), "res_field": field,
            "res_model": owner._name, "res_id": owner.id})
    env.cr.commit()
    env.cr.execute("ANALYZE")
    return {"customer": customer.id}


def _make_action(env, customer, place):
    return {
        "name": f"Reminder {place}", "kind": "email", "state": "closed", "outcome": "done",
        "date": fields.Date.today() - timedelta(days=place), "customer_id": customer.id,
        "company_id": env.company.id}


def _make_message(customer, place, action):
    return {
        "action_id": action.id, "customer_id": customer.id, "company_id": action.company_id.id,
        "channel": "email", "partner_id": customer.id, "address": customer.email,
        "email_from": "desk@example.com", "subject": action.name, "state": "sent",
        "lang": "en_US", "body": TEXT * 10, "whole_body": f"<div>{TEXT * 12}</div>",
        "sent_at": fields.Datetime.now() - timedelta(days=place)}


def _post_invoices(env, customer, count):
    """:return: ``account.move``, so many invoices, due today and before"""
    today = fields.Date.today()
    invoices = env["account.move"].create([{
        "move_type": "out_invoice", "partner_id": customer.id, "invoice_date": day,
        "invoice_date_due": day, "invoice_line_ids": [Command.create({
            "name": "Goods", "price_unit": 100, "tax_ids": [Command.clear()]})],
    } for day in (today - timedelta(days=place) for place in range(count))])
    invoices.action_post()
    return invoices


def _draw_document(number):
    """:return: bytes of a PDF of a few pages, with text and pictures"""
    target = io.BytesIO()
    paper = canvas.Canvas(target, pagesize=PAPER)
    for page in range(PAGES):
        paper.drawString(LEFT, TOP, f"Document {number}, page {page + 1}")
        paper.drawImage(ImageReader(_draw_picture()), LEFT, LEFT, *PIXELS)
        paper.showPage()
    paper.save()
    return target.getvalue()


def _draw_picture():
    """:return: file of a JPEG, such as a scanner makes"""
    target = io.BytesIO()
    width, height = PIXELS
    Image.frombytes("L", PIXELS, os.urandom(width * height)).save(target, "JPEG", quality=50)
    target.seek(0)
    return target


def make(env, customer, messages, documents):
    """Make the case file.

    :param int customer: id of the customer that :func:`build` made
    :return: the figures, among them `child_cpu_seconds` of the PDF program and `bytes`
    """
    customer = env["res.partner"].browse(customer)
    files, before = env["collection.case.file"], resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryFile() as target:
        with Meter() as meter:
            made = files._write_zip(customer, target)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        size = target.tell()
        _check(target, made, messages, documents)
    return {
        **meter.result, "bytes": size,
        "child_cpu_seconds": (after.ru_utime + after.ru_stime) - (
            before.ru_utime + before.ru_stime)}


def _check(target, made, messages, documents):
    """Hold the file to what was put into the case."""
    with zipfile.ZipFile(target) as archive:
        names = archive.namelist()
    found = [sum(name.startswith(f"{folder}/") for name in names)
             for folder in ("messages", "documents")]
    assert found == [messages, documents] and not made.gone, (found, made.gone)
