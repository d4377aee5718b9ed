from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..link.test_answer import PDF
from ..link.test_answer_form import PNG
from .portal_case import DEED, PortalCase


@tagged("post_install", "-at_install")
class TestPortalMessage(PortalCase):
    """The conversation between colleagues and an external partner."""

    def read(self, user=None, act=None):
        return [html2plaintext(message.body).strip()
                for message in self.find(user or self.clerk, act)._get_portal_messages()]

    def write(self, text, files=(), user=None):
        self.find(user or self.clerk)._post_from_portal(text, files)

    def post(self, body, partners=None, act=None, **vals):
        return (act or self.act).with_user(self.collector).message_post(
            body=body, message_type="comment", subtype_xmlid="mail.mt_comment",
            partner_ids=(partners or self.clerk.partner_id).ids, **vals)

    def test_the_pilot_is_notified(self):
        """D-079: colleagues are notified of it, in the partner's name."""
        self.write("The door code is missing", DEED)
        message = self.act._get_portal_messages()
        self.assertEqual(message.author_id, self.clerk.partner_id)
        self.assertIn(self.collector.partner_id, message.notified_partner_ids)
        self.assertEqual(message.attachment_ids.mapped("name"), ["deed.pdf"])
        self.assertFalse(self.act.message_partner_ids & self.clerk.partner_id)

    def test_what_must_not_show_does_not(self):
        """D-079: internal notes, words to others, other actions' messages, logs."""
        self.write("Mine", user=self.colleague)
        self.post("For the bailiff")
        self.post("For the tenant", self.customer)
        self.act.with_user(self.collector).message_post(body="Between us")
        self.act.with_user(self.collector).message_post(
            body="Note to the bailiff", partner_ids=self.clerk.partner_id.ids)
        other = self.find_action(self.launch(self.make_serving("OTHER")))
        self.post("Elsewhere", act=other)
        self.assertEqual(self.read(), ["Mine", "For the bailiff"])

    def test_remote_calls_reach_no_message(self):
        """Security: neither found, read nor rewritten, not even one's own; the page has them."""
        self.write("Mine")
        self.post("For the bailiff")
        mails = self.env["mail.message"].sudo().search([
            ("model", "=", "collection.action"), ("res_id", "=", self.act.id)])
        shown = self.act._get_portal_messages()
        self.assertEqual(len(shown), 2)
        messages = self.env["mail.message"].with_user(self.clerk)
        for message in mails.with_user(self.clerk):
            with self.assertRaises(AccessError):
                message.read(["record_name", "body"])
            with self.assertRaises(AccessError):
                message.write({"body": "Never said"})
        self.assertFalse(messages.search([("id", "in", mails.ids)]))
        self.assertFalse(messages.search_read([("body", "ilike", "bailiff")], ["body"]))
        with self.assertRaises(AccessError):
            messages.create({
                "model": "collection.action", "res_id": self.act.id, "body": "x",
                "message_type": "comment", "subtype_id": self.env.ref("mail.mt_comment").id,
                "parent_id": shown[0].id})
        self.assertEqual(self.read(), ["Mine", "For the bailiff"])

    def test_messages_of_other_threads_stay_within_reach(self):
        """Security: what is not about collecting is as Odoo has it."""
        message = self.clerk.partner_id.message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment",
            partner_ids=self.clerk.partner_id.ids).with_user(self.clerk)
        self.assertIn("Hello", message.read(["body"])[0]["body"])
        self.assertEqual(message.search([("id", "=", message.id)]), message)

    def test_who_takes_over_does_not_read_the_past(self):
        """D-079: it was said to somebody else."""
        self.write("Mine")
        self.sequence.participant_ids.filtered(
            lambda line: line.function_id == self.cj).contact_id = self.stranger.partner_id
        self.assertEqual(self.read(self.stranger), [])

    def test_nothing_is_no_message(self):
        """Bad input: empty; a double click is one message."""
        with self.assertRaisesRegex(UserError, "Write a message"):
            self.write("")
        for _click in range(2):
            self.write("Hello\n<b>you</b>", DEED)
        self.write("", DEED)
        self.assertEqual(len(self.read()), 1)
        self.assertIn("<b>you</b>", self.read()[0])

    def test_a_colleague_finds_the_partner_proposed(self):
        """D-079: the people of the firm, else the firm."""
        proposed = self.act.with_user(self.collector)._message_get_suggested_recipients()
        self.assertEqual({line["partner_id"] for line in proposed},
                         {self.clerk.partner_id.id, self.colleague.partner_id.id})

    def test_the_button_of_the_mail_leads_to_the_portal(self):
        """D-078: for the partner; the customer gets none, and no name where it is hidden."""
        self.act.portal_shows = "action"
        self.post("For the bailiff", self.clerk.partner_id | self.customer)
        mails = self.env["mail.mail"].sudo().search(
            [("model", "=", "collection.action"), ("res_id", "=", self.act.id),
             ("message_type", "=", "comment")])
        mine = mails.filtered(lambda mail: self.clerk.partner_id in mail.recipient_ids)
        self.assertIn(f"/my/collection/{self.act.id}", mine.body_html)
        self.assertNotIn(self.customer.name, mine.body_html)
        self.assertNotIn(self.customer.name, mine.subject or "")
        others = mails - mine
        self.assertNotIn("/my/collection", "".join(others.mapped("body_html")))

    def test_the_partners_mail_is_no_answer_of_the_customer(self):
        """D-079: it feeds no row of the tree that waits for the customer's."""
        signals = self.env["collection.signal"].search_count([])
        for author, count in ((self.clerk.partner_id, 0), (self.bailiff, 0), (self.customer, 1)):
            self.act.message_update({"author_id": author.id, "message_id": f"<{author.id}@x>"})
            self.assertEqual(
                self.env["collection.signal"].search_count([]) - signals, count, author.name)


