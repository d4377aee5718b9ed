from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, HttpCase, tagged

from .test_assignment import AssignmentCase


class TestRuleForm(AssignmentCase):
    """Making rules on screen."""

    def test_a_manager_adds_a_rule(self):
        """M-011, M-013, M-014, M-015, M-019: + Add opens a dialog; saved, it comes last."""
        first = self.make_rule([("id", "=", self.spanish.id)])
        action = self.rules.action_add()
        self.assertEqual((action["res_model"], action["target"]), (self.rules._name, "new"))
        search = self.make_search([("id", "=", self.french.id)], name="The French one")
        with Form(self.rules.with_context(action["context"]), view=action["views"][0][0]) as form:
            form.scenario_id = self.second
            form.filter_id = search
            form.new_only = True
        rule = form.record
        self.assertGreater(rule.sequence, first.sequence)
        self.assertEqual(rule.name, "Second for “The French one”")
        self.assertEqual((rule.automatic, rule.match_count, rule.problem), (True, 1, False))

    def test_one_list_an_attribute(self):
        """M-012: the attribute to automate is chosen beside the list."""
        arch = self.rules.get_view(view_type="search")["arch"]
        self.assertIn('<searchpanel>', arch)
        [panel] = self.rules.search_panel_select_range("attribute", enable_counters=True)[
            "values"] or [None]
        self.assertIsNone(panel)
        self.make_rule([])
        values = self.rules.search_panel_select_range("attribute", enable_counters=True)["values"]
        self.assertEqual([(value["id"], value["__count"]) for value in values], [("scenario", 1)])

    def test_a_rule_opens_its_customers(self):
        """M-010: those that it matches now."""
        rule = self.make_rule([("country_id", "=", self.spain.id)])
        action = rule.action_open_customers()
        found = self.env["res.partner"].search(action["domain"])
        self.assertEqual(found & (self.french | self.spanish), self.spanish)

    def test_whose_a_private_search_is(self):
        """M-015: the rule says so."""
        rule = self.make_rule(self.make_search([], user_ids=[Command.link(self.manager.id)]))
        self.assertEqual(rule.filter_owner, "Manager")
        self.assertFalse(self.make_rule([]).filter_owner)

    def test_words_of_the_code(self):
        """B28: assignment rules; the order is no sequence of actions."""
        self.assertEqual(self.rules._description, "Assignment Rule")
        self.assertEqual(self.rules._fields["sequence"].type, "integer")

    def test_a_colleague_cannot_open_runs(self):
        """M-020, M-021"""
        rule = self.make_rule([]).with_user(self.collector)
        for call in (rule.action_open_automatic, rule.action_open_run, rule.run_outlook,
                     rule.run_batch, rule.automatic_begin):
            with self.subTest(call.__name__), self.assertRaises(AccessError):
                call()


class TestRunDialog(AssignmentCase):
    """What the dialogs of a run call."""

    def test_the_preview_counts_and_lists(self):
        """B22, M-026, M-027: the total, and the first of them with what they have."""
        self.french.collection_scenario_id = self.second
        rule = self.make_rule([("id", "in", (self.french | self.spanish).ids)])
        self.env["collection.assignment"].set_lock(self.spanish.id, "scenario", 0, True)
        outlook = rule.run_outlook()
        self.assertEqual(
            (outlook["matched"], outlook["locked"], outlook["total"], outlook["value"]),
            (2, 1, 1, "First"))
        self.assertEqual(outlook["rows"], [[self.french.id, "French", "Second"]])

    def test_batches_come_to_an_end(self):
        """M-021, M-026"""
        rule = self.make_rule([("id", "in", (self.french | self.spanish).ids)])
        self.assertEqual(rule.run_batch(), {"taken": 2, "changed": 2, "after": False})
        self.assertEqual(rule.run_batch(), {"taken": 2, "changed": 0, "after": False})

    def test_the_automatic_run_goes_rule_by_rule(self):
        """M-020, B24: and says how many changed."""
        self.make_rule([("id", "=", self.french.id)])
        self.make_rule([("id", "=", self.spanish.id)], "group", group_id=self.big.id)
        run = self.rules.automatic_begin()
        self.assertEqual(run["rules"], 2)
        first = self.rules.automatic_step(run["run"])
        self.assertEqual((first["left"], first["changed"], first["ended"]), (1, 1, False))
        second = self.rules.automatic_step(run["run"])
        self.assertEqual((second["left"], second["changed"], second["ended"]), (0, 2, True))

    def test_groups_come_before_what_is_searched_by_them(self):
        """M-024, B20: attributes in the order of their list."""
        self.make_rule([("collection_group_ids", "in", self.big.ids)])
        self.make_rule([("id", "=", self.french.id)], "group", group_id=self.big.id)
        self.run_automatic()
        self.assertEqual(self.french.collection_scenario_id, self.first)


