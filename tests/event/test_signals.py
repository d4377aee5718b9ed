from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import CollectionCase, action, event_row, flow_row, level_row, row, step

CRON = ("odoo.addons.account_collection.models.sequence.collection_sequence_flow",
        "odoo.addons.account_collection.tools.batches")


class SignalsCase(CollectionCase):
    """One invoice of a tenant, and a tree whose first step waits for what happens to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls.make_user("accountant", "account.group_account_invoice")
        cls.invoice = cls.make_invoice(cls.customer)
        cls.signals = cls.env["collection.signal"]

    def start(self, *rows, then=(), contents=None, **vals):
        """Launch a tree whose first step has these rows; the second has ``then``."""
        template = self.make_template("EVT", [
            step("wait", contents or [action("call")], [*rows, row("after")]),
            step("after", [action("file")], [*then, row("end:Done")]),
        ], **vals)
        return self.launch(template)

    def find(self, code):
        return self.signals.search([("code", "=", code)])


@tagged("post_install", "-at_install")
class TestSignals(SignalsCase):
    """What happens in the accounts reaches the sequences that wait for it, once."""

    def test_a_payment_moves_the_sequence(self):
        """D-059: through a real payment, made by someone who knows nothing of collection."""
        sequence = self.start(event_row("after", "payment"))
        self.pay(self.invoice, 200, user=self.accountant)
        self.assertAt(sequence, "wait")
        self.deliver_signals()
        self.assertAt(sequence, "after")
        self.assertEqual(sequence.receipt_ids.mapped("used"), [True])
        self.assertReplays(sequence)

    def test_an_event_that_was_delivered_during_the_launch(self):
        """Issue 20: whoever delivered it did not see the sequence yet; it receives it all the
        same, once, and what came before its launch never."""
        vals = {"code": "payment", "customer_id": self.customer.id, "company_id": self.company.id}
        before = self.signals._post([{**vals, "key": "payment:before"}])
        sequence = self.start(event_row("after", "payment"))
        during = self.signals._post([{**vals, "key": "payment:during"}])
        (before | during).delivered_at = "2026-03-02 09:00:00"
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE collection_sequence SET create_date = now() - interval '1 minute'"
            " WHERE id = %s", [sequence.id])
        self.env.cr.execute(
            "UPDATE collection_signal SET create_date = now() - interval '1 hour' WHERE id = %s",
            [before.id])
        self.deliver_signals()
        self.assertAt(sequence, "after")
        self.assertEqual(sequence.receipt_ids.mapped("key"), ["payment:during"])
        self.deliver_signals()
        self.assertEqual(len(sequence.receipt_ids), 1)

    def test_a_merge_hides_no_later_event(self):
        """Issue 20: what was delivered before a double was merged in may have been the double's;
        what came later is the customer's own, and is not missed."""
        double = self.make_partner("Double")
        self.env["collection.history"]._append_many({(self.customer, self.company): [
            self.customer._prepare_customer_change_vals(double.id, self.customer.id)]})
        sequence = self.start(event_row("after", "payment"))
        vals = {"code": "payment", "customer_id": self.customer.id, "company_id": self.company.id}
        theirs, own = self.signals._post([
            {**vals, "key": "payment:theirs"}, {**vals, "key": "payment:own"}])
        theirs.delivered_at, own.delivered_at = "2026-03-02 08:00:00", "2026-03-02 10:00:00"
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE collection_sequence SET create_date = now() - interval '1 minute'"
            " WHERE id = %s", [sequence.id])
        self.deliver_signals()
        self.assertEqual(sequence.receipt_ids.mapped("key"), ["payment:own"])

    def miss(self, sequence):
        """:return: an event of a sequence's customer that was delivered during its launch"""
        signal = self.signals._post([{
            "key": f"payment:{sequence.id}", "code": "payment",
            "customer_id": sequence.customer_id.id, "company_id": self.company.id}])
        signal.delivered_at = "2026-03-02 08:00:00"
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE collection_sequence SET create_date = now() - interval '1 minute'"
            " WHERE id = %s", [sequence.id])
        return signal

    def merge(self, into, double):
        """Merge with the core's wizard, as an administrator."""
        self.env["base.partner.merge.automatic.wizard"].create({
            "partner_ids": [(6, 0, (into | double).ids)], "dst_partner_id": into.id}).action_merge()
        self.env.flush_all()
        self.env.invalidate_all()

    def test_a_merge_loses_nothing_that_was_missed(self):
        """Issue 20: what a sequence missed at its launch reaches it although its customer becomes
        another before anybody has looked: the double's sequence, and the remaining one's."""
        template, scenario = self.make_template("EVT", [
            step("wait", [action("call")], [event_row("after", "payment"), row("after")]),
            step("after", [action("file")], [row("end:Done")]),
        ]), self.make_scenario()
        for double_is_launched in (True, False):
            with self.subTest(double_is_launched=double_is_launched):
                double, current = self.make_customer("Double"), self.make_customer("Remains")
                launched, other = (double, current) if double_is_launched else (current, double)
                for customer in (launched, other):
                    self.make_invoice(customer)
                self.chase(other, scenario)
                sequence = self.launch(template, launched)
                missed = self.miss(sequence)
                self.merge(current, double)
                self.assertEqual(sequence.customer_id, current)
                self.deliver_signals()
                self.assertEqual(sequence.receipt_ids.mapped("key"), [missed.key])
                self.assertAt(sequence, "after")
                self.deliver_signals()
                self.assertEqual(len(sequence.receipt_ids), 1)

    def test_a_payment_carries_its_amount_in_company_currency(self):
        """D-059: so that a row may ask for a minimum."""
        self.start(event_row("after", "payment"))
        self.pay(self.invoice, 200)
        signal = self.find("payment")
        self.assertEqual(
            (signal.amount, signal.customer_id, signal.company_id),
            (200, self.customer, self.company))

    def test_a_small_payment_is_not_enough(self):
        """D-059: a row may ask for a minimum; the next payment may reach it."""
        sequence = self.start(event_row("after", "payment", minimum=300))
        self.pay(self.invoice, 100)
        self.deliver_signals()
        self.assertAt(sequence, "wait")
        self.pay(self.invoice, 300)
        self.deliver_signals()
        self.assertAt(sequence, "after")
        self.assertReplays(sequence)

    def test_a_payment_of_another_address_is_the_customers(self):
        """D-059: the commercial entity is what a sequence is about."""
        sequence = self.start(event_row("after", "payment"))
        contact = self.make_partner("Office", parent_id=self.customer.id, type="invoice")
        self.pay(self.make_invoice(contact))
        self.deliver_signals()
        self.assertAt(sequence, "after")

    def test_an_event_is_used_once(self):
        """D-059: one payment does not open two doors."""
        sequence = self.start(
            event_row("after", "payment"),
            then=[event_row("end:Paid twice", "payment", since="launch")])
        self.pay(self.invoice, 100)
        self.deliver_signals()
        self.assertAt(sequence, "after")
        self.pay(self.invoice, 100)
        self.deliver_signals()
        self.assertEqual(sequence.end_label, "Paid twice")
        self.assertReplays(sequence)

    def test_an_event_counts_while_its_step_is_current(self):
        """D-059: one of before does not move a later step."""
        sequence = self.start(then=[event_row("end:Paid", "payment")])
        self.pay(self.invoice, 100)
        self.deliver_signals()
        self.close(sequence, "call")
        self.assertAt(sequence, "after")
        self.assertReplays(sequence)

    def test_an_event_may_count_since_the_launch(self):
        """D-059: where the row says so, one of before moves a later step."""
        sequence = self.start(then=[event_row("end:Paid", "payment", since="launch")])
        self.pay(self.invoice, 100)
        self.deliver_signals()
        self.close(sequence, "call")
        self.assertEqual(sequence.end_label, "Paid")
        self.assertReplays(sequence)

    def test_the_same_event_is_received_once(self):
        """D-059: delivered again after a crash, it changes nothing."""
        sequence = self.start(event_row("wait", "payment"))
        self.pay(self.invoice, 100)
        self.deliver_signals()
        visits = len(sequence.visit_ids)
        self.find("payment").delivered_at = False
        self.deliver_signals()
        self.assertEqual((visits, len(sequence.visit_ids)), (2, 2))
        self.assertReplays(sequence)

    def test_an_event_is_put_once(self):
        """D-059: its key tells it from every other."""
        vals = {"key": "payment:1", "code": "payment", "customer_id": self.customer.id,
                "company_id": self.company.id}
        self.assertEqual(len(self.signals._post([vals, vals])), 1)
        self.assertFalse(self.signals._post([vals]))

    def test_nothing_is_kept_of_a_customer_without_sequence(self):
        """D-059: an event of before the launch is nobody's business."""
        self.pay(self.invoice, 100)
        self.assertFalse(self.find("payment"))

    def test_nothing_is_lost_in_a_pause(self):
        """D-028, D-029: an event is recorded, waits, and moves the sequence on resuming."""
        sequence = self.start(event_row("after", "payment"))
        sequence.action_pause("Family matter")
        self.pay(self.invoice, 100)
        self.deliver_signals()
        self.assertEqual((sequence.state, sequence.step_id.key), ("paused", "wait"))
        sequence.action_resume()
        self.assertAt(sequence, "after")
        self.assertReplays(sequence)

    def test_a_payment_taken_back(self):
        """D-059: it moves the sequence, and what has happened is not undone."""
        sequence = self.start(
            event_row("after", "payment"), then=[event_row("wait", "payment_reversed")])
        self.pay(self.invoice)
        self.deliver_signals()
        receivable = self.get_items(self.invoice)
        receivable.with_user(self.accountant).remove_move_reconcile()
        self.deliver_signals()
        self.assertAt(sequence, "wait")
        self.assertEqual(sequence.visit_ids.sorted("number").step_id.mapped("key"),
                         ["wait", "after"])
        self.assertReplays(sequence)

    def test_a_credit_note_is_no_payment(self):
        """D-059: it has an event of its own."""
        sequence = self.start(
            event_row("end:Paid", "payment"), event_row("after", "credit_note"))
        self.credit(self.invoice)
        self.deliver_signals()
        self.assertAt(sequence, "after")
        self.assertFalse(self.find("payment"))
        self.assertReplays(sequence)

    def test_a_new_item_overdue(self):
        """D-059: the day after it was due, once; those of before the launch are known."""
        sequence = self.start(event_row("after", "item_overdue"))
        self.make_invoice(self.customer, 70, due="2026-03-04")
        self.run_night("2026-03-04 12:00:00")
        self.assertFalse(self.find("item_overdue"))
        for _run in range(2):
            self.run_night("2026-03-05 12:00:00")
        self.assertEqual(self.find("item_overdue").mapped("amount"), [70])
        self.deliver_signals()
        self.assertAt(sequence, "after")
        self.assertReplays(sequence)

    def test_a_missed_night_loses_no_overdue_item(self):
        """D-059: a server that was down for days posts them all."""
        self.start(event_row("after", "item_overdue"))
        for day in ("2026-03-04", "2026-03-06"):
            self.make_invoice(self.customer, 70, due=day)
        self.run_night("2026-03-10 12:00:00")
        self.assertEqual(len(self.find("item_overdue")), 2)

    def test_the_launch_is_on_the_company_s_day(self):
        """D-059: in the evening in America, what is due that day is not late yet."""
        self.company.partner_id.tz = self.company.resource_calendar_id.tz = "America/New_York"
        with self.at("2026-03-05 02:00:00"):  # there, the 4th
            self.start(event_row("after", "item_overdue"))
        self.make_invoice(self.customer, 70, due="2026-03-04")
        self.run_night("2026-03-05 12:00:00")
        self.assertEqual(self.find("item_overdue").mapped("amount"), [70])

    def test_what_was_late_at_the_launch_is_known(self):
        """D-059: in the morning in Oceania, what was due the day before is late already."""
        self.company.partner_id.tz = self.company.resource_calendar_id.tz = "Pacific/Auckland"
        with self.at("2026-03-04 20:00:00"):  # there, the 5th
            self.start(event_row("after", "item_overdue"))
        self.make_invoice(self.customer, 70, due="2026-03-04")
        self.run_night("2026-03-05 12:00:00")
        self.assertFalse(self.find("item_overdue"))


