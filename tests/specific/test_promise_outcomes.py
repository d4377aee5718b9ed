from datetime import date
from unittest.mock import patch

from odoo.fields import Command

from ...tools import batches
from ..item.test_free_rows import FreeRowsCase


class OutcomeCase(FreeRowsCase):
    """A promise of an invoice for 10 March; what became of it is found at night."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.move = cls.make_invoice(cls.customer, 500)
        cls.promise = cls.promise_on(cls.move)

    @classmethod
    def promise_on(cls, move, day="2026-03-10", **vals):
        items = cls.get_items(move)
        return cls.env["collection.promise"].with_user(cls.collector).make(
            items.with_user(cls.collector), day, **vals).sudo()

    def judge(self, day):
        self.env.flush_all()
        with self.at(f"{day} 09:00:00"):
            self.run_cron("_process_promises", model="collection.promise")
        self.env.invalidate_all()

    def pay_on_account(self, amount):
        """:return: a payment that is matched with nothing"""
        payment = self.env["account.payment"].create({
            "payment_type": "inbound", "partner_type": "customer",
            "partner_id": self.customer.id, "amount": amount,
            "journal_id": self.get_bank().id})
        payment.action_post()
        return payment.move_id or self.make_entry(-amount, self.get_bank())

    def get_bank(self):
        journals = self.env["account.journal"]
        return journals.search([("type", "=", "bank"), ("company_id", "=", self.company.id)],
                               limit=1) or journals.create(
            {"name": "Bank", "code": "TBNK", "type": "bank"})

    def match(self, *moves):
        lines = self.env["account.move.line"].concat(*(self.get_items(move) for move in moves))
        lines.reconcile()
        return lines

    def refund(self, amount):
        """A credit note of a part of the invoice, applied to it."""
        credit = self.make_invoice(self.customer, amount, move_type="out_refund")
        self.match(self.move, credit)

    def write_off(self, amount):
        """The accountants give up a part of the invoice."""
        item = self.get_items(self.move)
        entry = self.env["account.move"].create({"move_type": "entry", "line_ids": [
            Command.create({"account_id": item.account_id.id, "partner_id": self.customer.id,
                            "balance": -amount}),
            Command.create({"account_id": self._get_account("expense").id, "balance": amount})]})
        entry.action_post()
        self.match(self.move, entry)

    def assertState(self, state):
        self.assertEqual(self.promise.state, state)


class TestPromiseOutcomes(OutcomeCase):
    """Issue 13, F: a promise is judged by what happened to its items, not by what is left of them.
    """

    def test_paid_and_matched(self):
        """Kept."""
        self.match(self.move, self.pay_on_account(500))
        self.judge("2026-03-05")
        self.assertState("kept")
        self.assertEqual(self.promise.paid, 500)

    def test_nothing_came(self):
        """Broken the day after, and the collector is notified."""
        self.judge("2026-03-10")
        self.assertState("open")
        self.judge("2026-03-11")
        self.assertState("broken")
        self.assertEqual(self.promise.activity_ids.user_id, self.collector)

    def test_paid_on_account(self):
        """It waits some days to be matched, and its items with it; then it is kept."""
        credit = self.pay_on_account(500)
        self.judge("2026-03-11")
        self.assertState("unmatched")
        self.assertEqual(self.promise.wait_until, date(2026, 3, 21))
        item = self.get_items(self.move)
        self.assertEqual((item.collection_promise_date, item.collection_review_date),
                         (date(2026, 3, 10), date(2026, 3, 21)))
        self.match(self.move, credit)
        self.judge("2026-03-12")
        self.assertState("kept")

    def test_never_matched(self):
        """After the company's delay it is broken."""
        self.company.collection_matching_days = 3
        self.pay_on_account(500)
        self.judge("2026-03-11")
        self.judge("2026-03-14")
        self.assertState("unmatched")
        self.judge("2026-03-15")
        self.assertState("broken")

    def test_the_money_was_for_something_else(self):
        """Matched with another invoice while it waited: broken at once."""
        credit, other = self.pay_on_account(500), self.make_invoice(self.customer, 500)
        self.judge("2026-03-11")
        self.match(other, credit)
        self.judge("2026-03-12")
        self.assertState("broken")

    def test_less_is_on_the_account_than_was_promised(self):
        """Broken."""
        self.pay_on_account(499)
        self.judge("2026-03-11")
        self.assertState("broken")

    def test_the_same_money_keeps_one_promise(self):
        """Two promises, and the money of one."""
        other = self.promise_on(self.make_invoice(self.customer, 500), "2026-03-09")
        self.pay_on_account(500)
        self.judge("2026-03-11")
        self.assertEqual((other.state, self.promise.state), ("unmatched", "broken"))

    def test_the_same_money_keeps_one_promise_whatever_the_batch(self):
        """Cron: the promises of a customer are evaluated together, however few go at a time."""
        other = self.promise_on(self.make_invoice(self.customer, 500), "2026-03-09")
        self.pay_on_account(500)
        self.env.flush_all()
        with self.at("2026-03-11 09:00:00"):
            self.run_cron("_process_promises", model="collection.promise", limit=1)
        self.env.invalidate_all()
        self.assertEqual((other.state, self.promise.state), ("unmatched", "broken"))

    def test_its_line_becomes_a_credit(self):
        """F: corrected to the other side, nothing is owed any more: neither kept nor broken."""
        entry = self.make_entry(400)
        promise = self.promise_on(entry)
        lines = self.env["account.move.line"]
        self.correct(entry, line_ids=[Command.update(line.id, {
            "debit": line.credit, "credit": line.debit}) for line in entry.line_ids])
        self.assertEqual(lines.browse(promise.item_ids.ids).balance, -400)
        self.judge("2026-03-11")
        self.assertEqual((promise.state, promise.expected), ("cancelled", 0))

    def test_credited_in_full(self):
        """Nothing is owed any more: neither kept nor broken."""
        self.credit(self.move)
        self.judge("2026-03-11")
        self.assertState("cancelled")
        self.assertFalse(self.promise.activity_ids)

    def test_credited_in_part(self):
        """Less is expected; what is left of it is paid, and the promise kept."""
        self.refund(200)
        self.assertEqual((self.promise.expected, self.promise.paid), (300, 0))
        self.match(self.move, self.pay_on_account(300))
        self.judge("2026-03-11")
        self.assertState("kept")

    def test_credited_in_part_and_not_paid(self):
        """A credit note is no payment."""
        self.refund(200)
        self.judge("2026-03-11")
        self.assertState("broken")

    def test_written_off(self):
        """No money came: it is not owed any more, and neither kept nor broken."""
        self.write_off(500)
        self.assertEqual((self.promise.paid, self.promise.expected), (0, 0))
        self.judge("2026-03-11")
        self.assertState("cancelled")

    def test_written_off_in_part(self):
        """Less is expected; a write-off is no payment of the rest."""
        self.write_off(200)
        self.assertEqual((self.promise.paid, self.promise.expected), (0, 300))
        self.judge("2026-03-11")
        self.assertState("broken")

    def test_what_was_written_off_before_lowers_nothing(self):
        """Of a promise of what was left then, all is still to be paid."""
        self.write_off(100)
        promise = self.promise_on(self.move, "2026-03-12")
        self.assertEqual((promise.balance, promise.paid, promise.expected), (400, 0, 400))
        self.match(self.move, self.pay_on_account(400))
        self.judge("2026-03-11")
        self.assertEqual((promise.state, promise.paid), ("kept", 400))

    def test_cancelled(self):
        """The invoice was wrong."""
        self.move.button_draft()
        self.move.button_cancel()
        self.judge("2026-03-11")
        self.assertState("cancelled")

    def test_deleted(self):
        """The same."""
        self.move.button_draft()
        self.move.with_context(force_delete=True).unlink()
        self.judge("2026-03-11")
        self.assertState("cancelled")

    def test_corrected_downwards(self):
        """In draft nothing is said of it; posted again, it is still to be paid."""
        self.move.button_draft()
        self.judge("2026-03-11")
        self.assertState("open")
        self.move.invoice_line_ids.price_unit = 300
        self.move.action_post()
        self.assertEqual((self.promise.expected, self.promise.paid), (300, 0))
        self.judge("2026-03-12")
        self.assertState("broken")

    def test_put_into_instalments(self):
        """All of them are promised: one that is paid does not keep it."""
        self.correct(self.move, invoice_payment_term_id=self.terms.id)
        self.assertEqual(self.promise.item_ids, self.get_items(self.move))
        self.judge("2026-03-09")
        self.assertState("open")
        self.match(self.move, self.pay_on_account(165))
        self.judge("2026-03-11")
        self.assertState("broken")

    def test_it_becomes_a_credit(self):
        """An opening balance with the wrong sign, corrected: nothing is owed."""
        move = self.make_entry(80)
        promise = self.promise_on(move)
        move.button_draft()
        debt, other = self.get_items(move), move.line_ids - self.get_items(move)
        move.line_ids = [Command.update(debt.id, {"balance": -80}),
                         Command.update(other.id, {"balance": 80})]
        move.action_post()
        self.judge("2026-03-11")
        self.assertEqual(promise.state, "cancelled")

    def test_the_payment_is_returned(self):
        """Kept becomes broken, and the collector is notified."""
        self.match(self.move, self.pay_on_account(500))
        self.judge("2026-03-05")
        self.get_items(self.move).remove_move_reconcile()
        self.judge("2026-03-18")
        self.assertState("broken")
        self.assertEqual(self.promise.activity_ids.user_id, self.collector)

    def test_why_it_ended_is_said_in_the_companys_language(self):
        """Whoever runs the night: the history is the company's."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.company.partner_id.lang = "fr_FR"
        self.match(self.move, self.pay_on_account(500))
        self.judge("2026-03-05")
        self.get_items(self.move).remove_move_reconcile()
        self.judge("2026-03-18")
        self.assertEqual(self.get_rows("promise_broken").text, "Le règlement a été annulé.")
        other = self.make_customer("Other")
        invoice = self.make_invoice(other)
        planned = self.chase(other, self.make_scenario())
        self.credit(invoice)
        self.env["collection.scenario"]._plan()
        self.assertEqual((planned.outcome, planned.comment), ("settled", "Rien n’est dû."))

    def test_the_payment_is_returned_before_the_day(self):
        """It is awaited again."""
        self.match(self.move, self.pay_on_account(500))
        self.judge("2026-03-05")
        self.get_items(self.move).remove_move_reconcile()
        self.judge("2026-03-06")
        self.assertState("open")
        self.assertEqual(self.get_items(self.move).collection_status_id.kind, "promise")

    def test_a_kept_one_is_corrected(self):
        """Its payment is on the account until somebody matches it again: no breach."""
        credit = self.pay_on_account(500)
        self.match(self.move, credit)
        self.judge("2026-03-05")
        with self.at("2026-03-18 09:00:00"):
            self.move.button_draft()
            self.get_items(self.move).remove_move_reconcile()
            self.move.action_post()
        self.judge("2026-03-19")
        self.assertState("unmatched")
        self.match(self.move, credit)
        self.judge("2026-03-20")
        self.assertState("kept")

    def test_what_was_paid_before_is_no_payment_of_it(self):
        """Taken off and matched again, it counts as little as before."""
        early = self.pay_on_account(100)
        self.match(self.move, early)
        promise = self.promise_on(self.move, "2026-03-12")
        self.assertEqual((promise.balance, promise.paid), (400, 0))
        self.get_items(self.move).remove_move_reconcile()
        self.match(self.move, early)
        self.env.invalidate_all()
        self.assertEqual(promise.paid, 0)

    def test_the_first_instalment_is_on_the_account(self):
        """Then matched: the next one is awaited."""
        promise = self.promise_on(self.move, None, instalments=[
            ("2026-03-05", 200), ("2026-04-05", 300)])
        credit = self.pay_on_account(200)
        self.judge("2026-03-06")
        self.assertEqual(promise.state, "unmatched")
        self.match(self.move, credit)
        self.judge("2026-03-07")
        self.assertEqual((promise.state, promise.date), ("open", date(2026, 4, 5)))

    def test_judging_many_costs_what_one_costs(self):
        """The same queries for one promise and for ten."""
        promises = self.promise
        for _number in range(9):
            promises |= self.promise_on(self.make_invoice(self.customer, 500))
        for judge in ("_get_progress", "_get_credits"):
            one, many = (
                self.count_queries(getattr(some, judge)) for some in (promises[:1], promises))
            self.assertEqual(one, many, judge)

    def test_a_fault_keeps_no_other_customer_waiting(self):
        """Cron: whatever goes wrong with one customer's promises, the others are evaluated."""
        other = self.promise_on(self.make_invoice(self.make_customer("Other"), 300))
        evaluate, faulty = type(self.promise)._evaluate, self.promise

        def fail(promises):
            if faulty in promises:
                raise ValueError
            return evaluate(promises)

        with patch.object(type(self.promise), "_evaluate", fail), (
                patch.object(batches, "report")) as report:
            self.judge("2026-03-20")
        self.assertEqual((other.state, self.promise.state), ("broken", "open"))
        self.assertEqual(report.call_count, 2)

    def test_a_night_reaches_the_last_promise(self):
        """Cron: where it is out of time after the first of many batches, all are evaluated."""
        other = self.promise_on(self.make_invoice(self.make_customer("Other"), 300))
        self.env.flush_all()
        with patch.object(
                self.env.registry["ir.cron"], "_commit_progress", lambda *args, **kwargs: 0), (
                self.at("2026-03-20 09:00:00")):
            self.run_cron("_process_promises", model="collection.promise", limit=1)
        self.env.invalidate_all()
        self.assertEqual((self.promise | other).mapped("state"), ["broken", "broken"])


