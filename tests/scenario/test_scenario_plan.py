from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ... import uninstall_hook
from ..common import CollectionCase


class TestScenarioPlan(CollectionCase):
    """What planning writes, and that it writes it once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scenario = cls.make_scenario()
        cls.plan = cls.env["collection.scenario"]._plan

    def test_the_oldest_item_carries_the_ladder(self):
        """A-001, S-002: the leader is the oldest due item; its age gives the first step."""
        self.make_invoice(self.customer, due="2026-02-20")
        oldest = self.make_invoice(self.customer, due="2026-02-01")
        action = self.chase(self.customer, self.scenario)
        self.assertEqual(action.leader_id.move_id, oldest)
        self.assertEqual(action.scenario_step_id, self.scenario.step_ids[0])
        self.assertEqual(
            action.with_context(lang="en_US").why,
            f"Step 1: 3 days after {oldest.name} fell due (02/01/2026)")

    def test_planning_again_writes_nothing(self):
        """S-002: planning is idempotent, counted in rows."""
        self.make_invoice(self.customer)
        self.chase(self.customer, self.scenario)
        self.assertEqual(self.plan(), 0)

    def test_a_reminder_before_the_due_date(self):
        """S-004: a negative offset reminds of what will fall due."""
        scenario = self.make_scenario((-5, 3))
        self.make_invoice(self.customer, due="2026-03-20")
        action = self.chase(self.customer, scenario)
        self.assertEqual(action.date, date(2026, 3, 15))
        self.assertEqual(action.state, "scheduled")

    def test_a_paid_customer_is_left_alone(self):
        """A-028: what is settled closes as settled, and stays in the history."""
        invoice = self.make_invoice(self.customer)
        action = self.chase(self.customer, self.scenario)
        self.pay(invoice)
        invoice.line_ids.flush_recordset()
        self.plan()
        self.assertEqual((action.state, action.outcome), ("closed", "settled"))

    def test_changing_the_scenario_replaces_the_action(self):
        """M-041: at once, and the old action says why it went."""
        self.make_invoice(self.customer)
        action = self.chase(self.customer, self.scenario)
        other = self.chase(self.customer, self.make_scenario((5,)))
        self.assertEqual((action.state, action.outcome), ("closed", "cancelled"))
        self.assertNotEqual(action, other)
        history = self.customer.with_user(self.manager).collection_history_ids
        self.assertIn("setting_changed", history.mapped("kind"))
        self.assertTrue(self.env["collection.history"].with_user(self.manager).verify(
            self.customer))

    def test_the_action_falls_to_the_collector_then_to_the_credit_manager(self):
        """M-044: a new collector gets what is planned; without any, the credit manager."""
        self.make_invoice(self.customer)
        action = self.chase(self.customer, self.scenario)
        self.assertEqual(action.user_id, self.collector)
        self.customer.collector_id = self.litigator
        self.assertEqual(action.user_id, self.litigator)
        self.company.collection_manager_id = self.manager
        self.customer.collector_id = False
        self.assertEqual(action.user_id, self.manager)

    def test_a_planned_action_copies_its_step_in_every_language(self):
        """S-004: name, text, mode and decisions of the step, as they are then."""
        self.env["res.lang"]._activate_lang("fr_FR")
        option = self.make_option("reached")
        scenario = self.make_scenario([{
            "offset": 3, "kind": "call", "mode": "manual", "name": "Call",
            "option_ids": [Command.set(option.ids)]}])
        scenario.step_ids.with_context(lang="fr_FR").name = "Appeler"
        self.make_invoice(self.customer)
        action = self.chase(self.customer, scenario)
        self.assertEqual(action.with_context(lang="fr_FR").name, "Appeler")
        self.assertEqual((action.name, action.kind, action.option_ids), ("Call", "call", option))

    def test_what_is_planned_follows_its_step(self):
        """S-005: a manager corrects a step; what somebody has edited or confirmed stays."""
        self.env["res.lang"]._activate_lang("fr_FR")
        scenario, option = self.make_scenario(({"offset": 3, "mode": "confirm"},)), (
            self.make_option("YES"))
        coming, due, edited, confirmed = self.env["collection.action"].union(*(
            self.chase(self.make_invoice(self.make_customer(name), due=day).partner_id, scenario)
            for name, day in (("A", "2026-03-20"), ("B", "2026-02-01"), ("C", "2026-03-20"),
                              ("D", "2026-02-01"))))
        self.env["collection.action"]._bring_to_day()
        self.assertEqual((coming.state, due.state), ("scheduled", "todo"))
        edited.with_user(self.manager).edit_message({"body": "<p>Dear customer</p>"})
        confirmed.with_user(self.manager).confirm()
        step = scenario.step_ids.with_user(self.manager)
        step.write({"name": "Ask", "subject": "Asked", "mode": "manual",
                    "option_ids": [Command.set(option.ids)]})
        step.update_field_translations("name", {"fr_FR": "Demander"})
        for action in coming | due:
            self.assertEqual((action.name, action.subject, action.mode, action.option_ids),
                             ("Ask", "Asked", "manual", option))
        self.assertEqual(coming.with_context(lang="fr_FR").name, "Demander")
        for action in edited | confirmed:
            self.assertEqual((action.name, action.subject, action.mode, action.option_ids),
                             ("Reminder at 3", "Reminder", "confirm", option.browse()))

    def test_what_somebody_owes_stays(self):
        """S-005: a task whose day has come is what it was when it was given."""
        scenario = self.make_scenario(({"offset": 3, "kind": "call", "mode": "manual"},))
        self.make_invoice(self.customer)
        action = self.chase(self.customer, scenario)
        self.env["collection.action"]._bring_to_day()
        scenario.step_ids.name = "Visit"
        self.assertEqual((action.state, action.name), ("todo", "Reminder at 3"))

    def test_what_must_be_confirmed_now_is_asked(self):
        """S-005: who confirms is decided after a message has come to its day."""
        self.make_invoice(self.customer)
        action = self.chase(self.customer, self.scenario)
        self.env["collection.action"]._bring_to_day()
        self.assertFalse(action.activity_ids)
        self.scenario.step_ids.mode = "confirm"
        self.assertTrue(action.to_confirm)
        self.assertEqual(action.activity_ids.user_id, self.collector)

    def test_what_is_planned_anew_notifies_nobody(self):
        """S-005, M-044: a message that leaves by itself has no activity, whoever it passes to."""
        scenario = self.make_scenario((30,))
        self.make_invoice(self.customer)
        action = self.chase(self.customer, scenario)
        notified = self.env["mail.message"].search_count(
            [("message_type", "=", "user_notification")])
        self.customer.collector_id = self.litigator
        scenario.step_ids.offset = 40
        self.assertEqual((action.state, action.user_id), ("scheduled", self.litigator))
        self.assertFalse(action.activity_ids)
        self.assertEqual(self.env["mail.message"].search_count(
            [("message_type", "=", "user_notification")]), notified)

    def test_a_call_of_today_passes_with_its_customer(self):
        """M-044: the former collector has no activity any more, the new one has."""
        self.make_invoice(self.customer)
        action = self.chase(self.customer, self.make_scenario([
            {"offset": 3, "kind": "call", "mode": "manual"}]))
        self.env["collection.action"]._bring_to_day()
        self.assertEqual(action.activity_ids.user_id, self.collector)
        self.customer.collector_id = self.litigator
        self.env["collection.action"]._bring_to_day()
        self.assertEqual(action.activity_ids.user_id, self.litigator)

    def test_a_used_scenario_and_step_stay(self):
        """S-004: what was applied is archived, never deleted."""
        self.make_invoice(self.customer)
        self.chase(self.customer, self.scenario)
        with self.assertRaises(UserError):
            self.scenario.step_ids[0].unlink()
        with self.assertRaises(UserError):
            self.scenario.unlink()

    def test_an_empty_scenario_has_no_steps(self):
        """M-043: for customers one means not to chase."""
        with self.assertRaisesRegex(ValidationError, "does not chase"):
            self.scenario.empty = True

    def test_only_a_message_without_judgement_leaves_by_itself(self):
        """S-006: a call, or an e-mail that asks for a decision, is done by a person."""
        for vals in ({"kind": "call"}, {"kind": "email", "needs_validation": True}):
            with self.assertRaisesRegex(ValidationError, "cannot leave by itself"):
                self.make_scenario([{"offset": 1, "mode": "automatic", **vals}])


class TestPlanTouchesOne(CollectionCase):
    """One change among many customers: planning writes for that customer alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scenario = cls.make_scenario()
        cls.others = [cls.make_customer(f"Other {number}", holders={}) for number in range(4)]
        for customer in (cls.customer, *cls.others):
            cls.make_invoice(customer, due="2026-02-20")
            cls.make_invoice(customer, due="2026-02-25")
            cls.chase(customer, cls.scenario)
        cls.items = cls.env["account.move.line"].search(
            [("partner_id", "=", cls.customer.id), ("account_type", "=", "asset_receivable")],
            order="date_maturity")

    def assertOnlyThisCustomer(self, rows):
        """Planning all writes so many rows, all of this customer; then none."""
        before = {other: self.get_planned(other) for other in self.others}
        self.assertEqual(self.env["collection.scenario"]._plan(), rows)
        self.assertEqual(before, {other: self.get_planned(other) for other in self.others})
        self.assertEqual(self.env["collection.scenario"]._plan(), 0)

    def test_a_payment(self):
        """S-002: the leader is cleared; the next item leads."""
        self.pay(self.items[0].move_id)
        self.assertOnlyThisCustomer(2)
        self.assertEqual(self.get_planned(self.customer).leader_id, self.items[1])

    def test_a_dispute(self):
        """S-002: the leader is excluded; the next item leads."""
        self.items[0].collection_status_id = self.env.ref(
            "account_collection.item_status_dispute")
        self.assertOnlyThisCustomer(2)
        self.assertEqual(self.get_planned(self.customer).leader_id, self.items[1])

    def test_an_older_item(self):
        """S-002: an older one is booked."""
        self.make_invoice(self.customer, due="2026-01-15")
        self.assertOnlyThisCustomer(2)

    def test_a_new_item(self):
        """S-002: a younger one changes nothing."""
        self.make_invoice(self.customer, due="2026-02-28")
        self.assertOnlyThisCustomer(0)

    def test_all_of_it_promised(self):
        """E2: a promise silences the scenario until its day has passed."""
        self.items.write({
            "collection_status_id": self.env.ref("account_collection.item_status_promise").id,
            "collection_promise_date": "2026-03-06"})
        self.assertOnlyThisCustomer(1)
        self.assertEqual(self.customer.collection_not_chased, "The customer has promised to pay.")
        with self.at("2026-03-07 09:00:00"):
            self.assertOnlyThisCustomer(1)

    def test_the_cron_forgets_what_it_planned(self):
        """A-001: to the end, marks included; the next one has nothing to do."""
        self.pay(self.items[0].move_id)
        self.run_cron("_plan_all", model="collection.scenario")
        self.assertEqual(self.get_planned(self.customer).leader_id, self.items[1])
        self.assertEqual(self.env["collection.scenario"]._count_to_plan(), 1)
        self.run_cron("_plan_all", model="collection.scenario")
        self.assertEqual(self.env["collection.scenario"]._count_to_plan(), 0)

    def test_uninstalling_leaves_no_trigger_behind(self):
        """A-001: on the core's tables they would fail without the module's own."""
        uninstall_hook(self.env)
        self.env.cr.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'collection_plan_mark_%'")
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_a_mark_that_comes_in_meanwhile_is_kept(self):
        """A-001: planning forgets the marks it took, not those committed since with lower ids."""
        marks = self.env["collection.plan.mark"]
        self.env["collection.scenario"]._plan()
        early = marks.create({"partner_id": self.customer.id})
        marks.create({"partner_id": self.customer.id}).flush_recordset()
        marks._forget([
            mark for taken in marks._take().values() for mark in taken if mark != early.id])
        self.assertEqual(marks.search([]), early)

    def test_queries_do_not_grow_with_customers(self):
        """A-001: planning asks the database a number of questions that customers do not change."""
        def count(customers):
            return self.count_queries(self.env["collection.scenario"]._plan, customers)
        everyone = self.customer.union(*self.others)
        count(everyone)
        self.assertEqual(count(self.customer), count(everyone))