@tagged("post_install", "-at_install")
class TestLevels(SignalsCase):
    """States of the account hold whenever they are looked at."""

    def test_settled_while_waiting(self):
        """D-059: a payment that no row listens to still settles the account."""
        sequence = self.start(level_row("end:Settled"))
        self.pay(self.invoice)
        self.deliver_signals()
        self.assertEqual(sequence.end_label, "Settled")
        self.assertReplays(sequence)

    def test_a_part_does_not_settle(self):
        """D-059: something is still due."""
        sequence = self.start(level_row("end:Settled"))
        self.pay(self.invoice, 499)
        self.deliver_signals()
        self.assertAt(sequence, "wait")

    def test_settled_just_before_its_step_is_entered(self):
        """D-059: read on entering, else a payment of a second ago blocks the case for ever."""
        sequence = self.start(then=[level_row("end:Settled")])
        self.pay(self.invoice)
        self.close(sequence, "call")
        self.assertEqual(sequence.end_label, "Settled")
        self.assertReplays(sequence)

    def test_less_is_due_than(self):
        """D-059: an amount in the company's currency."""
        sequence = self.start(level_row("after", "balance", below=100))
        self.pay(self.invoice, 400)
        self.deliver_signals()
        self.assertAt(sequence, "wait")
        self.pay(self.invoice, 1)
        self.deliver_signals()
        self.assertAt(sequence, "after")

    def test_levels_are_read_every_night(self):
        """D-059: whatever the change, and although nobody posted it."""
        sequence = self.start(level_row("end:Settled"))
        self.pay(self.invoice)
        self.find("payment").sudo().unlink()
        self.run_night("2026-03-03 03:00:00")
        self.assertEqual(sequence.end_label, "Settled")
        self.assertReplays(sequence)

    def test_an_invoice_back_in_draft_is_still_due(self):
        """D-059: an accountant who corrects it does not end the procedure; cancelling does."""
        sequence = self.start(level_row("end:Settled"))
        self.invoice.button_draft()
        self.run_night("2026-03-03 03:00:00")
        self.assertAt(sequence, "wait")
        self.invoice.button_cancel()
        self.run_night("2026-03-04 03:00:00")
        self.assertEqual(sequence.end_label, "Settled")


