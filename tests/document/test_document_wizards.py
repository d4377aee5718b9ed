from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import COLLECTOR
from .document_case import PDF, DocumentCase


class DocumentDialogCase(DocumentCase):
    """Dialogs, opened as their buttons do, by the least privileged user who may."""

    def open(self, action, user=None):
        """:return: form of the dialog of a window action"""
        return Form(self.env[action["res_model"]].with_user(user or self.collector).with_context(
            **action["context"]))

    def automate_invitations(self):
        return self.env["collection.document.automation"].create({
            "template_id": self.template.id, "name": "Invitation", "trigger": "invited",
            "subject": "Your documents", "body": "<p>Hello</p>"})


@tagged("post_install", "-at_install")
class TestDocumentStart(DocumentDialogCase):
    """Asking for documents, from a customer or from an action."""

    def open_start(self, customer=None, user=None):
        customer = (customer or self.customer).with_user(user or self.collector)
        form = self.open(customer.action_request_collection_documents(), user)
        form.template_id = self.template
        return form

    def get_started(self, action):
        return self.env["collection.document.request"].browse(action["res_id"])

    def test_it_asks_the_customer_within_the_templates_days(self):
        """C-005: the customer is the primary recipient."""
        form = self.open_start()
        self.assertEqual((form.partner_id, form.due), (self.customer, date(2026, 3, 17)))
        request = self.get_started(form.save().action_start())
        self.assertEqual(request.contributor_ids.partner_id, self.customer)
        self.assertEqual(request.user_id, self.collector)

    def test_it_asks_the_collection_contact(self):
        """C-005: where the customer has one."""
        contact = self.make_partner("Jane", parent_id=self.customer.id, email="jane@example.com")
        self.customer.collection_contact_id = contact
        self.assertEqual(self.open_start(contact).partner_id, contact)

    def test_it_asks_no_contact_who_has_left(self):
        """C-005: whoever works for somebody else now has no papers of this customer."""
        contact = self.make_partner("Jane", parent_id=self.customer.id, email="jane@example.com")
        self.customer.collection_contact_id = contact
        contact.parent_id = self.make_partner("Rival", is_company=True)
        self.assertEqual(self.open_start().partner_id, self.customer)

    def test_who_holds_a_function_is_proposed(self):
        """C-014: from the customer's participants, with the address; shown before it is sent."""
        self.make_participant(self.customer, "CAU", self.guarantor)
        wizard = self.open_start().save()
        line = wizard.line_ids
        self.assertEqual((line.function_id, line.partner_id, line.email),
                         (self.cau, self.guarantor, "gus@example.com"))
        request = self.get_started(wizard.action_start())
        self.assertEqual(request.contributor_ids.partner_id, self.customer | self.guarantor)

    def test_from_a_customers_list_the_customer_is_given(self):
        """C-013: from a list of all, it is asked."""
        requests = self.env["collection.document.request"].with_user(self.collector)
        listed = self.customer.with_user(self.collector).action_open_collection_requests()
        action = requests.with_context(**listed["context"]).action_open_start()
        self.assertEqual(self.open(action).customer_id, self.customer)
        self.assertFalse(self.open(requests.action_open_start()).customer_id)

    def test_a_function_may_stay_empty(self):
        """C-013: somebody is invited to it later."""
        wizard = self.open_start().save()
        self.assertIn("Nobody yet", wizard.line_ids.problem)
        request = self.get_started(wizard.action_start())
        self.assertEqual(request.available_line_ids.function_id, self.cau)

    def test_several_hold_a_function_with_room(self):
        """B38, C-006: locataires #2, #3."""
        self.template.function_ids.most = 0
        form = self.open_start()
        with form.line_ids.edit(0) as line:
            line.partner_id = self.guarantor
        with form.line_ids.new() as line:
            line.function_id = self.cau
            line.partner_id = self.second
        request = self.get_started(form.save().action_start())
        self.assertEqual(request.contributor_ids.partner_id,
                         self.customer | self.guarantor | self.second)

    def test_the_primary_recipient_is_not_proposed_twice(self):
        """Bad input: the customer holds a function of the template, too."""
        self.make_participant(self.customer, "CAU", self.customer)
        self.assertFalse(self.open_start().save().line_ids.partner_id)

    def test_an_automation_ticks_the_box(self):
        """C-016, B37: and nobody unticks it."""
        self.automate_invitations()
        form = self.open_start()
        self.assertTrue(form.notify and form.notify_always)
        self.assertTrue(form.save().line_ids.notify_always)

    def test_from_an_action_it_is_due_with_the_action(self):
        """B40: the action, its customer and its template are given."""
        sequence = self.make_documents_sequence()
        action = self.get_action(sequence, "papers").with_user(self.collector)
        self.assertTrue(action.can_request_documents)
        form = self.open(action.action_request_documents())
        self.assertEqual((form.template_id, form.due), (self.template, action.deadline))
        request = self.get_started(form.save().action_start())
        self.assertEqual(request.action_id, action)
        self.env.invalidate_all()
        self.assertFalse(action.can_request_documents)
        self.assertEqual(action.action_open_document_requests()["res_id"], request.id)

    def test_who_holds_a_function_in_the_sequence_comes_first(self):
        """B2, C-014: before the customer's own participants."""
        self.make_participant(self.customer, "CAU", self.guarantor)
        sequence = self.make_documents_sequence()
        self.make_participant(self.customer, "CAU", self.second, sequence_id=sequence.id)
        action = self.get_action(sequence, "papers").with_user(self.collector)
        self.assertEqual(
            self.open(action.action_request_documents()).save().line_ids.partner_id, self.second)

    def test_a_day_that_has_passed_is_refused(self):
        """Bad input: nothing is asked."""
        form = self.open_start()
        form.due = "2026-03-01"
        with self.assertRaisesRegex(UserError, "Choose the day"):
            form.save().action_start()

    def test_a_contact_without_address_is_pointed_out(self):
        """Bad input: before, and then refused."""
        form = self.open_start()
        with form.line_ids.edit(0) as line:
            line.partner_id = self.make_partner("Mute")
            self.assertEqual(line.problem, "No e-mail address")
        with self.assertRaisesRegex(UserError, "has no e-mail address"):
            form.save().action_start()

    def test_a_collector_of_another_portfolio_asks_for_nothing(self):
        """Security, X-12: not even the dialog opens."""
        stranger = self.make_user("stranger", COLLECTOR)
        with self.assertRaises(AccessError):
            self.open_start(user=stranger)


