from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import ALL_CUSTOMERS, COLLECTOR, CollectionCase, action, row, step


@tagged("post_install", "-at_install")
class TestDialogs(CollectionCase):
    """X-12, X-13: a dialog shows its user nothing new, and is seen by nobody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.intruder = cls.make_user("intruder", COLLECTOR)
        cls.own = cls.make_customer("Own", collector=cls.intruder)
        cls.invoice = cls.make_invoice(cls.customer, 100)
        cls.items = cls.get_items(cls.invoice)
        cls.template = cls.make_template("D", [step("one", [action("a")], [row("end")])])
        cls.sequence = cls.launch(cls.template)
        cls.action = cls.sequence.sudo().action_ids[0]
        cls.dispute = cls.env["collection.dispute"].with_user(cls.collector).open(
            cls.items, cls.env["collection.dispute.reason"].search([], limit=1),
            description="Secret text")
        cls.env.flush_all()

    def get_dialogs(self):
        """:return: dict of the module's transient models by name"""
        return {
            name: self.env[name] for name, model in self.env.registry.items()
            if model._original_module == "account_collection" and model._transient}

    def get_foreign(self):
        """:return: list of (model of a dialog, its field, the foreign record)"""
        return [
            ("collection.dispute.resolve", "dispute_id", self.dispute),
            ("collection.action.reschedule", "action_id", self.action),
            ("collection.action.close", "action_id", self.action),
            ("collection.action.keep", "action_id", self.action),
            ("collection.message.preview", "action_id", self.action),
            ("collection.sequence.steer", "sequence_id", self.sequence),
            ("collection.sequence.launch", "customer_id", self.customer),
            ("collection.new.action", "customer_id", self.customer),
        ]

    def test_every_dialog_is_its_makers(self):
        """X-13: a record rule for everybody, managers too, on each transient model."""
        rules = self.env["ir.rule"].search([("groups", "=", False)])
        own = {rule.model_id.model for rule in rules
               if rule.domain_force == "[('create_uid', '=', user.id)]"}
        self.assertEqual(set(self.get_dialogs()) - own, set())

    def test_every_dialog_reads_as_its_user(self):
        """X-12: each takes from the common dialog, and reads related fields with the user's
        rights."""
        for name, dialog in self.get_dialogs().items():
            with self.subTest(name):
                self.assertIsInstance(dialog, self.env.registry["collection.dialog"])
                self.assertEqual([
                    field.name for field in dialog._fields.values()
                    if field.related and field.related_sudo], [])

    def test_no_dialog_is_made_on_a_foreign_record(self):
        """X-12: by its values, the context, a filled form, or changed afterwards."""
        for name, field, record in self.get_foreign():
            dialog = self.env[name].with_user(self.intruder)
            for way, call in {
                "create": lambda dialog=dialog, f=field, r=record: dialog.create({f: r.id}),
                "default_get": lambda dialog=dialog, f=field, r=record: dialog.with_context(
                    **{f"default_{f}": r.id}).default_get([f]),
                "onchange": lambda dialog=dialog, f=field, r=record: dialog.onchange(
                    {f: r.id}, [f], {f: {"fields": {"display_name": {}}}}),
                "first onchange": lambda dialog=dialog, f=field, r=record: dialog.with_context(
                    **{f"default_{f}": r.id}).onchange(
                        {}, [], {f: {"fields": {"display_name": {}}}}),
            }.items():
                with self.subTest(name, way=way), self.assertRaises(AccessError):
                    call()

    def test_an_own_dialog_is_not_pointed_elsewhere(self):
        """X-12: opened on an own action, then written."""
        mine = self.launch(self.template, self.own, user=self.intruder).action_ids[0]
        dialog = self.env["collection.action.reschedule"].with_user(self.intruder).create(
            {"action_id": mine.id})
        self.assertEqual(dialog.date, mine.date)
        with self.assertRaises(AccessError):
            dialog.write({"action_id": self.action.id})

    def test_lists_of_records_are_read_too(self):
        """X-12: one foreign record among own ones."""
        with self.assertRaises(AccessError):
            self.env["collection.action.skip"].with_user(self.intruder).create(
                {"action_ids": [(6, 0, self.action.ids)]})
        with self.assertRaises(AccessError):
            self.env["collection.assignment.mass"].with_user(self.intruder).with_context(
                active_model="res.partner", active_ids=(self.own | self.customer).ids,
            ).create({})

    def test_nobody_reads_or_changes_another_ones_dialog(self):
        """X-13: neither colleagues nor managers."""
        dialog = self.env["collection.action.reschedule"].with_user(self.collector).create(
            {"action_id": self.action.id, "date": "2026-03-24"})
        everybody = self.make_user("everybody", ALL_CUSTOMERS)
        for user in (self.intruder, everybody, self.manager):
            other = dialog.with_user(user)
            with self.subTest(user.login):
                self.assertFalse(other.search([("id", "=", dialog.id)]))
                with self.assertRaises(AccessError):
                    other.write({"date": "2026-03-25"})
                with self.assertRaises(AccessError):
                    other.action_apply()
        dialog.action_apply()
        self.assertEqual(str(self.action.date), "2026-03-24")
