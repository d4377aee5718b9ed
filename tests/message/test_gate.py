from odoo import fields
from odoo.exceptions import UserError, ValidationError

from ..common import action, row, step
from ..scenario.test_scenario_process import ProcessCase

AMOUNT = "<p>You owe #items_amount_overdue</p>#items_list_overdue"


class GateCase(ProcessCase):
    """Customers, and what is written to them about money."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scenario = cls.make_scenario([{"offset": offset, "body": AMOUNT}
                                          for offset in (3, 15, 30)])

    def get_invoices(self, customer):
        return self.env["account.move"].search(
            [("partner_id", "=", customer.id), ("move_type", "=", "out_invoice")])

    def assertSettled(self, message):
        self.assertEqual((message.state, message.outcome), ("closed", "settled"))
        self.assertFalse(message.dispatch_ids)

    def make_one_off(self, customer, **vals):
        return self.env["collection.action"].with_user(self.collector).create_message(
            customer.with_user(self.collector), {
                "name": "A word", "kind": "email", "mode": "automatic", "date": "2026-03-02",
                "subject": "A word", **vals})


class TestGate(GateCase):
    """Issue 13, B: nothing leaves before the debt was read again, whatever decided it."""

    def test_send_now_after_a_payment(self):
        """It closes as settled, and the collector is told instead of being told it has left."""
        customer = self.make_debtor()
        reminder = self.get_planned(customer)
        self.pay(self.get_invoices(customer))
        answer = reminder.with_user(self.collector).action_send_now()
        self.assertSettled(reminder)
        self.assertEqual(answer["params"]["type"], "warning")
        self.assertIn("was not sent", answer["params"]["message"])

    def test_send_now_of_what_is_kept_out_since(self):
        """A scenario's message about an item that Odoo keeps out of follow-up now."""
        customer = self.make_debtor()
        reminder = self.get_planned(customer)
        self.get_invoices(customer).no_followup = True
        self.assertFalse(reminder.with_user(self.collector).send_now())
        self.assertEqual(reminder.state, "closed")
        self.assertFalse(reminder.dispatch_ids)

    def test_send_now_of_what_is_due(self):
        """It leaves, whatever its day."""
        customer = self.make_debtor(due="2026-03-01")
        reminder = self.get_planned(customer)
        self.assertTrue(reminder.with_user(self.collector).send_now())
        self.assertTrue(reminder.dispatch_ids)

    def test_a_confirmed_one(self):
        """Confirmed in the morning, paid at noon."""
        scenario = self.make_scenario([{"offset": 3, "mode": "confirm", "body": AMOUNT}])
        customer = self.make_debtor(scenario=scenario)
        reminder = self.get_planned(customer)
        reminder.with_user(self.collector).confirm()
        self.pay(self.get_invoices(customer))
        self.process_due()
        self.assertSettled(reminder)

    def test_a_one_off_that_asks_for_money(self):
        """It closes as settled where nothing is due."""
        message = self.make_one_off(self.make_customer("Paid"), body="<p>#items_amount_due</p>")
        self.process_due()
        self.assertSettled(message)

    def test_a_one_off_that_asks_for_none(self):
        """A word about something else is free."""
        message = self.make_one_off(self.make_customer("Paid"), body="<p>Season's greetings</p>")
        self.process_due()
        self.assertTrue(message.dispatch_ids)

    def test_a_credit_is_not_asked_for(self):
        """Less than nothing is due."""
        customer = self.make_customer("Creditor")
        self.make_invoice(customer, 40, move_type="out_refund")
        message = self.make_one_off(customer, body="<p>#items_amount_due</p>")
        self.process_due()
        self.assertSettled(message)

    def test_an_amount_below_nothing_is_a_person_s(self):
        """More is due than overdue, where a credit comes to more: somebody reads it first."""
        customer = self.make_customer("Mixed")
        self.make_invoice(customer, 40, move_type="out_refund")
        self.make_invoice(customer, 500, due="2026-04-01")
        message = self.make_one_off(
            customer, body="<p>#items_amount_overdue of #items_amount_due</p>")
        self.process_due()
        self.assertEqual(message.state, "todo")
        self.assertIn("an amount that is not owed", message.error)
        self.assertTrue(message.with_user(self.collector).send_now())

    def test_a_specific_action_whose_item_is_another_customer_s(self):
        """Its item has left it, and nothing is written."""
        customer, other = self.make_customer("One"), self.make_customer("Other")
        items = self.make_invoice(customer)._get_collection_lines()
        message = self.env["collection.action"].with_user(self.collector).create_specific(
            items.with_user(self.collector), {
                "name": "Pay", "kind": "email", "mode": "automatic", "date": "2026-03-02",
                "subject": "Pay", "body": "<p>#items_amount_selected</p>"})
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_move_line SET partner_id = %s WHERE id = %s",
                            (other.id, items.id))
        self.env.invalidate_all()
        self.process_due()
        self.assertSettled(message)

    def test_a_reminder_before_the_due_date_speaks_of_what_falls_due(self):
        """Not of what is overdue, which is nothing, or a credit alone."""
        scenario = self.make_scenario([{"offset": -5, "body": AMOUNT}])
        customer = self.make_customer("Early")
        self.make_invoice(customer, 60, move_type="out_refund")
        self.make_invoice(customer, 500, due="2026-03-05")
        self.chase(customer, scenario)
        reminder = self.get_planned(customer)
        self.process_due()
        self.assertIn("440.00", reminder.dispatch_ids.body)

    def test_nothing_leaves_without_text(self):
        """The action shows it; a person is told at once."""
        customer = self.make_debtor()
        reminder = self.get_planned(customer)
        reminder.sudo().body = "<p><br></p>"
        self.process_due()
        self.assertIn("has no text", reminder.error)
        self.assertFalse(reminder.dispatch_ids)
        with self.assertRaisesRegex(UserError, "has no text"):
            reminder.with_user(self.collector).send_now()

    def test_an_automatic_step_needs_a_text(self):
        """It cannot be saved without."""
        for mode in ("automatic", "confirm"):
            with self.assertRaisesRegex(ValidationError, "without a text"):
                self.make_scenario([{"offset": 3, "mode": mode, "body": "<p></p>"}])
        self.make_scenario([{"offset": 3, "mode": "manual", "body": False}])