@tagged("post_install", "-at_install")
class TestDocumentInvite(DocumentDialogCase):
    """Inviting from the row of a function (C-014, C-015)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.request = cls.start()

    def open_invite(self, user=None):
        line = self.request.available_line_ids.with_user(user or self.collector).with_context(
            collection_request_id=self.request.id)
        return self.open(line.action_open_invite(), user)

    def test_the_row_of_a_function_asks_for_the_contact(self):
        """C-014, C-015: the function is given, and what it provides is shown."""
        self.assertEqual(self.request.available_line_ids.asked_names, "Guarantor's payslip")
        form = self.open_invite()
        self.assertEqual(form.function_id, self.cau)
        form.partner_id = self.guarantor
        self.assertEqual(form.email, "gus@example.com")
        form.save().action_invite()
        self.assertEqual(self.request.contributor_ids[1].partner_id, self.guarantor)
        self.assertFalse(self.request.available_line_ids)

    def test_the_details_of_a_new_contact(self):
        """C-015: a name and an address make one."""
        form = self.open_invite()
        form.name, form.email = "New Guarantor", "new@example.com"
        form.save().action_invite()
        partner = self.request.contributor_ids[1].partner_id
        self.assertEqual((partner.name, partner.email), ("New Guarantor", "new@example.com"))

    def test_an_address_that_is_known_names_its_contact(self):
        """C-015: no second contact of the same person."""
        form = self.open_invite()
        form.name, form.email = "Gus", "GUS@example.com"
        self.assertEqual(form.known_id, self.guarantor)
        wizard = form.save()
        wizard.action_use_known()
        wizard.action_invite()
        self.assertEqual(self.request.contributor_ids[1].partner_id, self.guarantor)

    def test_an_address_completes_a_contact(self):
        """C-015: of one who had none."""
        mute = self.make_partner("Mute")
        form = self.open_invite()
        form.partner_id, form.email = mute, "mute@example.com"
        form.save().action_invite()
        self.assertEqual(mute.email, "mute@example.com")

    def test_notifying_is_a_choice_without_automation(self):
        """C-016, B37: unticked; with an automation, ticked for good."""
        self.assertFalse(self.open_invite().notify)
        self.automate_invitations()
        form = self.open_invite()
        self.assertTrue(form.notify and form.notify_always)

    def test_neither_contact_nor_address(self):
        """Bad input: no name, no address, none that can be written to."""
        wizards = self.env["collection.document.invite"].with_user(self.collector)
        vals = {"request_id": self.request.id, "function_id": self.cau.id}
        for more, message in (({}, "Choose a contact"), ({"name": "X"}, "no e-mail address"),
                              ({"name": "X", "email": "nowhere"}, "no e-mail address")):
            with self.assertRaisesRegex(UserError, message):
                wizards.create({**vals, **more}).action_invite()

    def test_a_collector_of_another_portfolio_invites_nobody(self):
        """Security: by remote call too."""
        stranger = self.make_user("stranger", COLLECTOR)
        with self.assertRaises(AccessError):
            self.env["collection.document.invite"].with_user(stranger).create({
                "request_id": self.request.id, "function_id": self.cau.id,
                "name": "X", "email": "x@example.com"}).action_invite()

    def test_removing_and_inviting_again(self):
        """C-014: the function has room again, and its row comes back."""
        contributor = self.request.invite(self.cau, self.guarantor)
        contributor.action_send_link()
        contributor.action_remove()
        self.assertEqual(self.request.available_line_ids.function_id, self.cau)
        with self.assertRaisesRegex(UserError, "was removed"):
            contributor.action_send_link()


@tagged("post_install", "-at_install")
class TestDocumentSteer(DocumentDialogCase):
    """Pausing, refusing, cancelling: each asks why (C-025)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.request = cls.start()

    def steer(self, command, reason="", user=None):
        form = self.open(self.request.with_user(user or self.collector).with_context(
            steer_command=command).action_open_steering(), user)
        if reason:
            form.reason = reason
        form.save().action_apply()

    def test_a_pause_lets_colleagues_go_on(self):
        """C-025: they review and provide on somebody's behalf; contributors only look."""
        item = self.give(self.request, "Payslip")
        self.steer("pause", "On holiday")
        self.assertEqual((self.request.state, self.request.pause_reason),
                         ("paused", "On holiday"))
        item.action_approve()
        self.get_item(self.request, "Identity card").provide([("scan.pdf", PDF)])
        self.assertFalse(self.request.sudo().contributor_ids._get_providable_items())

    def test_what_was_completed_during_a_pause_ends_when_resumed(self):
        """C-025: the last approval may come before."""
        self.request.invite(self.cau, self.guarantor)
        self.steer("pause")
        for item in self.request.item_ids:
            item.provide([("scan.pdf", PDF)])
        self.request.item_ids.action_approve()
        self.assertEqual(self.request.state, "paused")
        self.request.action_resume()
        self.assertEqual(self.request.state, "complete")

    def test_an_end_asks_why(self):
        """C-025: and the history keeps it."""
        for command in ("refuse", "cancel"):
            with self.assertRaisesRegex(UserError, "Say why"):
                self.env["collection.document.steer"].with_user(self.collector).create({
                    "request_ids": self.request.ids, "purpose": command}).action_apply()
        self.steer("cancel", "Not needed")
        self.assertEqual(self.request.state, "cancelled")
        ended = self.request.history_ids.filtered(lambda row: row.kind == "request_cancelled")
        self.assertEqual(ended.text, "Not needed")

    def test_it_refuses(self):
        """B40: ends as refused."""
        self.steer("refuse", "They will not come")
        self.assertEqual(self.request.state, "refused")

    def test_a_collector_of_another_portfolio_steers_nothing(self):
        """Security: by remote call too."""
        stranger = self.make_user("stranger", COLLECTOR)
        with self.assertRaises(AccessError):
            self.env["collection.document.steer"].with_user(stranger).create({
                "request_ids": self.request.ids, "purpose": "cancel", "reason": "x",
            }).action_apply()
