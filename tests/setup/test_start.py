from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.setup.res_company import get_waiting_domain
from .setup_case import SetupCase


@tagged("post_install", "-at_install")
class TestStart(SetupCase):
    """Nothing leaves by itself before somebody starts it."""

    def make_branch(self):
        return self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})

    def make_branch_send(self):
        """:return: a branch from which a message has left by itself, its page not opened yet"""
        branch = self.make_branch()
        self.chase_by_hand()
        self.env.flush_all()
        self.env.cr.execute("UPDATE collection_dispatch SET company_id = %s", (branch.id,))
        self.env.invalidate_all()
        return branch

    def test_what_is_due_waits_and_says_why(self):
        """Issue 17: planned, not sent, with the reason."""
        self.make_invoice(self.customer, due="2026-02-01")
        action = self.chase(self.customer, self.scenario)
        self.assertEqual(self.process_due("2026-03-02 12:00:00"), 0)
        self.assertEqual(action.state, "todo")
        self.assertIn("not been started", action.held_because)

    def test_whoever_never_opened_the_page_has_decided_by_hand(self):
        """Issue 17: a scenario that was made and given by hand is on its way as ever."""
        self.chase_by_hand()
        home = self.env["res.company"].with_user(self.manager)._open_collection_home()
        self.assertEqual(home["res_model"], "collection.debtor")
        page = self.open_page()
        self.assertTrue(page.is_started, "a look at the page silenced what runs")
        self.assertFalse(self.company.collection_manager_id, "a look at it changed who signs")

    def chase_by_hand(self):
        """A message leaves by itself in a company whose page nobody has opened."""
        self.page.sudo().unlink()
        self.company.collection_manager_id = False
        self.make_invoice(self.customer, due="2026-02-01")
        self.chase(self.customer, self.scenario)
        self.assertEqual(self.process_due("2026-03-02 12:00:00"), 1)

    def test_what_a_person_sent_starts_nothing(self):
        """Issue 17: one who has tried a message is asked before more leave."""
        self.page.sudo().unlink()
        self.make_invoice(self.customer, due="2026-02-01")
        self.chase(self.customer, self.scenario).with_user(self.collector).send_now()
        page = self.open_page()
        self.assertFalse(page.is_started)

    def test_a_look_silences_no_branch(self):
        """D, issue 17: nor one at the page of the company above it."""
        branch = self.make_branch_send()
        self.open_page()
        self.assertFalse(branch._filtered_waiting_for_start())

    def test_a_look_gives_a_branch_no_day_of_its_own(self):
        """D, issue 17: else it would go on when its company is stopped."""
        branch = self.make_branch_send()
        self.manager.company_ids |= branch
        self.company.collection_started_on = "2026-01-01"
        setups = self.env["collection.setup"].with_user(self.manager)
        setups.with_context(allowed_company_ids=branch.ids)._get_setup()
        self.assertFalse(branch.collection_started_on)

    def test_a_day_in_the_settings_holds_without_the_page(self):
        """Issue 17: before it nothing leaves, and a look at the page does not change it."""
        self.page.sudo().unlink()
        self.company.collection_started_on = "2026-03-04"
        self.make_invoice(self.customer, due="2026-02-01")
        self.chase(self.customer, self.scenario)
        self.assertEqual(self.process_due("2026-03-03 12:00:00"), 0)
        self.open_page()
        self.assertEqual(self.process_due("2026-03-04 12:00:00"), 1)
        self.assertEqual(str(self.company.collection_started_on), "2026-03-04")

    def test_a_day_taken_back_in_the_settings_stops(self):
        """Issue 17: whether the page was ever opened or not."""
        self.page.sudo().unlink()
        self.company.collection_started_on = "2026-01-01"
        self.make_invoice(self.customer, due="2026-02-01")
        action = self.chase(self.customer, self.scenario)
        self.company.collection_started_on = False
        self.assertEqual(self.process_due("2026-03-02 12:00:00"), 0)
        self.assertIn("not been started", action.held_because)

    def test_the_same_queries_for_one_company_and_for_many(self):
        """Issue 17: who waits is asked each time that something is due."""
        companies, counts = self.env["res.company"], []
        for names in ("A", "B", "CDEFG"):  # the first time fills what servers keep in memory
            companies.create([{"name": name} for name in names])
            get_waiting_domain(self.env)
            counts.append(self.count_queries(get_waiting_domain, self.env))
        self.assertEqual(*counts[1:])

    def test_a_person_may_send(self):
        """Issue 17: to try."""
        self.make_invoice(self.customer, due="2026-02-01")
        action = self.chase(self.customer, self.scenario)
        self.assertTrue(action.with_user(self.collector).send_now())

    def test_it_leaves_from_the_chosen_day_on(self):
        """Issue 17: not the day before."""
        self.make_invoice(self.customer, due="2026-02-01")
        self.answer(start_on="2026-03-04", who="one", customer_id=self.customer.id).action_start()
        self.assertEqual(self.process_due("2026-03-03 12:00:00"), 0)
        self.assertEqual(self.process_due("2026-03-04 12:00:00"), 1)

    def test_it_can_be_stopped(self):
        """Issue 17"""
        self.answer().action_start()
        self.assertTrue(self.company._is_collection_started())
        self.page.action_stop()
        self.assertFalse(self.company._is_collection_started())

    def test_a_branch_is_stopped_with_its_company(self):
        """D, issue 17: it is not told that it has stopped while its messages go on."""
        branch = self.make_branch()
        self.manager.company_ids |= branch
        self.answer().action_start()
        page = self.page.with_context(allowed_company_ids=branch.ids)._get_setup()
        self.assertEqual(page.started_on, self.page.started_on)
        with self.assertRaisesRegex(UserError, self.company.name):
            page.action_stop()
        self.page.action_stop()
        self.assertFalse(branch._is_collection_started())

    def test_a_branch_starts_with_its_company(self):
        """D, issue 17"""
        branch = self.make_branch()
        self.assertFalse(branch._is_collection_started())
        self.answer().action_start()
        self.assertTrue(branch._is_collection_started())


@tagged("post_install", "-at_install")
class TestWho(SetupCase):
    """Who gets the scenario at the start."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = cls.make_customer("A Person")
        cls.person.is_company = False

    def start(self, **vals):
        self.answer(**vals).action_start()
        self.env.invalidate_all()
        return {customer: customer.collection_scenario_id == self.scenario
                for customer in (self.customer, self.person)}

    def test_all(self):
        """Issue 17: by the default, so that whoever comes later has it, too."""
        self.assertEqual(self.start(), {self.customer: True, self.person: True})
        self.assertTrue(self.make_customer("Later").collection_scenario_id)

    def test_consumers(self):
        """Issue 17: by a rule that goes on; started twice there is one rule."""
        expected = {self.customer: False, self.person: True}
        self.assertEqual(self.start(who="consumers"), expected)
        self.assertEqual(self.start(who="consumers"), expected)
        self.assertEqual(self.env["collection.assignment.rule"].search_count(
            [("scenario_id", "=", self.scenario.id)]), 1)

    def test_by_search(self):
        """Issue 17"""
        search = self.env["ir.filters"].create({
            "name": "Mine", "model_id": "res.partner", "user_ids": False,
            "domain": "[('name', '=', 'Tenant One')]"})
        self.assertEqual(self.start(who="search", filter_id=search.id),
                         {self.customer: True, self.person: False})

    def test_one(self):
        """Issue 17"""
        self.assertEqual(self.start(who="one", customer_id=self.person.id),
                         {self.customer: False, self.person: True})