class TestBadInput(AssignmentCase):
    """Searches, values and customers that have gone bad."""

    def assertLeftOut(self, rule, message):
        self.assertIn(message, rule.problem)
        with self.assertRaisesRegex(UserError, message):
            rule.run()
        self.run_automatic()
        run = self.env["collection.assignment.run"].search([], limit=1)
        self.assertIn(message, run.errors)
        self.assertFalse(self.french.collection_scenario_id)

    def test_an_archived_search(self):
        """M-015: it feeds no new rule; one that has its criteria goes on."""
        rule = self.make_rule([("id", "=", self.french.id)])
        rule.filter_id.sudo().active = False
        self.assertFalse(rule.problem)
        with self.assertRaisesRegex(ValidationError, "archived or no search"):
            self.make_rule(rule.filter_id)

    def test_a_search_on_another_model(self):
        """M-015"""
        with self.assertRaisesRegex(ValidationError, "no search of customers"):
            self.make_rule(self.make_search([], model_id="res.users"))

    def test_broken_domains(self):
        """M-015, M-043: no field, no domain, a value of the wrong kind, depending on who looks."""
        rule = self.make_rule([("id", "=", self.french.id)])
        for domain in ("[('nothing', '=', 1)]", "[('id', '=', 1", "import os",
                       "[('collector_id', '=', uid)]", "[('country_id', '<', 'x')]"):
            with self.subTest(domain):
                rule.filter_domain = domain
                rule.invalidate_recordset()
                self.assertLeftOut(rule, "cannot be read")

    def test_an_archived_value(self):
        """M-014"""
        rule = self.make_rule([("id", "=", self.french.id)])
        self.first.active = False
        self.assertLeftOut(rule, "First is archived")

    def test_a_value_that_has_gone_to_another_company(self):
        """M-014"""
        rule = self.make_rule([("id", "=", self.french.id)])
        self.first.company_id = self.env["res.company"].create({"name": "Second company"})
        self.assertLeftOut(rule, "is of Second company")

    def test_archived_customers_are_left_alone(self):
        """M-010: even where the search asks for one by its name."""
        self.french.active = False
        self.make_rule([("id", "=", self.french.id)])
        self.assertFalse(self.run_automatic())

    def test_a_rule_claims_nothing_from_consumers(self):
        """M-006: as a person may not either."""
        tenant = self.make_partner("Tenant")
        rule = self.make_rule(
            [("id", "in", (tenant | self.french).ids)], "penalties", enabled="on")
        self.assertEqual(rule.run(), self.french)
        self.assertFalse(tenant.collection_penalties)

    def test_an_automatic_rule_that_undoes_a_manual_one(self):
        """M-028, M-043: the warning says how many."""
        self.make_rule([("id", "=", self.french.id)])
        manual = self.make_rule([("id", "in", (self.french | self.spanish).ids)],
                                scenario_id=self.second.id, automatic=False)
        self.assertIn("to 1 of its customers", manual.problem)
        [alert] = [alert for alert in self.rules.get_alerts() if "rules" in alert]
        self.assertEqual(alert["rules"], manual.ids)


