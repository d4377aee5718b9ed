from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ...tools import bulk
from ..common import COLLECTOR, CollectionCase


class BulkCase(CollectionCase):
    """Five debtors of the collector; a call of the server deals with two."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tenants = cls.customer.union(*(
            cls.make_customer(f"Tenant {number}", holders={}) for number in range(2, 6)))
        for tenant in cls.tenants:
            cls.make_invoice(tenant, 100, due=cls.due)
        cls.env["collection.debtor"]._rebuild(cls.tenants)
        cls.startClassPatcher(patch.object(bulk, "BATCH", 2))

    due = "2026-02-01"


@tagged("post_install", "-at_install")
class TestDebtorBulk(BulkCase):
    """Issue 16: commands on many debtors go batch by batch; who is refused hinders nobody else."""

    def open_hold(self):
        return self.env["collection.debtor.hold"].with_user(self.collector).create({
            "customer_ids": self.tenants.ids, "until": "2026-03-09", "reason": "Away"})

    def get_held(self):
        return self.tenants.filtered("collection_hold_until")

    def test_the_first_batch_and_what_is_left(self):
        """beyond E3: the button does the first batch, the client goes on with the others."""
        dialog = self.open_hold()
        action = dialog.action_apply()
        self.assertEqual(self.get_held(), self.tenants[:2])
        params = action["params"]
        self.assertEqual(
            (action["tag"], params["ids"], params["size"], params["done"], params["refused"]),
            ("collection_bulk", self.tenants[2:].ids, 2, 2, []))
        method = getattr(self.env[params["model"]].browse(params["args"][0]), params["method"])
        self.assertEqual(method(params["ids"][:2]), {"done": 2, "refused": []})
        self.assertEqual(self.get_held(), self.tenants[:4])

    def test_who_is_refused_hinders_nobody_else(self):
        """It says how many were done, who was refused and why; nothing is lost."""
        dialog = self.open_hold()
        self.tenants[3].collector_id = self.litigator
        result = dialog.hold_batch(self.tenants[2:].ids)
        self.assertEqual(self.get_held(), self.tenants[2] | self.tenants[4])
        self.assertEqual(result["done"], 2)
        [refused] = result["refused"]
        self.assertEqual(refused["name"], "Tenant 4")
        self.assertIn("portfolio", refused["reason"])

    def test_refused_to_all(self):
        """X-01: whoever may do it to none of them is denied it, and learns nothing else."""
        dialog = self.open_hold()
        self.tenants.collector_id = self.litigator
        with self.assertRaises(AccessError):
            dialog.hold_batch(self.tenants.ids)

    def test_a_first_batch_that_is_refused(self):
        """Who may do it to none of the first ones may do it to those that are left."""
        dialog = self.open_hold()
        self.tenants[:2].collector_id = self.litigator
        params = dialog.action_apply()["params"]
        self.assertEqual((params["ids"], params["done"]), (self.tenants[2:].ids, 0))
        self.assertEqual(
            [refused["name"] for refused in params["refused"]], self.tenants[:2].mapped("name"))

    def test_a_batch_whose_answer_was_lost(self):
        """Called again, it writes to nobody twice, and counts as done."""
        dialog = self.env["collection.debtor.statement"].with_user(self.collector).create(
            {"customer_ids": self.tenants.ids})
        for _again in range(2):
            self.assertEqual(
                dialog.send_batch(self.tenants[:2].ids), {"done": 2, "refused": []})
        self.assertEqual(len(self.env["collection.action"].search(
            [("customer_id", "in", self.tenants.ids), ("origin", "=", "manual")])), 2)

    def test_statements_before_the_start(self):
        """Issue 17: nobody is told that what waits leaves soon."""
        self.company.collection_started_on = False
        dialog = self.env["collection.debtor.statement"].with_user(self.collector).create(
            {"customer_ids": self.customer.ids})
        self.assertIn("wait until", dialog.action_apply()["params"]["message"])

    def test_nobody_at_all(self):
        """A call that names nobody does nothing, whatever the command thinks of it."""
        def refuse(customers):
            raise UserError("Choose some")
        self.assertEqual(
            bulk.run_batch(self.tenants.browse(), refuse), {"done": 0, "refused": []})

    def test_others_are_left_alone(self):
        """A call names customers of its dialog, and no others."""
        dialog = self.open_hold()
        dialog.customer_ids = self.tenants[:1]
        self.assertEqual(dialog.hold_batch(self.tenants[1:].ids)["done"], 0)
        self.assertFalse(self.get_held())

    def test_a_batch_asks_for_what_the_button_asks_for(self):
        """X-12: no way around the reason, by calling the batch alone."""
        dialog = self.open_hold()
        dialog.reason = " "
        with self.assertRaisesRegex(UserError, "Say why"):
            dialog.hold_batch(self.tenants.ids)

    def test_a_batch_costs_the_same_statements(self):
        """Nobody is read or written alone as long as nobody is refused."""
        dialog = self.open_hold()
        with patch.object(type(dialog), "_hold", autospec=True) as hold:
            dialog.hold_batch(self.tenants.ids)
        self.assertEqual([call.args[1] for call in hold.call_args_list], [self.tenants])

    def test_confirming(self):
        """What waits for a confirmation is confirmed batch by batch too; one that left meanwhile
        is named."""
        self.tenants.with_user(self.manager).collection_scenario_id = self.make_scenario(
            [{"offset": 3, "mode": "confirm"}])
        actions = self.get_planned(self.tenants[0]).union(*map(self.get_planned, self.tenants))
        debtors = self.env["collection.debtor"].with_user(self.collector).search(
            [("customer_id", "in", self.tenants.ids)])
        params = debtors.action_confirm()["params"]
        self.assertEqual(
            (params["model"], params["method"], params["args"], params["done"]),
            ("collection.action", "confirm_batch", [], 2))
        left = self.env["collection.action"].with_user(self.collector).browse(params["ids"])
        left[0].close("ignored", comment="Left out")
        result = left.confirm_batch()
        self.assertEqual((result["done"], len(result["refused"])), (2, 1))
        self.assertIn(left[0].customer_id.name, result["refused"][0]["name"])
        self.assertEqual(len(actions.filtered("confirmed")), 4)

    def test_a_stranger_confirms_nothing(self):
        """D-077: not even a name is told of what somebody may not read."""
        self.tenants.with_user(self.manager).collection_scenario_id = self.make_scenario(
            [{"offset": 3, "mode": "confirm"}])
        action = self.get_planned(self.customer)
        stranger = self.make_user("stranger", COLLECTOR)
        with self.assertRaises(AccessError):
            action.with_user(stranger).confirm_batch()


@tagged("post_install", "-at_install")
class TestDebtorBulkTour(BulkCase, HttpCase):
    """The same in the browser."""

    moment = None  # a browser's clock cannot be frozen

    def test_progress(self):
        """beyond E3: how far it is, and at the end who was refused and why."""
        dialogs = self.env.registry["collection.debtor.hold"]
        write = dialogs._write_hold

        def write_others(dialog, customers, *values):
            if "Tenant 4" in customers.mapped("name"):
                raise UserError("The accountant has it")
            write(dialog, customers, *values)

        with patch.object(dialogs, "_write_hold", write_others):
            self.start_tour("/odoo/collection-debtors", "collection_bulk_tour", login="collector")
        self.assertEqual(
            self.tenants.filtered("collection_hold_until"), self.tenants - self.tenants[3])
