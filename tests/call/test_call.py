from datetime import date

from odoo.exceptions import AccessError, UserError

from ..common import COLLECTOR
from .call_case import CallCase


class TestCall(CallCase):
    """Issue 16: a call is noted in one dialog, whether it was planned or not."""

    def test_a_call_without_planned_action_is_a_contact(self):
        """screens 11, beyond 4: a closed call by hand, one row of history that says all."""
        dialog = self.note(note="The accountant is away")
        action = dialog.call_action_id
        self.assertEqual(
            (action.kind, action.origin, action.state, action.outcome, action.call_result),
            ("call", "manual", "closed", "done", "reached"))
        row = self.get_rows("call_noted")
        self.assertEqual(row.action_id, action)
        self.assertEqual(row.text, "The accountant is away")
        self.assertEqual(row.summary, "Call with Tenant One: Spoken to")
        self.assertFalse(self.get_rows("action_created"))
        self.assertFalse(action.activity_ids)

    def test_the_planned_call_is_done(self):
        """screens 11: what was planned closes with the words."""
        action = self.plan_call()
        self.note("refused", action, note="Will never pay")
        self.assertEqual((action.state, action.outcome), ("closed", "done"))
        self.assertEqual(action.comment, "Refuses to pay. Will never pay")
        self.assertEqual(self.get_rows("call_noted").action_id, action)

    def test_nobody_answers(self):
        """beyond 4: the attempt counts, and the call comes back on the next working day."""
        action = self.plan_call()
        with self.at("2026-03-06 09:00:00"):  # a Friday
            self.note("no_answer", action)
        self.assertEqual((action.state, action.call_attempts), ("scheduled", 1))
        self.assertEqual(action.date, date(2026, 3, 9))

    def test_after_so_many_attempts_the_step_is_done(self):
        """beyond 4: the company says after how many; the scenario then goes on."""
        scenario = self.make_scenario([{"offset": 3, "kind": "call", "mode": "manual"}, 15])
        action = self.chase(self.customer, scenario)
        self.company.collection_call_attempts = 2
        self.note("no_answer", action)
        self.assertEqual(action.state, "scheduled")
        with self.at("2026-03-03 09:00:00"):
            form = self.open_dialog(action)
            form.result = "no_answer"
            self.assertEqual(form.then, "done")
            self.assertIn("number 2", form.attempts_note)
            self.record(form)
        self.assertEqual((action.state, action.outcome), ("closed", "done"))
        self.assertEqual(self.get_planned(self.customer).scenario_step_id.offset, 15)

    def test_after_so_many_attempts_another_way_is_proposed(self):
        """beyond 4: where nothing follows by itself, the dialog to write opens."""
        self.company.collection_call_attempts = 1
        form = self.open_dialog()
        form.result = "message"
        self.assertEqual(form.then, "write")
        dialog = form.save()
        action = dialog.action_apply()
        self.assertEqual(action["res_model"], "collection.new.action")
        self.assertEqual(action["context"]["default_kind"], "email")

    def test_writing_instead_reaches_whoever_receives_messages(self):
        """By e-mail if the collection contact has an address, whatever the customer has."""
        self.company.collection_call_attempts = 1

        def get_kind():
            form = self.open_dialog()
            form.result = "no_answer"
            return form.save().action_apply()["context"]["default_kind"]

        self.customer.email = False
        self.assertEqual(get_kind(), "letter")
        self.customer.collection_contact_id = self.make_partner(
            "Accountant", parent_id=self.customer.id, email="accounts@example.com")
        self.assertEqual(get_kind(), "email")

    def test_an_unanswered_call_delays_no_reminder(self):
        """B: the days between two messages count from contacts, and that was none."""
        scenario = self.make_scenario(min_days=20)
        action = self.chase(self.customer, scenario)
        planned = action.date
        self.note("no_answer", then="done")
        self.env["collection.scenario"]._plan(self.customer)
        self.assertEqual(self.get_planned(self.customer).date, planned)
        self.note("reached")
        self.env["collection.scenario"]._plan(self.customer)
        self.assertGreater(self.get_planned(self.customer).date, planned)

    def test_attempts_without_planned_action_count_too(self):
        """beyond 4: three calls in a row, and one that is answered."""
        for expected in (1, 2):
            self.assertEqual(
                self.note("no_answer", then="done").call_action_id.call_attempts, expected)
        self.note("reached")
        self.assertEqual(self.note("no_answer", then="done").call_action_id.call_attempts, 1)

    def test_a_call_back_is_planned(self):
        """beyond 4: on the day that was agreed, with what was said."""
        self.note("reached", next_date="2026-03-10", note="Ask for <b>Mr Low</b>")
        action = self.env["collection.action"].search([
            ("customer_id", "=", self.customer.id), ("kind", "=", "call"),
            ("state", "=", "scheduled")])
        self.assertEqual((action.name, action.date), ("Call back", date(2026, 3, 10)))
        self.assertIn("&lt;b&gt;", action.description)

    def test_a_note(self):
        """screens 12: what was not said on the telephone is in the history as well."""
        dialog = self.note("note", note="Saw him at the fair")
        self.assertFalse(dialog.call_action_id)
        self.assertEqual(self.get_rows("note_added").text, "Saw him at the fair")

    def test_an_empty_note_is_refused(self):
        """screens 12: nothing is written down."""
        form = self.open_dialog()
        form.result = "note"
        with self.assertRaisesRegex(UserError, "Write the note"):
            self.record(form)

    def test_noted_twice(self):
        """A double click notes one call; a second dialog on the same call says who was first."""
        action = self.plan_call()
        second = self.open_dialog(action)
        dialog = self.note("reached", action)
        dialog.action_apply()
        self.assertEqual(len(self.get_rows("call_noted")), 1)
        second.note = "My own words"
        kept = second.save()
        with self.assertRaisesRegex(UserError, "already closed by Collector"):
            kept.action_apply()
        self.assertEqual(kept.note, "My own words")

    def test_a_day_gone_by(self):
        """Nobody is called back yesterday."""
        form = self.open_dialog()
        form.next_date = "2026-03-01"
        with self.assertRaisesRegex(UserError, "today or later"):
            self.record(form)

    def test_another_portfolio(self):
        """D-077: neither the button nor the dialog itself."""
        stranger = self.make_user("stranger", COLLECTOR)
        with self.assertRaises(AccessError):
            self.customer.with_user(stranger).action_log_call()
        with self.assertRaises(AccessError):
            self.env["collection.call"].with_user(stranger).create(
                {"customer_id": self.customer.id})

    def test_the_number_of_whom_to_call(self):
        """screens 11: the collection contact before the customer, if it has a number."""
        contact = self.make_partner(
            "Accountant", parent_id=self.customer.id, phone="+33 9 87 65 43 21")
        self.customer.collection_contact_id = contact
        action = self.plan_call()
        self.assertEqual(
            (action.callee_id, action.callee_phone), (contact, "+33 9 87 65 43 21"))
        self.assertEqual(self.open_dialog(action).contact_id, contact)

    def test_each_company_asks_its_own_collector(self):
        """X-12: whoever collects in one company notes nothing in another one."""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.collector.company_ids += elsewhere
        dialogs = self.env["collection.call"].with_user(self.collector).with_context(
            allowed_company_ids=(self.company + elsewhere).ids)
        about = {"customer_id": self.customer.id, "result": "note", "note": "Mine"}
        with self.assertRaises(AccessError):
            dialogs.create({**about, "company_id": elsewhere.id})
        dialog = dialogs.create({**about, "company_id": self.company.id})
        with self.assertRaises(AccessError):
            dialog.write({"company_id": elsewhere.id})
        with self.assertRaises(AccessError):
            dialog.onchange({**about, "company_id": elsewhere.id}, [], {"summary": {}})

    def test_the_customer_is_a_colleagues_meanwhile(self):
        """X-12: asked again when it is recorded."""
        dialog = self.open_dialog().save()
        self.customer.collector_id = self.litigator
        with self.assertRaises(AccessError):
            dialog.action_apply()
