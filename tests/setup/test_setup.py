from unittest.mock import Mock, patch

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

from ...models.setup.res_company import get_waiting_domain
from ..common import CollectionCase


class SetupCase(CollectionCase):
    """A company in which nothing has been started yet."""

    @classmethod
    def start_collection(cls):
        """The tests do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.collection_started_on = False
        cls.scenario = cls.make_scenario()
        cls.page = cls.env["collection.setup"].with_user(cls.manager)._get_setup()

    def answer(self, **vals):
        """Answer questions of the page, as the manager."""
        self.page.write({"scenario_id": self.scenario.id, **vals})
        return self.page

    def read_policy(self):
        """:return: what the answers change"""
        self.env.invalidate_all()
        return (
            self.scenario.minimum_amount, self.scenario.net_credits, self.scenario.entry,
            set(self.scenario.step_ids.mapped("mode")),
            str(self.company.collection_old_until or ""))

    def get_lines(self):
        return self.env["collection.setup.line"].with_user(self.manager).search(
            [("setup_id", "=", self.page.id)])


@tagged("post_install", "-at_install")
class TestStart(SetupCase):
    """Nothing leaves by itself before somebody starts it."""

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
        page = self.env["collection.setup"].with_user(self.manager)._get_setup()
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
        page = self.env["collection.setup"].with_user(self.manager)._get_setup()
        self.assertFalse(page.is_started)

    def test_a_look_silences_no_branch(self):
        """D, issue 17: nor one at the page of the company above it."""
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id})
        self.chase_by_hand()
        self.env.flush_all()
        self.env.cr.execute("UPDATE collection_dispatch SET company_id = %s", (branch.id,))
        self.env.invalidate_all()
        self.env["collection.setup"].with_user(self.manager)._get_setup()
        self.assertFalse(branch._filtered_waiting_for_start())

    def test_a_look_gives_a_branch_no_day_of_its_own(self):
        """D, issue 17: else it would go on when its company is stopped."""
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id})
        self.manager.company_ids |= branch
        self.chase_by_hand()
        self.env.flush_all()
        self.env.cr.execute("UPDATE collection_dispatch SET company_id = %s", (branch.id,))
        self.env.invalidate_all()
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
        self.env["collection.setup"].with_user(self.manager)._get_setup()
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
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            get_waiting_domain(self.env)
            counts.append(self.env.cr.sql_log_count - before)
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
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id})
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
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id})
        self.assertFalse(branch._is_collection_started())
        self.answer().action_start()
        self.assertTrue(branch._is_collection_started())


@tagged("post_install", "-at_install")
class TestSetup(SetupCase):
    """The page: questions, answers, and who may give them."""

    def test_an_interrupted_set_up_goes_on_where_it_was(self):
        """Issue 17: there is one, and it keeps what was entered."""
        self.answer(who="consumers", minimum_amount=25)
        again = self.env["collection.setup"].with_user(self.manager)._get_setup()
        self.assertEqual(again, self.page)
        self.assertEqual((again.who, again.minimum_amount), ("consumers", 25))

    def test_who_sets_up_is_proposed_as_credit_manager(self):
        """Issue 17: one field less to fill in."""
        self.assertEqual(self.company.collection_manager_id, self.manager)

    def test_who_looks_at_what_runs_is_no_credit_manager_for_that(self):
        """Issue 17: where messages leave already, opening the page changes nobody's signature."""
        self.company.write(
            {"collection_manager_id": False, "collection_started_on": "2024-05-06"})
        self.page.sudo().unlink()
        self.env["collection.setup"].with_user(self.manager)._get_setup()
        self.assertFalse(self.company.collection_manager_id)

    def test_managers_only(self):
        """Issue 17: nobody else opens or starts it."""
        with self.assertRaises(AccessError):
            self.env["collection.setup"].with_user(self.collector)._get_setup()
        with self.assertRaises(AccessError):
            self.page.with_user(self.collector).action_start()

    def test_the_first_screen(self):
        """Issue 17: of a manager until it is started; of the others the work list."""
        models = {
            user: self.env["res.company"].with_user(user)._open_collection_home()["res_model"]
            for user in (self.manager, self.collector)}
        self.assertEqual(models, {
            self.manager: "collection.setup", self.collector: "collection.debtor"})
        self.answer().action_start()
        self.assertEqual(
            self.env["res.company"].with_user(self.manager)._open_collection_home()["res_model"],
            "collection.debtor")

    def test_the_first_screen_has_the_address_of_its_menu(self):
        """Issue 17: opened in a new tab, it shows the menus of the app, for it is found by it."""
        self.answer().action_start()
        home = self.env["res.company"].with_user(self.collector)._open_collection_home()
        self.assertFalse(home["path"])
        menu = self.env.ref("account_collection.menu_collection_work")
        self.assertTrue(menu.action.path)

    def test_every_screen_has_its_menu(self):
        """Issue 17: nobody is shown fewer menus than the own rights allow."""
        menus = self.env["ir.ui.menu"].search(
            [("id", "child_of", self.env.ref("account_collection.menu_collection_root").id)])
        for user in (self.manager, self.collector):
            allowed = menus.filtered(lambda menu, groups=user.all_group_ids: all(
                not above.group_ids or above.group_ids & groups
                for above in self.env["ir.ui.menu"].browse(
                    map(int, menu.parent_path.split("/")[:-1]))))
            shown = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
            with self.subTest(user=user.login):
                self.assertIn(self.env.ref("account_collection.menu_collection_work"), allowed)
                self.assertEqual(
                    [menu.complete_name for menu in allowed if menu.id not in shown], [])

    def test_no_mail_server(self):
        """Issue 17: it is said, and the test e-mail says what to do."""
        self.env["ir.mail_server"].search([]).active = False
        self.env.invalidate_all()
        self.assertFalse(self.page.has_mail_server)
        with self.assertRaisesRegex(UserError, "no outgoing mail server"):
            self.page.action_test_mail()

    def test_a_test_e_mail(self):
        """Issue 17: to who asks for it; what the server answers is said."""
        self.env["ir.mail_server"].create({"name": "Ours", "smtp_host": "mail.example.com"})
        self.env.invalidate_all()
        server = type(self.env["ir.mail_server"])
        with patch.multiple(server, _disable_send=lambda self: False,
                            _connect__=lambda self, **how: None,
                            send_email=lambda self, *mail, **how: "<1@example.com>"):
            action = self.page.action_test_mail()
        self.assertIn("manager@example.com", action["params"]["message"])
        with patch.multiple(server, _disable_send=lambda self: False,
                            _connect__=Mock(side_effect=MailDeliveryException("No route"))), (
                self.assertRaisesRegex(UserError, "did not leave: No route")):
            self.page.action_test_mail()

    def test_no_bank_account(self):
        """Issue 17: the step is open until there is one."""
        self.company.partner_id.bank_ids.unlink()
        self.env.invalidate_all()
        self.assertFalse(self.page.has_bank_account)
        done = int(self.page.progress.split()[0])
        self.env["res.partner.bank"].create(
            {"acc_number": "FR7630006000011234567890189", "partner_id": self.company.partner_id.id})
        self.env.invalidate_all()
        self.assertEqual(int(self.page.progress.split()[0]), done + 1)

    def test_the_qr_code_is_switched(self):
        """Issue 17: by a manager, who is no administrator."""
        for wanted in (True, False):
            self.page.has_qr_code = wanted
            self.env.invalidate_all()
            self.assertEqual(self.company.qr_code, wanted)
            self.assertEqual(self.page.has_qr_code, wanted)
        with self.assertRaises(AccessError):
            self.page.with_user(self.collector).has_qr_code = True

    def get_help(self):
        debtors = self.env["collection.debtor"].with_user(self.manager)
        return str(debtors.get_empty_list_help("<p/>"))

    def test_an_empty_work_list_leads_to_the_page(self):
        """Issue 17: until reminders are started, and not where they leave without it."""
        self.assertIn("/odoo/collection-setup", self.get_help())
        self.answer().action_start()
        self.assertEqual(self.get_help(), "<p/>")

    def test_the_rate_of_the_semester_is_asked_for(self):
        """Issue 17: missing, entered, known; never guessed."""
        rates = self.env["collection.penalty.rate"]
        with self.at("2031-08-05 09:00:00"):
            self.env.invalidate_all()
            self.assertIn("2031", self.page.missing_rates)
            for known in ({}, {"reference_rate": 3}, {"reference_rate": 0, "legal_rate": 2}):
                self.page.write(known)
                with self.assertRaisesRegex(UserError, "never guessed"):
                    self.page.action_enter_rates()
            self.page.reference_rate = 3
            self.page.action_enter_rates()
            self.env.invalidate_all()
            self.assertFalse(self.page.missing_rates)
        rows = rates.search([("date_from", "=", "2031-07-01")])
        self.assertEqual(set(rows.mapped("regime")), {"business", "public"})
        self.assertEqual(set(rows.mapped("date_to")), {fields.Date.to_date("2031-12-31")})

    def test_the_laws_points_are_not_guessed(self):
        """Issue 17: where no earlier rate has them, interest would be the ECB's rate alone."""
        self.env["collection.penalty.rate"].search([]).unlink()
        self.page.write({"reference_rate": 3, "legal_rate": 2})
        with self.assertRaisesRegex(UserError, "how many points"):
            self.page.action_enter_rates()

    def test_whether_interest_is_claimed_is_asked(self):
        """Issue 17: else a formal notice would state interest and indemnity of nothing."""
        setup = self.page
        self.assertFalse(setup.claims)
        setup.claims = True
        self.assertTrue(self.customer.collection_penalties)
        self.assertTrue(self.customer.collection_indemnity)
        setup.claims = False
        self.assertFalse(self.customer.collection_penalties)

    def test_another_country_and_currency(self):
        """Issue 17: the page says that the rates are French law's."""
        self.company.country_id = self.env.ref("base.us")
        self.env.invalidate_all()
        self.assertFalse(self.page.in_france)

    def test_an_example_is_loaded_when_none_is_chosen(self):
        """Issue 17: the page needs no scenario of one's own."""
        loaded = []

        def load(setup):
            loaded.append(setup.example)
            setup.scenario_id = self.scenario
        with patch.object(type(self.page), "_load_example", load):
            self.page.action_preview()
        self.assertEqual(loaded, ["scenario_companies"])

    def test_who_must_be_said(self):
        """Issue 17: a search without a search finds nobody."""
        with self.assertRaisesRegex(UserError, "saved search"):
            self.answer(who="search").action_preview()
        with self.assertRaisesRegex(UserError, "Choose the customer"):
            self.answer(who="one").action_start()

    def test_old_debts_wait_for_a_day(self):
        """Issue 17: which one must be said."""
        with self.assertRaisesRegex(ValidationError, "until which day"):
            self.answer(old_debts="wait")

    def test_a_chosen_scenario_brings_its_answers(self):
        """Issue 17: nothing is overwritten unread."""
        self.scenario.write({"minimum_amount": 40, "entry": "contextual"})
        with Form(self.page) as form:
            form.scenario_id = self.make_scenario()
            form.scenario_id = self.scenario
            self.assertEqual((form.minimum_amount, form.old_debts), (40, "fit"))

    def test_answers_become_the_scenarios(self):
        """Issue 17: lowest sum, credits, entry, who confirms."""
        self.answer(minimum_amount=30, net_credits=False, old_debts="fit",
                    confirmation="confirm").action_start()
        self.assertEqual(self.read_policy(), (30, False, "contextual", {"confirm"}, ""))

    def test_answers_changed_later_hold_once_they_are_applied(self):
        """Issue 17: the start is behind; the day of the start stays."""
        self.answer(start_on="2026-02-20").action_start()
        self.answer(minimum_amount=30, old_debts="wait", old_until="2026-06-01").action_apply()
        self.assertEqual(
            self.read_policy(), (30, True, "first", {"automatic"}, "2026-06-01"))
        self.assertEqual(str(self.company.collection_started_on), "2026-02-20")


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


