from unittest.mock import patch

from ...models.scenario import collection_scenario_planning
from .test_scenario_process import ProcessCase


class TestFreshness(ProcessCase):
    """Issue 13: what changes during the day leaves the agenda within the hour."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scenario = cls.make_scenario([{"offset": 3, "kind": "call", "mode": "manual"}])

    def make_planned(self, name="Debtor"):
        customer = self.make_debtor(name)
        self.run_cron("_plan_all", model="collection.scenario")
        return customer, self.get_planned(customer)

    def plan_hourly(self):
        return self.run_cron("_plan_marked", model="collection.scenario")

    def test_a_run_that_is_out_of_time_goes_on_where_it_was(self):
        """Cron: the next one begins with who is left, however often time runs out."""
        debtors = [self.make_debtor(name) for name in ("One", "Two", "Three")]
        marks = self.env["collection.plan.mark"]
        marks.search([]).unlink()
        marks.create([{"partner_id": debtor.id} for debtor in debtors]).flush_recordset()
        with patch.object(collection_scenario_planning, "BATCH", 1), patch.object(
                self.env.registry["ir.cron"], "_commit_progress", lambda *args, **kwargs: 0):
            for left in (2, 1, 0):
                self.plan_hourly()
                self.env.invalidate_all()
                self.assertEqual(len(marks.search([]).mapped("partner_id")), left)

    def test_paid_during_the_day(self):
        """The call to a customer who has paid is no longer to do."""
        customer, call = self.make_planned()
        self.assertEqual(call.state, "todo")
        self.pay(self.env["account.move"].search([("partner_id", "=", customer.id)]))
        self.plan_hourly()
        self.assertEqual((call.state, call.outcome), ("closed", "settled"))
        self.assertFalse(call.activity_ids)

    def test_a_new_debt_comes_up(self):
        """What is due today is to do within the hour."""
        customer = self.make_customer("Fresh")
        self.chase(customer, self.scenario)
        self.make_invoice(customer, due="2026-02-01")
        self.plan_hourly()
        self.assertEqual(self.get_planned(customer).state, "todo")

    def test_only_what_changed_is_planned(self):
        """Nothing is looked at twice, and settings wait for the night."""
        self.make_planned()
        self.plan_hourly()
        self.scenario.min_days = 5
        self.assertFalse(self.env["collection.plan.mark"].search([]))
        before = self.env["collection.plan.state"].search([]).mapped("digest")
        self.plan_hourly()
        self.assertEqual(self.env["collection.plan.state"].search([]).mapped("digest"), before)

    def test_the_form_shows_what_holds_now(self):
        """Between two runs: no next action beside “Nothing is open”."""
        customer, call = self.make_planned()
        self.pay(self.env["account.move"].search([("partner_id", "=", customer.id)]))
        self.env.invalidate_all()
        customer = customer.with_user(self.collector).with_context(lang="en_US")
        self.assertEqual(customer.collection_not_chased, "Nothing is open.")
        self.assertFalse(customer.collection_next_action_id)
        self.assertEqual(call.state, "todo")

    def test_the_form_shows_what_comes_next_now(self):
        """The oldest item was paid, and another one carries the ladder: not the old action."""
        customer = self.make_debtor()
        first = self.env["account.move"].search([("partner_id", "=", customer.id)])
        self.make_invoice(customer, due="2026-03-10")
        self.pay(first)
        self.env.invalidate_all()
        customer = customer.with_user(self.collector).with_context(lang="en_US")
        self.assertFalse(customer.collection_next_action_id)
        self.assertEqual(str(customer.collection_next_date), "2026-03-13")
        self.assertEqual(customer.collection_next_name, "Reminder at 3")
        self.assertFalse(customer.collection_not_chased)


class TestArchivedScenario(ProcessCase):
    """Issue 13, I: an archived scenario stops, and says so."""

    def archive(self):
        self.scenario.with_user(self.manager).active = False

    def test_nothing_is_sent_any_more(self):
        """Not even what was planned before."""
        customer = self.make_debtor()
        reminder = self.get_planned(customer)
        self.archive()
        self.process_due()
        self.assertEqual((reminder.state, reminder.outcome), ("closed", "cancelled"))
        self.assertFalse(reminder.dispatch_ids)

    def test_its_customers_say_why(self):
        """Not chased because."""
        customer = self.make_debtor()
        self.archive()
        self.run_cron("_plan_marked", model="collection.scenario")
        self.assertFalse(self.get_planned(customer))
        self.assertEqual(
            customer.with_user(self.collector).with_context(lang="en_US").collection_not_chased,
            "The customer's scenario is archived.")

    def test_in_use_again(self):
        """Unarchived, it chases within the hour."""
        customer = self.make_debtor()
        self.archive()
        self.run_cron("_plan_marked", model="collection.scenario")
        self.scenario.with_user(self.manager).active = True
        self.run_cron("_plan_marked", model="collection.scenario")
        self.assertTrue(self.get_planned(customer))
