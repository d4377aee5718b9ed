import base64

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import COLLECTOR
from .document_case import PDF, DocumentCase


class DocumentReviewCase(DocumentCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.request = cls.start()

    def dialog(self, action, user=None):
        return Form(self.env[action["res_model"]].with_user(user or self.collector).with_context(
            **action["context"]))

    def send_up(self, name="scan.pdf", content=PDF, user=None):
        """A file chosen in the dialog, as the browser sends it up."""
        return self.env["ir.attachment"].with_user(user or self.collector).create({
            "name": name, "datas": base64.b64encode(content),
            "res_model": "collection.document.provide", "res_id": 0})


@tagged("post_install", "-at_install")
class TestDocumentReviewViews(DocumentReviewCase):
    """The board and the review form (C-023)."""

    def test_refusing_takes_a_reason_from_a_list_or_ones_own(self):
        """C-023: the contributor reads them."""
        item = self.give(self.request, "Payslip")
        form = self.dialog(item.action_open_refuse())
        form.quick = "old"
        self.assertIn("too old", form.reason)
        form.reason = "It is of 2019."
        form.save().action_apply()
        self.assertEqual((item.state, item.refusal), ("refused", "It is of 2019."))

    def test_refusing_without_a_reason(self):
        """Bad input: nothing changes."""
        item = self.give(self.request, "Payslip")
        with self.assertRaisesRegex(UserError, "Say why"):
            self.env["collection.document.refuse"].with_user(self.collector).create(
                {"item_ids": item.ids}).action_apply()
        self.assertEqual(item.state, "review")

    def test_after_an_approval_the_next_document_comes(self):
        """C-023: of the same request, in the place of the one before; the last leads nowhere."""
        first, second = (self.give(self.request, name) for name in ("Identity card", "Payslip"))
        action = first.action_approve_next()
        self.assertEqual(action["params"], {"res_id": second.id, "res_ids": second.ids})
        self.assertFalse(second.action_approve_next())
        self.assertEqual((first.state, second.state), ("approved", "approved"))

    def test_review_opens_the_first_that_waits(self):
        """C-023: from the request."""
        item = self.give(self.request, "Payslip")
        self.assertEqual(self.request.action_open_review()["res_id"], item.id)

    def test_the_board_has_all_columns(self):
        """C-023: missing, to review, approved, refused, also with nothing in them."""
        items = self.env["collection.document.item"].with_user(self.collector)
        groups = items.with_context(read_group_expand=True).formatted_read_group(
            [("request_id", "=", self.request.id)], ["state"], ["__count"])
        self.assertEqual([(group["state"], group["__count"]) for group in groups], [
            ("missing", 3), ("review", 0), ("approved", 0), ("refused", 0)])

    def test_a_file_set_aside_is_still_listed(self):
        """C-023: with the others in the review form, and downloaded by colleagues."""
        item = self.give(self.request, "Payslip")
        item.action_reset()
        self.assertFalse(item.file_ids)
        self.assertTrue(item.all_file_ids.set_aside)
        attachment = item.all_file_ids.attachment_id.with_user(self.collector)
        self.assertEqual(attachment.raw, PDF)
        self.assertIn(str(attachment.id), item.all_file_ids.action_download()["url"])

    def test_who_it_is_asked_of(self):
        """C-005: a person with the function, or the function that nobody holds."""
        self.assertEqual(
            self.get_item(self.request, "Guarantor's payslip").contributor_name,
            "Guarantor: nobody yet")
        self.assertEqual(self.get_item(self.request, "Payslip").contributor_name,
                         "Tenant One (primary recipient)")

    def test_the_history_of_a_request_is_its_own(self):
        """C-025: not that of another request of the same customer."""
        other = self.start()
        self.give(other, "Payslip")
        self.assertNotIn("document_provided", self.request.history_ids.mapped("kind"))
        self.assertEqual(other.history_ids.mapped("kind"), [
            "documents_requested", "contributor_invited", "contributor_notified",
            "document_provided"])

    def test_ready_made_reasons_are_in_the_contributors_language(self):
        """C-023: whatever the reviewer's is."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        item = self.give(self.request, "Payslip")
        form = self.dialog(item.action_open_refuse())
        form.quick = "old"
        self.assertIn("trop ancien", form.reason)

    def test_as_many_queries_for_one_as_for_five(self):
        """Figures: what approving costs in queries, however many documents are approved."""
        template = self.make_document_template(*(
            {"name": f"Paper {number}"} for number in range(8)))
        request = self.start(template)
        items = request.item_ids
        for item in items:
            item.provide([("a.pdf", PDF)])
        self.env.flush_all()

        def count(chosen):
            return self.count_queries(chosen.with_user(self.collector).action_approve)

        count(items[0])  # what is read once
        self.assertEqual(count(items[1]), count(items[2:7]))


@tagged("post_install", "-at_install")
class TestDocumentProvide(DocumentReviewCase):
    """Entering what came by post (C-025)."""

    def test_several_files_on_somebodys_behalf(self):
        """C-025: the document has its own copies; what was sent up is gone."""
        item = self.get_item(self.request, "Payslip")
        form = self.dialog(item.action_open_provide())
        chosen = self.send_up() | self.send_up("second.pdf", PDF + b"\n")
        for attachment in chosen:
            form.attachment_ids.add(attachment)
        form.save().action_provide()
        self.assertEqual(item.file_ids.mapped("name"), ["scan.pdf", "second.pdf"])
        self.assertEqual((item.state, item.file_ids.user_id), ("review", self.collector))
        self.assertFalse(chosen.exists())

    def test_an_expiry_is_asked_where_the_document_has_one(self):
        """C-025: and one that has passed is not taken."""
        item = self.get_item(self.request, "Payslip")
        item.sudo().has_expiry = True
        wizards = self.env["collection.document.provide"].with_user(self.collector)
        vals = {"item_id": item.id, "attachment_ids": self.send_up().ids}
        for expiry, message in ((False, "until when"), ("2026-01-01", "has expired")):
            with self.assertRaisesRegex(UserError, message):
                wizards.create({**vals, "expiry": expiry}).action_provide()
        wizards.create({**vals, "expiry": "2027-01-01"}).action_provide()
        self.assertEqual(str(item.expiry), "2027-01-01")

    def test_no_file_and_a_bad_one(self):
        """Bad input: nothing is taken."""
        item = self.get_item(self.request, "Payslip")
        wizards = self.env["collection.document.provide"].with_user(self.collector)
        with self.assertRaisesRegex(UserError, "Choose a file"):
            wizards.create({"item_id": item.id}).action_provide()
        script = self.send_up("page.html", b"<html><script>alert(1)</script></html>")
        with self.assertRaisesRegex(UserError, "cannot be taken"):
            wizards.create(
                {"item_id": item.id, "attachment_ids": script.ids}).action_provide()
        self.assertEqual(item.state, "missing")

    def test_anothers_attachment_is_not_given(self):
        """Security: the dialog reads what its user may read."""
        stranger = self.make_user("stranger", COLLECTOR)
        secret = self.env["ir.attachment"].create({
            "name": "secret.pdf", "raw": PDF, "res_model": "collection.document.item",
            "res_id": self.get_item(self.request, "Payslip").id})
        own = self.make_customer("Own", collector=stranger)
        item = self.get_item(self.start(customer=own, user=stranger), "Payslip")
        with self.assertRaises(AccessError):
            self.env["collection.document.provide"].with_user(stranger).create({
                "item_id": item.id, "attachment_ids": secret.ids}).action_provide()

    def test_a_collector_of_another_portfolio_provides_and_refuses_nothing(self):
        """Security: by remote call too."""
        stranger = self.make_user("stranger", COLLECTOR)
        item = self.give(self.request, "Payslip")
        with self.assertRaises(AccessError):
            self.env["collection.document.provide"].with_user(stranger).create({
                "item_id": item.id, "attachment_ids": self.send_up(user=stranger).ids,
            }).action_provide()
        with self.assertRaises(AccessError):
            self.env["collection.document.refuse"].with_user(stranger).create({
                "item_ids": item.ids, "reason": "x"}).action_apply()


@tagged("post_install", "-at_install")
class TestDocumentCounts(DocumentCase):
    """What lists and forms count costs the same for one and for ten."""

    def check(self, model, names, domain=()):
        records = self.env[model].with_user(self.collector).search(domain, limit=10)
        self.assertEqual(len(records), 10)

        def read(number):
            return lambda: records[:number].web_read({name: {} for name in names})

        self.count_queries(read(10))
        self.assertEqual(self.count_queries(read(1)), self.count_queries(read(10)))

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.env["res.partner"].union(*(
            cls.make_customer(f"Tenant {n}", email=f"t{n}@example.com") for n in range(10)))
        for customer in cls.customers:
            request = cls.start(customer=customer)
            cls.get_item(request, "Payslip").provide([("a.pdf", PDF)])

    def test_requests(self):
        """C-023: progress, counters, late, who reviews."""
        self.check("collection.document.request", [
            "customer_id", "progress", "missing_count", "review_count", "approved_count", "late",
            "file_count", "user_id", "state", "template_id"])

    def test_documents(self):
        """C-023: the cards of the board."""
        self.check("collection.document.item", [
            "name", "customer_id", "contributor_name", "file_count", "late", "main_mimetype",
            "state", "request_state"], [("state", "=", "review")])

    def test_contributors_and_files(self):
        """C-014: what the request's form lists."""
        self.check("collection.document.contributor", [
            "part", "partner_id", "missing_count", "approved_count", "review_count"])
        self.check("collection.document.file", ["name", "contributor_name", "item_id"])

    def test_customers(self):
        """C-013: requests under way, on the customer."""
        self.check("res.partner", ["collection_request_count"],
                   [("id", "in", self.customers.ids)])
        customer = self.customers[0].with_user(self.collector)
        self.assertEqual(customer.collection_request_count, 1)
        self.assertEqual(customer.action_open_collection_requests()["domain"],
                         [("customer_id", "=", customer.id)])
