import base64
import io
import json
import zipfile
from datetime import date

from psycopg2.errors import RaiseException

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.privacy import erasures
from ..common import COLLECTOR, CollectionCase
from ..upload_corpus import make_pdf

LATER = "2029-06-01 09:00:00"


@tagged("post_install", "-at_install")
class TestPersonalData(CollectionCase):
    """issue 19: what is held on a person is given out, and forgotten once the law allows it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.collection_retention_months = 24
        cls.person = cls.make_customer(
            "Jane Roe", street="1 Secret Street", city="Lyon", phone="+33611223344",
            email="jane@example.com")
        cls.contact = cls.make_partner("Jim Roe", parent_id=cls.person.id, email="jim@example.com")

    def have_case(self):
        """A case with a message, a promise with words, and a note; closed and paid.

        :return: the invoice
        """
        invoice = self.make_invoice(self.person, 500, due="2026-02-01")
        item = self.get_items(invoice)
        self.chase(self.person, self.make_scenario(steps=[3]))
        self.process_due("2026-03-02 10:00:00")
        self.env.invalidate_all()
        promise = self.env["collection.promise"].with_user(self.collector).make(
            item, date="2026-03-05", comment="Her mother is ill")
        promise.cancel("Moved to Nice")
        self.person.collection_hold_reason = "In prison"
        self.person.message_post(body="Lives with Bob", message_type="comment")
        self.pay(invoice)
        return invoice

    def get_reasons(self, customer=None):
        customer = (customer or self.person).with_user(self.manager)
        return customer._get_collection_closures()[customer.id].reasons

    def anonymise(self, user=None):
        self.person.with_user(user or self.manager)._anonymise_collection()
        self.env.invalidate_all()

    # -- the list of texts -----------------------------------------------------------------

    def test_every_text_is_named(self):
        """A text that is kept of a customer is erased, or is known to say nothing of a person."""
        for name in self.env["res.partner"]._get_customer_models() + [
                "collection.case.handover", "collection.cost", "collection.document.contributor",
                "collection.document.file", "collection.history", "collection.signal.receipt"]:
            texts = {field.name for field in self.env[name]._fields.values()
                     if field.store and field.column_type
                     and field.type in ("char", "text", "html", "json", "properties")
                     and field.name != "display_name" and not field.related}
            named = set(erasures.KEPT.get(name, "").split())
            for erasure in erasures.ERASURES.get(name, ()):
                named |= {*erasure.fields, *erasure.required}
            with self.subTest(model=name):
                self.assertEqual(texts - named, set())
                self.assertEqual(named - set(self.env[name]._fields), set())

    def test_our_texts_on_odoos_records(self):
        """The same of what we have added to contacts, entries and items."""
        named = {*erasures.SETTINGS, *(
            name for notes in erasures.NOTED.values() for name in notes)}
        for model in ("res.partner", "account.move", "account.move.line"):
            self.assertLessEqual({
                field.name for field in self.env[model]._fields.values()
                if field.name.startswith("collection_") and field.store and field.column_type
                and not field.compute and field.type in ("char", "text", "html")}, named)

    # -- exporting -------------------------------------------------------------------------

    def export(self, partner=None, user=None):
        """:return: (the ZIP, its data)"""
        dialog = self.env["collection.personal.export"].with_user(user or self.manager).create(
            {"partner_id": (partner or self.person).id})
        dialog.action_export()
        archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(dialog.file)))
        return archive, json.loads(archive.read("data.json"))

    def test_all_that_is_held(self):
        """Contacts, items, messages, promises and history, as data and as a page."""
        self.have_case()
        archive, found = self.export()
        text = json.dumps(found["data"], ensure_ascii=False)
        for said in ("1 Secret Street", "Jim Roe", "Her mother is ill", "Lives with Bob",
                     "Please pay", "Moved to Nice"):
            self.assertIn(said, text)
            self.assertIn(said, archive.read("data.html").decode())
        self.assertLessEqual({
            "res.partner", "account.move", "collection.action", "collection.dispatch",
            "collection.promise", "collection.history", "mail.message"}, set(found["data"]))
        self.assertNotIn("text_salt", text)

    def test_nobody_elses(self):
        """What is held on others is not in it."""
        self.have_case()
        other = self.make_customer("John Doe")
        self.make_invoice(other, 50)
        other.message_post(body="Owns a boat")
        text = json.dumps(self.export()[1])
        self.assertNotIn("John Doe", text)
        self.assertNotIn("Owns a boat", text)

    def test_files_are_in_it(self):
        """A file comes along under a name that stays in its folder."""
        self.env["ir.attachment"].create({
            "name": "../../etc/id.pdf", "raw": b"%PDF-1.4", "res_model": "res.partner",
            "res_id": self.person.id})
        archive, _found = self.export()
        [name] = [name for name in archive.namelist() if name.startswith("files/")]
        self.assertNotIn("..", name)
        self.assertEqual(archive.read(name), b"%PDF-1.4")

    def test_exporting_is_traced_and_the_managers(self):
        """Who took it out stays in the history; nobody else may."""
        self.export()
        [row] = self.env["collection.history"].search([("kind", "=", "data_exported")])
        self.assertEqual((row.customer_id, row.user_id), (self.person, self.manager))
        with self.assertRaises(AccessError):
            self.export(user=self.collector)

    def test_the_companys_day(self):
        """What is given out bears the company's day, wherever the manager is."""
        self.company.resource_calendar_id.tz = "Pacific/Auckland"
        self.manager.tz = "America/Los_Angeles"
        with self.at("2026-03-02 22:00:00"):
            dialog = self.env["collection.personal.export"].with_user(self.manager).create(
                {"partner_id": self.person.id})
            dialog.action_export()
        self.assertIn("2026-03-03", dialog.file_name)
        archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(dialog.file)))
        self.assertEqual(
            json.loads(archive.read("data.json"))["about"]["made_on"],
            "2026-03-03T11:00:00+13:00")
        self.assertIn("as of 03/03/2026", archive.read("data.html").decode())

    def test_messages_of_other_companies_stay_there(self):
        """What a person wrote is given out where the manager may read what it is about."""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        for company, text in ((self.company, "I like it here"), (elsewhere, "I like it there")):
            self.env["res.partner"].create({
                "name": "File", "company_id": company.id,
            }).message_post(body=text, author_id=self.person.id, message_type="comment")
        text = json.dumps(self.export()[1])
        self.assertIn("I like it here", text)
        self.assertNotIn("I like it there", text)

    # -- who is ready ----------------------------------------------------------------------

    def test_ready_once_the_retention_is_over(self):
        """Nothing open, and the last event long enough ago."""
        self.have_case()
        self.assertIn("keeps it until", self.get_reasons()[0])
        with self.at(LATER):
            self.assertEqual(self.get_reasons(), ())

    def test_the_last_event_is_on_the_companys_day(self):
        """What happens in the morning in Auckland is not of the day before, as in London."""
        self.company.resource_calendar_id.tz = "Pacific/Auckland"
        with self.at("2026-03-02 22:00:00"):
            self.env["collection.history"]._append(self.person, self.company, [{
                "kind": "note_added", "cause": "person", "command": "x", "data": {}}])
        closures = self.person.with_user(self.manager)._get_collection_closures()
        self.assertEqual(closures[self.person.id].last_on, date(2026, 3, 3))
        for moment, found in (("2028-03-02 22:00:00", False), ("2028-03-03 22:00:00", True)):
            with self.at(moment):
                self.assertEqual(
                    self.person in self.env["res.partner"]._find_collection_retained_customers(
                        self.company, 9), found)

    def test_what_is_open_keeps_it(self):
        """Each thing that is open is a reason of its own."""
        item = self.get_items(self.make_invoice(self.person, 500, due="2026-02-01"))
        self.launch(self.make_short_template(), self.person)
        self.env["collection.promise"].with_user(self.collector).make(item, date="2026-03-05")
        with self.at(LATER):
            reasons = self.get_reasons()
        self.assertLessEqual(
            {"open items", "an open sequence", "an open action", "a promise awaited"},
            set(reasons))

    def test_no_retention_nobody(self):
        """A company that has set none forgets nobody."""
        self.have_case()
        self.company.collection_retention_months = 0
        with self.at(LATER):
            self.assertIn("has set no retention", self.get_reasons()[0])

    def test_branches_keep_as_their_company_does(self):
        """The legal entity answers for it: a branch has no retention of its own."""
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.assertEqual(branch.collection_retention_months, 24)
        self.company.collection_retention_months = 36
        self.assertEqual(branch.collection_retention_months, 36)

    def test_a_customer_of_two_companies(self):
        """The other company may not forget it yet, or is not the manager's."""
        self.have_case()
        other = self.env["res.company"].create(
            {"name": "Elsewhere", "collection_retention_months": 120})
        self.env["collection.history"]._append(self.person, other, [{
            "kind": "note_added", "cause": "person", "command": "x", "data": {}}])
        with self.at(LATER):
            self.assertIn("Elsewhere keeps it until", self.get_reasons()[0])
            other.collection_retention_months = 1
            self.assertIn("in which you do not work", self.get_reasons()[0])

    def test_colleagues_and_contacts_are_not(self):
        """Who logs in, and who is part of a customer, is refused with the reason."""
        self.make_portal_user("jane", self.person)
        with self.at(LATER):
            self.assertIn("has a login", " ".join(self.get_reasons()))
            self.assertIn("a contact of one", " ".join(self.get_reasons(self.contact)))

    # -- anonymising -----------------------------------------------------------------------

    def test_nothing_personal_is_left(self):
        """Names, contacts, texts, messages and files are gone; the ledger and the chain stay."""
        invoice = self.have_case()
        total, name = invoice.amount_total, invoice.name
        with self.at(LATER):
            self.anonymise()
        self.assertFalse(self.person.active)
        self.assertEqual((invoice.amount_total, invoice.name, invoice.state),
                         (total, name, "posted"))
        for secret in ("Roe", "Secret Street", "mother is ill", "prison", "Bob", "Nice", "jane@"):
            with self.subTest(secret):
                self.assertEqual(self.find_everywhere(secret), [])
        self.assertTrue(self.env["collection.history"].with_user(self.manager).verify(
            self.person))
        [row] = self.env["collection.history"].search([("kind", "=", "customer_anonymised")])
        self.assertEqual(row.user_id, self.manager)

    def test_anonymised_on_the_companys_day(self):
        """The day that stays is the company's, wherever the manager is."""
        self.have_case()
        self.company.resource_calendar_id.tz = "Pacific/Auckland"
        self.manager.tz = "America/Los_Angeles"
        with self.at("2029-06-01 22:00:00"):
            self.anonymise()
        self.assertEqual(self.person.collection_anonymised_on, date(2029, 6, 2))

    def have_papers(self):
        """An accepted plan, a case file, a bank account, files and messages of other ways.

        :return: the plan
        """
        invoice = self.make_invoice(self.person, 500, due="2026-02-01")
        plan = self.env["collection.payment.plan"].with_user(self.collector).offer(
            self.get_items(invoice),
            [("2026-03-20", 500)])
        plan.accept_on_paper("Jane Roe", "2026-03-02", [("Jane Roe.pdf", make_pdf())])
        plan.promise_id.cancel("Paid at once")
        self.pay(invoice)
        made = self.env["collection.case.file"].create({
            "name": "Case file Jane Roe", "about": "Jane Roe", "scope": "res.partner",
            "customer_id": self.person.id, "company_id": self.company.id, "day": "2026-03-02",
            "lang": "en_US", "made_by_id": self.manager.id, "state": "ready"})
        self.env["ir.attachment"].create([
            {"name": "Jane Roe.zip", "raw": b"Jane Roe", "res_model": made._name,
             "res_id": made.id, "res_field": "content"},
            {"name": "Lease of Jane Roe", "raw": b"Jane Roe", "res_model": "res.partner",
             "res_id": self.person.id}])
        self.env["res.partner.bank"].create({
            "acc_number": "FR7630006000011234567890189", "partner_id": self.person.id})
        self.env["sms.sms"].create({
            "number": "+33611223344", "body": "Jane Roe", "partner_id": self.person.id})
        self.env["mail.mail"].create({
            "subject": "Case of Jane Roe", "body_html": "Jane Roe", "email_to": "jane@example.com",
            "recipient_ids": [(4, self.person.id)]})
        return plan

    def test_plans_files_and_accounts_go_too(self):
        """What was offered and accepted, what was made of the case, where money came from."""
        plan = self.have_papers()
        with mute_logger("odoo.sql_db"), self.assertRaises(RaiseException), (
                self.env.cr.savepoint()):
            self.env.cr.execute("UPDATE collection_payment_plan SET text = NULL")
        with self.at(LATER):
            self.anonymise()
        for secret in ("Roe", "FR76", "611223344", "jane@"):
            with self.subTest(secret):
                self.assertEqual(self.find_everywhere(secret), [])
        self.assertFalse(self.env["ir.attachment"].sudo().search([
            ("name", "like", "Jane"), ("res_field", "in", [False, "content"])]))
        self.assertEqual((plan.state, bool(plan.text), plan.accepted_by, plan.is_whole),
                         ("accepted", False, "–", True))
        self.assertTrue(self.env["collection.history"].with_user(self.manager).verify(
            self.person))
        with mute_logger("odoo.sql_db"), self.assertRaises(RaiseException), (
                self.env.cr.savepoint()):
            self.env.cr.execute("UPDATE collection_payment_plan SET accepted_by = 'Bob'")

    def find_everywhere(self, text):
        """:return: list of the columns of our tables, contacts and messages that hold a text; the
            sealed values of the history are left out"""
        self.env.flush_all()
        tables = [self.env[name]._table for name in self.env.registry
                  if name.startswith("collection.") and not self.env[name]._abstract
                  and not self.env[name]._transient and self.env[name]._auto]
        self.env.cr.execute("""
            SELECT table_name, column_name FROM information_schema.columns
             WHERE table_name = ANY(%s) AND data_type IN ('character varying', 'text', 'jsonb')
        """, [[*tables, "res_partner", "res_partner_bank", "mail_message", "mail_mail", "sms_sms",
               "mail_notification", "mail_tracking_value"]])
        found = []
        for table, column in self.env.cr.fetchall():
            if table == "collection_history" and column in ("old_value", "new_value", "data"):
                continue
            self.env.cr.execute(
                f'SELECT count(*) FROM "{table}" WHERE "{column}"::text LIKE %s', [f"%{text}%"])
            if self.env.cr.fetchone()[0]:
                found.append(f"{table}.{column}")
        return found

    def test_refused_with_the_reason(self):
        """Nothing happens to who is not ready."""
        self.have_case()
        with self.assertRaises(UserError) as caught:
            self.anonymise()
        self.assertIn("Jane Roe", str(caught.exception))
        self.assertEqual(self.person.name, "Jane Roe")
        with self.at(LATER), self.assertRaises(AccessError):
            self.anonymise(user=self.make_user("plain", COLLECTOR))

    def test_the_dialog_lists_first(self):
        """It shows who is ready, and why the others are not, before anything happens."""
        self.have_case()
        busy = self.make_customer("Busy")
        self.make_invoice(busy, 50)
        with self.at(LATER):
            dialog = self.env["collection.anonymise"].with_user(self.manager).with_context(
                active_model="res.partner", active_ids=(self.person | busy).ids).create({})
            self.assertEqual(
                [(line.customer_id, line.is_ready, bool(line.reason)) for line in dialog.line_ids],
                [(self.person, True, False), (busy, False, True)])
            dialog.action_apply()
        self.assertEqual((self.person.active, busy.name), (False, "Busy"))

    def test_found_by_the_retention(self):
        """Without a selection, the dialog proposes those whose retention is over."""
        self.have_case()
        with self.at(LATER):
            found = self.env["res.partner"]._find_collection_retained_customers(self.company, 9)
            self.assertIn(self.person, found)
            dialog = self.env["collection.anonymise"].with_user(self.manager).create({})
            self.assertIn(self.person, dialog.line_ids.filtered("is_ready").customer_id)

    def test_the_same_queries_for_many(self):
        """Constant queries, whoever is looked at."""
        counts = []
        for number in (1, 10):
            customers = self.env["res.partner"].union(*(
                self.make_customer(f"Tenant {number}-{n}", holders={}) for n in range(number)))
            for customer in customers:
                self.make_invoice(customer, 50)
            customers._get_collection_closures()
            counts.append(self.count_queries(customers._get_collection_closures))
        self.assertEqual(counts[0], counts[1])
