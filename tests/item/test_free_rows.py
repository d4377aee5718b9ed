from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import new_test_user

from ...models.item.collection_item_snapshot import CollectionItemSnapshot
from ...models.item.holders import find_successor, find_successors
from ...tools import batches
from ..common import CollectionCase, action, level_row, row, step

#: Tables of the core whose rows our records never hold by force.
FREE = ("account_move", "account_move_line", "account_payment", "account_bank_statement_line",
        "account_partial_reconcile", "account_journal", "ir_attachment")


class FreeRowsCase(CollectionCase):
    """An accountant who knows nothing of collection, and an invoice that is chased."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = new_test_user(
            cls.env, login="accountant", groups="account.group_account_invoice")
        cls.terms = cls.env["account.payment.term"].create({"name": "3x", "line_ids": [
            Command.create({"value": "percent", "value_amount": share, "nb_days": days})
            for share, days in ((33, 31), (33, 61), (34, 91))]})

    def split(self, customer=None, amount=900):
        """:return: an invoice in three instalments, of which one is due"""
        return self.make_invoice(
            customer or self.customer, amount, invoice_payment_term_id=self.terms.id, due=False)

    def prepare_lines(self, amount):
        """:return: commands for the lines of an entry on the customer's account"""
        account, other = self._get_account("asset_receivable"), self._get_account("income")
        return [Command.create({"account_id": account.id, "partner_id": self.customer.id,
                                "balance": amount, "date_maturity": "2026-02-01",
                                "no_followup": False}),
                Command.create({"account_id": other.id, "balance": -amount})]

    def make_entry(self, amount, journal=None):
        """:return: a posted entry, miscellaneous unless a journal is given: a debt of the
            customer, or below zero a credit"""
        move = self.env["account.move"].create({
            "move_type": "entry", "line_ids": self.prepare_lines(amount),
            **({"journal_id": journal.id} if journal else {})})
        move.action_post()
        return move

    def correct(self, move, post=True, **vals):
        """Back to draft, changed and posted again, as the accountant."""
        own = move.with_user(self.accountant)
        own.button_draft()
        own.write(vals)
        if post:
            own.action_post()
        self.env.flush_all()

    def join(self, move, **vals):
        """One due date instead of instalments."""
        self.correct(move, invoice_payment_term_id=False, invoice_date_due="2026-04-15", **vals)

    def make_specific(self, items, **vals):
        return self.env["collection.action"].with_user(self.collector).create_specific(
            items.with_user(self.collector), {"name": "Call", "kind": "call", **vals}).sudo()

    def get_rows(self, kind):
        return self.env["collection.history"].search(
            [("customer_id", "=", self.customer.id), ("kind", "=", kind)])


class TestNothingIsHeld(FreeRowsCase):
    """Issue 13, A: the core's rows are free: the database refuses nothing because of us."""

    def test_no_foreign_key_of_ours_holds_a_row_of_the_core(self):
        """Neither refused nor deleted along, links between many aside."""
        self.env.cr.execute("""
            SELECT held.conrelid::regclass::text, held.conname FROM pg_constraint AS held
             WHERE held.contype = 'f' AND held.confdeltype <> 'n'
               AND held.confrelid::regclass::text = ANY(%s)
               AND held.conrelid::regclass::text LIKE 'collection%%'
               AND held.conrelid::regclass::text NOT LIKE '%%rel'""", (list(FREE),))
        self.assertEqual(self.env.cr.fetchall(), [])

    def test_terms_change_in_draft_while_a_reminder_is_planned(self):
        """The plan goes on with the new due date, and the closed step keeps what it knew."""
        move = self.split()
        planned = self.chase(self.customer, self.make_scenario((0, 100)))
        self.process_due()
        self.join(move)
        self.env["collection.scenario"]._plan()
        self.assertEqual(planned.state, "closed")
        self.assertEqual(self.get_planned(self.customer).leader_id, self.get_items(move))
        self.assertEqual(planned.leader_name, move.name)

    def test_the_ladder_goes_on_where_it_stood(self):
        """The first step was sent: the second one follows the new due date."""
        move = self.split()
        first = self.chase(self.customer, self.make_scenario((0, 10, 20)))
        with self.at("2026-03-04 09:00:00"):
            self.process_due("2026-03-04 09:00:00")
            self.assertEqual(first.state, "closed")
            self.join(move)
            self.env["collection.scenario"]._plan()
            self.assertEqual(self.get_planned(self.customer).scenario_step_id.offset, 10)

    def test_a_draft_is_deleted_whose_reminder_was_sent(self):
        """What was sent still says for which item."""
        move = self.make_invoice(self.customer)
        sent = self.chase(self.customer, self.make_scenario((3,)))
        self.process_due("2026-03-04 09:00:00")
        name = move.name
        own = move.with_user(self.accountant)
        own.button_draft()
        own.sudo().with_context(force_delete=True).unlink()
        self.assertFalse(sent.leader_id)
        self.assertIn(name, sent.why)

    def test_a_fault_of_ours_costs_the_accountant_nothing(self):
        """It is logged, and the night tries again."""
        move = self.split()
        specific = self.make_specific(self.get_items(move))
        with patch.object(CollectionItemSnapshot, "_put_back", side_effect=ValueError), (
                patch.object(batches, "report")) as report:
            self.join(move)
        report.assert_called_once()
        self.assertEqual(move.state, "posted")
        self.env["collection.item.snapshot"]._process_pending()
        self.assertEqual(specific.item_ids, self.get_items(move))


