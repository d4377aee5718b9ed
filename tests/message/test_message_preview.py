from odoo.exceptions import AccessError

from ..common import COLLECTOR
from .test_messages import MessageCase


class TestMessagePreview(MessageCase):
    """The message as it would leave today, and the text as it is being written."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(cls.customer)
        cls.stranger = cls.make_user("stranger", COLLECTOR)

    def preview(self, user=None, **vals):
        """The preview of the customer's next message, as somebody sees it."""
        self.write_step("You owe #items_amount_overdue", "<p>#items_list_overdue</p>", **vals)
        action = self.chase(self.customer, self.scenario)
        previews = self.env["collection.message.preview"].with_user(user or self.collector)
        return previews.create({"action_id": action.id})

    def sample(self, body, user=None, **words):
        return self.env["collection.message.preview"].with_user(
            user or self.collector).render_sample(self.customer.id, {"body": body, **words})

    def test_as_it_would_leave(self):
        """Build: subject, text, to whom and from whom, in which language."""
        preview = self.preview()
        self.assertEqual(preview.subject, "You owe 500.00 €")
        self.assertIn(self.invoice.name, preview.page)
        self.assertEqual(preview.recipient_id, self.customer)
        self.assertIn("tenant@example.com", preview.address)
        self.assertIn("collector@example.com", preview.email_from)
        self.assertEqual(preview.language, "English (US)")
        self.assertFalse(preview.problem)

    def test_says_what_hinders(self):
        """Bad input: no e-mail address is said before the day."""
        self.customer.email = False
        self.assertEqual(self.preview().problem, "Tenant One has no e-mail address.")

    def test_a_template_that_fails(self):
        """Bad input: a template that cannot be rendered says so, and the dialog opens."""
        template = self.env["mail.template"].create({
            "name": "Broken", "model_id": self.env["ir.model"]._get_id("collection.action"),
            "subject": "{{ 1 / len(object.customer_id.ref or '') }}"})
        preview = self.preview(mail_template_id=template.id)
        self.assertIn("1 / len", preview.problem)
        self.assertFalse(preview.page)

    def test_letter_as_a_sheet_of_paper(self):
        """S-001: a letter is shown as it is printed, its files by name."""
        self.customer.write({"street": "3 rue des Lilas", "city": "Paris"})
        preview = self.preview(kind="letter", attach_invoices=True)
        self.assertIn("rue des Lilas", preview.page)
        self.assertEqual(preview.files, self.invoice.name)

    def test_stranger(self):
        """Security, X-12, X-13: the message of a customer of another portfolio is not shown."""
        preview = self.preview()
        previews = self.env["collection.message.preview"].with_user(self.stranger)
        with self.assertRaises(AccessError):
            previews.create({"action_id": preview.action_id.id})
        with self.assertRaises(AccessError):
            preview.with_user(self.stranger).page

    def test_text_being_written(self):
        """Build: live, with the figures of a customer; nothing is stored."""
        count = self.env["collection.action"].search_count([])
        sample = self.sample(
            "<p>Dear #customer_name, #nope</p>", subject="#items_amount_overdue")
        self.assertEqual(sample["subject"], "500.00 €")
        self.assertIn("Dear Tenant One", sample["page"])
        self.assertEqual(sample["unknown"], ["nope"])
        self.assertEqual(self.env["collection.action"].search_count([]), count)

    def test_a_part_of_another_ones_customer(self):
        """X-01: who collected from what is a part of it now reads nothing of the whole."""
        part = self.make_customer("Part", holders={}, collector=self.stranger)
        part.write({"is_company": False, "parent_id": self.customer.id})
        with self.assertRaises(AccessError):
            self.env["collection.message.preview"].with_user(self.stranger).render_sample(
                part.id, {"body": "<p>#items_list_overdue</p>"})

    def test_every_kind_of_text_being_written(self):
        """Build: a letter and an SMS as well."""
        self.assertIn("Landlord", self.sample("<p>#company_name</p>", kind="letter")["page"])
        self.assertIn("500.00", self.sample("<p>#items_list_due</p>", kind="sms")["page"])

    def test_text_being_written_runs_nothing(self):
        """Security: what is typed is cleaned before it is shown."""
        sample = self.sample('<p onclick="x()">Hi</p><script>alert(1)</script>')
        self.assertNotIn("script", sample["page"])
        self.assertNotIn("onclick", sample["page"])

    def test_the_next_step_of_one_being_written(self):
        """S-012: its day follows from the days in the form, whatever was saved."""
        scenario = self.make_scenario((3, 15, 30))
        first, last = scenario.step_ids[0], scenario.step_ids[2]
        for step, offset, expected in (
                (first, 3, "03/14/2026"), (first, 10, "03/07/2026"), (first, 20, "03/12/2026"),
                (first, 1, "03/16/2026"), (last, 30, "none"),
                (scenario.step_ids.browse(), 14, "03/03/2026")):
            with self.subTest(offset=offset):
                sample = self.sample(
                    "<p>on #next_step_date</p>", id=step.id, offset=offset,
                    scenario_id=scenario.id)
                found = sample["page"].partition("<p>on ")[2].partition("</p>")[0]
                self.assertEqual(found or "none", expected)

    def test_the_next_step_of_another_companys_scenario(self):
        """Security: its days are not read by whoever may not read it."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        scenario = self.make_scenario(company_id=other.id)
        with self.assertRaises(AccessError):
            self.sample("<p>#next_step_date</p>", scenario_id=scenario.id, offset=3)

    def test_a_text_for_the_holder(self):
        """Issue 17: it reads as the guarantor will read it, without personal link; nobody who
        holds it is said."""
        self.customer.collection_interactive_email = True
        function = self.make_function("CAU", "Guarantor", kind="contact")
        words = {"recipient_function_id": function.id}
        body = "<p>Dear #contact_name</p>"
        self.assertIn("Nobody holds “Guarantor”", self.sample(body, **words)["problem"])
        self.make_participant(self.customer, "CAU", self.make_partner(
            "Surety", email="surety@example.com"))
        sample = self.sample(body, **words)
        self.assertFalse(sample["problem"])
        self.assertIn("Dear Surety", sample["page"])
        self.assertNotIn("See your account", sample["page"])
        self.assertIn("See your account", self.sample(body)["page"])

    def test_finds_a_sample_with_a_holder(self):
        """Issue 17: the preview of that text starts with a customer who has one."""
        function = self.make_function("CAU", "Guarantor", kind="contact")
        guaranteed = self.make_customer("Guaranteed", holders={})
        self.make_participant(guaranteed, "CAU", self.make_partner("Surety"))
        previews = self.env["collection.message.preview"]
        self.assertEqual(
            previews.with_user(self.collector).find_sample(function.id), guaranteed.id)
        self.assertFalse(previews.with_user(self.stranger).find_sample(function.id))

    def test_sample_of_another_portfolio(self):
        """Security: figures of a customer of another portfolio are not shown."""
        with self.assertRaises(AccessError):
            self.sample("<p>#total_amount</p>", user=self.stranger)

    def test_finds_a_sample(self):
        """Build: the preview starts with a customer of the user's own."""
        previews = self.env["collection.message.preview"]
        self.assertEqual(
            previews.with_user(self.collector).find_sample(), self.customer.id)
        self.assertFalse(previews.with_user(self.stranger).find_sample())

    def test_list_of_hashtags(self):
        """Build: listed beside the editor with what they say."""
        tags = self.env["collection.message.preview"].with_user(self.collector).get_tags()
        self.assertIn({
            "name": "items_amount_selected", "kind": "amount",
            "description": "What the items that the action is about come to"}, tags)
