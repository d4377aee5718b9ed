import ast

from odoo.tests import tagged

from ..common import CollectionCase, load_migration


@tagged("post_install", "-at_install")
class TestSetupUpgrade(CollectionCase):
    """A database from before there was a start, and with two settings of one thing."""

    def give_new_customers(self, scenario):
        self.env.cr.execute(
            "ALTER TABLE res_company ADD COLUMN IF NOT EXISTS collection_scenario_id int")
        self.env.cr.execute(
            "UPDATE res_company SET collection_scenario_id = %s WHERE id = %s",
            (scenario.id, self.company.id))

    def upgrade(self, name):
        for _run in range(2):  # an upgrade that failed later is run again
            load_migration(f"19.0.6.0.0/{name}").migrate(self.env.cr, "19.0.5.0.0")
        self.env.invalidate_all()

    def get_rules(self):
        return self.env["collection.assignment.rule"].search(
            [("attribute", "=", "scenario"), ("company_id", "=", self.company.id)])

    def test_what_ran_goes_on(self):
        """Issue 17: a company that collects already counts as started."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_company SET collection_started_on = NULL")
        self.env.invalidate_all()
        self.assertFalse(self.company._is_collection_started())
        self.env.cr.execute("UPDATE res_company SET create_date = '2024-05-06'")
        self.upgrade("post-start")
        self.assertTrue(self.company._is_collection_started())

    def test_a_branch_goes_on_with_its_company(self):
        """D, issue 17: and is stopped with it."""
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_company SET collection_started_on = NULL, create_date = '2024-05-06'")
        self.env.invalidate_all()
        self.upgrade("post-start")
        self.assertTrue(branch._is_collection_started())
        self.company.collection_started_on = False
        self.assertFalse(branch._is_collection_started())

    def test_a_scenario_of_new_customers_becomes_a_rule(self):
        """Issue 17: it gives new customers what the setting gave them, and no other customer."""
        old = self.make_customer("Old")
        scenario = self.make_scenario()
        self.give_new_customers(scenario)
        self.upgrade("post-default_scenario")
        rule = self.get_rules()
        self.assertEqual((len(rule), rule.scenario_id, rule.new_only), (1, scenario, True))
        new = self.env["res.partner"].create({"name": "New", "customer_rank": 1})
        supplier = self.env["res.partner"].create({"name": "Supplier"})
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET create_date = '2025-01-01' WHERE id = %s",
                            (old.id,))
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = now() + interval '1 hour' WHERE id = ANY(%s)",
            ((new | supplier).ids,))
        self.env.invalidate_all()
        self.run_cron("_run_nightly", model="collection.assignment.rule")
        self.assertEqual(new.collection_scenario_id, scenario)
        self.assertFalse((old | supplier).mapped("collection_scenario_id"))

    def test_where_both_said_the_same_one_is_left(self):
        """Issue 17: the default goes on."""
        scenario = self.make_scenario()
        self.company._set_collection_defaults({"collection_scenario_id": scenario})
        self.give_new_customers(scenario)
        self.upgrade("post-default_scenario")
        self.assertFalse(self.get_rules())
        self.assertEqual(self.company._get_collection_default("collection_scenario_id"), scenario)

    def test_a_scenario_of_another_company_hinders_no_upgrade(self):
        """D-077: it was given to nobody; the set-up page asks for the default."""
        other = self.env["res.company"].create({"name": "Other"})
        self.give_new_customers(self.make_scenario(company_id=other.id))
        self.upgrade("post-default_scenario")
        self.assertFalse(self.get_rules())

    def test_the_rule_comes_last(self):
        """Issue 17: what a rule found came before what was given to a new customer."""
        search = self.env["ir.filters"].create({
            "name": "All", "model_id": "res.partner", "user_ids": False, "domain": "[]"})
        first = self.env["collection.assignment.rule"].create({
            "attribute": "scenario", "scenario_id": self.make_scenario().id,
            "filter_id": search.id})
        self.give_new_customers(self.make_scenario())
        self.upgrade("post-default_scenario")
        self.assertEqual(self.get_rules()[0], first)
        self.assertTrue(ast.literal_eval(self.get_rules()[1].filter_domain))