class TestNewItems(FreeRowsCase):
    """Issue 13, A: the new lines of the same invoice take the place of the old ones."""

    def test_of_three_instalments_one_is_left(self):
        """A specific action on one of them holds what is there now; its history tells both."""
        move = self.split()
        specific = self.make_specific(self.get_items(move)[2])
        self.join(move)
        self.assertEqual(specific.item_ids, self.get_items(move))
        replaced = self.get_rows("items_replaced")[0]
        self.assertIn("306.00", replaced.old_value)
        self.assertIn("900.00", replaced.new_value)

    def test_one_item_is_put_into_instalments(self):
        """Whoever held the invoice holds all of its instalments."""
        move = self.make_invoice(self.customer, 900)
        sequence = self.launch(
            self.make_short_template(), items=self.get_items(move).with_user(self.collector))
        dispute = self.env["collection.dispute"].with_user(self.collector).open(
            self.get_items(move), self.env["collection.dispute.reason"].create(
                {"name": "Price"})).sudo()
        self.correct(move, invoice_payment_term_id=self.terms.id)
        self.assertEqual(len(self.get_items(move)), 3)
        self.assertEqual(sequence.sudo().item_ids, self.get_items(move))
        self.assertEqual(dispute.item_ids, self.get_items(move))
        self.assertEqual(
            set(self.get_items(move).mapped("collection_status_id.kind")), {"dispute"})
        self.assertTrue(self.get_rows("items_replaced"))

    def test_a_note_that_nothing_holds_goes_on(self):
        """A: status and comment of an item stay with those that take its place, though no action,
        promise or sequence holds it."""
        move = self.make_invoice(self.customer, 900)
        status = self.env["collection.item.status"].search([("kind", "=", "normal")], limit=1)
        self.get_items(move).with_user(self.collector).set_collection_status(
            status, comment="Called")
        self.correct(move, invoice_payment_term_id=self.terms.id)
        items = self.get_items(move)
        self.assertEqual(len(items), 3)
        self.assertEqual(
            (items.collection_status_id, set(items.mapped("collection_comment"))),
            (status, {"Called"}))
        self.assertFalse(self.env["collection.item.snapshot"].search([]))

    def test_its_status_is_deleted_meanwhile(self):
        """What else was noted goes on, and nothing is tried again each night."""
        move = self.split()
        status = self.env["collection.item.status"].create({"name": "Waiting for papers"})
        self.get_items(move)[0].with_user(self.collector).set_collection_status(
            status, comment="Called")
        self.join(move, post=False)
        status.unlink()
        move.action_post()
        items = self.get_items(move)
        self.assertEqual(set(items.mapped("collection_comment")), {"Called"})
        self.assertFalse(items.collection_status_id)
        self.assertFalse(self.env["collection.item.snapshot"].search([]))

    def test_what_was_not_changed_is_not_touched(self):
        """A sequence on the second instalment stays on it alone."""
        move = self.split()
        second = self.get_items(move)[1]
        sequence = self.launch(
            self.make_short_template(), items=second.with_user(self.collector)).sudo()
        self.correct(move, ref="Corrected")
        self.assertEqual(sequence.item_ids, second)
        self.assertFalse(self.get_rows("items_replaced"))

    def test_the_invoice_goes_to_another_customer(self):
        """A sequence never gets another customer's items, and the accountant posts."""
        move = self.make_invoice(self.customer)
        sequence = self.launch(
            self.make_short_template(), items=self.get_items(move).with_user(self.collector))
        other = self.make_customer("Tenant Two")
        self.correct(move, partner_id=other.id)
        self.assertEqual(move.state, "posted")
        self.assertFalse(sequence.sudo().item_ids)
        self.assertTrue(sequence.sudo().items_gone)

    def test_nothing_is_dropped_while_it_is_a_draft(self):
        """Neither the action, nor the sequence that waits until nothing is due."""
        move = self.split()
        specific = self.make_specific(self.get_items(move)[1:])
        sequence = self.launch(self.make_template("PAID", [
            step("wait", [action("file")], [level_row("end:Paid"), row("end:Done")])]),
            items=self.get_items(move)[1:].with_user(self.collector))
        self.correct(move, post=False, invoice_payment_term_id=False)
        self.env["collection.action"]._bring_to_day()
        self.run_night("2026-03-03 06:00:00")
        self.assertEqual((specific.state, sequence.sudo().state), ("todo", "running"))
        self.assertFalse(specific._check_again())

    def test_send_now_says_that_its_invoice_is_being_corrected(self):
        """Nothing leaves, nothing is closed, and the notification does not say that it was."""
        move = self.split()
        specific = self.make_specific(self.get_items(move)[1:])
        specific.sudo().write({"kind": "email", "subject": "Reminder", "body": "<p>Hello</p>"})
        self.correct(move, post=False, invoice_payment_term_id=False)
        answer = specific.action_send_now()
        self.assertEqual(specific.state, "todo")
        self.assertIn("stays open", answer["params"]["message"])

    def test_queries_do_not_grow_with_what_held_the_items(self):
        """A: an invoice that was reminded of ten times is corrected as fast as another one."""
        def count(reminders):
            invoice = self.split()
            leader = self.get_items(invoice)[0]
            self.env["collection.action"].create([{
                "name": "Reminder", "customer_id": self.customer.id, "kind": "email",
                "company_id": self.company.id, "origin": "scenario", "state": "closed",
                "leader_id": leader.id, "date": "2026-02-10"} for _number in range(reminders)])
            self.env.flush_all()
            invoice.button_draft()
            invoice.write({
                "invoice_payment_term_id": False, "invoice_date_due": "2026-04-15"})
            self.env.flush_all()
            snapshot = self.env["collection.item.snapshot"].search(
                [("move_id", "=", invoice.id)])
            return self.count_queries(snapshot._put_back)

        count(1)
        self.assertEqual(count(2), count(10))

    def test_what_others_have_under_correction_is_not_read(self):
        """A: a sequence looks for its own entries, however many are drafts."""
        sequence = self.launch(self.make_short_template(), items=self.get_items(
            self.split())).sudo()
        other = self.make_customer("Other tenant")
        snapshots = self.env["collection.item.snapshot"]
        for _number in range(3):
            invoice = self.make_invoice(other, 10)
            self.make_specific(self.get_items(invoice))
            self.correct(invoice, post=False)
        self.assertEqual(snapshots.search_count([]), 3)
        with patch.object(type(snapshots), "_find_holding", autospec=True,
                          side_effect=type(snapshots)._find_holding) as found:
            self.assertFalse(snapshots._get_missing(sequence))
        keys = found.call_args.args[1]
        self.assertFalse(snapshots._find_holding(keys, sequence.ids))
        self.correct(sequence.item_ids.move_id, post=False)
        self.assertEqual(len(snapshots._find_holding(keys, sequence.ids)), 1)

    def test_a_bank_transaction_is_booked_anew(self):
        """Deleted while its entry is posted: what comes in its place is held at once."""
        move = self.make_entry(80)
        specific = self.make_specific(self.get_items(move))
        free = move.with_context(force_delete=True, skip_readonly_check=True)
        free.write({"line_ids": [Command.clear(), *self.prepare_lines(70)]})
        self.assertEqual(specific.item_ids, self.get_items(move))

    def test_a_due_date_changes_on_a_posted_invoice(self):
        """The line is the same: nothing to replace."""
        move = self.make_invoice(self.customer)
        specific = self.make_specific(self.get_items(move))
        self.get_items(move).date_maturity = "2026-05-01"
        self.assertEqual((specific.item_ids, specific.state), (self.get_items(move), "todo"))

    def test_no_invoice_counts_as_changed_by_hand_because_of_us(self):
        """A: what we note on invoices and items is no change of the accountants' (the core marks
        what a person changed)."""
        own = self.env["collection.promise"].with_user(self.manager).env
        reason = own["collection.dispute.reason"].sudo().create({"name": "Damp"})
        status = own["collection.item.status"].search([("kind", "=", "normal")], limit=1)
        treatments = {
            "promise": lambda items: own["collection.promise"].make(items, "2026-03-10"),
            "dispute": lambda items: own["collection.dispute"].open(items, reason),
            "resolved": lambda items: own["collection.dispute"].open(
                items, reason).resolve("withdrawn"),
            "specific": lambda items: own["collection.action"].create_specific(
                items, {"name": "Visit"}),
            "status": lambda items: items.set_collection_status(status),
            "waiver": lambda items: items.move_id.waive_collection_claims("Goodwill"),
            "broken": lambda items: self.break_promise(items),
            "corrected": lambda items: self.note_and_correct(items),
        }
        for name, treat in treatments.items():
            invoice = self.make_invoice(self.customer, 100)
            treat(self.get_items(invoice).with_env(own))
            self.env.flush_all()
            self.env.invalidate_all()
            with self.subTest(name):
                self.assertFalse(invoice.is_manually_modified)

    def break_promise(self, items):
        items.env["collection.promise"].make(items, "2026-03-10")
        with self.at("2026-03-12 09:00:00"):
            self.run_cron("_process_promises", model="collection.promise")

    def note_and_correct(self, items):
        """Posted again by whoever is no person: the core marks nothing, nor do we."""
        items.set_collection_status(items.env["collection.item.status"].search(
            [("kind", "=", "normal")], limit=1), comment="Called")
        move = items.move_id.sudo().with_context(skip_is_manually_modified=True)
        move.button_draft()
        move.invoice_payment_term_id = self.terms
        move.action_post()

    def test_a_journal_is_archived(self):
        """As without the module."""
        move = self.make_invoice(self.customer)
        self.make_specific(self.get_items(move))
        move.journal_id.active = False
        self.env.flush_all()
        self.assertFalse(move.journal_id.active)


