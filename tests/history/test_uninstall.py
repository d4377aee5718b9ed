import io
import json
import zipfile

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import CollectionCase


@tagged("post_install", "-at_install")
class TestUninstall(CollectionCase):
    """X-29: uninstalling says what it takes along, and offers a copy first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.launch(cls.make_short_template(), situation="=1+1")
        cls.env.flush_all()

    def open(self, module):
        return self.env["base.module.uninstall"].create({
            "module_ids": self.env["ir.module.module"].search([("name", "=", module)]).ids})

    def test_it_says_how_many_histories_go(self):
        """X-29: rows and customers, of all companies."""
        wizard = self.open("account_collection")
        history = self.env["collection.history"]
        self.assertEqual(wizard.collection_history_count, history.search_count([]))
        self.assertEqual(
            wizard.collection_customer_count, len(history.search([]).customer_id))
        self.assertTrue(wizard.collection_history_count)

    def test_so_does_a_module_that_takes_it_along(self):
        """X-29: it depends on accounting."""
        self.assertTrue(self.open("account").collection_history_count)

    def test_another_module_says_nothing(self):
        """X-29"""
        wizard = self.open("account_collection")
        wizard.module_ids = False
        self.assertFalse(wizard.collection_history_count)

    def test_the_histories_are_exported_first(self):
        """X-29: a table to read, no formula in it, and the rows with their digests."""
        wizard = self.open("account_collection")
        action = wizard.action_export_collection_histories()
        attachment = self.env["ir.attachment"].search([
            ("res_model", "=", wizard._name), ("res_id", "=", wizard.id)])
        self.assertIn(f"/web/content/{attachment.id}", action["url"])
        self.assertFalse(attachment.public)
        with zipfile.ZipFile(io.BytesIO(attachment.raw)) as archive:
            table = archive.read("histories.csv").decode("utf-8-sig")
            lines = archive.read("histories.jsonl").decode().splitlines()
        self.assertIn("Sequence launched", table)
        self.assertIn("'=1+1", table)
        self.assertEqual(len(lines), wizard.collection_history_count)
        self.assertTrue(all(json.loads(line)["digest"] for line in lines))

    def test_nobody_else_exports_them(self):
        """X-29"""
        wizard = self.open("account_collection")
        with self.assertRaises(AccessError):
            wizard.with_user(self.manager).action_export_collection_histories()
