import json
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import CollectionCase


@tagged("post_install", "-at_install")
class TestApiKey(CollectionCase, HttpCase):
    """X-37: a colleague's API key opens what the colleague may, and nothing else."""

    moment = None  # keys expire by the clock of the database

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sequence = cls.launch(cls.make_short_template())
        cls.plain = cls.make_user("plain", "base.group_user")
        cls.key = cls.env["res.users.apikeys"].with_user(cls.plain).sudo()._generate(
            "rpc", "Key", fields.Datetime.now() + timedelta(days=1))
        cls.env.flush_all()

    def call(self, model, method, **arguments):
        with mute_logger("odoo.http", "odoo.addons.rpc", "odoo.addons.base.models.ir_rule",
                         "odoo.addons.base.models.ir_access", "odoo.sql_db"):
            return self.url_open(
                f"/json/2/{model}/{method}", data=json.dumps(arguments),
                headers={"Authorization": f"Bearer {self.key}",
                         "Content-Type": "application/json"})

    def test_the_key_works(self):
        """X-37: what follows is refused for want of rights, not of a key."""
        self.assertEqual(self.call(
            "res.users", "search_count", domain=[("id", "=", self.plain.id)]).json(), 1)

    def test_it_reads_nothing_of_collecting(self):
        """X-37: no model of the module, none of its fields."""
        for model in ("collection.action", "collection.sequence", "collection.history",
                      "collection.promise", "collection.action.close"):
            with self.subTest(model):
                self.assertEqual(self.call(model, "search_read", domain=[]).status_code, 403)
        answer = self.call("res.partner", "read", ids=self.customer.ids,
                           fields=["collector_id", "collection_hold_until"])
        self.assertEqual(answer.status_code, 403)

    def test_it_commands_nothing(self):
        """X-37: neither a sequence nor a setting."""
        self.assertEqual(self.call(
            "collection.sequence", "action_pause", ids=self.sequence.ids,
            reason="Mine").status_code, 403)
        self.assertEqual(self.call(
            "res.partner", "write", ids=self.customer.ids,
            vals={"collector_id": self.plain.id}).status_code, 403)
        self.assertEqual(self.customer.collector_id, self.collector)