class TestDisputeOutcomes(OutcomeCase):
    """Issue 13, F: whatever closes a follow-up resolves its dispute, or asks about it."""

    def setUp(self):
        super().setUp()
        self.reason = self.env["collection.dispute.reason"].create({"name": "Price"})
        self.dispute = self.env["collection.dispute"].with_user(self.collector).open(
            self.get_items(self.move).with_user(self.collector), self.reason).sudo()

    def pass_day(self):
        self.env.flush_all()
        with self.at(f"{self.dispute.action_id.date} 09:00:00"):
            self.env["collection.action"]._bring_to_day()
            self.run_cron("_process_promises", model="collection.promise")
        self.env.invalidate_all()

    def test_its_item_is_credited(self):
        """The follow-up is settled, the dispute resolved in the customer's favour."""
        self.credit(self.move)
        self.pass_day()
        self.assertEqual(self.dispute.action_id.outcome, "settled")
        self.assertEqual((self.dispute.state, self.dispute.result), ("resolved", "credited"))

    def test_a_credit_does_not_wait_for_the_follow_ups_day(self):
        """A-028, A-042: nothing is left to follow up: found in the night after."""
        self.credit(self.move)
        self.judge("2026-03-03")
        self.assertGreater(str(self.dispute.action_id.date), "2026-03-03")
        self.assertEqual(self.dispute.action_id.outcome, "settled")
        self.assertEqual((self.dispute.state, self.dispute.result), ("resolved", "credited"))

    def test_a_payment_does_not_wait_for_it_either(self):
        """A-028: its owner is asked how it ended in the night after, once."""
        self.match(self.move, self.pay_on_account(500))
        self.judge("2026-03-03")
        self.judge("2026-03-04")
        self.assertEqual(self.dispute.action_id.outcome, "settled")
        self.assertEqual(self.dispute.state, "open")
        self.assertEqual(len(self.dispute.activity_ids), 1)

    def test_what_is_left_is_still_followed_up(self):
        """A-042: a credit of a part ends neither."""
        self.refund(200)
        self.judge("2026-03-03")
        self.assertNotEqual(self.dispute.action_id.state, "closed")
        self.assertEqual(self.dispute.state, "open")

    def test_the_same_queries_for_one_dispute_and_for_many(self):
        """What is settled is found for all at once."""
        disputes = self.env["collection.dispute"]
        self.match(self.move, self.pay_on_account(500))
        self.judge("2026-03-03")
        one = self.count_queries(disputes._process_settled)
        for amount in (100, 200, 300):
            move = self.make_invoice(self.customer, amount)
            disputes.with_user(self.collector).open(
                self.get_items(move).with_user(self.collector), self.reason)
            self.match(move, self.pay_on_account(amount))
        self.judge("2026-03-04")
        self.assertEqual(self.count_queries(disputes._process_settled), one)

    def test_its_item_is_cancelled_or_deleted(self):
        """The same."""
        self.move.button_draft()
        self.move.button_cancel()
        self.pass_day()
        self.assertEqual((self.dispute.state, self.dispute.result), ("resolved", "credited"))

    def test_its_item_is_paid(self):
        """Only its owner knows how it ended: asked once."""
        self.match(self.move, self.pay_on_account(500))
        self.pass_day()
        self.pass_day()
        self.assertEqual(self.dispute.state, "open")
        self.assertEqual(len(self.dispute.activity_ids), 1)
        self.assertEqual(self.dispute.activity_ids.user_id, self.dispute.owner_id)

    def test_its_item_is_written_off(self):
        """The same: whether the customer was right, no entry says."""
        self.write_off(500)
        self.pass_day()
        self.assertEqual(self.dispute.state, "open")
        self.assertEqual(len(self.dispute.activity_ids), 1)

    def test_its_owner_has_left(self):
        """The customer's collector is asked."""
        self.dispute.owner_id = self.litigator
        self.litigator.action_archive()
        self.match(self.move, self.pay_on_account(500))
        self.pass_day()
        self.assertEqual(self.dispute.activity_ids.user_id, self.collector)

    def test_its_follow_up_is_cancelled(self):
        """The owner is asked; credited later, it is resolved all the same."""
        self.dispute.action_id.with_user(self.collector).close("cancelled", comment="No use")
        self.assertEqual(len(self.dispute.activity_ids), 1)
        self.credit(self.move)
        self.pass_day()
        self.assertEqual(self.dispute.state, "resolved")
