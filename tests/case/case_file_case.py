"""Builders for tests of case files: a landlord's tenant who owes rent, and what was done."""

import io
import json
import zipfile
from hashlib import sha256
from pathlib import Path

import pikepdf

from odoo import fields
from odoo.tools.pdf import PdfFileReader

from ..common import action, row, step
from ..document.document_case import DocumentCase
from ..upload_corpus import make_pdf

DEED = make_pdf(page=b"/Rotate 90")


class CaseFileCase(DocumentCase):
    """A tenant with an overdue invoice, a sequence, a promise, a deed of guarantee and a cost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cases = cls.env["collection.case.file"].with_user(cls.collector)
        cls.invoice = cls.make_debt(1000)
        cls.items = cls.get_items(cls.invoice)
        cls.sequence = cls.launch(cls.make_template("EVICTION", [
            step("call", [action("talk", name="Talk to the tenant")], [row("judge")]),
            step("judge", [action("verdict", "RC", name="Decide")], [row("end:Settled")]),
        ]))
        cls.env["collection.promise"].with_user(cls.collector).make(
            cls.items, date=fields.Date.add(fields.Date.today(), days=18), comment="After payday")
        cls.env["collection.cost"].create({
            "sequence_id": cls.sequence.id, "amount": 75, "recoverable": True})
        cls.env.flush_all()

    @classmethod
    def make_debt(cls, amount, customer=None, due="2026-02-01", pdf=None, **vals):
        """An invoice as it was sent, with its PDF."""
        invoice = cls.make_invoice(customer or cls.customer, amount, due, **vals)
        cls.attach(invoice, "invoice.pdf", pdf or make_pdf(), res_field="invoice_pdf_report_file")
        return invoice

    @classmethod
    def attach(cls, record, name, content, **vals):
        return cls.env["ir.attachment"].create({
            "name": name, "raw": content, "res_model": record._name, "res_id": record.id, **vals})

    @classmethod
    def send(cls, subject="Reminder", body="<p>Please pay.</p>", **vals):
        """A message that left for an action."""
        sent = cls.env["collection.action"].create({
            "name": subject, "kind": "email", "date": "2026-02-20", "state": "closed",
            "outcome": "done", "customer_id": cls.customer.id, "company_id": cls.company.id})
        return cls.env["collection.dispatch"].create({
            "action_id": sent.id, "customer_id": cls.customer.id, "company_id": cls.company.id,
            "channel": "email", "partner_id": cls.customer.id, "address": "tenant@example.com",
            "email_from": "desk@example.com", "subject": subject, "body": body, "state": "sent",
            "sent_at": "2026-02-20 08:00:00", "lang": "en_US", **vals})

    @classmethod
    def give_deed(cls):
        """A deed of guarantee, as it was given to a request.

        :return: the ``collection.document.file``
        """
        request = cls.start()
        item = request.item_ids[:1].sudo()
        item._provide([("deed.pdf", DEED)], by=request.contributor_ids[:1].sudo())
        return item.file_ids

    # -- looking -----------------------------------------------------------------------------

    def make(self, records=None, **options):
        """:return: :class:`Unpacked` case file, of the customer by default"""
        records = self.customer if records is None else records
        return Unpacked(self.cases._make_zip(
            records.with_user(self.collector), **{"lang": "en_US", **options}))

    @staticmethod
    def lose(attachment):
        """The file of an attachment is gone from the server."""
        attachment.flush_recordset()
        Path(attachment._full_path(attachment.store_fname)).unlink()
        attachment.invalidate_recordset()

    def get_rows(self, kind):
        return self.customer.sudo().collection_history_ids.filtered(lambda row: row.kind == kind)


class Unpacked:
    """What is in a case file."""

    def __init__(self, content):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            self.infos = archive.infolist()
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.manifest = json.loads(self.parts["manifest.json"])
        self.digest = sha256(self.parts["manifest.json"]).hexdigest()

    def get_names(self, folder):
        return sorted(name for name in self.parts if name.startswith(f"{folder}/"))

    def get_pages(self):
        """:return: list of the text of each page of the book"""
        pages = PdfFileReader(io.BytesIO(self.parts["case-file.pdf"])).pages
        return [" ".join(
            (page.extract_text if hasattr(page, "extract_text") else page.extractText)().split())
            for page in pages]

    def get_text(self):
        return " ".join(self.get_pages())

    def get_bookmarks(self):
        """:return: list of (title, number of bookmarks below it)"""
        with pikepdf.open(io.BytesIO(self.parts["case-file.pdf"])) as book:
            with book.open_outline() as outline:
                return [(item.title, len(item.children)) for item in outline.root]
