from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import MANAGER
from .test_assignment import AssignmentCase


@tagged("post_install", "-at_install")
class TestRuleRights(AssignmentCase):
    """X-03, X-11: who decides which customers a rule finds, and what it may tell."""

    def test_a_changed_search_changes_no_rule(self):
        """X-03: whoever may change a shared search reassigns nobody."""
        rule = self.make_rule([("id", "=", self.french.id)], "collector",
                              user_id=self.litigator.id)
        plain = self.make_user("plain", "base.group_user")
        rule.filter_id.with_user(plain).write({"domain": "[]"})
        self.run_automatic()
        self.assertEqual(self.french.collector_id, self.litigator)
        self.assertEqual(self.spanish.collector_id, self.collector)

    def test_only_managers_change_the_criteria(self):
        """X-03: by whatever name."""
        rule = self.make_rule([("id", "=", self.french.id)]).with_user(self.collector)
        with self.assertRaises(AccessError):
            rule.filter_domain = "[]"
        with self.assertRaises(AccessError):
            rule.action_take_search()

    def test_no_search_of_somebody_else_is_taken(self):
        """X-03: by a default of the context, by the button, by the form."""
        second = self.make_user("second", MANAGER)
        private = self.make_search([("id", "=", self.french.id)])
        rule = self.make_rule(private).with_user(second)
        private.sudo().user_ids = self.manager
        with self.assertRaises(AccessError):
            rule.with_context(default_filter_id=private.id).create(
                {"attribute": "scenario", "scenario_id": self.first.id})
        with self.assertRaises(AccessError):
            rule.action_take_search()
        with self.assertRaises(AccessError):
            rule.onchange({"filter_id": private.id}, ["filter_id"], {"filter_domain": {}})

    def test_a_change_stands_in_the_rules_log(self):
        """X-03: what it was, what it is, who did it."""
        rule = self.make_rule([("id", "=", self.french.id)])
        second = self.make_user("second", MANAGER)
        rule.with_user(second).filter_domain = "[('id', '=', 0)]"
        note = rule.sudo().message_ids[0]
        self.assertIn("[('id', '=', 0)]", note.body)
        self.assertEqual(note.author_id, second.partner_id)
        self.assertEqual(rule.author_id, second)

    def test_the_author_is_whoever_sets_them(self):
        """X-03: nobody writes in somebody else's name."""
        rule = self.make_rule([("id", "=", self.french.id)])
        self.assertEqual(rule.author_id, self.manager)
        second = self.make_user("second", MANAGER)
        rule.with_user(second).write({
            "filter_domain": "[]", "author_id": self.env.ref("base.user_root").id})
        self.assertEqual(rule.author_id, second)
        rule.with_user(self.manager).author_id = self.env.ref("base.user_root")
        self.assertEqual(rule.author_id, second)

    def test_the_history_names_the_author(self):
        """X-03: whose criteria gave the customer its value."""
        self.make_rule([("id", "=", self.french.id)])
        self.run_automatic()
        row = self.env["collection.history"].search(
            [("customer_id", "=", self.french.id), ("cause", "=", "rule")])
        self.assertEqual(row.data["author"], "Manager")

    def test_a_count_tells_no_more_than_its_author_sees(self):
        """X-11: partners of another company, and fields that are not the manager's."""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        hidden = self.make_partner("Hidden", company_id=elsewhere.id)
        by_company = self.make_rule([("user_ids.company_ids.name", "=", "Elsewhere")])
        self.make_user("there", "base.group_user", company_id=elsewhere.id,
                       company_ids=[(6, 0, elsewhere.ids)])
        self.assertEqual(by_company.match_count, len(self.env["res.partner"].with_user(
            self.manager).search([("user_ids.company_ids.name", "=", "Elsewhere")])))
        by_name = self.make_rule([("id", "in", (hidden | self.french).ids)])
        self.assertEqual(by_name.match_count, 1)
        self.assertEqual(by_name.run_outlook()["matched"], 1)

    def test_a_colleague_tries_nothing_out(self):
        """X-11: criteria on a form that is not saved are read with the rights of who tries."""
        rule = self.make_rule([("id", "=", self.french.id)])
        spec = {"match_count": {}, "filter_domain": {}, "problem": {}}
        with self.assertRaises(AccessError):
            rule.with_user(self.collector).onchange(
                {"filter_domain": "[('id', '>', 0)]"}, ["filter_domain"], spec)
        draft = rule.with_user(self.collector).new(
            {"filter_domain": "[('id', '>', 0)]"}, origin=rule)
        self.assertFalse(draft.match_count)
        self.assertIn("no collection manager", draft.problem)

    def test_an_author_who_is_no_manager_any_more(self):
        """X-11: the rule says so, and is left out until another one takes its criteria."""
        second = self.make_user("second", MANAGER)
        rule = self.make_rule([("id", "=", self.french.id)]).with_user(self.manager)
        rule.with_user(second).filter_domain = str([("id", "=", self.french.id)])
        second.sudo().group_ids = self.env.ref("base.group_user")
        self.env.invalidate_all()
        self.assertIn("no collection manager", rule.problem)
        with self.assertRaisesRegex(UserError, "no collection manager"):
            rule.run()
        rule.filter_domain = str([("is_company", "=", True), ("id", "=", self.french.id)])
        rule.run()
        self.assertEqual(self.french.collection_scenario_id, self.first)

    def test_somebody_elses_private_search_feeds_no_rule(self):
        """X-11: a manager reads no search of a colleague by way of a rule."""
        private = self.make_search([], user_ids=[(6, 0, self.collector.ids)])
        with self.assertRaises(AccessError):
            self.make_rule(private)
