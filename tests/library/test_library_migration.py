from odoo.tests import tagged

from ..common import load_migration
from .library_case import LibraryCase

#: Examples that the demo data never had.
NEWS = {"example_rule_public", "example_rule_scenario_companies"}


@tagged("post_install", "-at_install")
class TestLibraryMigration(LibraryCase):
    """Issue 17: the examples of former demo data are the library's, and not loaded beside them."""

    examples = ("template_conv", "assignment_rules")

    def test_the_tenant_and_the_debtor_are_the_customer(self):
        """D-009: examples of before become as they are loaded today; own functions stay."""
        self.library._load(["template_ctx", "template_cdp"])
        tenant, debtor, guarantor = (self.env.ref(
            f"account_collection.example_function_{name}") for name in ("loc", "deb", "cau"))
        self.assertEqual((tenant | debtor | guarantor).mapped("held_by_customer"),
                         [True, True, False])
        (tenant | debtor).held_by_customer = False
        debtor.kind = "internal"
        self.env.flush_all()
        load_migration("19.0.10.0.0/post-held_by_customer").migrate(
            self.env.cr, "19.0.9.0.0")
        self.env.invalidate_all()
        self.assertEqual((tenant | debtor | guarantor).mapped("held_by_customer"),
                         [True, False, False])

    def test_texts_speak_of_claims_where_something_is_claimed(self):
        """L16: in examples loaded before; what somebody wrote in their place stays."""
        self.library._load(["scenario_companies", "scenario_public_buyers"])
        steps = self.env["collection.scenario.step"].search([("body", "ilike", "#if_claimed")])
        self.assertEqual(len(steps), 2)
        today = {step: step.body for step in steps}
        for step in steps:
            step.body = step.body.replace("#if_claimed ", "").replace("#end_if", "")
        own = steps.copy({"body": "<p>To this day: #penalties_amount</p>"})
        self.env.flush_all()
        for _run in range(2):
            load_migration("19.0.10.0.0/post-claims_in_texts").migrate(
                self.env.cr, "19.0.9.0.0")
        self.env.invalidate_all()
        self.assertEqual({step: step.body for step in steps}, today)
        self.assertEqual(set(own.mapped("body")), {"<p>To this day: #penalties_amount</p>"})

    def test_demo_examples_become_the_librarys(self):
        """Whatever was changed meanwhile, an upgrade that is run twice keeps them."""
        data = self.env["ir.model.data"].search(
            [("module", "=", "account_collection"), ("name", "=like", "example\\_%")])
        names = {row: row.name for row in data}
        suffix = f"_company_{self.company.id}"
        news = data.filtered(lambda row: row.name.removesuffix(suffix) in NEWS)
        for row in data - news:
            row.name = row.name.replace("example_", "demo_").removesuffix(suffix)
        self.env.flush_all()
        for _run in range(2):
            load_migration("19.0.6.0.0/pre-library_names").migrate(self.env.cr, "19.0.5.0.0")
        self.env.invalidate_all()
        self.assertEqual({row: row.name for row in data}, names)
        steps = self.env["collection.sequence.step"].search_count([])
        self.library._load(["template_conv"])
        self.assertEqual(self.env["collection.sequence.step"].search_count([]), steps)
