from odoo.fields import Command
from odoo.tests import tagged

from ...engine.hashtags import CATALOGUE, find
from ...models.message.hashtags import HASHTAGS, get_values
from ..common import CollectionCase


class MessageCase(CollectionCase):
    """Messages of scenario actions, in English and French."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.euro, cls.dollar = cls.env.ref("base.EUR"), cls.env.ref("base.USD")
        (cls.euro | cls.dollar).active = True
        cls.company.write({"currency_id": cls.euro.id, "email": "us@example.com",
                           "name": "Landlord & Sons"})
        cls.company.partner_id.lang = cls.customer.lang = "en_US"
        cls.scenario = cls.make_scenario()

    def write_step(self, subject="", body="<p>Hello.</p>", french=None, **vals):
        """Give the first step its words, in English and in French."""
        step = self.scenario.step_ids[0]
        step.write({"subject": subject, "body": body, **vals})
        if french:
            step.update_field_translations("subject", {"fr_FR": french[0]})
            step.update_field_translations("body", {"fr_FR": {body[3:-4]: french[1][3:-4]}})
        self.env.flush_all()
        self.env.cr.execute(  # actions that are planned already say the same
            """UPDATE collection_action AS action
                  SET subject = step.subject, body = step.body, kind = step.kind,
                      mail_template_id = step.mail_template_id,
                      attach_invoices = step.attach_invoices,
                      attach_statement = step.attach_statement
                 FROM collection_scenario_step AS step
                WHERE step.id = action.scenario_step_id AND action.state <> 'closed'""")
        self.env["collection.action"].invalidate_model()

    @classmethod
    def make_customer(cls, name, **vals):
        return super().make_customer(name, **{"lang": "en_US", **vals})

    def render(self, *customers):
        """The messages of customers put into the scenario, in one run."""
        actions = self.env["collection.action"]
        for customer in customers:
            actions |= self.chase(customer, self.scenario)
        messages = actions._render_messages()
        return [messages[action.id] for action in actions]

    def say(self, hashtag, customer=None):
        """What a hashtag says in the subject of a customer's message."""
        self.write_step(f"#{hashtag}")
        return self.render(customer or self.customer)[0].subject

    @classmethod
    def make_credit(cls, customer, amount, **vals):
        """A posted credit note that is set against nothing."""
        return cls.make_invoice(customer, amount, move_type="out_refund", **vals)