class TestGateOfSequences(GateCase):
    """Issue 13, B: a sequence's message with nothing due closes as settled, and its tree decides.
    """

    def launch_notice(self, rows):
        customer = self.make_customer("Launched")
        invoice = self.make_invoice(customer)
        template = self.make_template("NOTICE", [
            step("write", [action("notice", kind="email", mode="automatic", subject="Pay",
                                  recipient_function_id="LOC",
                                  body="<p>#items_amount_selected</p>")], rows),
            step("wait", [action("call", kind="call")], [row("end")]),
        ])
        sequence = self.launch(template, customer, items=invoice._get_collection_lines())
        self.pay(invoice)
        self.process_due()
        return sequence

    def test_the_default_row_gets_it_on(self):
        """Settled is a result as another one: the step is joined."""
        sequence = self.launch_notice([row("wait")])
        self.assertSettled(self.get_action(sequence, "notice"))
        self.assertAt(sequence, "wait")
        self.assertReplays(sequence)

    def test_a_row_may_wait_for_it(self):
        """The decision table may name it."""
        sequence = self.launch_notice([row("end:Paid", "notice", outcomes=["settled"]),
                                       row("wait")])
        self.assertEqual((sequence.state, sequence.end_label), ("done", "Paid"))
        self.assertReplays(sequence)

    def test_no_person_gives_it(self):
        """It is the system's word."""
        template = self.make_template("CALL", [
            step("ask", [action("call", kind="call")], [row("end")])])
        sequence = self.launch(template)
        with self.assertRaises(UserError):
            self.close(sequence, "call", "settled")


class TestReach(GateCase):
    """Issue 13: whom a reminder reaches, and what becomes of one that reaches nobody."""

    def test_an_invoice_contact_without_address_gives_way(self):
        """S-007: the next one who has an address receives it."""
        customer = self.make_debtor()
        reminder = self.get_planned(customer)
        self.make_partner("For the post only", parent_id=customer.id, type="invoice")
        self.process_due()
        self.assertEqual(reminder.dispatch_ids.partner_id, customer)

    def test_where_nobody_has_an_address(self):
        """S-007: the error names whom it should have gone to."""
        customer = self.make_debtor(email=False)
        self.make_partner("Billing", parent_id=customer.id, type="invoice")
        self.process_due()
        self.assertIn("Billing has no e-mail address", self.get_planned(customer).error)
        self.assertIn("has no e-mail address", customer.with_user(
            self.collector).with_context(lang="en_US").collection_not_chased)

    def test_by_letter_where_there_is_no_email(self):
        """The step says so; what leaves is traced."""
        scenario = self.make_scenario([{"offset": 3, "body": AMOUNT, "letter_instead": True}])
        customer = self.make_debtor(
            scenario=scenario, email=False, street="1 Main Street", city="Town")
        reminder = self.get_planned(customer)
        self.process_due()
        self.assertEqual(reminder.dispatch_ids.channel, "letter")
        self.assertIn("channel_changed", customer.with_user(
            self.collector).collection_history_ids.mapped("kind"))

    def test_skipped_after_some_days(self):
        """The next step comes on its own day, and the form says what was skipped."""
        customer = self.make_debtor(email=False)
        reminder = self.get_planned(customer)
        self.process_due()
        self.process_due("2026-03-08 12:00:00")
        self.assertEqual(reminder.state, "todo")
        self.process_due("2026-03-10 12:00:00")
        self.assertEqual((reminder.state, reminder.outcome), ("closed", "failed"))
        self.assertIn("has no e-mail address", reminder.comment)
        following = self.get_planned(customer)
        self.assertEqual(following.scenario_step_id.offset, 15)
        self.assertEqual(following.date, fields.Date.to_date("2026-03-14"))
        with self.at("2026-03-10 13:00:00"):
            self.assertIn("Skipped", customer.with_user(self.collector).with_context(
                lang="en_US").collection_not_chased)

    def test_it_waits_where_the_scenario_says_so(self):
        """No days: until somebody enters an address."""
        self.scenario.skip_days = 0
        customer = self.make_debtor(email=False)
        self.process_due()
        self.process_due("2026-04-20 12:00:00")
        self.assertEqual(self.get_planned(customer).state, "todo")