@tagged("post_install", "-at_install")
class TestPortalFile(PortalCase):
    """The files that a partner finds."""

    deed = {"portal_documents": True}

    def attach(self, act, name="paper.pdf", **vals):
        return self.env["ir.attachment"].create({
            "name": name, "raw": PDF, "res_model": "collection.action", "res_id": act.id, **vals})

    def names(self, user=None):
        own, others = self.find(user or self.clerk)._get_portal_files()
        return own.mapped("name"), others.mapped("name")

    def test_files_of_the_sequence_show_where_the_template_says_so(self):
        """D-079: of its other actions too; of other sequences never."""
        self.answer(files=DEED)
        self.act.with_user(self.litigator).close("validated")
        self.attach(self.find_action(self.sequence, "call"), "lease.pdf")
        self.attach(self.find_action(self.launch(self.make_serving("OTHER"))), "secret.pdf")
        self.assertEqual(self.names(), (["deed.pdf"], ["lease.pdf"]))
        self.act.portal_documents = False
        self.assertEqual(self.names(), (["deed.pdf"], []))

    def test_files_of_internal_notes_do_not(self):
        """D-079: what colleagues write to each other stays internal."""
        for internal in (True, False):
            self.act.with_user(self.collector).message_post(
                body="x", message_type="comment", attachments=[(f"note{internal}.pdf", PDF)],
                subtype_xmlid="mail.mt_note" if internal else "mail.mt_comment",
                partner_ids=self.clerk.partner_id.ids)
        self.assertEqual(self.names(), (["noteFalse.pdf"], []))

    def test_who_left_sees_nothing_new(self):
        """D-035, D-079: the own files stay; of documents and items, those of who holds it now."""
        self.act.portal_shows = "items"
        self.sequence.item_ids = self.get_items(self.make_invoice(self.customer, 123.0))
        self.answer(files=DEED)
        self.act.with_user(self.litigator).close("validated")
        lease = self.attach(self.find_action(self.sequence, "call"), "lease.pdf")
        found = self.find(self.clerk)
        self.assertEqual(found._get_portal_items(), self.sequence.item_ids)
        self.sequence.participant_ids.filtered(
            lambda line: line.function_id == self.cj).contact_id = self.make_partner("Others")
        self.assertEqual(self.names(), (["deed.pdf"], []))
        self.assertFalse(found._get_portal_items())
        self.assertFalse(found._find_portal_file(lease.id))

    def post_file(self, name, partners):
        return self.act.with_user(self.collector).message_post(
            body="x", message_type="comment", subtype_xmlid="mail.mt_comment",
            attachments=[(name, PDF)], partner_ids=partners.ids).attachment_ids

    def test_files_of_messages_to_others_do_not(self):
        """D-079: neither listed nor downloaded; what was sent to the partner is."""
        theirs = self.post_file("tenant.pdf", self.customer)
        mine = self.post_file("bailiff.pdf", self.bailiff)
        found = self.find(self.clerk)
        self.assertEqual(self.names(), (["bailiff.pdf"], []))
        self.assertFalse(found._find_portal_file(theirs.id))
        self.assertEqual(found._find_portal_file(mine.id), mine)

    def test_own_files_stay_when_they_are_passed_on(self):
        """D-079: the deed that a colleague forwards; a file that was shown to others only."""
        self.post_file("lease.pdf", self.customer)
        self.find(self.clerk)._post_from_portal("", (*DEED, ("lease.pdf", PDF)))
        self.assertEqual(self.names()[0], ["deed.pdf", "lease.pdf"])
        self.find(self.clerk)._answer_from_portal(
            markers={"served": "2026-03-01"}, files=(("photo.png", PNG),))
        photo = self.find(self.clerk)._get_portal_files()[0][-1]
        self.act.with_user(self.collector).message_post(
            body="x", message_type="comment", subtype_xmlid="mail.mt_comment",
            attachment_ids=photo.ids, partner_ids=self.customer.ids)
        self.assertEqual(self.names()[0], ["deed.pdf", "lease.pdf", "photo.png"])

    def test_scans_stay_as_they_came(self):
        """D-079: no image is made smaller; nothing is public."""
        self.answer(files=(("scan.png", PNG),))
        file = self.act._get_portal_files()[0]
        self.assertEqual((file.raw, file.public, file.create_uid), (PNG, False, self.clerk))

    def test_only_what_is_shown_is_found(self):
        """Bad input: a file of another action, or of the customer."""
        mine = self.attach(self.act)
        foreign = self.env["ir.attachment"].create({
            "name": "id.pdf", "raw": PDF, "res_model": "res.partner",
            "res_id": self.customer.id})
        found = self.find(self.clerk)
        self.assertEqual(found._find_portal_file(mine.id), mine)
        self.assertFalse(found._find_portal_file(foreign.id))


