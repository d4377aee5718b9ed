from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError

from ..common import COLLECTOR, CollectionCase


class ItemCase(CollectionCase):
    """A collector's customer in a scenario, with three open items."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scenario = cls.make_scenario()
        for due in ("2026-02-01", "2026-02-10", "2026-02-20"):
            cls.make_invoice(cls.customer, 100, due=due)
        cls.chase(cls.customer, cls.scenario)
        cls.items = cls.get_customer_items(cls.customer).with_user(cls.collector)

    @classmethod
    def get_customer_items(cls, customer):
        """:return: the receivable lines of a customer, the oldest first"""
        return cls.env["account.move.line"].search(
            [("partner_id", "=", customer.id), ("account_type", "=", "asset_receivable")],
            order="date_maturity, id")

    def get_leader(self):
        return self.get_planned(self.customer).leader_id

    def create_specific(self, items, **values):
        return self.env["collection.action"].with_user(self.collector).create_specific(
            items, {"name": "Call the accountant", "kind": "call", **values})

    def get_kinds(self):
        rows = self.env["collection.history"].search([("customer_id", "=", self.customer.id)])
        return rows.mapped("kind")


class TestSpecificAction(ItemCase):
    """What is asked on chosen items, and what it does to the scenario."""

    def test_it_takes_its_items_out_of_the_scenario(self):
        """A-002, A-006, B33: while it is open; another item leads."""
        action = self.create_specific(self.items[0])
        self.assertEqual(self.get_leader(), self.items[1])
        self.assertEqual((action.origin, action.user_id, action.item_ids),
                         ("specific", self.collector, self.items[0]))
        action.close("done")
        self.env["collection.scenario"]._plan()
        self.assertEqual(self.get_leader(), self.items[0])

    def test_it_replaces_an_action_that_does_not_fit(self):
        """A-003: an e-mail instead of a call, on all that is due; the scenario is silent."""
        self.create_specific(self.items, kind="email", subject="Your account", body="<p>…</p>")
        self.assertFalse(self.get_planned(self.customer))
        self.assertEqual(
            self.customer.collection_not_chased, "What is open is in a specific action.")

    def test_what_is_no_day_is_refused(self):
        """Bad input: whatever takes a day says in words that it got none."""
        action, item = self.create_specific(self.items[0]), self.items[1]
        promises = self.env["collection.promise"].with_user(self.collector)
        for take in (action.reschedule, lambda day: self.create_specific(item, date=day),
                     lambda day: promises.make(item, day),
                     lambda day: item.set_collection_status(None, review_date=day)):
            for day in ("soon", "31/03/2026", 5):
                with self.subTest(day=day), self.assertRaisesRegex(UserError, "is no day"):
                    take(day)

    def test_it_needs_an_item(self):
        """A-007: always one at least."""
        with self.assertRaisesRegex(UserError, "at least one open item"):
            self.create_specific(self.items.browse())

    def test_today_or_later(self):
        """A-008: now, or on a later day; never on one gone by."""
        self.assertEqual(self.create_specific(self.items[0]).state, "todo")
        later = self.create_specific(self.items[1], date="2026-03-20")
        self.assertEqual((later.state, later.date), ("scheduled", date(2026, 3, 20)))
        with self.assertRaisesRegex(UserError, "day gone by"):
            self.create_specific(self.items[2], date="2026-03-01")

    def test_one_excluding_action_an_item(self):
        """B34: the other is named; its item can be moved."""
        first = self.create_specific(self.items[:2])
        with self.assertRaisesRegex(ValidationError, "Call the accountant"):
            self.create_specific(self.items[1:])
        second = self.env["collection.action"].with_user(self.collector).create_specific(
            self.items[1:], {"name": "Visit"}, move=True)
        self.assertEqual(first.item_ids, self.items[0])
        self.assertEqual(second.item_ids, self.items[1:])
        self.assertIn("items_detached", self.get_kinds())

    def test_one_off_messages_are_unlimited(self):
        """B34: what does not exclude stands beside the rest."""
        beside = self.create_specific(self.items) | self.create_specific(
            self.items, excludes=False)
        self.assertEqual([act.item_ids for act in beside], [self.items, self.items])

    def test_items_of_one_customer_and_company(self):
        """A-009: several customers need an action each."""
        other = self.make_customer("Other")
        self.make_invoice(other)
        with self.assertRaisesRegex(UserError, "one customer"):
            self.create_specific(self.items | self.get_customer_items(other))

    def test_settled_items_are_refused(self):
        """B31: what is paid is not chased."""
        self.pay(self.items[0].move_id)
        with self.assertRaisesRegex(UserError, "is not open"):
            self.create_specific(self.items)

    def test_settled_items_leave_it_on_its_day(self):
        """A-028, B30, B31: the last one settled closes it; it stays in the history."""
        action = self.create_specific(self.items[:2], date="2026-03-10")
        self.pay(self.items[0].move_id)
        with self.at("2026-03-10 09:00:00"):
            self.env["collection.action"]._bring_to_day()
            self.assertEqual((action.state, action.item_ids), ("todo", self.items[1]))
            self.pay(self.items[1].move_id)
            self.env["collection.action"]._bring_to_day()
        self.assertEqual((action.state, action.outcome), ("closed", "settled"))

    def test_a_payment_taken_back_returns_to_the_scenario(self):
        """B31: the customer is chased again; the old action stays closed."""
        action = self.create_specific(self.items[0])
        self.pay(self.items[0].move_id)
        self.env["collection.action"]._bring_to_day()
        self.items[0].sudo().remove_move_reconcile()
        self.env["collection.scenario"]._plan()
        self.assertEqual(self.get_leader(), self.items[0])
        self.assertEqual(action.outcome, "settled")

    def test_an_automatic_one_leaves_on_its_day(self):
        """A-020, A-022, B29: automatic and not to confirm: sent without anybody."""
        action = self.create_specific(
            self.items[:2], kind="email", mode="automatic", date="2026-03-05", subject="Due",
            body="<p>#items_amount_selected</p>")
        self.process_due("2026-03-04 09:00:00")
        self.assertEqual(action.state, "scheduled")
        self.process_due("2026-03-05 09:00:00")
        self.assertEqual((action.state, action.outcome), ("closed", "done"))
        self.assertIn("200", action.dispatch_ids.body)

    def test_one_to_confirm_waits(self):
        """A-021, B29: automatic and to confirm."""
        action = self.create_specific(
            self.items[0], kind="email", mode="confirm", subject="Due", body="<p>…</p>")
        self.process_due()
        self.assertEqual(action.state, "todo")
        action.confirm()
        self.process_due()
        self.assertEqual(action.outcome, "done")

    def test_it_can_be_used_several_times(self):
        """A-041: sent without closing, and re-dated; each sending is kept."""
        action = self.create_specific(
            self.items[0], kind="email", subject="Due", body="<p>…</p>")
        action.send_and_keep("2026-03-09")
        self.assertEqual((action.state, action.date), ("scheduled", date(2026, 3, 9)))
        action.send_and_keep()
        self.assertEqual(len(action.dispatch_ids), 2)
        self.assertIn("message_sent", self.get_kinds())

    def test_items_can_be_detached(self):
        """A-044: a part is resolved; the last item stays, or the action is closed."""
        action = self.create_specific(self.items[:2])
        action.detach(self.items[0])
        self.assertEqual(action.item_ids, self.items[1])
        self.assertEqual(self.get_leader(), self.items[0])
        with self.assertRaisesRegex(UserError, "without an item"):
            action.detach(self.items[1])

    def test_only_its_own_items_are_detached(self):
        """X-01: whatever others a caller names is neither let out nor planned anew."""
        action, reacted = self.create_specific(self.items[:2]), []
        other = self.make_invoice(self.make_customer("Other", holders={})).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable")
        with patch.object(self.env.registry["account.move.line"], "_react_to_treatment",
                          lambda lines: reacted.append(lines.ids)):
            action.detach(self.items[0] | other)
        self.assertEqual(reacted, [self.items[0].ids])

    def test_another_portfolio_is_out_of_reach(self):
        """A-009: a collector of other customers can ask nothing on these items."""
        stranger = self.make_user("stranger", COLLECTOR)
        with self.assertRaises(AccessError):
            self.env["collection.action"].with_user(stranger).create_specific(
                self.items.with_user(stranger), {"name": "Call"})

    def test_in_the_agenda_and_on_the_customer(self):
        """A-025: among the actions to do, with a reminder for the collector."""
        action = self.create_specific(self.items[0])
        self.assertIn(action, self.customer.collection_open_action_ids)
        self.assertEqual(action.activity_ids.user_id, self.collector)

    def test_out_of_the_scenario_without_items(self):
        """A-027, A-046, B35: a one-off message takes nothing out of the scenario."""
        action = self.env["collection.action"].with_user(self.collector).create_message(
            self.customer, {"name": "Thank you", "kind": "email", "subject": "Thanks",
                            "body": "<p>Thank you.</p>"})
        self.assertEqual((action.origin, action.item_ids), ("manual", self.items.browse()))
        self.assertTrue(self.get_planned(self.customer))
        action.send_now()
        self.assertEqual(action.outcome, "done")


class TestItemStatus(ItemCase):
    """What is said of items: traced, dated, and it silences the scenario where it should."""

    def set_status(self, items, kind, **vals):
        status = self.env.ref(f"account_collection.item_status_{kind}")
        items.set_collection_status(status, **vals)

    def test_traced_on_item_invoice_and_customer(self):
        """A-010: who, old and new, and the comment."""
        self.set_status(self.items[0], "dispute", comment="Wrong price")
        row = self.env["collection.history"].search(
            [("customer_id", "=", self.customer.id), ("kind", "=", "item_changed")])
        self.assertEqual((row.text, row.user_id), ("Wrong price", self.collector))
        note = self.items[0].move_id.message_ids[0]
        self.assertIn("Collection changed.", note.body)  # or it reads as removed by its author
        noted = note.sudo().tracking_value_ids
        self.assertEqual(noted.filtered("new_value_text").new_value_text, "Wrong price")
        self.assertEqual(self.items[0].collection_comment, "Wrong price")

    def test_a_direct_write_is_traced_too(self):
        """A-010: by an accountant, in a list."""
        self.items[0].sudo().collection_comment = "Seen"
        self.assertIn("item_changed", self.get_kinds())

    def test_excluded_items_come_back_into_view(self):
        """E13: dated, by the status's delay or by the caller."""
        self.set_status(self.items[0], "litigation")
        self.assertEqual(self.items[0].collection_review_date, date(2026, 4, 1))
        self.assertEqual(self.items[0].collection_excluded_since, date(2026, 3, 2))
        self.set_status(self.items[0], "normal")
        self.assertFalse(self.items[0].collection_review_date)

    def test_the_next_action_changes_at_once(self):
        """A-004: a disputed item leads no more."""
        self.set_status(self.items[0], "dispute")
        self.assertEqual(self.get_leader(), self.items[1])

    def test_no_item_no_status(self):
        """A-009"""
        with self.assertRaisesRegex(UserError, "at least one open item"):
            self.set_status(self.items.browse(), "dispute")

    def test_the_cores_own_mark_is_respected(self):
        """E14: no_followup keeps an item out, and is never set by us."""
        self.items[0].sudo().no_followup = True
        self.set_status(self.items[1], "dispute")
        self.env["collection.scenario"]._plan()
        self.assertEqual(self.get_leader(), self.items[2])
        self.assertFalse(self.items[1].no_followup)


