import io
import json
import zipfile

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ... import uninstall_hook
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

    def uninstall(self, query):
        """:return: list of what a query finds once the module has taken itself down"""
        uninstall_hook(self.env)
        self.env.cr.execute(query)
        return self.env.cr.fetchall()

    def test_no_function_of_a_trigger_is_left(self):
        """Issue 20: the database is as one that never had the module."""
        self.assertEqual(self.uninstall(
            "SELECT proname FROM pg_proc WHERE proname LIKE 'collection\\_%'"), [])

    def test_nothing_is_held_back(self):
        """Issue 20: what goes anyway keeps no record of the core, nor one another."""
        self.assertEqual(self.uninstall(
            "SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'f'"
            "   AND (conrelid::regclass::text LIKE 'collection\\_%'"
            "        OR confrelid::regclass::text LIKE 'collection\\_%')"), [])

    def test_no_activity_is_left(self):
        """Issue 20: one would keep its type; those of others stay."""
        kind, other = (self.env.ref(name) for name in (
            "account_collection.mail_activity_type_action", "mail.mail_activity_data_todo"))
        ours, theirs = (
            self.customer.activity_schedule(activity_type_id=one.id, user_id=self.env.uid)
            for one in (kind, other))
        self.assertEqual(self.uninstall(
            f"SELECT id FROM mail_activity WHERE id IN ({ours.id}, {theirs.id})"), [(theirs.id,)])

    def test_no_search_is_left_that_would_not_open(self):
        """Issue 20: of a model of ours, or of the core's with a field of ours."""
        searches = self.env["ir.filters"].create([
            {"name": name, "model_id": model, "domain": domain, "user_ids": False}
            for name, model, domain in (
                ("ours", "collection.sequence", "[]"),
                ("field", "res.partner", "[('collection_hold_until', '!=', False)]"),
                ("theirs", "res.partner", "[('name', 'like', 'collection')]"))])
        self.assertEqual(self.uninstall(
            f"SELECT name FROM ir_filters WHERE id IN {tuple(searches.ids)}"), [("theirs",)])

    def test_no_parameter_is_left(self):
        """Issue 20: those that an administrator has set."""
        self.env["ir.config_parameter"].set_param("account_collection.upload_limit_mb", "20")
        self.assertEqual(self.uninstall(
            "SELECT key FROM ir_config_parameter WHERE key LIKE 'account_collection%'"), [])

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