class TestNotChased(CollectionCase):
    """Each reason for which a customer is not chased can be read on it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scenario = cls.make_scenario()
        cls.invoice = cls.make_invoice(cls.customer, 100)
        cls.item = cls.invoice.line_ids.filtered("date_maturity")
        cls.chase(cls.customer, cls.scenario)

    def assertNotChased(self, reason):
        self.env["collection.scenario"]._plan()
        self.env.invalidate_all()
        self.assertFalse(self.get_planned(self.customer))
        customer = self.customer.with_user(self.collector).with_context(lang="en_US")
        self.assertEqual(customer.collection_not_chased, reason)

    def test_chased(self):
        """A-001: no reason, and the next action."""
        customer = self.customer.with_user(self.collector)
        self.assertFalse(customer.collection_not_chased)
        self.assertEqual(customer.collection_next_action_id, self.get_planned(self.customer))

    def test_no_scenario(self):
        """M-043"""
        self.customer.collection_scenario_id = False
        self.assertNotChased("The customer has no scenario.")

    def test_empty_scenario(self):
        """M-043"""
        self.customer.collection_scenario_id = self.make_scenario((), empty=True)
        self.assertNotChased("The customer's scenario does not chase.")

    def test_on_hold_and_back_by_itself(self):
        """E3: until a day, with a reason; then the chase resumes."""
        self.customer.write({
            "collection_hold_until": "2026-03-10", "collection_hold_reason": "Waits for a report"})
        self.assertNotChased("On hold until 03/10/2026: Waits for a report")
        with self.at("2026-03-11 09:00:00"):
            self.env["collection.scenario"]._plan()
            self.assertTrue(self.get_planned(self.customer))

    def test_insolvent(self):
        """L9"""
        self.customer.collection_insolvency_date = "2026-03-01"
        self.assertNotChased("Insolvency proceedings are open.")

    def test_settled(self):
        """A-028"""
        self.pay(self.invoice)
        self.assertNotChased("Nothing is open.")

    def test_in_payment(self):
        """B31: a payment that the bank has not shown yet."""
        self.invoice.payment_state = "in_payment"
        self.assertNotChased("What is open is being paid.")

    def test_blocked(self):
        """E14: the core's own mark."""
        self.item.no_followup = True
        self.assertNotChased("What is open is blocked from follow-up.")

    def test_disputed(self):
        """A-004"""
        self.item.collection_status_id = self.env.ref("account_collection.item_status_dispute")
        self.assertNotChased("All open items are disputed.")

    def test_in_a_specific_action(self):
        """B33: while the action is open."""
        action = self.env["collection.action"].create({
            "name": "Call the accountant", "kind": "call", "origin": "specific",
            "customer_id": self.customer.id, "company_id": self.company.id,
            "date": "2026-03-20", "item_ids": [Command.set(self.item.ids)]})
        self.assertNotChased("What is open is in a specific action.")
        action.close("cancelled", comment="Paid by cheque")
        self.env["collection.scenario"]._plan()
        self.assertTrue(self.get_planned(self.customer))

    def test_suspended_by_a_sequence(self):
        """D-120: the whole customer, as long as the sequence is open."""
        template = self.make_short_template(suspends="customer")
        sequence = self.launch(template)
        self.assertNotChased("A sequence suspends the scenario.")
        sequence.with_user(self.manager).action_stop("Paid")
        self.env["collection.scenario"]._plan()
        self.assertTrue(self.get_planned(self.customer))

    def test_without_a_scenario_nothing_is_suspended(self):
        """Row 31: the reason is that there is no scenario."""
        self.launch(self.make_short_template(suspends="customer"))
        self.customer.collection_scenario_id = False
        self.assertNotChased("The customer has no scenario.")

    def test_items_suspended_by_a_sequence(self):
        """D-120: its items alone; another one is chased."""
        template = self.make_short_template(suspends="items")
        self.launch(template, items=self.item)
        self.assertNotChased("A sequence suspends the scenario.")
        other = self.make_invoice(self.customer, due="2026-02-10")
        self.env["collection.scenario"]._plan()
        self.assertEqual(self.get_planned(self.customer).leader_id.move_id, other)

    def test_credits_cover_it(self):
        """E11: a credit note of as much nets to nothing."""
        self.make_invoice(self.customer, 100, move_type="out_refund")
        self.assertNotChased("Credits cover what is due.")

    def test_below_the_minimum(self):
        """S-008: the customer owes less than the scenario chases."""
        self.scenario.minimum_amount = 100.01
        self.assertNotChased("Less is due than the scenario's minimum.")

    def test_small_items(self):
        """S-008: ignored; they neither lead nor count."""
        self.scenario.item_minimum = 100.01
        self.assertNotChased("Only items below the scenario's minimum are open.")

    def test_archived(self):
        """S-007"""
        self.customer.active = False
        self.env["collection.scenario"]._plan()
        self.assertFalse(self.get_planned(self.customer))

    def test_end_of_the_ladder(self):
        """S-002: all steps done, nothing repeats."""
        scenario = self.make_scenario((3,))
        self.chase(self.customer, scenario).with_user(self.collector).skip("Enough")
        self.assertNotChased("The scenario has come to its end.")