class TestPromise(ItemCase):
    """Promises to pay: they pause, and are kept or broken by what is reconciled."""

    def make(self, items, *args, **kwargs):
        return self.env["collection.promise"].with_user(self.collector).make(
            items, *args, **kwargs)

    def judge(self, moment):
        with self.at(moment):
            self.run_cron("_process_promises", model="collection.promise")

    def test_it_silences_the_scenario_until_its_day(self):
        """A-005, E2: and back when the day has passed unpaid; the collector is told."""
        promise = self.make(self.items, "2026-03-10")
        self.assertFalse(self.get_planned(self.customer))
        self.judge("2026-03-10 09:00:00")
        self.assertEqual(promise.state, "open")
        self.judge("2026-03-11 09:00:00")
        self.assertEqual(promise.state, "broken")
        self.assertTrue(self.get_planned(self.customer))
        self.assertEqual(promise.activity_ids.user_id, self.collector)
        self.assertFalse(self.items[0].collection_status_id)

    def test_broken_raises_the_signal(self):
        """D-037: the customer's sequences hear of it."""
        self.launch(self.make_short_template())
        self.make(self.items[0], "2026-03-10")
        self.judge("2026-03-11 09:00:00")
        self.assertIn("promise_broken", self.env["collection.signal"].search(
            [("customer_id", "=", self.customer.id)]).mapped("code"))

    def test_kept_is_found_by_itself(self):
        """E1: from what is reconciled, in part too."""
        promise = self.make(self.items[0], "2026-03-10", 60)
        self.pay(self.items[0].move_id, 60)
        self.judge("2026-03-05 09:00:00")
        self.assertEqual((promise.state, promise.paid), ("kept", 60))
        self.env["collection.scenario"]._plan()
        self.assertEqual(self.get_leader(), self.items[0])

    def test_instalments_follow_each_other(self):
        """A-047, E24: paid, the next one is awaited; missed, the promise is broken."""
        promise = self.make(self.items[0], instalments=[("2026-03-10", 40), ("2026-04-10", 60)])
        self.pay(self.items[0].move_id, 40)
        self.judge("2026-03-11 09:00:00")
        self.assertEqual((promise.state, promise.date), ("open", date(2026, 4, 10)))
        self.assertEqual(self.items[0].collection_promise_date, date(2026, 4, 10))
        self.judge("2026-04-11 09:00:00")
        self.assertEqual(promise.state, "broken")

    def test_a_second_promise_takes_the_place_of_the_first(self):
        """E1: one promise an item."""
        first = self.make(self.items[0], "2026-03-10")
        second = self.make(self.items[0], "2026-03-20")
        self.assertEqual((first.state, second.state), ("cancelled", "open"))
        self.assertEqual(self.items[0].collection_promise_date, date(2026, 3, 20))

    def test_what_cannot_be_promised(self):
        """E1: a day gone by, nothing, or more than is owed."""
        for args, words in ((("2026-03-01",), "today or a later day"),
                            ((None, 50), "for which day"),
                            (("2026-03-10", 0), "above zero"),
                            (("2026-03-10", 100.01), "more than is due")):
            with self.subTest(args=args), self.assertRaisesRegex(UserError, words):
                self.make(self.items[0], *args)

    def test_who_promises(self):
        """E1, X-04: the customer, a contact of it, or a contact who holds a function for it."""
        contact = self.make_partner("Jane", parent_id=self.customer.id)
        guarantor = self.make_partner("Guarantor")
        self.make_function("CAU", "Guarantor", kind="contact")
        self.make_participant(self.customer, "CAU", guarantor)
        made = [self.make(self.items[0], "2026-03-10", promised_by=person).promised_by_id
                for person in (None, contact.id, guarantor.id)]
        self.assertEqual(made, [self.customer, contact, guarantor])
        for nobody in (self.make_partner("Stranger"), self.make_customer("Neighbour"),
                       self.collector.partner_id):
            with self.subTest(who=nobody.name), self.assertRaisesRegex(
                    ValidationError, f"{nobody.name} does not speak for {self.customer.name}"):
                self.make(self.items[0], "2026-03-10", promised_by=nobody.id)

    def test_cancelled_with_a_reason(self):
        """E1: the items return to the scenario."""
        promise = self.make(self.items, "2026-03-10")
        with self.assertRaises(UserError):
            promise.cancel("")
        promise.cancel("He takes it back")
        self.assertEqual(promise.state, "cancelled")
        self.assertEqual(self.get_leader(), self.items[0])

    def test_never_deleted(self):
        """A-005"""
        with self.assertRaises(UserError):
            self.make(self.items[0], "2026-03-10").sudo().unlink()


