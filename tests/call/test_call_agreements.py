from datetime import date

from odoo.exceptions import UserError, ValidationError

from .call_case import CallCase


class TestCallAgreements(CallCase):
    """Issue 16: what is agreed in a call: promise, dispute, paper, hold, all or nothing."""

    def promise(self, **values):
        form = self.open_dialog(button="action_promise")
        for name, value in values.items():
            form[name] = value
        return form

    def take_out(self, form, field, items):
        for item in items:
            form[field].remove(id=item.id)

    def test_a_promise_in_two_clicks(self):
        """screens 44: what is overdue, all of it, by the default delay."""
        promise = self.record(self.promise()).promise_id
        self.assertEqual((promise.amount, promise.date), (300, date(2026, 3, 9)))
        self.assertEqual(promise.item_ids, self.items.sudo())
        self.assertFalse(self.get_rows("call_noted"))

    def test_what_is_promised_already(self):
        """It is not proposed again; taken in, the dialog says which promise it replaces."""
        first = self.env["collection.promise"].with_user(self.collector).make(
            self.items[0], "2026-03-06")
        form = self.promise()
        self.assertEqual(form.promise_amount, 200)
        self.assertFalse(form.replaces)
        form.promise_item_ids.add(self.items[0].sudo())
        self.assertIn("takes the place of the promise of", form.replaces)
        self.record(form)
        self.assertEqual(first.state, "cancelled")

    def test_a_call_with_a_promise(self):
        """screens 11: in the same dialog; the promised items leave the scenario."""
        dialog = self.note(promises=True, note="When the bank opens")
        self.assertEqual(dialog.promise_id.comment, "When the bank opens")
        self.assertEqual(dialog.call_action_id.call_result, "reached")
        self.assertFalse(self.get_planned(self.customer))

    def test_a_part_of_it(self):
        """beyond 4: of one item, a part of the sum."""
        form = self.promise()
        self.take_out(form, "promise_item_ids", self.items[1:])
        self.assertEqual(form.promise_amount, 100)
        form.promise_amount = 60
        self.assertEqual(self.record(form).promise_id.amount, 60)

    def test_instalments_are_proposed(self):
        """beyond 4, 29: three of the same amount, a month apart."""
        form = self.promise(promise_date="2026-03-10", in_instalments=True)
        promise = self.record(form).promise_id
        self.assertEqual(promise.line_ids.mapped("date"), [
            date(2026, 3, 10), date(2026, 4, 10), date(2026, 5, 10)])
        self.assertEqual(promise.amount, 300)

    def test_with_somebody_else(self):
        """Bad input: whom the call is noted with speaks for the customer."""
        dialog = self.promise(note="So he says").save()
        dialog.contact_id = self.make_partner("Stranger")
        with self.assertRaisesRegex(ValidationError, "Stranger does not speak for"):
            dialog.action_apply()

    def test_more_than_is_due(self):
        """A promise larger than the debt: what was typed stays in the dialog."""
        dialog = self.promise(promise_amount=400, note="So he says").save()
        with self.assertRaisesRegex(UserError, "400.00 is more than is due"):
            dialog.action_apply()
        self.assertEqual((dialog.promise_amount, dialog.note), (400, "So he says"))

    def test_without_a_day(self):
        """screens 43: said in these words."""
        dialog = self.promise().save()
        dialog.promise_date = False
        with self.assertRaisesRegex(UserError, "for which day it is promised"):
            dialog.action_apply()

    def test_on_disputed_items(self):
        """A promise on what is disputed says what to do first."""
        self.env["collection.dispute"].with_user(self.collector).open(
            self.items[0], self.reason)
        form = self.promise()
        self.assertNotIn(self.items[0].id, form.promise_item_ids.ids)
        form.promise_item_ids.add(self.items[0].sudo())
        with self.assertRaisesRegex(UserError, "is disputed: resolve the dispute first"):
            self.record(form)

    def test_promised_and_disputed(self):
        """The same item in both is refused, by its name."""
        form = self.open_dialog()
        form.promises = True
        dialog = form.save()
        dialog.write({"disputes": True, "reason_id": self.reason.id})
        dialog.dispute_item_ids = dialog.promise_item_ids[0]
        with self.assertRaisesRegex(UserError, "both promised and disputed"):
            dialog.action_apply()

    def test_what_is_promised_is_not_proposed_as_disputed(self):
        """One item is in one of the two: it is not proposed twice, and what is disputed leaves the
        promise."""
        form = self.open_dialog()
        form.promises = form.disputes = True
        self.assertEqual(form.promise_item_ids.ids, self.items.ids)
        self.assertEqual(form.dispute_item_ids.ids, [])
        form.reason_id = self.reason
        form.dispute_item_ids.add(self.items[0].sudo())
        self.assertEqual(form.promise_item_ids.ids, self.items[1:].ids)
        self.assertEqual(form.promise_amount, 200)
        dialog = self.record(form)
        self.assertEqual(dialog.dispute_id.item_ids, self.items[0].sudo())
        self.assertEqual(dialog.promise_id.amount, 200)

    def test_what_is_disputed_is_not_proposed_as_promised(self):
        """The other way round."""
        form = self.open_dialog()
        form.disputes = True
        self.take_out(form, "dispute_item_ids", self.items[1:])
        form.promises = True
        self.assertEqual(form.promise_item_ids.ids, self.items[1:].ids)

    def test_two_currencies(self):
        """A promise is of one sum in one currency; what is left out is said, with its amount."""
        pound = self.env["res.currency"].with_context(active_test=False).search(
            [("name", "=", "GBP")])
        pound.active = True
        self.assertFalse(self.promise().other_currencies)
        self.make_invoice(self.customer, 70, due="2026-02-10", currency_id=pound.id)
        form = self.promise()
        self.assertEqual(form.promise_amount, 300)
        self.assertIn("£70.00", form.other_currencies.replace("\N{NO-BREAK SPACE}", ""))
        lines = self.customer.with_user(self.collector)._get_collection_overdue_items()
        form.promise_item_ids.add((lines - self.items).sudo())
        self.assertFalse(form.other_currencies)

    def test_a_dispute_in_two_currencies(self):
        """What is disputed is no sum: all that is overdue is proposed."""
        pound = self.env["res.currency"].with_context(active_test=False).search(
            [("name", "=", "GBP")])
        pound.active = True
        self.make_invoice(self.customer, 70, due="2026-02-10", currency_id=pound.id)
        self.assertEqual(len(self.open_dialog(button="action_dispute").dispute_item_ids.ids), 4)

    def test_no_promise_is_proposed_for_a_weekend(self):
        """The day that the status's delay leads to, else the Monday after it."""
        status = self.env["collection.item.status"].search([("kind", "=", "promise")], limit=1)
        for delay, expected in ((4, date(2026, 3, 6)), (5, date(2026, 3, 9)),
                                (6, date(2026, 3, 9)), (7, date(2026, 3, 9))):
            status.delay_days = delay  # today is Monday, 2 March
            self.assertEqual(self.promise().promise_date, expected, f"after {delay} days")

    def test_nobody_answered(self):
        """Who did not answer has promised nothing."""
        dialog = self.note(promises=False) and self.open_dialog()
        dialog.promises = True
        dialog.result = "no_answer"
        with self.assertRaisesRegex(UserError, "Nobody answered"):
            self.record(dialog)

    def test_a_dispute_on_two_invoices(self):
        """screens 44: a reason, and the items that are left."""
        form = self.open_dialog(button="action_dispute")
        self.take_out(form, "dispute_item_ids", self.items[2:])
        form.reason_id = self.reason
        dispute = self.record(form).dispute_id
        self.assertEqual(dispute.item_ids, self.items[:2].sudo())
        self.assertEqual(dispute.amount, 200)

    def test_a_dispute_without_reason(self):
        """A-004: it says what is missing."""
        dialog = self.open_dialog(button="action_dispute")
        dialog.reason_id = self.reason
        dialog = dialog.save()
        dialog.reason_id = False
        with self.assertRaisesRegex(UserError, "choose a reason"):
            dialog.action_apply()

    def test_disputed_twice(self):
        """Two collectors on one row: the second learns of the first one's dispute."""
        second = self.open_dialog(button="action_dispute")
        second.reason_id = self.reason
        self.env["collection.dispute"].with_user(self.collector).open(self.items, self.reason)
        with self.assertRaisesRegex(UserError, "disputed already"):
            self.record(second)

    def test_copies_of_invoices(self):
        """beyond 4: asked for on the telephone, they leave at once, and ask for nothing."""
        self.note("copy")
        sent = self.env["collection.dispatch"].search([("customer_id", "=", self.customer.id)])
        self.assertEqual(sent.state, "pending")
        self.assertTrue(sent.action_id.attach_invoices)
        self.assertEqual(sent.action_id.item_ids, self.items.sudo())
        self.assertEqual(self.get_leader(), self.items[0])

    def test_no_address_for_the_paper(self):
        """Nothing is noted by half: the call neither."""
        self.customer.email = False
        form = self.open_dialog()
        form.result = "copy"
        dialog = form.save()
        with self.assertRaisesRegex(UserError, "e-mail"), self.env.cr.savepoint():
            dialog.action_apply()
        self.env.invalidate_all()
        self.assertFalse(self.get_rows("call_noted"))
        self.assertFalse(dialog.applied)

    def test_a_hold(self):
        """E3: until a day, for what was said."""
        self.note(holds=True, hold_until="2026-03-20", note="Moving\nhouse")
        self.assertEqual(
            (self.customer.collection_hold_until, self.customer.collection_hold_reason),
            (date(2026, 3, 20), "Moving house"))
        self.assertFalse(self.get_planned(self.customer))

    def test_a_hold_is_proposed_for_a_week(self):
        """The day is not empty; one that was chosen stays."""
        form = self.open_dialog()
        form.holds = True
        self.assertEqual(form.hold_until, date(2026, 3, 9))
        form.hold_until = "2026-03-20"
        form.note = "Away"
        self.record(form)
        self.assertEqual(self.customer.collection_hold_until, date(2026, 3, 20))

    def test_from_an_action_on_its_items(self):
        """screens 44: the items of the action, which it lets go of."""
        action = self.create_specific(self.items[:2])
        form = self.open_dialog(action, "action_dispute")
        form.reason_id = self.reason
        dispute = self.record(form).dispute_id
        self.assertEqual(dispute.item_ids, self.items[:2].sudo())
        self.assertEqual((action.state, action.call_result), ("closed", "reached"))

    def test_from_an_invoice(self):
        """screens 44: what is open of it."""
        form = self.open_dialog(self.items[1].move_id, "action_promise")
        self.assertEqual(self.record(form).promise_id.item_ids, self.items[1].sudo())

    def test_from_invoices_of_two_customers(self):
        """It says which."""
        other = self.make_customer("Tenant Two")
        moves = self.items.move_id | self.make_invoice(other, 10)
        with self.assertRaisesRegex(UserError, "of one customer"):
            moves.with_user(self.collector).action_dispute()

    def test_from_the_statement(self):
        """screens 44: the ticked items."""
        form = self.open_dialog(self.items[2], "action_promise")
        self.assertEqual(self.record(form).promise_id.item_ids, self.items[2].sudo())
