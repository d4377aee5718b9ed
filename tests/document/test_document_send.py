from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import COLLECTOR
from .document_automation_case import AutomationCase


@tagged("post_install", "-at_install")
class TestSendByHand(AutomationCase):
    """What a colleague sends."""

    def test_the_link_once_more(self):
        """C-016: a fresh one; those sent before still work."""
        request = self.start()
        old = self.get_token(self.get_mails())
        request.contributor_ids.action_send_link()
        new = self.get_token(self.get_mails()[-1])
        self.assertNotEqual(old, new)
        for token in (old, new):
            self.assertTrue(self.env["collection.link"]._find(token))
        self.assertEqual(self.get_notices(request)[-1].kind, "link")

    def test_a_shortcut_of_the_template(self):
        """C-024: the trigger is a colleague's button."""
        button = self.make_automation("button")
        request = self.start(notify=False)
        request.action_run_automation(button.id)
        self.assertEqual(self.get_mails().subject, "Subject of button")
        other = self.make_automation("refused")
        with self.assertRaisesRegex(UserError, "nothing that"):
            request.action_run_automation(other.id)

    def test_the_dialog(self):
        """C-024: offers the template's shortcuts, else the link to whoever owes something."""
        request = self.start(notify=False)
        guarantor = request.invite(self.cau, self.guarantor)
        self.give(request, "Guarantor's payslip", self.guarantor)
        wizards = self.env["collection.document.send"].with_user(self.collector)
        wizard = wizards.create({"request_id": request.id})
        self.assertNotIn(guarantor, wizard.contributor_ids)
        wizard.action_send()
        self.assertEqual(self.get_notices(request).kind, "link")
        wizard.contributor_ids = False
        with self.assertRaisesRegex(UserError, "Choose whom"):
            wizard.action_send()
        self.make_automation("button", function_id=self.cau.id)
        Form(wizards.with_context(active_id=request.id)).save().action_send()
        self.assertEqual(self.get_mails(self.guarantor).subject, "Subject of button")

    def test_a_shortcut_for_nobody_is_refused(self):
        """Bad input: its function is held by nobody."""
        button = self.make_automation("button", function_id=self.cau.id)
        request = self.start(notify=False)
        with self.assertRaisesRegex(UserError, "for nobody"):
            request.action_run_automation(button.id)

    def test_nothing_is_sent_of_what_is_paused_or_over(self):
        """Bad input: and to nobody who was removed or has no address."""
        request = self.start()
        guarantor = request.invite(self.cau, self.guarantor)
        guarantor.action_remove()
        with self.assertRaisesRegex(UserError, "removed already"):
            guarantor.action_send_link()
        contributor = self.get_contributor(request, self.customer)
        self.customer.email = False
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            contributor.action_send_link()
        self.customer.email = "tenant@example.com"
        request.action_pause()
        with self.assertRaisesRegex(UserError, "Paused"):
            contributor.action_send_link()
        request.action_cancel("Over")
        with self.assertRaisesRegex(UserError, "Cancelled"):
            contributor.action_send_link()

    def test_a_collector_of_another_portfolio_sends_and_sees_nothing(self):
        """Security: by remote call too."""
        stranger = self.make_user("stranger", COLLECTOR)
        button = self.make_automation("button")
        request = self.start()
        with self.assertRaises(AccessError):
            request.with_user(stranger).action_run_automation(button.id)
        with self.assertRaises(AccessError):
            request.contributor_ids.with_user(stranger).action_send_link()
        notices = self.env["collection.document.notice"]
        own = [("request_id", "=", request.id)]
        self.assertFalse(notices.with_user(stranger).search(own))
        self.assertTrue(notices.with_user(self.collector).search(own))
        with self.assertRaises(AccessError):
            notices.with_user(self.collector).search(own).write({"state": "sent"})
        portal = self.make_user("lawyer", "base.group_portal")
        with self.assertRaises(AccessError):
            notices.with_user(portal).search(own)

    def test_another_company_sees_nothing(self):
        """Security: companies are kept apart."""
        request = self.start()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.manager.write({"company_ids": [(4, company.id)], "company_id": company.id})
        self.assertFalse(self.env["collection.document.notice"].with_user(
            self.manager).with_context(allowed_company_ids=company.ids).search(
                [("request_id", "=", request.id)]))