class TestDispute(ItemCase):
    """Disputes: out of the scenario, owned, resolved."""

    def open(self, items, **kwargs):
        reason = self.env.ref("account_collection.dispute_reason_price")
        return self.env["collection.dispute"].with_user(self.collector).open(
            items, reason, **kwargs)

    def test_its_items_leave_the_scenario_for_a_follow_up(self):
        """A-004, A-043, B32: an action after the status's delay, and an owner."""
        dispute = self.open(self.items[0], owner=self.litigator)
        self.assertEqual(dispute.owner_id, self.litigator)
        self.assertEqual(dispute.action_id.date, date(2026, 3, 17))
        self.assertEqual(self.items[0].collection_status_id.kind, "dispute")
        self.assertEqual(self.get_leader(), self.items[1])

    def test_resolved_its_items_return(self):
        """A-042: as dispute resolved, to the scenario; the follow-up is done."""
        dispute = self.open(self.items[0])
        dispute.resolve("justified", "The price list says so")
        self.assertEqual((dispute.state, dispute.action_id.outcome), ("resolved", "done"))
        self.assertEqual(self.items[0].collection_status_id.kind, "resolved")
        self.assertEqual(self.get_leader(), self.items[0])

    def test_closing_the_follow_up_resolves_it(self):
        """A-042: either way round."""
        dispute = self.open(self.items[0])
        dispute.action_id.close("done", comment="Settled on the telephone")
        self.assertEqual(dispute.state, "resolved")
        self.env["collection.scenario"]._plan()
        self.assertEqual(self.get_leader(), self.items[0])

    def test_sequences_hear_of_it(self):
        """D-037: opened and closed."""
        self.launch(self.make_short_template())
        self.open(self.items[0]).resolve("withdrawn")
        codes = self.env["collection.signal"].search(
            [("customer_id", "=", self.customer.id)]).mapped("code")
        self.assertLessEqual({"dispute_opened", "dispute_closed"}, set(codes))

    def test_only_the_owner_changes_by_hand(self):
        """A-043: state and result change by their buttons."""
        dispute = self.open(self.items[0])
        dispute.owner_id = self.litigator
        with self.assertRaises(AccessError):
            dispute.state = "resolved"

    def test_no_portal_user_owns_it(self):
        """A-043: colleagues resolve disputes, whoever is named by a remote call."""
        lawyer = self.make_user("lawyer", "base.group_portal")
        with self.assertRaisesRegex(ValidationError, "portal access only"):
            self.open(self.items[0], owner=lawyer.id)
        dispute = self.open(self.items[1])
        with self.assertRaisesRegex(ValidationError, "portal access only"):
            dispute.owner_id = lawyer

    def test_another_portfolio_is_out_of_reach(self):
        """A-043: unless one owns the dispute."""
        dispute = self.open(self.items[0], owner=self.litigator)
        stranger = self.make_user("stranger", COLLECTOR)
        with self.assertRaises(AccessError):
            dispute.with_user(stranger).resolve("credited")
        dispute.with_user(self.litigator).resolve("credited")
        self.assertEqual(dispute.result, "credited")
