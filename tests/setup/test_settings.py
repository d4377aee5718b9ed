from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from ..common import CollectionCase, load_migration


@tagged("post_install", "-at_install")
class TestSettings(CollectionCase):
    """Issue 17: the module's settings, changed by a collection manager who administers nothing
    else."""

    def open(self, user=None):
        return Form(self.env["collection.settings"].with_user(user or self.manager))

    def save(self, form):
        return form.save().action_apply()

    def test_a_manager_changes_the_company(self):
        """Issue 17, row 53: what was read is kept, what was changed is written."""
        self.company.collection_link_days = 12
        form = self.open()
        self.assertEqual(form.collection_link_days, 12)
        form.collection_reply_days = 9
        form.collection_manager_id = self.litigator
        self.save(form)
        self.assertEqual(
            (self.company.collection_link_days, self.company.collection_reply_days,
             self.company.collection_manager_id), (12, 9, self.litigator))

    def test_a_manager_changes_the_defaults(self):
        """Issue 17, M-042: they hold for whoever has none of its own."""
        scenario = self.make_scenario()
        customer = self.make_customer("Without", collector_id=False)
        form = self.open()
        form.collection_scenario_id = scenario
        form.collector_id = self.litigator
        form.collection_penalties = True
        self.save(form)
        self.env.invalidate_all()
        self.assertEqual(customer.collection_scenario_id, scenario)
        self.assertEqual(customer.collector_id, self.litigator)
        self.assertTrue(customer.collection_penalties)

    def test_nobody_else(self):
        """Issue 17: not a collector, and not the manager of another company."""
        with self.assertRaises(AccessError):
            self.open(self.collector)
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.make_user(
            "stranger", "account_collection.group_collection_manager", company_id=other.id,
            company_ids=[(6, 0, other.ids)])
        with self.assertRaises(AccessError):
            self.company.with_user(stranger)._set_collection_settings(
                {"collection_link_days": 3})

    def test_a_branch_does_as_its_company(self):
        """What the law or the platform gives to the legal entity is not changed in a branch."""
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        head = self.make_user(
            "head", "account_collection.group_collection_manager", company_id=branch.id,
            company_ids=[(6, 0, branch.ids)])
        form = self.open(head)
        self.assertFalse(form.is_root_company)
        self.save(form)
        for name, value in (("collection_retention_months", 3),
                            ("collection_penalty_regime", "legal"),
                            ("collection_statement_monthly", "open")):
            form = self.open(head)
            with self.assertRaises(AssertionError, msg=name):
                form[name] = value
            with self.assertRaisesRegex(ValidationError, "for all of its branches"):
                branch.with_user(head)._set_collection_settings({name: value})

    def test_branches_of_before_follow_their_company(self):
        """Migration: also those that differ in all of it, and branches of branches."""
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        twig = self.env["res.company"].create({"name": "Twig", "parent_id": branch.id})
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_company SET collection_retention_months = id,"
            " collection_statement_monthly = CASE WHEN id = %s THEN 'open' END,"
            " collection_statement_format = CASE WHEN id = %s THEN 'xlsx' ELSE 'pdf' END",
            (self.company.id, self.company.id))
        load_migration("19.0.8.0.0/post-branches").migrate(self.env.cr, "19.0.7.0.0")
        self.env.invalidate_all()
        own = (self.company.id, "open", "xlsx")
        for company, settings in (
                (self.company, own), (branch, own), (twig, own), (other, (other.id, False, "pdf"))):
            self.assertEqual((
                company.collection_retention_months, company.collection_statement_monthly,
                company.collection_statement_format), settings, company.name)

    def test_only_collection_settings(self):
        """Issue 17: the dialog is no way to the rest of the company."""
        with self.assertRaises(ValueError):
            self.company.with_user(self.manager)._set_collection_settings({"name": "Ours"})

    def test_only_colleagues_answer(self):
        """Issue 17: a portal user is no credit manager."""
        portal = self.make_portal_user("guest")
        with self.assertRaisesRegex(ValidationError, "no colleague"):
            self.company.with_user(self.manager)._set_collection_settings(
                {"collection_manager_id": portal})

    def test_a_scenario_of_another_company_is_refused(self):
        """Issue 17: the default holds for the customers of this company."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        scenario = self.make_scenario(company_id=other.id)
        with self.assertRaisesRegex(ValidationError, "is of Elsewhere"):
            self.company.with_user(self.manager)._set_collection_settings(
                {"collection_scenario_id": scenario})
