import ast

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import COLLECTOR
from .test_debtor import DebtorCase

#: Columns that cannot be sorted by: what they show is worked out on reading.
UNSORTED = {"next_step", "score_words", "group_ids", "currency_id", "company_id"}


@tagged("post_install", "-at_install")
class TestDebtorViews(DebtorCase):
    """Issue 16: the first screen: sorted, filtered, grouped, summed; and what is done to many at
    once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["collection.debtor"]._rebuild(cls.customer)
        cls.debtors = cls.env["collection.debtor"].with_user(cls.collector)
        cls.debtor = cls.debtors.search([("customer_id", "=", cls.customer.id)])

    def get_arch(self, kind):
        view = self.env.ref(f"account_collection.collection_debtor_view_{kind}")
        return etree.fromstring(self.debtors.get_view(view.id, kind)["arch"])

    def test_first_screen(self):
        """screens 5 to 7: the app opens with the work list: act now, one's own, by priority."""
        root = self.env.ref("account_collection.menu_collection_root")
        menus = self.env["ir.ui.menu"].with_user(self.collector).load_web_menus(False)
        home = self.env.ref("account_collection.collection_home")
        action = self.env.ref("account_collection.collection_debtor_action_work")
        self.assertEqual(menus[root.id]["actionID"], home.id)
        self.assertEqual(home.with_user(self.collector).run()["id"], action.id)
        self.assertEqual(action.with_user(self.collector).sudo()._get_action_dict()["context"], {
            "searchpanel_default_pile": "act", "search_default_my_portfolio": 1,
            "collection_own": True})

    def test_first_screen_of_somebody_without_portfolio(self):
        """screens 5: a manager begins with everybody's, not with an empty page."""
        action = self.env.ref("account_collection.collection_debtor_action_work")
        self.assertEqual(action.with_user(self.manager).sudo()._get_action_dict()["context"], {
            "searchpanel_default_pile": "act"})

    def test_first_screen_in_a_company_without_portfolio(self):
        """screens 5: whose customers are another company's does not begin with an empty page."""
        action = self.env.ref("account_collection.collection_debtor_action_work")
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.collector.company_ids += elsewhere
        self.assertEqual(
            action.with_user(self.collector).with_context(
                allowed_company_ids=elsewhere.ids).sudo()._get_action_dict()["context"],
            {"searchpanel_default_pile": "act"})

    def test_the_agenda_says_how_much_and_how_late(self):
        """screens 7: beside each action, for who collects from the customer; one query for all."""
        action = self.env["collection.action"].with_user(self.collector).create_message(
            self.debtor.customer_id, {"name": "Call", "kind": "call"})
        shown = action.with_user(self.collector)
        self.assertTrue(shown.debtor_overdue)
        self.assertEqual(
            (shown.debtor_overdue, shown.debtor_days_late),
            (self.debtor.overdue, self.debtor.days_late))

    def test_sorted_by_any_column(self):
        """beyond 1: whatever the list shows sorts it."""
        shown = {node.get("name") for node in self.get_arch("list").iter("field")}
        described = self.debtors.fields_get(shown, ["sortable"])
        self.assertEqual(
            {name for name in shown if not described[name]["sortable"]} - UNSORTED, set())
        for name in shown - UNSORTED:
            self.assertIn(self.debtor, self.debtors.search([], order=name))

    def test_every_filter_and_group(self):
        """beyond 1: each filter of the search can be evaluated, each group has its sums."""
        for node in self.get_arch("search").iter("filter"):
            with self.subTest(filter=node.get("name")):
                if node.get("domain"):
                    self.debtors.search(ast.literal_eval(
                        node.get("domain").replace("uid", str(self.collector.id))))
                else:
                    group = ast.literal_eval(node.get("context"))["group_by"]
                    answer = self.debtors.web_read_group(
                        [], [group], ["overdue:sum", "days_late:max"])
                    self.assertTrue(answer["groups"])

    def test_piles_are_counted(self):
        """beyond 2: the three piles stand beside the list, with how many there are."""
        answer = self.debtors.search_panel_select_range("pile", enable_counters=True, expand=True)
        counts = {value["id"]: value["__count"] for value in answer["values"]}
        self.assertEqual(counts, {"act": 1, "coming": 0, "leave": 0})

    def test_constant_queries(self):
        """The first page costs as many queries for one debtor as for ten."""
        specification = {node.get("name"): {} for node in self.get_arch("list").iter("field")}
        customers = self.env["res.partner"].union(*(
            self.make_customer(f"Tenant {number}", holders={}) for number in range(9)))
        for customer in customers:
            self.make_invoice(customer, 400, due="2026-02-01")
        self.env["collection.debtor"]._rebuild(customers)
        def read(limit):
            page = self.debtors.web_search_read([], specification, limit=limit)
            self.assertEqual(len(page["records"]), limit)

        self.count_queries(read, 10)  # the first time, access rules are read
        self.assertEqual(self.count_queries(read, 1), self.count_queries(read, 10))

    # -- many at once ----------------------------------------------------------------

    def open_dialog(self, action):
        return Form(self.env[action["res_model"]].with_user(self.collector).with_context(
            **action["context"]))

    def test_hold(self):
        """E3: many are put on hold in one dialog, with the reason, and taken off it."""
        dialog = self.open_dialog(self.debtor.action_open_hold())
        dialog.reason = "Their accountant is away"
        dialog.until = "2026-03-09"
        dialog.save().action_apply()
        self.commit()
        self.assertEqual(self.customer.collection_hold_reason, "Their accountant is away")
        self.assertEqual(self.debtor.situation, "hold")
        self.open_dialog(self.debtor.action_open_hold()).save().action_release()
        self.commit()
        self.assertEqual(self.debtor.situation, "unchased")

    def test_hold_says_what_is_missing(self):
        """A hold without reason, or until a day gone by, is refused."""
        wizard = self.env["collection.debtor.hold"].with_user(self.collector).create(
            {"customer_ids": self.customer.ids, "until": "2026-03-01", "reason": "Away"})
        with self.assertRaisesRegex(UserError, "last day of the hold"):
            wizard.action_apply()
        wizard.write({"until": "2026-03-09", "reason": " "})
        with self.assertRaisesRegex(UserError, "Say why"):
            wizard.action_apply()

    def test_hold_of_a_foreign_customer(self):
        """X-01: whoever does not collect from a customer cannot put it on hold."""
        other = self.make_user("other", COLLECTOR)
        wizards = self.env["collection.debtor.hold"].with_user(other)
        about = {"customer_ids": self.customer.ids, "reason": "Away"}
        with self.assertRaises(AccessError):
            wizards.create(about)
        self.customer.collector_id = other
        wizard = wizards.create(about)
        self.customer.collector_id = self.collector
        with self.assertRaises(AccessError):
            wizard.action_apply()

    def test_scenario_and_collector(self):
        """Many get a scenario in one dialog."""
        scenario = self.make_scenario([{"offset": 15}])
        dialog = self.open_dialog(self.debtor.action_open_change())
        dialog.scenario_change = "set"
        dialog.scenario_id = scenario
        dialog.save().action_apply()
        self.commit()
        self.assertEqual((self.debtor.scenario_id, self.debtor.situation), (scenario, "planned"))

    def test_statement(self):
        """Each gets its own statement by e-mail, out of the scenario."""
        self.open_dialog(self.debtor.action_open_statement()).save().action_apply()
        action = self.env["collection.action"].search([("customer_id", "=", self.customer.id)])
        self.assertRecordValues(action, [{
            "kind": "email", "mode": "automatic", "origin": "manual", "attach_statement": True,
            "date": self.company._get_collection_day()}])
        self.process_due()
        self.assertEqual(action.state, "closed")
        self.assertEqual(len(action.dispatch_ids), 1)

    def test_one_message_each(self):
        """The same message for many customers is one action of each, and one of a customer."""
        customers = self.env["res.partner"].union(*(
            self.make_customer(f"Tenant {number}", holders={}) for number in range(9)))
        actions = self.env["collection.action"].with_user(self.collector).create_messages(
            customers, {"name": "Statement", "kind": "task"})
        self.assertEqual(actions.customer_id, customers)

    def test_confirm_and_skip(self):
        """What waits for a confirmation is confirmed, the next step skipped, from the list."""
        action = self.chase(self.customer, self.make_scenario(
            [{"offset": 3, "mode": "confirm"}, {"offset": 15}]))
        self.commit()
        self.assertEqual(self.debtor.situation, "action")
        self.debtor.action_confirm()
        self.assertTrue(action.confirmed)
        self.assertEqual(
            self.debtor.action_open_skip()["context"]["default_action_ids"], action.ids)

    def test_nothing_to_confirm_or_skip(self):
        """A button that can do nothing says so."""
        with self.assertRaisesRegex(UserError, "waits for a confirmation"):
            self.debtor.action_confirm()
        with self.assertRaisesRegex(UserError, "next step"):
            self.debtor.action_open_skip()