@tagged("post_install", "-at_install")
class TestSignalFaults(SignalsCase):
    """A fault in one sequence is that sequence's own."""

    def break_sequence(self, sequence, fault):
        """Let every routing of one sequence fail."""
        model = type(self.env["collection.sequence"])
        write = model._write_entries

        def fail(record, entries, trace, **context):
            if record.id == sequence.id and trace.command != "fail" and not record.incident:
                raise fault
            return write(record, entries, trace, **context)

        return patch.object(model, "_write_entries", fail)

    def test_a_fault_does_not_break_the_posting(self):
        """D-059: the accountant's payment stands, whatever the sequence does with it."""
        sequence = self.start(event_row("after", "payment"))
        with self.break_sequence(sequence, ValueError("broken")):
            self.pay(self.invoice, user=self.accountant)
        self.assertIn(self.invoice.payment_state, ("paid", "in_payment"))
        self.assertAt(sequence, "wait")

    @mute_logger(*CRON)
    def test_a_fault_is_an_incident(self):
        """D-059, D-066: it is shown, and the event waits for whoever resolves it."""
        sequence = self.start(event_row("after", "payment"))
        self.pay(self.invoice, 100)
        with self.break_sequence(sequence, ValueError("broken")):
            self.deliver_signals()
        self.assertEqual(sequence.incident, "refused")
        self.assertIn("broken", sequence.history_ids.mapped("text"))
        sequence.action_retry("Repaired")
        self.assertAt(sequence, "after")
        self.assertReplays(sequence)

    @mute_logger(*CRON)
    def test_a_fault_leaves_the_others_alone(self):
        """D-059: the batch goes on."""
        sequence = self.start(event_row("after", "payment"))
        neighbour = self.make_customer("Neighbour")
        other = self.launch(sequence.template_id, neighbour)
        self.pay(self.invoice, 100)
        self.pay(self.make_invoice(neighbour), 100)
        with self.break_sequence(sequence, TypeError("broken")):
            self.deliver_signals()
        self.assertAt(sequence, "wait")
        self.assertAt(other, "after")

    @mute_logger(*CRON)
    def test_a_lost_race_loses_no_event(self):
        """D-069: it is still due, and the others were delivered."""
        sequence = self.start(event_row("after", "payment"))
        neighbour = self.make_customer("Neighbour")
        other = self.launch(sequence.template_id, neighbour)
        self.pay(self.invoice, 100)
        self.pay(self.make_invoice(neighbour), 100)
        with self.break_sequence(sequence, SerializationFailure("lost")):
            self.assertEqual(self.deliver_signals(), 1)
        self.assertFalse(sequence.incident)
        self.assertAt(other, "after")
        self.deliver_signals()
        self.assertAt(sequence, "after")
        self.assertReplays(sequence)

    @mute_logger(*CRON)
    def test_a_poisoned_event_lets_the_others_pass(self):
        """D-059: it says why, and comes after those that were never tried."""
        self.start(event_row("after", "payment"))
        self.pay(self.invoice, 100)
        model = type(self.signals)
        with patch.object(model, "_get_listeners", side_effect=TypeError("poison")):
            self.deliver_signals()
        signal = self.find("payment")
        self.assertEqual((signal.error, signal.attempts, signal.delivered_at),
                         ("poison", 1, False))
        self.deliver_signals()
        self.assertTrue(signal.delivered_at)
        self.assertFalse(signal.error)

    def test_one_that_failed_comes_after_those_never_tried(self):
        """D-059: however many fail again and again, the others are delivered."""
        first = self.start(event_row("after", "payment"))
        neighbour = self.make_customer("Neighbour")
        other = self.launch(first.template_id, neighbour)
        self.pay(self.invoice, 100)
        self.find("payment").attempts = 1
        self.pay(self.make_invoice(neighbour), 100)
        self.run_cron("_process_signals", limit=1)
        self.assertAt(first, "wait")
        self.assertAt(other, "after")

    @mute_logger(*CRON)
    def test_a_fault_in_one_event_leaves_those_beside_it_alone(self):
        """D-059: they share a transaction; it alone is put off."""
        template = self.start(event_row("after", "payment")).template_id
        neighbours = [self.make_customer(name) for name in ("One", "Two")]
        others = [self.launch(template, customer) for customer in neighbours]
        for customer in (self.customer, *neighbours):
            self.pay(self.make_invoice(customer), 100)
        receive, poisoned = type(self.signals)._get_command, self.find("payment")[0]

        def fail(signal):
            if signal.id == poisoned.id:
                raise TypeError("poison")
            return receive(signal)

        with patch.object(type(self.signals), "_get_command", fail):
            self.deliver_signals()
        self.assertEqual(
            self.find("payment").mapped(lambda signal: (bool(signal.delivered_at), signal.error)),
            [(False, "poison"), (True, False), (True, False)])
        for sequence in others:
            self.assertAt(sequence, "after")
            self.assertReplays(sequence)

    def test_who_listens_is_asked_for_each_event(self):
        """D-059: of two in one passage, the first launches a sequence that the second moves."""
        self.make_template("HEIR", [
            step("wait", [action("call")], [event_row("end:Paid", "payment"), row("end:Other")])])
        sequence = self.start(flow_row(
            "HEIR", condition="event", event_code="payment", timing="at_once"))
        for amount in (10, 20):
            self.pay(self.invoice, amount)
        self.deliver_signals()
        self.assertEqual(sequence.state, "switched")
        self.assertEqual(len(sequence.receipt_ids), 1)
        self.assertEqual(sequence.successor_id.end_label, "Paid")
        self.assertReplays(sequence)
        self.assertReplays(sequence.successor_id)

    def test_a_guard_reads_what_the_event_before_has_changed(self):
        """D-056, D-059: of two in one passage, the first launches what the second asks about."""
        self.make_template("HEIR", [step("wait", [action("call")], [row("end:Other")])])
        sequence = self.start(
            flow_row("HEIR", "after", condition="event", event_code="payment", timing="at_once"),
            then=[event_row("end:Both", "payment", guard="[('child_count', '=', 1)]")])
        for amount in (10, 20):
            self.pay(self.invoice, amount)
        self.deliver_signals()
        self.assertEqual(sequence.end_label, "Both")
        self.assertReplays(sequence)

    def test_a_guard_reads_names_in_nobody_s_language(self):
        """D-056: what is found does not depend on who runs a command, or for which company."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.company.partner_id.lang = "fr_FR"
        self.customer.country_id = country = self.env.ref("base.de")
        country.with_context(lang="fr_FR").name = "Allemagne"
        sequence = self.start(event_row(
            "after", "payment", guard="[('customer_id.country_id.name', '=', 'Germany')]"))
        self.pay(self.invoice, 100)
        self.deliver_signals()
        self.assertAt(sequence, "after")

    def test_the_cron_comes_back_for_the_rest(self):
        """D-059: through the cron itself, a batch at a time."""
        sequence = self.start(event_row("wait", "payment"))
        for amount in (10, 20):
            self.pay(self.invoice, amount)
        self.assertEqual(self.run_cron("_process_signals", limit=1), 1)
        self.assertEqual(len(sequence.visit_ids), 2)
        with self.enter_registry_test_mode():
            self.env.ref("account_collection.cron_process_signals").method_direct_trigger()
        self.assertEqual(len(sequence.visit_ids), 3)

    @mute_logger(*CRON)
    def test_a_fault_is_told_in_the_company_s_language(self):
        """Row 28: it stays in the history."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.company.partner_id.lang = "fr_FR"
        self.make_short_template("GONE")
        sequence = self.start(flow_row("GONE", condition="event", event_code="payment",
                                       timing="at_once"))
        self.env["collection.sequence.template"].search(
            [("code", "=", "GONE")]).action_archive_version()
        self.pay(self.invoice, 100)
        self.deliver_signals()
        [raised] = sequence.history_ids.filtered(lambda h: h.kind == "incident_raised")
        self.assertIn("aucune version", raised.text)

    @mute_logger(*CRON)
    def test_a_switch_that_cannot_start_is_an_incident(self):
        """D-031, D-066: nothing has changed but that."""
        self.make_short_template("GONE")
        sequence = self.start(flow_row("GONE", condition="event", event_code="payment",
                                       timing="at_once"))
        self.env["collection.sequence.template"].search(
            [("code", "=", "GONE")]).action_archive_version()
        self.pay(self.invoice, 100)
        self.deliver_signals()
        self.assertAt(sequence, "wait")
        self.assertEqual(sequence.incident, "refused")
        self.assertReplays(sequence)