class TestThresholds(CollectionCase):
    """Amounts of a scenario in another currency than the company's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dollar = cls.env["res.currency"].with_context(active_test=False).search(
            [("name", "=", "CHF")])
        cls.dollar.active = True
        cls.scenario = cls.make_scenario(currency_id=cls.dollar.id, minimum_amount=100)
        cls.make_invoice(cls.customer, 60)

    def test_converted_at_the_rate_of_the_day(self):
        """S-008: 2 francs make one of the company's currency: 60 are 120 francs."""
        self.env["res.currency.rate"].create({
            "currency_id": self.dollar.id, "rate": 2, "name": "2026-01-01",
            "company_id": self.company.id})
        self.assertTrue(self.chase(self.customer, self.scenario))

    def test_a_missing_rate_is_said(self):
        """S-008: nothing is guessed, nothing is sent, and the other scenarios go on."""
        self.dollar.rate_ids.unlink()
        other = self.make_customer("Other")
        self.make_invoice(other)
        self.assertFalse(self.chase(self.customer, self.scenario))
        self.assertTrue(self.chase(other, self.make_scenario()))
        self.assertIn("without exchange rate", self.customer.collection_not_chased)


class TestPlanOfCompanies(CollectionCase):
    """The second company: its own settings, items, actions."""

    def test_each_company_plans_its_own(self):
        """M-041: settings are a company's; so are the items that lead."""
        second = self.env["res.company"].create({"name": "Second"})
        self.manager.company_ids |= second
        self.make_invoice(self.customer)
        self.customer.with_company(second).collection_scenario_id = self.make_scenario()
        self.assertFalse(self.get_planned(self.customer))
        self.assertEqual(
            self.customer.with_company(second).collection_not_chased, "Nothing is open.")

    def test_a_scenario_of_another_company_is_refused(self):
        """M-041"""
        second = self.env["res.company"].create({"name": "Second"})
        with self.assertRaisesRegex(ValidationError, "is of Second"):
            self.customer.collection_scenario_id = self.make_scenario(company_id=second.id)
