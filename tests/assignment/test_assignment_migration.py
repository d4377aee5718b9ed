from odoo.tests import tagged

from ..common import load_migration
from .test_assignment import AssignmentCase


@tagged("post_install", "-at_install")
class TestUpgrade(AssignmentCase):
    """A database in which rules read their search, and record rules the current company."""

    def test_a_rule_takes_the_criteria_that_it_had(self):
        """X-03: as its saved search stands, by whoever wrote the rule last."""
        rule = self.make_rule([("id", "=", self.french.id)]).sudo()
        self.env.flush_all()
        self.env.cr.execute(
            "ALTER TABLE collection_assignment_rule ALTER filter_domain DROP NOT NULL;"
            "UPDATE collection_assignment_rule SET filter_domain = NULL, author_id = NULL")
        for _run in range(2):  # an upgrade that failed later is run again
            load_migration("19.0.5.0.0/pre-rule_criteria").migrate(self.env.cr, "19.0.4.0.0")
        self.env.invalidate_all()
        self.assertEqual(rule.filter_domain, rule.filter_id.domain)
        self.assertEqual(rule.author_id, self.manager)

    def test_record_rules_ask_in_the_records_company(self):
        """X-10: one that somebody has changed stays."""
        former = {
            "collection_action_rule_portfolio":
                "['|', '|', '|', ('customer_id.collector_id', '=', user.id), "
                "('user_id', '=', user.id), ('sequence_id.launched_by_id', '=', user.id), "
                "('sequence_id.participant_ids.user_id', '=', user.id)]",
            "collection_participant_rule_read":
                "['|', '|', '|', ('customer_id.collector_id', '=', user.id), "
                "('sequence_id.launched_by_id', '=', user.id), "
                "('sequence_id.participant_ids.user_id', '=', user.id), "
                "('user_id', '=', user.id)]",
            "collection_promise_rule_portfolio": "[(1, '=', 1)]",
        }
        rules = {name: self.env.ref(f"account_collection.{name}") for name in former}
        fresh = {name: rule.domain_force for name, rule in rules.items()}
        for name, rule in rules.items():
            rule.domain_force = former[name]
        load_migration("19.0.5.0.0/post-record_rules").migrate(self.env.cr, "19.0.4.0.0")
        for name in ("collection_action_rule_portfolio", "collection_participant_rule_read"):
            self.assertEqual(rules[name].domain_force, fresh[name])
        self.assertEqual(
            rules["collection_promise_rule_portfolio"].domain_force, "[(1, '=', 1)]")