class TestMessages(MessageCase):
    """S-004: what a message says, to whom, in which language."""

    def test_each_in_the_own_language(self):
        """Show: a French and an English customer in one run each get their language."""
        french = self.make_customer("Dupont", lang="fr_FR")
        english = self.make_customer("Smith", lang="en_US")
        for customer in french | english:
            self.make_invoice(customer, 1500, due="2026-02-03")
        self.write_step(
            "You owe #items_amount_overdue", "<p>Due on #leader_date</p>",
            french=("Vous devez #items_amount_overdue", "<p>Échu le #leader_date</p>"))
        one, other = self.render(french, english)
        self.assertEqual((one.lang, other.lang), ("fr_FR", "en_US"))
        self.assertEqual(one.subject, "Vous devez 1 500,00 €")
        self.assertEqual(other.subject, "You owe 1,500.00 €")
        self.assertIn("Échu le 03/02/2026", one.body)
        self.assertIn("Due on 02/03/2026", other.body)

    def test_language_that_is_not_installed(self):
        """Bad input: a language uninstalled since gives way to the company's."""
        self.make_invoice(self.customer)
        self.env.cr.execute(
            "UPDATE res_partner SET lang = 'de_DE' WHERE id = %s", [self.customer.id])
        self.customer.invalidate_recordset()
        self.assertEqual(self.render(self.customer)[0].lang, "en_US")

    def test_two_currencies_two_totals(self):
        """Show: a two-currency customer gets two totals, never a sum of both."""
        self.make_invoice(self.customer, 500, due="2026-02-01")
        self.make_invoice(self.customer, 200, due="2026-02-02", currency_id=self.dollar.id)
        self.assertEqual(self.say("items_amount_overdue"), "500.00 € and $ 200.00")
        self.write_step(body="<p>#items_list_overdue</p>")
        body = self.render(self.customer)[0].content
        self.assertEqual(body.count("<table"), 2)
        self.assertEqual(body.count("Total"), 2)

    def test_credits_net(self):
        """Show: a customer with a credit note gets the net, and sees the credit."""
        self.make_invoice(self.customer, 500)
        credit = self.make_credit(self.customer, 120)
        self.assertEqual(self.say("items_amount_overdue"), "380.00 €")
        self.write_step(body="<p>#items_list_overdue</p>")
        body = self.render(self.customer)[0].content
        self.assertIn(f"Credit note {credit.name}", body)
        self.assertIn("-120.00", body)
        self.assertIn("380.00", body)

    def test_unallocated_payment_nets(self):
        """Build: a payment that is not set against an invoice yet is shown and taken off."""
        self.make_invoice(self.customer, 500)
        payment = self.env["account.payment"].create({
            "partner_id": self.customer.id, "amount": 80, "payment_type": "inbound",
            "partner_type": "customer"})
        payment.action_post()
        if not payment.move_id:
            self.skipTest("payments make no entry without a bank account")
        payment.move_id.line_ids.no_followup = False
        self.assertEqual(self.say("items_amount_overdue"), "420.00 €")

    def test_instalments_by_their_own_date(self):
        """Build: of an invoice in two instalments, only the one that is due is overdue."""
        self.write_step("#items_amount_overdue of #items_amount_due", "<p>#items_list_due</p>")
        terms = self.env["account.payment.term"].create({"name": "Half", "line_ids": [
            Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
            for days in (15, 90)]})
        invoice = self.make_invoice(
            self.customer, 1000, due=False, invoice_payment_term_id=terms.id)
        message = self.render(self.customer)[0]
        self.assertEqual(message.subject, "500.00 € of 1,000.00 €")
        self.assertIn(f"{invoice.name}, instalment 1 of 2", message.content)
        self.assertIn("01/16/2026", message.content)
        self.assertIn("04/01/2026", message.content)

    def test_disputed_items_are_left_out(self):
        """S-002: what the scenario leaves out is neither named nor counted."""
        self.make_invoice(self.customer, 500)
        disputed = self.make_invoice(self.customer, 70, due="2026-02-05")
        disputed.line_ids.filtered("date_maturity").collection_status_id = self.env[
            "collection.item.status"].create(
                {"name": "Disputed", "kind": "dispute", "excludes": True})
        self.assertEqual(self.say("items_amount_overdue"), "500.00 €")

    def test_selected_items_of_a_specific_action(self):
        """A-023, A-024: a specific action speaks of the items it was created for."""
        chosen = self.make_invoice(self.customer, 500)
        self.make_invoice(self.customer, 70, due="2026-02-05")
        action = self.env["collection.action"].create({
            "name": "Call", "origin": "specific", "kind": "email", "date": "2026-03-02",
            "customer_id": self.customer.id, "company_id": self.company.id,
            "subject": "#items_amount_selected, #items_amount_overdue",
            "body": "<p>#items_list_selected</p>",
            "item_ids": chosen.line_ids.filtered("date_maturity").ids})
        message = action._render_messages()[action.id]
        self.assertEqual(message.subject, "500.00 €, 570.00 €")
        self.assertIn(chosen.name, message.content)
        self.assertEqual(message.items.move_id, chosen)
        self.assertEqual(message.content.count("<tr>"), 3)

    def test_a_customer_named_like_markup(self):
        """Show: a customer named <script> stays text, in the e-mail and in the SMS."""
        self.customer.name = "<script>alert(1)</script> & Co"
        self.make_invoice(self.customer)
        self.write_step("#customer_name", "<p>Dear #customer_name</p>")
        message = self.render(self.customer)[0]
        self.assertEqual(message.subject, "<script>alert(1)</script> & Co")
        self.assertNotIn("<script", message.body)
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt; &amp; Co", message.body)
        self.write_step(kind="sms", body="<p>Dear #customer_name</p>")
        message = self.render(self.customer)[0]
        self.assertEqual(message.content, "Dear <script>alert(1)</script> & Co")
        self.assertNotIn("<script", message.body)

    def test_sms_with_a_name_like_markup(self):
        """S-001: the outbox keeps it escaped, the text message has it as it is written."""
        self.make_invoice(self.customer)
        self.customer.write({"name": "<b>Foo</b> Ltd", "phone": "+33 6 12 34 56 78"})
        self.write_step(kind="sms", body="<p>Dear #customer_name</p>")
        action = self.chase(self.customer, self.scenario)
        self.process_due()
        self.assertEqual(action.dispatch_ids.body, "Dear &lt;b&gt;Foo&lt;/b&gt; Ltd")
        sms = self.env["sms.sms"].search([("uuid", "=", action.dispatch_ids.sms_uuid)])
        self.assertEqual(sms.body, "Dear <b>Foo</b> Ltd")

    def test_sms_is_plain_lines(self):
        """S-001: an SMS has no table: a line for each item."""
        invoice = self.make_invoice(self.customer, 500)
        self.write_step(kind="sms", body="<p>Hello,</p><p>#items_list_overdue</p>")
        message = self.render(self.customer)[0]
        line = f"{invoice.name}, due on 02/01/2026: 500.00 €"
        self.assertEqual(
            message.content.replace("\xa0", " "), f"Hello,\n{line}\nTotal: 500.00 €")
        self.assertIn(f"{line}<br/>Total", message.body.replace("\xa0", " "))

    def test_every_hashtag_says_something(self):
        """Build: each hashtag has a value and a description."""
        self.make_invoice(self.customer)
        action = self.chase(self.customer, self.scenario)
        values = get_values(action, action._get_message_data())[action.id]
        self.assertEqual(set(values), set(CATALOGUE))
        self.assertEqual(list(HASHTAGS), list(CATALOGUE))

    def test_next_step_keeps_the_interval(self):
        """S-003: the next step is announced as far off as the scenario has it."""
        self.make_invoice(self.customer)
        self.assertEqual(self.say("next_step_date"), "03/14/2026")

    def test_days_late_and_leader(self):
        """S-002: the oldest item and how late it is."""
        invoice = self.make_invoice(self.customer, due="2026-02-20")
        self.assertEqual(self.say("leader_number"), invoice.name)
        self.assertEqual(self.say("days_late"), "10")


