from unittest.mock import patch

from odoo.modules import get_manifest
from odoo.tests import TransactionCase, tagged
from odoo.tools import convert_file, mute_logger

from .source_code import ROOT


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo data: what a newcomer meets first. Loaded here; no other test uses it."""

    @classmethod
    @mute_logger("odoo.tools.translate", "odoo.addons.base.models.ir_module")
    def setUpClass(cls):
        super().setUpClass()
        module = "account_collection"
        # as while a database is made: then what happened may bear its own moment
        with patch.object(cls.registry, "ready", False):
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
            "Formal order to pay (commandement de payer)", "Invitation to an interview",
            "Tenant’s complaint"})
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

    def test_a_company_is_under_way(self):
        """D-015: the bakery has its formal notice."""
        sequence = self.ref("demo_sequence_moreau_ctx")
        self.assertEqual((sequence.state, sequence.step_id.key), ("running", "notice"))
        self.assertEqual(sequence._replay(), sequence._get_state())

    def test_what_was_sent_has_a_text_and_was_queued_before(self):
        """Issue 19: a case file of the year behind reads as one that was lived."""
        sent = self.env["collection.dispatch"].search([
            ("customer_id", "in", [self.ref(f"demo_customer_{name}").id
                                   for name in ("pelissier", "vial", "harbour")])])
        self.assertTrue(sent)
        for dispatch in sent:
            self.assertIn(dispatch.action_id.leader_name, dispatch.body)
            self.assertLess(dispatch.create_date, dispatch.sent_at)

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

    def test_the_example_pairs_of_document_templates(self):
        """C-006: rental, shared tenancy, loan, business customer; each invites by e-mail."""
        templates = [self.ref(f"example_documents_{key}") for key in (
            "rental", "sharing", "loan", "business")]
        self.assertEqual([template.function_ids.function_id.code for template in templates],
                         ["CAU", "COLOC", "COEMP", "ASSIST"])
        self.assertEqual([template.function_ids.most for template in templates], [1, 0, 1, 1])
        for template in templates:
            self.assertTrue(template._writes_to_invited())
            self.assertTrue(template.item_ids.filtered(lambda item: not item.function_id))
            self.assertIn("checked by your counsel", template.note)

    def test_rental_examples_ask_for_what_the_law_lists(self):
        """C-006: identity, address, activity and income; no bank details, no health card."""
        for key in ("rental", "sharing"):
            template = self.ref(f"example_documents_{key}")
            self.assertIn("2015-1437", template.note)
            self.assertEqual(set(template.item_ids.mapped("name")), {
                "Proof of identity", "Proof of address", "Proof of professional activity",
                "Last three payslips", "Income tax notice"})

    def test_a_document_request_is_under_way(self):
        """C-013: with a guarantor invited, whose payslips wait for a review."""
        request = self.ref("demo_request_nadia")
        self.assertEqual((request.state, request.review_count), ("open", 1))
        self.assertEqual(len(request.contributor_ids), 2)

    def test_the_welcome_names_what_works(self):
        """Screens 19: the customer is in no sequence, and nothing is missing for that tree."""
        oliver, welcome = self.ref("demo_user_oliver"), (ROOT / "dev/demo.py").read_text()
        customer = self.ref("demo_customer_northwind").with_user(oliver).with_company(
            oliver.company_id)
        template = self.env["collection.sequence.template"].search(
            [("code", "=", "SEQ1"), ("state", "=", "published")])
        self.assertIn(f'"{customer.name}", "{template.name}"', welcome)
        self.assertFalse(customer.collection_sequence_ids)
        dialog = self.env["collection.sequence.launch"].with_user(oliver).with_company(
            oliver.company_id).create({"customer_id": customer.id, "template_id": template.id})
        self.assertNotIn("blocking", dialog.line_ids.mapped("severity"))
        dialog.action_launch()
        self.assertEqual(customer.collection_sequence_ids.state, "running")