class TestCriteria(AssignmentCase):
    """M-007, M-008: what saved searches are built with."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(cls.french, 500, due="2026-02-01")
        cls.make_invoice(cls.french, 300, due="2026-04-01")
        cls.both = cls.french | cls.spanish

    def find(self, *condition):
        domain = [("id", "in", self.both.ids), condition]
        return self.env["res.partner"].with_user(self.manager).search(domain)

    def test_balance_overdue_and_days_late(self):
        """M-008: set-based, and what the customer reads."""
        self.assertEqual(
            (self.french.collection_balance, self.french.collection_overdue,
             self.french.collection_days_late), (800, 500, 29))
        for name, value in (("collection_balance", 800), ("collection_overdue", 500),
                            ("collection_days_late", 29)):
            for operator, expected in (
                    ("=", self.french), ("!=", self.spanish), (">", self.find("id", "=", 0)),
                    (">=", self.french), ("<", self.spanish), ("<=", self.both),
                    ("in", self.french), ("not in", self.spanish)):
                with self.subTest(name=name, operator=operator):
                    operand = [value] if "in" in operator else value
                    self.assertEqual(self.find(name, operator, operand), expected)
            self.assertEqual(self.find(name, "=", 0), self.spanish)
            self.assertEqual(self.find(name, ">=", 0), self.both)

    def test_the_last_payment(self):
        """M-008"""
        self.pay(self.invoice)
        paid = self.french.collection_last_payment
        self.assertTrue(paid)
        self.assertEqual(self.find("collection_last_payment", "=", False), self.spanish)
        self.assertEqual(self.find("collection_last_payment", "!=", False), self.french)
        self.assertEqual(self.find("collection_last_payment", ">=", paid), self.french)
        self.assertFalse(self.find("collection_last_payment", "<", paid))

    def test_open_sequences(self):
        """M-008"""
        self.launch(self.make_short_template(), self.french)
        self.assertEqual(self.find("collection_sequence_count", ">=", 1), self.french)
        self.assertEqual(self.find("collection_sequence_count", "=", 0), self.spanish)

    def test_a_search_is_saved_and_feeds_a_rule(self):
        """M-009, M-010: what the search bar saves is read as it is."""
        [search] = self.env["ir.filters"].with_user(self.manager).create_filter({
            "name": "Overdue", "model_id": "res.partner", "user_ids": [], "action_id": False,
            "domain": str(["&", ("collection_overdue", ">", 100),
                           ("country_id", "=", self.france.id)]), "context": {}, "sort": "[]"})
        self.make_rule(search)
        self.run_automatic()
        self.assertEqual(self.french.collection_scenario_id, self.first)

    def test_alerts_of_customers_nobody_looks_after(self):
        """M-043: with a balance, without collector or scenario; an empty scenario is one."""
        self.french.collector_id = False
        alerts = {alert.get("filter"): alert["count"] for alert in self.rules.get_alerts()}
        self.assertGreaterEqual(alerts["no_collector"], 1)
        before = alerts["no_scenario"]
        self.french.collection_scenario_id = self.make_scenario((), empty=True)
        alerts = {alert.get("filter"): alert["count"] for alert in self.rules.get_alerts()}
        self.assertEqual(alerts.get("no_scenario", 0), before - 1)


class TestOriginOnForm(AssignmentCase):
    """The icon beside each attribute, and the lock."""

    def get_origins(self, customer, attribute):
        return customer.with_user(self.collector).collection_origins.get(attribute, [])

    def test_a_rule_is_named_in_the_readers_language(self):
        """Issue 17: whoever ran it read another one."""
        self.env["res.lang"]._activate_lang("fr_FR")
        rule = self.make_rule([("id", "=", self.french.id)])
        self.run_automatic()
        reader = self.french.with_context(lang="fr_FR")
        [origin] = self.get_origins(reader, "scenario")
        self.assertEqual(
            origin["sentence"], f"Par la règle {rule.with_context(lang='fr_FR').name}")
        self.assertNotIn(rule.name, origin["sentence"])

    def test_rule_and_hand_in_words(self):
        """M-022: which, when, whether a rule may change it."""
        rule = self.make_rule([("id", "=", self.french.id)])
        self.run_automatic()
        [origin] = self.get_origins(self.french, "scenario")
        self.assertEqual(origin["sentence"], f"By the rule {rule.name}")
        self.assertEqual(origin["at"], "2026-03-02 09:00:00")
        self.french.with_user(self.manager).collection_scenario_id = self.second
        [origin] = self.get_origins(self.french, "scenario")
        self.assertEqual((origin["sentence"], origin["threatened"]), ("By hand: Manager", True))

    def test_the_lock_is_offered_not_forced(self):
        """B26: editing by hand locks nothing by itself."""
        self.french.collection_scenario_id = self.second
        [origin] = self.get_origins(self.french, "scenario")
        self.assertFalse(origin["locked"])
        self.env["collection.assignment"].with_user(self.collector).set_lock(
            origin["customer"], origin["attribute"], origin["value"], True)
        self.assertTrue(self.get_origins(self.french, "scenario")[0]["locked"])

    def test_only_in_ones_portfolio(self):
        """B26"""
        with self.assertRaises(AccessError):
            self.env["collection.assignment"].with_user(self.litigator).set_lock(
                self.french.id, "scenario", 0, True)

    def test_a_group_that_was_left_says_nothing(self):
        """M-022, M-030"""
        self.make_rule([("id", "=", self.french.id)], "group", group_id=self.big.id)
        self.run_automatic()
        self.assertEqual([o["name"] for o in self.get_origins(self.french, "group")], ["Big"])
        self.french.collection_group_ids = False
        self.assertEqual([o["name"] for o in self.get_origins(self.french, "group")], [""])

    def test_a_holder_by_hand(self):
        """M-022, M-005: participants too, on their own lines."""
        row = self.french.collection_participant_ids.filtered(
            lambda row: row.function_id == self.rc)
        row.with_user(self.collector).user_id = self.manager
        [origin] = row.with_user(self.collector).collection_origins["origins"]
        self.assertEqual(origin["sentence"], "By hand: Collector")

    def test_settings_by_hand_are_traced(self):
        """M-022, M-030: groups and switches as well."""
        self.french.with_user(self.manager).collection_group_ids = self.big
        row = self.env["collection.history"].search(
            [("customer_id", "=", self.french.id), ("kind", "=", "setting_changed")], limit=1)
        self.assertEqual((row.new_value, row.user_id), ("Big", self.manager))

    def test_the_history_speaks_the_companys_language(self):
        """M-022: by a rule at night or by hand, whatever the user reads."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.company.partner_id.lang = "fr_FR"
        self.big.with_context(lang="fr_FR").name = "Grands comptes"
        self.make_rule([("id", "=", self.french.id)], "group", group_id=self.big.id)
        self.run_automatic()
        self.spanish.with_user(self.manager).collection_group_ids = self.big
        rows = self.env["collection.history"].search([
            ("customer_id", "in", (self.french | self.spanish).ids),
            ("kind", "=", "setting_changed")])
        self.assertEqual(rows.mapped("new_value"), ["Grands comptes"] * 2)