@tagged("post_install", "-at_install")
class TestPreview(SetupCase):
    """What would leave: reckoned by the same engine, written nowhere."""

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
            self.forget_all()
            before = self.env.cr.sql_log_count
            self.page.action_preview()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
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


@tagged("post_install", "-at_install")
class TestFirstSequence(SetupCase):
    """The first tree, loaded from the library and proposed for a customer."""

    def test_it_is_launched_with_whom_answers(self):
        """Issue 17: nothing is to be made first; the credit manager stands in for colleagues."""
        self.answer(sequence_customer_id=self.customer.id, tree="template_recl")
        action = self.page.action_launch_sequence()
        dialog = self.env[action["res_model"]].with_user(self.manager).with_context(
            action["context"]).create({})
        self.assertEqual(dialog.customer_id, self.customer)
        self.assertFalse(dialog.line_ids.filtered(lambda line: line.severity == "blocking"))
        self.env[action["res_model"]].browse(dialog.id).with_user(self.manager).action_launch()
        self.assertEqual(self.customer.collection_sequence_ids.state, "running")

    def test_the_example_fits_the_customer(self):
        """Issue 17: a company is not invited to talk about its rent; one may choose another."""
        person, town = self.make_customer("A Person"), self.make_customer("A Town")
        person.is_company = False
        town.collection_debtor_kind = "public"
        with Form(self.page) as form:
            for customer, tree in ((self.customer, "template_ctx"), (person, "template_conv"),
                                   (town, "template_seq1")):
                form.sequence_customer_id = customer
                self.assertEqual(form.tree, tree)
            form.tree = "template_recl"
        self.assertEqual(self.page.tree, "template_recl")

    def test_what_is_missing_is_said(self):
        """Issue 17"""
        with self.assertRaisesRegex(UserError, "Choose a customer"):
            self.page.action_launch_sequence()


