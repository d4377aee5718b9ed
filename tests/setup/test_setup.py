from unittest.mock import Mock, patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

from .setup_case import SetupCase


@tagged("post_install", "-at_install")
class TestSetup(SetupCase):
    """The page: questions, answers, and who may give them."""

    def test_an_interrupted_set_up_goes_on_where_it_was(self):
        """Issue 17: there is one, and it keeps what was entered."""
        self.answer(who="consumers", minimum_amount=25)
        again = self.open_page()
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
        self.open_page()
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

    def test_a_qr_code_that_nothing_draws(self):
        """Issue 17: switched on, it is said why no invoice and no plan has one."""
        account = self.env["res.partner.bank"].create(
            {"acc_number": "FR7630006000011234567890189", "partner_id": self.company.partner_id.id})
        self.company.partner_id.bank_ids = account
        banks = self.registry["res.partner.bank"]
        for wanted, methods, error, told in (
                (False, [], None, ""), (True, [], None, "not installed"),
                (True, [("sct_qr", "SEPA")], "no IBAN", "for this account: no IBAN"),
                (True, [("sct_qr", "SEPA")], None, "")):
            self.company.qr_code = wanted
            self.env.invalidate_all()
            with patch.object(
                    banks, "get_available_qr_methods_in_sequence", return_value=methods), (
                    patch.object(banks, "_get_error_messages_for_qr", return_value=error)):
                self.assertIn(told, self.page.qr_code_lacks or "")
                self.assertEqual(bool(told), bool(self.page.qr_code_lacks))

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

    def test_who_confirms_holds_for_what_was_planned_before(self):
        """Issue 17: a message that was on its way before the answer waits for its confirmation."""
        self.make_invoice(self.customer, due="2026-02-01")
        action = self.chase(self.customer, self.scenario)
        self.answer(confirmation="confirm").action_start()
        self.assertEqual(self.process_due("2026-03-02 12:00:00"), 0)
        self.assertTrue(action.to_confirm)

    def test_answers_changed_later_hold_once_they_are_applied(self):
        """Issue 17: the start is behind; the day of the start stays."""
        self.answer(start_on="2026-02-20").action_start()
        self.answer(minimum_amount=30, old_debts="wait", old_until="2026-06-01").action_apply()
        self.assertEqual(
            self.read_policy(), (30, True, "first", {"automatic"}, "2026-06-01"))
        self.assertEqual(str(self.company.collection_started_on), "2026-02-20")


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