class TestMassChange(AssignmentCase):
    """M-030, M-041: all attributes of many customers, removals included."""

    def change(self, user=None, customers=None, **vals):
        customers = customers or self.french | self.spanish
        wizard = self.env["collection.assignment.mass"].with_user(
            user or self.manager).with_context(
                active_model="res.partner", active_ids=customers.ids).create(vals)
        self.assertEqual(wizard.count, len(customers))
        return wizard.action_apply()

    def test_everything_at_once(self):
        """M-030, M-041"""
        both = self.french | self.spanish
        both.collection_group_ids = self.big
        self.change(
            scenario_change="set", scenario_id=self.second.id, collector_change="clear",
            added_group_ids=[Command.link(self.small.id)],
            removed_group_ids=[Command.link(self.big.id)], function_id=self.rc.id,
            user_id=self.manager.id, switch_ids=[
                Command.create({"attribute": code, "change": "on"})
                for code in ("penalties", "interactive")])
        for customer in both:
            self.assertEqual(customer.collection_scenario_id, self.second)
            self.assertFalse(customer.collector_id)
            self.assertEqual(customer.collection_group_ids, self.small)
            self.assertTrue(customer.collection_penalties)
            held = customer._get_collection_participants().filtered(
                lambda row: row.function_id == self.rc)
            self.assertEqual(held.user_id, self.manager)
            self.assertEqual(self.get_origin(customer, "collector").source, "hand")

    def test_a_collaborator_is_removed(self):
        """M-030: and that is traced."""
        self.change(customers=self.french, function_id=self.rc.id, holder_change="clear")
        self.assertFalse(self.french._get_collection_participants().filtered(
            lambda row: row.function_id == self.rc))
        row = self.env["collection.history"].search(
            [("customer_id", "=", self.french.id)], limit=1)
        self.assertIn("Litigator", row.old_value)

    def test_what_is_changed_may_be_locked(self):
        """B26, M-030"""
        self.change(scenario_change="set", scenario_id=self.second.id, lock=True)
        self.make_rule([("id", "=", self.french.id)])
        self.run_automatic()
        self.assertEqual(self.french.collection_scenario_id, self.second)

    def test_others_customers_are_refused(self):
        """M-030: a collector without right on them."""
        with self.assertRaises(AccessError):
            self.change(user=self.litigator, scenario_change="clear")

    def test_nothing_said_is_refused(self):
        """M-030"""
        with self.assertRaisesRegex(UserError, "what is to be changed"):
            self.change()


@tagged("post_install", "-at_install")
class TestAssignmentTour(AssignmentCase, HttpCase):
    """What a manager does in the browser."""

    moment = None  # a browser's clock cannot be frozen

    def test_from_a_search_to_the_icon(self):
        """M-007, M-008, M-009, M-011 to M-015, M-019, M-021, M-022: by clicking."""
        self.make_invoice(self.french)
        self.start_tour(
            "/odoo/collection-customers", "collection_assignment_tour", login="manager")
        self.start_tour(
            "/odoo/collection-rules", "collection_assignment_rule_tour", login="manager")
        self.assertEqual(self.french.collection_scenario_id, self.first)
        self.assertTrue(self.get_origin(self.french, "scenario").locked)
        search = self.env["ir.filters"].search([("name", "=", "Customers of France")])
        self.assertEqual(search.user_ids, self.manager)
