from odoo.modules import get_manifest
from odoo.tests import TransactionCase, tagged
from odoo.tools import convert_file, mute_logger


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo data: what a newcomer meets first. Loaded here; no other test uses it."""

    @classmethod
    @mute_logger("odoo.tools.translate", "odoo.addons.base.models.ir_module")
    def setUpClass(cls):
        super().setUpClass()
        module = "account_collection"
        for name in get_manifest(module)["demo"]:
            convert_file(cls.env, module, name, {}, mode="init", noupdate=True)

    def ref(self, name):
        return self.env.ref(f"account_collection.{name}")

    def sequences(self, customer):
        return self.env["collection.sequence"].search([("customer_id.name", "=", customer)])

    def test_the_example_templates_are_published(self):
        """D-015: Commandement de payer, Convocation à un entretien, Réclamation locataire."""
        templates = self.env["collection.sequence.template"].search(
            [("code", "in", ("CDP", "CONV", "RECL"))])
        self.assertEqual(set(templates.mapped("name")), {
            "Commandement de payer", "Convocation à un entretien", "Réclamation locataire"})
        self.assertEqual(set(templates.mapped("state")), {"published"})
        for template in templates:
            self.assertIn("have it checked by your counsel", template.note)

    def test_sequences_run_pause_and_end(self):
        """D-023, D-027: one of each to look at, on tenants in arrears."""
        self.assertEqual(set(self.sequences("Nadia Benali").mapped("state")), {"running"})
        self.assertEqual(self.sequences("Marc Lefèvre").state, "paused")
        self.assertIn("done", self.sequences("Sofia Costa").mapped("state"))
        for customer in ("Nadia Benali", "Marc Lefèvre", "Sofia Costa"):
            for sequence in self.sequences(customer):
                self.assertEqual(sequence._replay(), sequence._get_state())

    def test_the_landlord_bills_in_euro(self):
        """D-014: a French company, with invoices that are really due."""
        sequence = self.sequences("Nadia Benali")[0]
        self.assertEqual(sequence.company_id.currency_id.name, "EUR")
        self.assertEqual(sequence.company_id.country_id.code, "FR")
        self.assertGreater(sequence.amount_due, 0)

    def test_each_person_has_the_rights_of_the_part(self):
        """D-073, D-075: collectors, a litigation manager; lawyer and tenant on the portal."""
        users = {user.login: user for user in self.env["res.users"].search(
            [("login", "in", ("camille", "oliver", "helene", "lawyer", "tenant"))])}
        self.assertEqual(
            {login: user.has_group("account_collection.group_collection_user")
             for login, user in users.items()},
            {"camille": True, "oliver": True, "helene": True, "lawyer": False, "tenant": False})
        self.assertTrue(users["helene"].has_group("account_collection.group_collection_manager"))
        self.assertEqual((users["camille"].lang, users["oliver"].lang), ("fr_FR", "en_US"))