class TestMessagePeople(MessageCase):
    """Who writes to whom."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_invoice(cls.customer)

    def test_collector_signs(self):
        """M-044: the customer's collector is the sender."""
        message = self.render(self.customer)[0]
        self.assertEqual(message.author, self.collector.partner_id)
        self.assertEqual(message.email_from, '"Collector" <collector@example.com>')

    def test_without_collector(self):
        """M-044: no collector: the credit manager, then the company, then the administrator."""
        self.customer.collector_id = False
        self.company.collection_manager_id = self.litigator
        self.assertEqual(self.say("collector_name"), "Litigator")
        self.company.collection_manager_id = False
        self.assertEqual(self.say("collector_email"), "us@example.com")
        self.company.email = False
        admin = self.env.ref("base.user_admin")
        admin.email = "admin@example.com"
        self.assertEqual(self.render(self.customer)[0].author, admin.partner_id)

    def test_archived_collector_does_not_sign(self):
        """M-044: a colleague who has left signs nothing."""
        self.company.collection_manager_id = self.litigator
        self.collector.active = False
        self.assertEqual(self.say("collector_name"), "Litigator")

    def test_collection_contact_receives(self):
        """S-007: the contact for collection is written to, by name."""
        self.customer.collection_contact_id = self.make_partner(
            "Ann", parent_id=self.customer.id, email="ann@example.com")
        self.assertEqual(self.say("contact_name"), "Ann")


class TestMessageTemplates(MessageCase):
    """Odoo's e-mail templates with hashtags."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env["mail.template"].create({
            "name": "Reminder", "model_id": cls.env["ir.model"]._get_id("collection.action"),
            "subject": "{{ object.customer_id.ref }}: #items_amount_overdue",
            "body_html": '<p>Dear <t t-out="object.customer_id.name"/>, #customer_name</p>'})

    def test_both_kinds_of_placeholders(self):
        """Build: Odoo's placeholders and the hashtags work side by side."""
        self.customer.ref = "C42"
        self.make_invoice(self.customer)
        self.write_step(mail_template_id=self.template.id)
        message = self.render(self.customer)[0]
        self.assertEqual(message.subject, "C42: 500.00 €")
        self.assertIn("Dear Tenant One, Tenant One", message.content)

    def test_template_in_the_recipients_language(self):
        """Build: an e-mail template speaks the recipient's language."""
        self.template.with_context(lang="fr_FR").subject = "Montant dû : #items_amount_overdue"
        french = self.make_customer("Dupont", lang="fr_FR")
        self.make_invoice(french)
        self.write_step(mail_template_id=self.template.id)
        self.assertEqual(self.render(french)[0].subject, "Montant dû : 500,00 €")


    def test_written_by_hand_from_an_action(self):
        """Build: whoever writes to a customer with the template gets facts as well."""
        self.make_invoice(self.customer)
        action = self.chase(self.customer, self.scenario)
        composer = self.env["mail.compose.message"].with_user(self.manager).create({
            "model": "collection.action", "res_ids": action.ids,
            "composition_mode": "comment", "template_id": self.template.id})
        self.assertIn("500.00", composer.subject)
        self.assertIn("Tenant One, Tenant One", composer.body)

    def test_shipped_template(self):
        """Build: the example that is shipped leaves no hashtag behind."""
        invoice = self.make_invoice(self.customer)
        template = self.env.ref("account_collection.mail_template_reminder")
        self.write_step(mail_template_id=template.id)
        message = self.render(self.customer)[0]
        self.assertEqual(message.subject, "Landlord & Sons: 500.00 € overdue")
        self.assertIn(invoice.name, message.content)
        self.assertFalse(find(message.content, html=True))


@tagged("post_install", "-at_install")
class TestMessageQueries(MessageCase):
    """What messages cost does not depend on how many there are."""

    def count(self, actions):
        return self.count_queries(actions._render_messages)

    def test_as_many_for_one_as_for_ten(self):
        """Figures: constant queries a batch."""
        self.write_step(
            " ".join(f"#{name}" for name in CATALOGUE if "list" not in name),
            "<p>#items_list_overdue</p><p>#items_list_due</p>")
        customers = self.env["res.partner"]
        for number in range(11):
            customers |= self.make_customer(
                f"Customer {number}", holders={}, collection_penalties=True)
        for customer in customers:
            self.make_invoice(customer)
            self.make_invoice(customer, due="2026-03-20")
        actions = self.env["collection.action"]
        for customer in customers:
            actions |= self.chase(customer, self.scenario)
        self.count(actions[0])
        self.assertEqual(self.count(actions[0]), self.count(actions[1:]))
        actions.mail_template_id = self.env.ref("account_collection.mail_template_reminder")
        self.count(actions[0])
        self.assertEqual(self.count(actions[0]), self.count(actions[1:]))
