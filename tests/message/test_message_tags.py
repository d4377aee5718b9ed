from datetime import date

from odoo.exceptions import ValidationError

from .test_messages import MessageCase


class TestUnknownHashtags(MessageCase):
    """A hashtag that nobody knows is refused when the text is saved."""

    def test_in_a_step(self):
        """Build: refused, with the nearest known ones."""
        with self.assertRaisesRegex(
                ValidationError, "there is no hashtag #custmer_name. Did you mean #customer_name"):
            self.write_step("Dear #custmer_name")

    def test_in_another_language(self):
        """Build: the French text is read as well."""
        self.write_step("Dear #customer_name")
        with self.assertRaisesRegex(ValidationError, "#nom_client"):
            self.scenario.step_ids[0].update_field_translations(
                "subject", {"fr_FR": "Cher #nom_client"})
        with self.assertRaisesRegex(ValidationError, "#nom_client"):
            self.write_step("x", "<p>x</p>", french=("x", "<p>Cher #nom_client</p>"))

    def test_in_every_content(self):
        """Build: reusable actions, steps of a tree and single actions alike."""
        for model, vals in (
            ("collection.action.template", {"name": "Reusable"}),
            ("collection.action", {
                "name": "Single", "customer_id": self.customer.id, "date": "2026-03-02",
                "company_id": self.company.id}),
        ):
            with self.subTest(model=model), self.assertRaisesRegex(ValidationError, "#nope"):
                self.env[model].create({**vals, "body": "<p>#nope</p>"})

    def test_in_an_email_template(self):
        """Build: e-mail templates of actions are read; those of others are left alone."""
        vals = {"name": "T", "subject": "#nope"}
        models = self.env["ir.model"]
        with self.assertRaisesRegex(ValidationError, "#nope"):
            self.env["mail.template"].create(
                {**vals, "model_id": models._get_id("collection.action")})
        self.env["mail.template"].create({**vals, "model_id": models._get_id("res.partner")})

    def test_a_condition_without_its_end(self):
        """L16: refused, with the remedy; the end of the text would be left out."""
        for body in ("<p>#if_claimed Interest</p>", "<p>Interest #end_if</p>"):
            with self.subTest(body=body), self.assertRaisesRegex(
                    ValidationError, "#end_if behind each #if_claimed"):
                self.write_step(body=body)

    def test_colours_and_anchors_are_saved(self):
        """Build: what an editor writes into HTML is no hashtag."""
        self.write_step(
            "No. #42", '<p style="color: #ff0000"><a href="#top">up</a> &amp; #ff0000</p>')


class TestMessagePenalties(MessageCase):
    """Late-payment interest and indemnity in messages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["collection.penalty.rate"].search([]).unlink()
        cls.rate = cls.env["collection.penalty.rate"].create({
            "regime": "business", "date_from": date(2026, 1, 1), "date_to": date(2026, 6, 30),
            "rate": 14.6})
        cls.customer.write({"collection_penalties": True})
        cls.make_invoice(cls.customer, 1000, due="2026-02-20")

    def test_interest_in_messages(self):
        """A-045, S-010: interest alone, and with the items; shown in the list."""
        self.assertEqual(self.say("penalties_amount"), "4.00 €")
        self.assertEqual(self.say("items_amount_selected_with_penalties"), "1,004.00 €")
        self.write_step(body="<p>#items_list_overdue</p>")
        self.assertIn("Interest", self.render(self.customer)[0].content)

    def test_off_by_default(self):
        """S-010: without penalties, none are shown."""
        other = self.make_customer("Other")
        self.make_invoice(other, 1000)
        self.write_step("#penalties_amount", "<p>#items_list_overdue</p>")
        message = self.render(other)[0]
        self.assertEqual(message.subject, "0.00 €")
        self.assertNotIn("Interest", message.content)

    def test_what_is_not_claimed_is_not_spoken_of(self):
        """L16: a consumer, and who is let off, read no sentence on interest and indemnity."""
        self.write_step(body="<p>Pay.#if_claimed Interest: #penalties_amount.#end_if Yours</p>")
        self.assertIn("Pay. Interest: 4.00", self.render(self.customer)[0].content)
        for name, vals in (("Person", {"collection_debtor_kind": "consumer"}), ("Let off", {})):
            other = self.make_customer(name, **vals)
            self.make_invoice(other, 1000)
            self.assertIn("<p>Pay. Yours</p>", self.render(other)[0].content)

    def test_missing_rate_is_said(self):
        """Bad input: a missing rate is said in words, never as a number."""
        self.rate.date_to = date(2026, 2, 24)
        self.assertEqual(self.say("penalties_amount"), "rate missing since 02/25/2026")
        self.assertEqual(
            self.say("total_amount"),
            "1,000.00 € plus late-payment interest (rate missing since 02/25/2026)")
        self.write_step(body="<p>#items_list_overdue</p>")
        self.assertIn("Late-payment interest: rate missing since 02/25/2026.",
                      self.render(self.customer)[0].content)
