from lxml import html

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .setup_case import SetupCase


@tagged("post_install", "-at_install")
class TestPreview(SetupCase):
    """What would leave: reckoned by the same engine, written nowhere."""

    def get_lines(self):
        return self.env["collection.setup.line"].with_user(self.manager).search(
            [("setup_id", "=", self.page.id)])

    def preview(self, **vals):
        self.answer(**vals).action_preview()
        return [(line.customer_id.name, line.step_id.offset, str(line.date))
                for line in self.get_lines()]

    def test_today_and_in_thirty_days(self):
        """Issue 17: each step to come, from the first one on, days between steps kept."""
        self.make_invoice(self.customer, due="2026-02-20")
        self.assertEqual(self.preview(), [
            ("Tenant One", 3, "2026-03-02"), ("Tenant One", 15, "2026-03-14"),
            ("Tenant One", 30, "2026-03-29")])
        self.assertIn("500", self.page.preview)
        self.assertFalse(self.env["collection.action"].search(
            [("customer_id", "=", self.customer.id)]))

    def test_what_colleagues_do_does_not_leave(self):
        """Issue 17: a task is shown, and counted with no message."""
        self.scenario.step_ids[0].mode = "manual"
        self.make_invoice(self.customer, due="2026-02-20")
        self.assertEqual(len(self.preview()), 3)
        shown = html.fromstring(self.page.preview)
        self.assertIn("(by a colleague)", shown.text_content())
        self.assertEqual([shown.xpath(f"//*[contains(@class, 'o_collection_{name}')]")[0].text
                          for name in ("first", "all")], ["0", "2"])

    def test_it_is_what_the_start_does(self):
        """Issue 17: the first step, its day and its customer."""
        for number, due in enumerate(("2026-01-10", "2026-02-25", "2026-03-20")):
            self.make_invoice(self.make_customer(f"C{number}", holders={}), due=due)
        foreseen = {}
        for name, offset, day in self.preview(old_debts="fit"):
            foreseen.setdefault(name, (offset, day))
        self.page.action_start()
        self.env["collection.scenario"]._plan()
        planned = {
            action.customer_id.name: (action.scenario_step_id.offset, str(action.date))
            for action in self.env["collection.action"].search([("origin", "=", "scenario")])}
        self.assertEqual(foreseen, {
            name: found for name, found in planned.items() if found[1] <= "2026-04-01"})

    def test_old_debts_left_alone(self):
        """Issue 17: until their day; what falls due later is chased."""
        self.make_invoice(self.customer, due="2026-01-10")
        other = self.make_customer("New debt", holders={})
        self.make_invoice(other, due="2026-03-05")
        self.assertEqual(
            self.preview(old_debts="wait", old_until="2026-06-01"),
            [("New debt", 3, "2026-03-08"), ("New debt", 15, "2026-03-20")])
        self.page.action_start()
        self.env["collection.scenario"]._plan()
        self.assertFalse(self.get_planned(self.customer))
        self.assertIn("left alone", self.customer.collection_not_chased)
        with self.at("2026-06-01 09:00:00"):
            self.env["collection.scenario"]._plan()
            self.assertTrue(self.get_planned(self.customer))

    def test_old_debts_stay_those_from_before_the_start(self):
        """Issue 17: whoever looks ahead later makes no old debt of what has fallen due since."""
        self.answer(old_debts="wait", old_until="2026-06-01").action_start()
        began = self.company.collection_old_before
        with self.at("2026-04-20 09:00:00"):
            self.page.action_preview()
            self.assertEqual(self.company.collection_old_before, began)
            self.page.action_stop()
            self.page.action_start()
            self.assertEqual(self.company.collection_old_before, began)

    def test_a_scenario_without_exchange_rate(self):
        """S-008: the page, its preview and the start say why nobody would be chased, and what
        to do; with a rate, all of it goes on."""
        francs = self.env["res.currency"].with_context(active_test=False).search(
            [("name", "=", "CHF")])
        francs.active = True
        francs.rate_ids.unlink()
        self.scenario.currency_id = francs
        self.make_invoice(self.customer, due="2026-02-20")
        self.assertFalse(self.answer().missing_exchange)  # no amount to compare with
        self.assertFalse(self.preview(minimum_amount=100))
        for said in (self.page.missing_exchange, self.page.preview):
            self.assertIn("CHF, which has no exchange rate", said)
        for button in ("action_start", "action_apply"):
            with self.assertRaisesRegex(UserError, "Enter a rate"):
                getattr(self.page, button)()
        self.assertFalse(self.page.started_on)
        self.env["res.currency.rate"].create({
            "currency_id": francs.id, "rate": 2, "name": "2026-01-01",
            "company_id": self.company.id})
        self.env.invalidate_all()
        self.assertTrue(self.preview(minimum_amount=100))
        self.assertFalse(self.page.missing_exchange)
        self.page.action_start()
        self.assertTrue(self.page.started_on)

    def test_a_scenario_for_professionals_and_consumers(self):
        """L16: the page says how many overdue consumers would get it, and what to do."""
        person = self.make_customer("Person", collection_debtor_kind="consumer")
        spared = self.make_customer("Spared", collection_debtor_kind="consumer")
        spared.collection_scenario_id = self.make_scenario()
        for customer in (person, spared, self.customer):
            self.make_invoice(customer)
        self.assertFalse(self.answer().consumers_chased)  # it claims nothing
        self.scenario.step_ids[0].body = "<p>#if_claimed #penalties_amount#end_if</p>"
        self.env.invalidate_all()
        self.assertIn(": 1.", self.page.consumers_chased)
        self.answer(who="one", customer_id=self.customer.id)
        self.assertFalse(self.page.consumers_chased)
        self.answer(who="one", customer_id=spared.id)
        self.assertIn(": 1.", self.page.consumers_chased)
        person.collection_debtor_kind = "professional"
        self.answer(who="all")
        self.assertFalse(self.page.consumers_chased)

    def test_an_example_for_professionals_and_consumers(self):
        """L16: said before it is loaded."""
        self.make_invoice(self.make_customer("Person", collection_debtor_kind="consumer"))
        self.page.scenario_id = False
        self.assertIn(": 1.", self.page.consumers_chased)
        with Form(self.page) as form:
            for who, shown in (("consumers", True), ("all", True)):
                form.who = who
                self.assertEqual(bool(form.consumers_chased), shown)
            form.example = "scenario_tenants"
            self.assertFalse(form.consumers_chased)

    def test_it_changes_nothing(self):
        """Issue 17: the scenario may be at work: what it and the company were stays, until the
        start; the preview is of what they will be."""
        self.make_invoice(self.customer, due="2026-01-10")
        before = self.read_policy()
        self.assertEqual(
            self.preview(minimum_amount=900, net_credits=False, confirmation="confirm",
                         old_debts="wait", old_until="2026-06-01"), [])
        self.assertEqual(self.read_policy(), before)
        self.preview(minimum_amount=0, old_debts="fit")
        self.assertEqual(set(self.get_lines().mapped("mode")), {"confirm"})
        self.assertEqual(self.read_policy(), before)

    def test_what_was_not_asked_stays(self):
        """Issue 17: who has not answered about old debts leaves the settings alone."""
        self.company.write({
            "collection_old_before": "2026-01-01", "collection_old_until": "2026-06-01"})
        self.answer().action_start()
        self.assertEqual(str(self.company.collection_old_until), "2026-06-01")
        self.answer(old_debts="first").action_apply()
        self.assertFalse(self.company.collection_old_until)

    def test_a_customer_with_a_scenario_of_its_own_keeps_it(self):
        """Issue 17: unless it is among those who get this one."""
        own = self.make_scenario((20,), name="Own")
        self.make_invoice(self.customer, due="2026-02-20")
        self.customer.collection_scenario_id = own
        self.assertEqual(self.preview(), [("Tenant One", 20, "2026-03-12")])
        self.assertEqual(
            self.preview(who="one", customer_id=self.customer.id)[0],
            ("Tenant One", 3, "2026-03-02"))

    def test_the_same_queries_for_one_and_for_many(self):
        """Issue 17: set-based."""
        self.make_invoice(self.customer, due="2026-02-20")
        self.answer().action_preview()
        counts = []
        for more in (1, 1, 5):  # the first time fills what servers keep in memory
            for number in range(more):
                self.make_invoice(self.make_customer(f"C{number}", holders={}))
            counts.append(self.count_queries(self.page.action_preview))
        self.assertEqual(*counts[1:])

    def test_a_colleague_is_shown_nothing_rather_than_none(self):
        """Issue 17: who has not looked ahead is not told that nothing would come."""
        self.make_invoice(self.customer, due="2026-02-20")
        self.preview()
        other = self.make_user("second", "account_collection.group_collection_manager")
        self.assertFalse(self.page.with_user(other).preview)
        self.page.with_user(other).action_preview()
        self.assertIn("500", self.page.with_user(other).preview)
        self.assertIn("500", self.page.preview)

    def test_who_would_not_be_reached(self):
        """Issue 17: customers without address are counted."""
        self.customer.email = False
        self.make_invoice(self.customer, due="2026-02-20")
        self.preview()
        self.assertIn("3", self.page.unreachable)

    def test_the_lowest_sum_with_credits_netted_or_not(self):
        """Issue 17: 500 less 480 is under 100; its debts alone are not."""
        self.make_invoice(self.customer, due="2026-02-20")
        self.make_invoice(self.customer, 480, move_type="out_refund")
        self.assertEqual(self.preview(minimum_amount=100), [])
        self.assertEqual(len(self.preview(minimum_amount=100, net_credits=False)), 3)

    def test_one_customer(self):
        """Issue 17: what it would read, or why it would hear nothing."""
        self.make_invoice(self.customer, due="2026-02-20")
        self.answer(trial_id=self.customer.id)
        self.assertIn("Reminder at 3", self.page.trial_note)
        self.assertEqual(self.page.trial_subject, "Reminder")
        self.assertIn("Please pay", self.page.trial_page)
        self.customer.invoice_ids.line_ids.date_maturity = "2026-06-01"
        self.env.invalidate_all()
        self.assertIn("06/04/2026", self.page.trial_note)  # later than what is looked at for all
        other = self.make_customer("Owes nothing")
        self.answer(trial_id=other.id)
        self.assertEqual(self.page.trial_note, "Nothing is open.")
        self.assertFalse(self.page.trial_page)

    def test_one_customer_reads_what_comes_next(self):
        """Issue 17: the step that a text announces has its day when it is tried, too."""
        self.make_invoice(self.customer, due="2026-02-20")
        self.scenario.step_ids[0].body = "<p>A second one follows on #next_step_date.</p>"
        self.answer(trial_id=self.customer.id)
        self.assertIn("follows on 03/14/2026.", self.page.trial_page)