@tagged("post_install", "-at_install")
class TestExamples(SetupCase):
    """An example of the library as the first scenario."""

    def test_its_answers_come_with_it(self):
        """Issue 17: but for what was answered before."""
        self.page.write({"minimum_amount": 77})
        self.page.action_load_example()
        scenario = self.page.scenario_id
        self.assertTrue(scenario.step_ids)
        self.assertEqual(self.page.minimum_amount, 77)
        self.assertEqual(self.page.calendar_id, scenario.calendar_id)
        self.assertEqual(
            self.page.old_debts, "fit" if scenario.entry == "contextual" else "first")
        self.page.action_start()
        self.assertEqual(scenario.minimum_amount, 77)

    def test_the_lowest_sum_is_in_the_scenarios_currency(self):
        """Issue 17: what is shared by companies keeps its own, and the page says which."""
        other = self.env["res.currency"].with_context(active_test=False).search(
            [("name", "=", "CHF")])
        other.active = True
        self.env["res.currency.rate"].create({
            "currency_id": other.id, "rate": 2 * self.company.currency_id.rate,
            "name": "2026-01-01", "company_id": self.company.id})
        self.env["collection.library"]._load(["scenario_companies"])[
            "scenario_companies"].currency_id = other
        self.page.minimum_amount = 50
        self.page.action_load_example()
        self.assertEqual(self.page.minimum_amount, 100)
        self.assertEqual(self.page.minimum_currency_id, other)

    def test_a_lowest_sum_in_another_currency(self):
        """Issue 17: the example is in the company's currency, whatever it is."""
        self.page.action_load_example()
        self.assertEqual(self.page.scenario_id.currency_id, self.company.currency_id)