@tagged("post_install", "-at_install")
class TestPortalPostpone(PortalCase):
    """A partner asks for more time; a colleague decides."""

    def ask(self, date="2026-03-20", reason="The tenant is away", user=None):
        self.find(user or self.clerk)._ask_to_postpone(date, reason)

    def get_activities(self):
        return self.env["mail.activity"].search([
            ("res_model", "=", "collection.action"), ("res_id", "=", self.act.id),
            ("activity_type_id", "=",
             self.env.ref("account_collection.mail_activity_type_postponement").id)])

    def test_nothing_moves_and_the_pilot_is_asked(self):
        """D-079: a row of history and an activity; once, whatever the clicks."""
        for _click in range(2):
            self.ask()
        self.assertEqual(str(self.act.deadline), "2026-03-12")
        fact = self.get_rows("postpone_asked")
        self.assertEqual((len(fact), fact.text), (1, "The tenant is away"))
        self.assertIn("03/20/2026", fact.summary)
        self.assertEqual(self.get_activities().user_id, self.collector)
        self.ask("2026-03-25")
        self.assertIn("03/25/2026", self.get_activities().summary)

    def test_a_colleague_moves_it_and_the_partner_is_notified(self):
        """D-079: the dialog proposes the day asked; the partner keeps the action in view."""
        self.ask()
        wizard = self.env["collection.action.reschedule"].with_user(self.collector).create(
            {"action_id": self.act.id})
        self.assertEqual(str(wizard.date), "2026-03-20")
        wizard.action_apply()
        self.assertEqual(str(self.act.deadline), "2026-03-20")
        self.assertFalse(self.get_activities() or self.act.postpone_to)
        self.assertEqual(self.find(self.clerk), self.act)
        self.assertIn("03/20/2026", self.act._get_portal_messages().body)

    def test_done_after_all_there_is_nothing_to_answer(self):
        """D-079: the wish ends with the action."""
        self.ask()
        self.answer()
        self.act.with_user(self.litigator).close("validated")
        self.assertFalse(self.get_activities())

    def test_who_takes_over_has_asked_for_nothing(self):
        """D-036: the wish and the reminder were the former holder's; another change ends none."""
        self.ask()
        self.act.late_notice_sent = True
        lines = self.sequence.participant_ids
        lines.filtered(lambda line: line.function_id == self.rc).user_id = self.collector
        self.assertEqual(str(self.act.postpone_to), "2026-03-20")
        self.assertTrue(self.get_activities() and self.act.late_notice_sent)
        lines.filtered(
            lambda line: line.function_id == self.cj).contact_id = self.stranger.partner_id
        self.assertFalse(self.act.postpone_to or self.act.postpone_reason)
        self.assertFalse(self.get_activities() or self.act.late_notice_sent)

    def test_days_and_reasons_that_are_none(self):
        """Bad input: no day, gone by, before the deadline, far away; no reason."""
        for day in ("", "soon", "2026-02-30", "2026-03-01", "2026-03-12", "2031-01-01", "\0"):
            with self.assertRaisesRegex(UserError, "[Cc]hoose"):
                self.ask(day)
        with self.assertRaisesRegex(UserError, "Say why"):
            self.ask(reason="")
        self.answer()
        with self.assertRaisesRegex(UserError, "being checked"):
            self.ask()
