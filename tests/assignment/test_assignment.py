import random
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError

from ..common import CollectionCase


class AssignmentCase(CollectionCase):
    """Customers of several countries, groups and scenarios to give them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.france, cls.spain = cls.env.ref("base.fr"), cls.env.ref("base.es")
        cls.first, cls.second = (cls.make_scenario(name=name) for name in ("First", "Second"))
        cls.big, cls.small = cls.env["collection.group"].create(
            [{"name": "Big"}, {"name": "Small"}])
        cls.french = cls.make_customer("French", country_id=cls.france.id)
        cls.spanish = cls.make_customer("Spanish", country_id=cls.spain.id)
        cls.rules = cls.env["collection.assignment.rule"].with_user(cls.manager)

    @classmethod
    def make_search(cls, domain, **vals):
        return cls.env["ir.filters"].create({
            "name": "Search", "model_id": "res.partner", "domain": str(domain),
            "user_ids": False, **vals})

    @classmethod
    def make_rule(cls, domain, attribute="scenario", **vals):
        """A rule, by default giving the first scenario.

        :param domain: of the saved search, or the search
        """
        search = domain if hasattr(domain, "_name") else cls.make_search(domain)
        if attribute == "scenario":
            vals.setdefault("scenario_id", cls.first.id)
        return cls.rules.create({"filter_id": search.id, "attribute": attribute, **vals})

    def run_automatic(self):
        return self.env["collection.assignment.rule"]._run_automatic()

    def get_origin(self, customer, attribute):
        return self.env["collection.assignment"].search(
            [("customer_id", "=", customer.id), ("attribute", "=", attribute)])


class TestRule(AssignmentCase):
    """A rule gives the customers of a saved search a value."""

    def test_scenario(self):
        """M-001, M-003, M-014, M-015: customers of France get the scenario."""
        self.make_rule([("country_id", "=", self.france.id)])
        self.run_automatic()
        self.assertEqual(self.french.collection_scenario_id, self.first)
        self.assertFalse(self.spanish.collection_scenario_id)

    def test_groups_are_added(self):
        """M-002, B27: a customer keeps the groups it has."""
        self.french.collection_group_ids = self.small
        self.make_rule([("id", "=", self.french.id)], "group", group_id=self.big.id)
        self.run_automatic()
        self.assertEqual(self.french.collection_group_ids, self.big | self.small)

    def test_collector(self):
        """M-004: the portfolio."""
        self.make_rule([("id", "=", self.french.id)], "collector", user_id=self.litigator.id)
        self.run_automatic()
        self.assertEqual(self.french.collector_id, self.litigator)

    def test_collaborator(self):
        """M-005: a participant of a function, in place of another."""
        self.make_rule(
            [("id", "in", [self.french.id])], "collaborator", function_id=self.rc.id,
            user_id=self.manager.id)
        self.run_automatic()
        held = self.french._get_collection_participants().filtered(
            lambda row: row.function_id == self.rc)
        self.assertEqual(held.user_id, self.manager)

    def test_switches_on_and_off(self):
        """M-006: both are assignments."""
        for code, field in (("penalties", "collection_penalties"),
                            ("indemnity", "collection_indemnity"),
                            ("interactive", "collection_interactive_email")):
            with self.subTest(code):
                rule = self.make_rule([("id", "=", self.french.id)], code, enabled="on")
                self.run_automatic()
                self.assertTrue(self.french[field])
                rule.enabled = "off"
                self.run_automatic()
                self.assertFalse(self.french[field])

    def test_the_criteria_are_read_each_time(self):
        """M-010: dynamic, no frozen list of customers."""
        self.make_rule([("country_id", "=", self.spain.id)])
        self.french.country_id, self.spanish.country_id = self.spain, self.france
        self.run_automatic()
        self.assertEqual(self.french.collection_scenario_id, self.first)
        self.assertFalse(self.spanish.collection_scenario_id)

    def test_a_changed_search_is_taken_by_a_manager(self):
        """M-010, X-03: by a button; the rule says that the search has changed."""
        rule = self.make_rule([("country_id", "=", self.france.id)])
        self.assertFalse(rule.search_changed)
        rule.filter_id.sudo().domain = str([("country_id", "=", self.spain.id)])
        self.assertTrue(rule.search_changed)
        rule.action_take_search()
        self.assertFalse(rule.search_changed)
        self.run_automatic()
        self.assertEqual(self.spanish.collection_scenario_id, self.first)
        self.assertFalse(self.french.collection_scenario_id)

    def test_a_value_is_asked_for(self):
        """M-014"""
        with self.assertRaisesRegex(ValidationError, "what the rule assigns"):
            self.make_rule([], "group")

    def test_a_scenario_of_another_company_is_refused(self):
        """M-014"""
        second = self.env["res.company"].create({"name": "Second company"})
        with self.assertRaisesRegex(ValidationError, "is of Second company"):
            self.make_rule([], scenario_id=self.make_scenario(company_id=second.id).id)

    def test_only_managers_make_and_run_rules(self):
        """M-011: under configuration."""
        rule = self.make_rule([])
        with self.assertRaises(AccessError):
            rule.with_user(self.collector).run()
        with self.assertRaises(AccessError):
            rule.with_user(self.collector).automatic = False
        with self.assertRaises(AccessError):
            self.rules.with_user(self.collector).action_run_automatic()


class TestAutomaticRun(AssignmentCase):
    """Order, first match, new customers."""

    def test_the_first_match_wins(self):
        """M-023, M-024, M-025, B19, B20: in order of creation, for each attribute apart."""
        self.make_rule([("country_id", "=", self.france.id)])
        self.make_rule([("is_company", "=", True)], scenario_id=self.second.id)
        self.make_rule([("is_company", "=", True)], "collector", user_id=self.litigator.id)
        self.run_automatic()
        self.assertEqual(self.french.collection_scenario_id, self.first)
        self.assertEqual(self.spanish.collection_scenario_id, self.second)
        self.assertEqual((self.french | self.spanish).collector_id, self.litigator)

    def test_the_order_can_be_changed(self):
        """B19: by the handle."""
        self.make_rule([("id", "=", self.french.id)])
        later = self.make_rule([("id", "=", self.french.id)], scenario_id=self.second.id)
        later.sequence = -1
        self.run_automatic()
        self.assertEqual(self.french.collection_scenario_id, self.second)

    def test_a_rule_of_groups_may_go_on(self):
        """B21: literal by default; *go on* lets the following rules add theirs."""
        first = self.make_rule([("id", "=", self.french.id)], "group", group_id=self.big.id)
        self.make_rule([("id", "=", self.french.id)], "group", group_id=self.small.id)
        self.run_automatic()
        self.assertEqual(self.french.collection_group_ids, self.big)
        first.continues = True
        self.run_automatic()
        self.assertEqual(self.french.collection_group_ids, self.big | self.small)

    def test_new_customers_only(self):
        """M-017, B23: created since the last automatic run, whatever the way."""
        rule = self.make_rule([("is_company", "=", True)])
        self.run_automatic()
        self.french.collection_scenario_id = False
        rule.new_only = True
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET create_date = '2026-01-01'")
        with self.at("2026-03-03 09:00:00"):
            fresh = self.make_customer("Fresh")
            self.env.flush_all()
            self.env.cr.execute("UPDATE res_partner SET create_date = %s WHERE id = %s",
                                (fields.Datetime.now(), fresh.id))
            self.run_automatic()
        self.assertEqual(fresh.collection_scenario_id, self.first)
        self.assertFalse(self.french.collection_scenario_id)

    def test_manual_rules_are_left_out(self):
        """M-016, B24: only rules that are automatic."""
        self.make_rule([], automatic=False)
        self.run_automatic()
        self.assertFalse(self.french.collection_scenario_id)

    def test_the_button_runs_it_now(self):
        """M-020, B24"""
        self.make_rule([("id", "=", self.french.id)])
        changed = self.rules.action_run_automatic()
        self.assertEqual(changed, self.french)

    def test_after_an_import(self):
        """M-016, B25: the import asks for a run."""
        cron = self.env.ref("account_collection.cron_run_assignment")
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.env["res.partner"].load(["name"], [["Imported"]])
        after = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.assertEqual(after, before + 1)

    def test_the_second_run_changes_nothing(self):
        """M-025: what is right is not written again, nor traced."""
        self.make_rule([("is_company", "=", True)])
        self.run_automatic()
        rows = self.env["collection.history"].search_count([])
        self.assertFalse(self.run_automatic())
        self.assertEqual(self.env["collection.history"].search_count([]), rows)

    def test_a_broken_search_is_said_and_left_out(self):
        """M-015: the other rules go on."""
        broken = self.make_rule([("id", "=", self.french.id)])
        broken.filter_domain = "[('user_id', '=', uid)]"
        self.make_rule([("id", "=", self.spanish.id)])
        self.assertIn("cannot be read", broken.problem)
        self.run_automatic()
        self.assertEqual(self.spanish.collection_scenario_id, self.first)
        run = self.env["collection.assignment.run"].search([], limit=1)
        self.assertIn("cannot be read", run.errors)

    def test_a_search_in_use_is_not_deleted(self):
        """M-015"""
        rule = self.make_rule([])
        with self.assertRaisesRegex(UserError, "feeds the assignment rule"):
            rule.filter_id.sudo().unlink()

    def test_a_rule_that_never_matches_says_so(self):
        """M-027, M-028: an earlier one takes all."""
        self.make_rule([("is_company", "=", True)])
        later = self.make_rule([("id", "=", self.french.id)], scenario_id=self.second.id)
        self.assertIn("never matches", later.problem)
        self.assertEqual(later.match_count, 1)


class TestManualRun(AssignmentCase):
    """One rule run by hand: all its customers, over what was there."""

    def test_it_overwrites(self):
        """M-021, M-026, B22: earlier assignments do not count; adds to what is many."""
        self.make_rule([("id", "=", self.french.id)])
        self.run_automatic()
        rule = self.make_rule(
            [("is_company", "=", True)], scenario_id=self.second.id, automatic=False)
        changed = rule.run()
        self.assertLessEqual(self.french | self.spanish, changed)
        self.assertEqual(self.french.collection_scenario_id, self.second)

    def test_new_only_does_not_count(self):
        """M-018, B23"""
        rule = self.make_rule([("id", "=", self.french.id)], new_only=True)
        self.run_automatic()
        self.french.collection_scenario_id = False
        rule.run()
        self.assertEqual(self.french.collection_scenario_id, self.first)

    def test_the_preview_says_who_changes(self):
        """B22, M-027: from what to what, before anything is done."""
        self.french.collection_scenario_id = self.second
        rule = self.make_rule([("id", "in", (self.french | self.spanish).ids)])
        self.assertEqual(rule.preview(), [
            (self.french, "Second", "First"), (self.spanish, "", "First")])
        self.assertEqual(self.french.collection_scenario_id, self.second)


class TestOrigin(AssignmentCase):
    """Where an attribute has its value from, and the lock."""

    def test_by_a_rule(self):
        """M-022: which, and when; traced in the history."""
        rule = self.make_rule([("id", "=", self.french.id)])
        self.run_automatic()
        origin = self.get_origin(self.french, "scenario")
        self.assertEqual((origin.source, origin.rule_id), ("rule", rule.sudo()))
        row = self.env["collection.history"].search(
            [("customer_id", "=", self.french.id), ("cause", "=", "rule")])
        self.assertEqual(row.new_value, "First")
        self.assertTrue(self.env["collection.history"].with_user(self.manager).verify(
            self.french))

    def test_by_hand(self):
        """M-022"""
        self.french.with_user(self.manager).collection_scenario_id = self.second
        origin = self.get_origin(self.french, "scenario")
        self.assertEqual((origin.source, origin.user_id), ("hand", self.manager))

    def test_a_lock_keeps_rules_out(self):
        """B26: of both runs."""
        self.french.collection_scenario_id = self.second
        self.get_origin(self.french, "scenario").with_user(self.collector).action_lock()
        rule = self.make_rule([("id", "=", self.french.id)])
        self.run_automatic()
        rule.run()
        self.assertEqual(self.french.collection_scenario_id, self.second)
        self.assertFalse(rule.preview())

    def test_rules_only_assign(self):
        """M-029, M-030, B27: a customer that no longer matches keeps what it has."""
        rule = self.make_rule([("id", "=", self.french.id)], "group", group_id=self.big.id)
        self.run_automatic()
        rule.filter_domain = str([("id", "=", self.spanish.id)])
        self.run_automatic()
        self.assertEqual(self.french.collection_group_ids, self.big)
        self.french.with_user(self.manager).collection_group_ids = False

    def test_queries_do_not_grow_with_customers(self):
        """M-025: a rule is one search and one write, however many customers."""
        def count(customers):
            rule = self.make_rule([("id", "in", customers.ids)])
            return self.count_queries(lambda: self.assertEqual(len(rule.run()), len(customers)))
        many = self.env["res.partner"].union(*(
            self.make_customer(f"Many {number}", holders={}) for number in range(12)))
        count(self.french)
        self.assertEqual(count(many[:1]), count(many[1:]))


class TestAgainstReference(AssignmentCase):
    """Random rules, orders, locks and customers, against the seed's sentences."""

    def reference(self, rules, customers, values, locked, new):
        """M-025: who is treated by a rule is not treated by those after it."""
        values, treated = dict(values), set()
        for rule, found in rules:
            for customer in customers:
                if customer.id in found and customer not in treated and (
                        not rule.new_only or customer in new):
                    treated.add(customer)
                    if customer not in locked:
                        values[customer] = rule.scenario_id
        return values

    def test_both_runs(self):
        """M-017, M-024 to M-026, B20, B23, B26: automatic and by hand."""
        customers = self.env["res.partner"].union(*(
            self.make_customer(f"Customer {number}", holders={}) for number in range(6)))
        none = self.env["collection.scenario"]
        for seed in range(8):
            with self.subTest(seed=seed):
                chance = random.Random(seed)
                self.rules.sudo().search([]).active = False
                values = {customer: chance.choice([none, self.first, self.second])
                          for customer in customers}
                for customer, scenario in values.items():
                    customer.collection_scenario_id = scenario
                self.get_origin_all(customers).locked = False
                locked = set(chance.sample(list(customers), 2))
                for customer in locked:
                    self.env["collection.assignment"].set_lock(customer.id, "scenario", 0, True)
                moment = fields.Datetime.now() + timedelta(days=seed + 1)
                new = set(chance.sample(list(customers), 3))
                for customer in customers:
                    self.env.cr.execute(
                        "UPDATE res_partner SET create_date = %s WHERE id = %s",
                        (moment if customer in new else moment - timedelta(days=400),
                         customer.id))
                self.env["collection.assignment.run"].create(
                    {"company_id": self.company.id, "started_at": moment})
                self.env.invalidate_all()
                rules = []
                for _number in range(4):
                    found = set(chance.sample(customers.ids, chance.randrange(7)))
                    rule = self.make_rule(
                        [("id", "in", list(found))], new_only=chance.random() < .4,
                        scenario_id=chance.choice([self.first, self.second]).id)
                    rule.sequence = chance.randrange(3)
                    rules.append((rule, found))
                rules.sort(key=lambda pair: (pair[0].sequence, pair[0].id))
                self.run_automatic()
                expected = self.reference(rules, customers, values, locked, new)
                self.assertEqual(
                    {customer: customer.collection_scenario_id for customer in customers},
                    expected)
                rule, found = chance.choice(rules)
                rule.run()
                for customer in customers:
                    if customer.id in found and customer not in locked:
                        expected[customer] = rule.scenario_id
                self.assertEqual(
                    {customer: customer.collection_scenario_id for customer in customers},
                    expected)

    def get_origin_all(self, customers):
        return self.env["collection.assignment"].search([("customer_id", "in", customers.ids)])
