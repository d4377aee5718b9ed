from odoo.tests import tagged

from .common import CollectionCase

#: Who copies records of Odoo without any right of the module.
ACCOUNTANT = "account.group_account_manager,base.group_partner_manager"
EMPLOYEE = "base.group_user,base.group_partner_manager"


@tagged("post_install", "-at_install")
class TestAccessCopies(CollectionCase):
    """The core's rows are the accountant's: what the module adds to them hinders no copy."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(cls.customer, 100)
        cls.customer.collection_scenario_id = cls.make_scenario()
        cls.customer.collection_insolvency_date = "2026-01-05"
        #: By model, a record that people copy. Those of other models are copied by administrators.
        cls.originals = {"res.partner": cls.customer, "account.move": cls.invoice}

    def get_copied_models(self):
        """:return: set of names of Odoo's models that got fields of ours which not everybody may
            read and which are copied"""
        return {
            name for name, model in self.env.registry.items()
            if not name.startswith("collection.") and any(
                field.copy and field.groups and "account_collection" in field.groups
                for field in model._fields.values())}

    def test_what_is_copied_is_known(self):
        """Issue 13, A: a model that gets such fields is copied below."""
        people = {"res.users"}  # made of a partner, and copied by administrators
        self.assertLessEqual(self.get_copied_models() - people, set(self.originals))

    def test_without_a_right_of_the_module(self):
        """Issue 13, A: an accountant, and whoever keeps contacts, copies as without it."""
        who = {"accountant": (ACCOUNTANT, ("res.partner", "account.move")),
               "employee": (EMPLOYEE, ("res.partner",))}
        for login, (groups, models) in who.items():
            user = self.make_user(f"copying-{login}", groups)
            for model in models:
                with self.subTest(f"{login} copies {model}"):
                    copied = self.originals[model].with_user(user).copy()
                    self.assertTrue(copied)

    def test_settings_stay_with_the_original(self):
        """X-01: who may not read a customer's settings gives them to nobody."""
        user = self.make_user("copying", ACCOUNTANT)
        copied = self.customer.with_user(user).copy().sudo()
        self.assertFalse(copied.collection_scenario_id or copied.collection_insolvency_date)
