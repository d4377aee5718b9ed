from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..common import COLLECTOR
from .test_item_wizard import WizardCase


@tagged("post_install", "-at_install")
class TestNewAction(WizardCase):
    """A-027: *New action (out of scenario)* on the customer form."""

    def open_new(self, user=None):
        customer = self.customer.with_user(user or self.collector)
        action = customer.action_open_collection_new_action()
        return Form(self.env[action["res_model"]].with_user(
            user or self.collector).with_context(**action["context"]))

    def test_a_one_off_message_takes_nothing_out(self):
        """A-027, A-046, B35: without items; it leaves at once when asked to."""
        form = self.open_new()
        form.name, form.kind, form.subject, form.body = "Thanks", "email", "Thanks", "<p>Hi</p>"
        wizard = form.save()
        wizard.action_apply_and_send()
        action = wizard.created_id
        self.assertEqual((action.origin, action.outcome), ("manual", "done"))
        self.assertTrue(self.get_planned(self.customer))

    def test_with_items_it_is_a_specific_action(self):
        """A-027, B35: they leave the scenario."""
        form = self.open_new()
        form.name = "Call"
        form.on_items = True
        form.item_ids.add(self.items[0])
        wizard = form.save()
        wizard.action_apply()
        self.assertEqual((wizard.created_id.origin, wizard.created_id.item_ids),
                         ("specific", self.items[0]))
        self.assertEqual(self.get_leader(), self.items[1])

    def test_assigned_to_a_colleague(self):
        """screens 49: whoever is to do it; else the collector."""
        form = self.open_new()
        form.name, form.user_id = "Look at the contract", self.litigator
        wizard = form.save()
        wizard.action_apply()
        self.assertEqual(wizard.created_id.sudo().user_id, self.litigator)

    def test_assigned_to_nobody_of_the_company(self):
        """screens 49: a remote call cannot give it to a user of the portal."""
        tenant = self.make_portal_user("tenant")
        with self.assertRefused("is no colleague"):
            self.env["collection.action"].with_user(self.collector).create_message(
                self.customer, {"name": "x", "user_id": tenant.id})

    def test_with_items_and_none_chosen(self):
        """A-007: always one at least."""
        form = self.open_new()
        form.name = "Call"
        form.on_items = True
        with self.assertRefused("at least one open item"):
            form.save().action_apply()

    def test_a_double_click_creates_once(self):
        """A-027"""
        form = self.open_new()
        form.name = "Call"
        wizard = form.save()
        wizard.action_apply()
        with self.assertRefused("created already"):
            wizard.action_apply()

    def test_another_portfolio_is_refused(self):
        """A-027"""
        with self.assertRaises(AccessError):
            self.open_new(self.make_user("stranger", COLLECTOR))


@tagged("post_install", "-at_install")
class TestItemDialogs(WizardCase):
    """The dialogs of promises, disputes and specific actions."""

    def test_a_promise_is_cancelled_with_a_reason(self):
        """E1"""
        promise = self.env["collection.promise"].with_user(self.collector).make(
            self.items, "2026-03-10")
        dialog = self.env["collection.promise.cancel"].with_user(self.collector).create(
            {"promise_id": promise.id})
        with self.assertRefused("Say why"):
            dialog.action_apply()
        dialog.reason = "Taken back"
        dialog.action_apply()
        self.assertEqual(promise.state, "cancelled")

    def test_late_promises_stand_out(self):
        """E1: awaited beyond their day."""
        promise = self.env["collection.promise"].with_user(self.collector).make(
            self.items, "2026-03-10")
        self.assertFalse(promise.late)
        with self.at("2026-03-11 09:00:00"):
            promise.invalidate_recordset(["late"])
            self.assertTrue(promise.late)

    def test_late_by_the_companys_day(self):
        """E: neither by the reader's clock nor by the server's; so is the age of a dispute."""
        self.company.resource_calendar_id.tz = "Pacific/Auckland"
        promise = self.env["collection.promise"].with_user(self.collector).make(
            self.items[:1], "2026-03-10")
        dispute = self.env["collection.dispute"].with_user(self.collector).open(
            self.items[1:], self.env["collection.dispute.reason"].sudo().create({"name": "Damp"}))
        for moment, late, age in (("2026-03-10 10:00:00", False, 8),  # the 10th in Auckland
                                  ("2026-03-10 12:00:00", True, 9)):  # the 11th there
            with self.at(moment):
                self.env.invalidate_all()
                here = [record.with_context(tz="America/Los_Angeles")
                        for record in (promise, dispute)]
                self.assertEqual((here[0].late, here[1].age), (late, age))

    def test_a_dispute_is_resolved_with_a_result(self):
        """A-042, A-043"""
        dispute = self.env["collection.dispute"].with_user(self.collector).open(
            self.items, self.env.ref("account_collection.dispute_reason_price"))
        action = dispute.action_open_resolve()
        dialog = self.env[action["res_model"]].with_user(self.collector).with_context(
            **action["context"]).create({})
        with self.assertRefused("how the dispute ended"):
            dialog.action_apply()
        dialog.write({"result": "justified", "comment": "The contract says so"})
        dialog.action_apply()
        self.assertEqual((dispute.state, dispute.resolution), ("resolved", "The contract says so"))

    def test_send_and_keep_open(self):
        """A-041: a week later by default."""
        specific = self.create_specific(
            self.items[0], kind="email", subject="Due", body="<p>…</p>")
        action = specific.action_open_keep()
        dialog = self.env[action["res_model"]].with_user(self.collector).with_context(
            **action["context"]).create({})
        dialog.action_apply()
        self.assertEqual((specific.state, specific.date), ("scheduled", date(2026, 3, 9)))
        self.assertEqual(len(specific.dispatch_ids), 1)

    def test_nothing_leaves_about_an_entry_under_correction(self):
        """A-041: it stays open, and the dialog says that it was not sent."""
        specific = self.create_specific(
            self.items[0], kind="email", subject="Due", body="<p>…</p>")
        self.items[0].move_id.sudo().button_draft()
        dialog = self.env["collection.action.keep"].with_user(self.collector).create(
            {"action_id": specific.id})
        said = dialog.action_apply()
        self.assertEqual(said["tag"], "display_notification")
        self.assertIn("is being corrected", said["params"]["message"])
        self.assertEqual((specific.state, specific.dispatch_ids.ids), ("todo", []))

    def test_detach_from_the_list_of_items(self):
        """A-044: the button on a row of the action."""
        specific = self.create_specific(self.items[:2])
        self.items[0].with_context(
            collection_action_id=specific.id).action_detach_from_collection()
        self.assertEqual(specific.item_ids, self.items[1])