class TestNothingInPlace(FreeRowsCase):
    """Issue 13, A: where nothing takes the place of an item, whatever held it says so."""

    def delete(self, move):
        own = move.with_user(self.accountant)
        own.button_draft()
        own.sudo().with_context(force_delete=True).unlink()
        self.env.flush_all()

    def test_a_specific_action_is_settled(self):
        """It names what is gone."""
        move = self.make_invoice(self.customer)
        name = move.name
        specific = self.make_specific(self.get_items(move))
        self.delete(move)
        self.assertEqual((specific.state, specific.outcome), ("closed", "settled"))
        self.assertIn(name, self.get_rows("items_gone").old_value)

    def test_a_sequence_that_waits_for_payment_ends(self):
        """Nothing is due any more."""
        move = self.make_invoice(self.customer)
        sequence = self.launch(self.make_template("PAID", [
            step("wait", [action("file")], [level_row("end:Paid"), row("end:Done")])]),
            items=self.get_items(move).with_user(self.collector))
        self.delete(move)
        self.run_night("2026-03-03 06:00:00")
        self.assertEqual(sequence.sudo().state, "done")

    def test_a_sequence_that_waits_for_nothing_asks_its_pilot(self):
        """It goes on, never in silence."""
        move = self.make_invoice(self.customer)
        name = move.name
        sequence = self.launch(
            self.make_short_template(), items=self.get_items(move).with_user(self.collector)
        ).sudo()
        self.delete(move)
        self.assertIn(name, sequence.items_gone)
        self.assertIn(self.collector, sequence.activity_ids.user_id)

    def test_one_of_two_invoices_is_deleted(self):
        """The action goes on with the other one."""
        kept, move = self.make_invoice(self.customer), self.make_invoice(self.customer)
        specific = self.make_specific(self.get_items(kept) | self.get_items(move))
        self.delete(move)
        self.assertEqual((specific.state, specific.item_ids), ("todo", self.get_items(kept)))


class TestSuccessors(CollectionCase):
    """Issue 13, A: which items take the place of which."""

    def test_of_many(self):
        """The whole stays the whole; a part keeps what is left, or gets what is new."""
        self.assertEqual(find_successors([1, 2], [1, 2], [2, 3, 4]), [2, 3, 4])
        self.assertEqual(find_successors([1], [1, 2], [1, 2, 3]), [1])
        self.assertEqual(find_successors([1], [1, 2], [2, 3]), [3])
        self.assertEqual(find_successors([1], [1, 2], [2]), [2])
        self.assertEqual(find_successors([1], [1, 2], []), [])

    def test_of_one(self):
        """The same rank, as far as there is one."""
        self.assertEqual(find_successor(2, [1, 2], [2, 1]), 2)
        self.assertEqual(find_successor(2, [1, 2, 3], [4, 5]), 5)
        self.assertEqual(find_successor(1, [1, 2, 3], [4]), 4)
        self.assertIsNone(find_successor(1, [1], []))
