from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import COLLECTOR, action, row, step
from .portal_case import PortalCase


@tagged("post_install", "-at_install")
class TestPortalTell(PortalCase):
    """Partners hear what is asked of them: once, in their language, when its day has come."""

    def get_mails(self, sequence=None):
        acts = (sequence or self.sequence).sudo().action_ids
        return self.env["mail.mail"].sudo().search(
            [("model", "=", "collection.action"), ("res_id", "in", acts.ids)])

    def test_the_people_of_the_firm_are_notified(self):
        """D-078: what, by when, for whom, and the way there."""
        mail = self.get_mails()
        self.assertEqual(
            mail.recipient_ids, self.clerk.partner_id | self.colleague.partner_id)
        self.assertIn("Serve the commandement", mail.subject)
        for words in ("03/12/2026", "Tenant One", f"/my/collection/{self.act.id}"):
            self.assertIn(words, mail.body_html)
        self.assertEqual(mail.state, "outgoing")

    def test_the_customer_is_not_named_where_hidden(self):
        """D-079: least data, in the e-mail too."""
        sequence = self.launch(self.make_serving("HIDDEN", portal_shows="action"))
        self.assertNotIn("Tenant One", self.get_mails(sequence).body_html)

    def test_each_in_their_language(self):
        """D-078: one e-mail a language."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.colleague.lang = "fr_FR"
        mails = self.get_mails(self.launch(self.make_serving("LANGS")))
        self.assertEqual(len(mails), 2)
        french = mails.filtered(lambda mail: self.colleague.partner_id in mail.recipient_ids)
        self.assertIn("12/03/2026", french.body_html)

    def test_nothing_is_sent_while_paused(self):
        """B12: who takes over meanwhile hears when the case goes on."""
        self.sequence.with_user(self.collector).action_pause("Wait")
        self.sequence.participant_ids.filtered(
            lambda line: line.function_id == self.cj).contact_id = self.stranger.partner_id
        self.env["collection.action"]._bring_to_day()
        self.assertEqual(len(self.get_mails()), 1)
        self.sequence.with_user(self.collector).action_resume()
        self.assertEqual(self.get_mails().recipient_ids - self.stranger.partner_id,
                         self.clerk.partner_id | self.colleague.partner_id)
        self.assertIn(self.stranger.partner_id, self.get_mails().recipient_ids)

    def test_each_holder_is_notified_once(self):
        """D-036: whatever happens in the sequence; the next holder is notified too."""
        self.env["collection.action"]._bring_to_day()
        self.assertEqual(len(self.get_mails()), 1)
        self.sequence.participant_ids.filtered(
            lambda line: line.function_id == self.cj).contact_id = self.stranger.partner_id
        self.assertEqual(len(self.get_mails()), 2)
        self.assertEqual(self.act.notified_partner_id, self.stranger.partner_id)

    def test_what_is_to_come_is_notified_on_its_day(self):
        """D-020: not before."""
        sequence = self.launch(self.make_serving("LATER", delay_days=5))
        self.assertFalse(self.get_mails(sequence))
        with self.at("2026-03-07 06:00:00"):
            self.env["collection.action"]._bring_to_day()
        self.assertEqual(len(self.get_mails(sequence)), 1)

    def test_who_was_given_access_since_is_notified_at_night(self):
        """D-087: nothing is lost for an invitation that came late."""
        lawyer = self.make_partner("Lawyer", email="lawyer@example.com")
        self.make_function("AV", kind="external", default_contact_id=lawyer.id)
        sequence = self.launch(self.make_serving("LAW", function_id="AV"))
        self.assertFalse(self.get_mails(sequence))
        self.make_portal_user("lawyer", lawyer)
        self.env["collection.action"]._bring_to_day()
        self.assertEqual(self.get_mails(sequence).recipient_ids, lawyer)

    def test_who_lets_a_deadline_pass_is_reminded_once(self):
        """D-078: on the day after it, and again only after a colleague gave another day."""
        for moment, count in (("2026-03-12 06:00:00", 1), ("2026-03-13 06:00:00", 2),
                              ("2026-03-14 06:00:00", 2)):
            with self.at(moment):
                self.env["collection.action"]._bring_to_day()
            self.assertEqual(len(self.get_mails()), count, moment)
        self.assertIn("is late", self.get_mails().sorted("id")[-1].subject)
        with self.at("2026-03-15 06:00:00"):
            self.act.with_user(self.collector).reschedule("2026-03-20")
        self.assertFalse(self.act.late_notice_sent)

    def test_an_action_added_by_hand_is_notified_too(self):
        """D-065: it shows the customer, as one of the tree does."""
        act = self.sequence.with_user(self.collector).add_action(
            {"name": "Find the new address", "function_id": self.cj.id}, "He has moved")
        self.assertEqual(act.sudo().portal_shows, "customer")
        self.assertEqual(len(self.get_mails()), 2)
        self.assertEqual(self.find(self.clerk, act), act)

    def test_queries_do_not_grow_with_the_actions(self):
        """D-078: telling one costs what telling ten does."""
        def launch(code, number):
            template = self.make_template(code, [step("one", [
                action(f"a{n}", "CJ") for n in range(number)], [row("end")])])
            return self.launch(template, self.customer)

        counts = []
        for code, number in (("WARM", 10), ("ONE", 1), ("TEN", 10)):
            acts = self.env["collection.action"].browse(launch(code, number).action_ids.ids)
            acts.notified_partner_id = False
            counts.append(self.count_queries(acts._notify_holders))
        self.assertEqual(counts[1], counts[2])


@tagged("post_install", "-at_install")
class TestPortalInvitation(PortalCase):
    """Who reaches the portal, and inviting who does not."""

    def get_line(self, partner=None):
        line = self.sequence.participant_ids.filtered(lambda line: line.function_id == self.cj)
        if partner:
            line.contact_id = partner
        return line.with_user(self.collector)

    def test_the_line_says_whether_they_have_access(self):
        """D-078: none, invited, active; the firm has what its people have."""
        line = self.get_line()
        self.assertEqual(line.portal_state, "invited")
        self.env["res.users.log"].with_user(self.clerk).sudo().create({})
        self.env.invalidate_all()
        self.assertEqual(line.portal_state, "active")
        self.assertEqual(self.get_line(self.make_partner("New")).portal_state, "none")
        internal = self.sequence.participant_ids.filtered(lambda row: row.function_id == self.rc)
        self.assertFalse(internal.portal_state)

    def test_a_collector_invites_with_odoos_own_dialog(self):
        """D-078: for the own portfolio; the invitation leaves, and the action is notified."""
        partner = self.make_partner("New", email="new@example.com")
        line = self.get_line(partner)
        wizard = self.env["portal.wizard"].with_user(self.collector).browse(
            line.action_invite_to_portal()["res_id"])
        wizard.user_ids.action_grant_access()
        self.assertTrue(partner.user_ids._is_portal())
        self.env.invalidate_all()
        self.assertEqual(line.portal_state, "invited")
        self.assertEqual(self.find(partner.user_ids), self.act)

    def test_others_do_not_invite(self):
        """D-078: neither a collector of another portfolio nor for a colleague's function."""
        line = self.get_line()
        with self.assertRaises(AccessError):
            line.with_user(self.make_user("other", COLLECTOR)).action_invite_to_portal()
        internal = self.sequence.participant_ids.filtered(lambda row: row.function_id == self.rc)
        with self.assertRaisesRegex(UserError, "Only external partners"):
            internal.with_user(self.collector).action_invite_to_portal()

    def test_who_cannot_reach_the_company_is_an_assignment_problem(self):
        """D-087: no access at all, or none to this company."""
        self.assertFalse(self.act.assignment_problem)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        (self.clerk | self.colleague).write(
            {"company_ids": [(6, 0, elsewhere.ids)], "company_id": elsewhere.id})
        self.env.invalidate_all()
        self.assertIn("access to this company", self.act.assignment_problem)
        (self.clerk | self.colleague).active = False
        self.env.invalidate_all()
        self.assertEqual(self.act.assignment_problem, "Its holder has no portal access")
