from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from ..common import action, row, step
from .case_file_case import CaseFileCase


class HandoverCase(CaseFileCase):
    """A case file, and a bailiff of whom somebody can log in to the portal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.made = cls.cases._start(
            cls.customer.with_user(cls.collector), lang="en_US")
        cls.bailiff.is_company = True
        cls.clerk = cls.make_portal_user("clerk", parent_id=cls.bailiff.id)
        cls.stranger = cls.make_portal_user("stranger")

    def hand_over(self, **vals):
        dialog = self.env["collection.case.hand.over"].with_user(self.collector).create({
            "case_file_id": self.made.id, **vals})
        dialog.action_hand_over()
        return self.made.handover_ids[:1]


@tagged("post_install", "-at_install")
class TestCaseHandover(HandoverCase):
    """Issue 19: handing a case file over, and taking it back."""

    def test_handed_over(self):
        """Issue 19: to who takes part from outside; traced, and they are written to."""
        handover = self.hand_over(note="For the hearing")
        self.assertEqual(
            (handover.partner_id, handover.function_id, handover.handed_by_id),
            (self.bailiff, self.cj, self.collector))
        row = self.get_rows("case_file_handed")
        self.assertEqual((row.old_value, row.new_value), (self.made.name, "Bailiff & Co"))
        mail = self.env["mail.mail"].search([], order="id desc", limit=1)
        self.assertEqual(mail.recipient_ids, self.clerk.partner_id)
        self.assertIn("For the hearing", mail.body_html)
        self.assertIn("/my/case-files", mail.body_html)

    def test_each_partner_is_proposed_once(self):
        """Issue 19: who takes part in two sequences, too; first who has not got it yet."""
        self.launch(self.make_template("OTHER", [step("file", [action("file")], [row("end")])]))
        self.env["collection.participant"].create([{
            "sequence_id": sequence.id, "function_id": self.cj.id, "partner_id": self.bailiff.id,
        } for sequence in self.customer.collection_sequence_ids])
        dialogs = self.env["collection.case.hand.over"].with_user(self.collector)
        dialog = dialogs.create({"case_file_id": self.made.id})
        self.assertEqual(dialog.available_ids.contact_id, self.bailiff)
        self.assertEqual(len(dialog.available_ids), 1)
        dialog.action_hand_over()
        self.assertFalse(dialogs.create({"case_file_id": self.made.id}).participant_id)

    def test_not_twice(self):
        """Issue 19: they have it already."""
        self.hand_over()
        again = self.env["collection.case.hand.over"].with_user(self.collector).create(
            {"case_file_id": self.made.id}).available_ids
        with self.assertRaisesRegex(UserError, "has this file already"):
            self.hand_over(participant_id=again.id)

    def test_not_to_who_cannot_log_in(self):
        """Issue 19: the refusal says what helps."""
        self.clerk.active = False
        with self.assertRaisesRegex(UserError, "invite them first"):
            self.hand_over()

    def test_only_theirs(self):
        """Issue 19: what was handed to their firm, as long as it is not taken back."""
        handover = self.hand_over()
        finds = self.env["collection.case.handover"]
        for user, found in ((self.clerk, True), (self.stranger, False), (self.collector, False)):
            with self.subTest(user=user.login):
                self.assertEqual(
                    bool(finds.with_user(user)._find_portal(handover.id)), found)
        self.assertFalse(finds.with_user(self.clerk)._find_portal(2 ** 40))
        handover.with_user(self.collector).action_revoke()
        self.assertFalse(finds.with_user(self.clerk)._find_portal(handover.id))
        self.assertEqual(self.get_rows("case_file_revoked").user_id, self.collector)

    def get_lines(self):
        return self.env["collection.participant"].search([
            ("customer_id", "=", self.customer.id), ("function_id", "=", self.cj.id)])

    def assertFound(self, handover, found, access):
        self.env.invalidate_all()
        self.assertEqual((
            bool(self.env["collection.case.handover"].with_user(
                self.clerk)._find_portal(handover.id)),
            handover.with_user(self.collector).portal_access), (found, access))

    def test_whoever_left_finds_it_no_more(self):
        """D-079: another one holds the function, or nobody; who comes back finds it again."""
        handover = self.hand_over()
        self.assertFound(handover, True, "open")
        lines = self.get_lines()
        lines.contact_id = self.make_partner("Other Bailiffs")
        self.assertFound(handover, False, "left")
        lines.contact_id = self.bailiff
        self.assertFound(handover, True, "open")
        lines.unlink()
        self.assertFound(handover, False, "left")

    def test_after_the_end_of_a_sequence(self):
        """D-035, D-079: who took part finds it, until another one has the function."""
        lines = self.get_lines()
        handover = self.hand_over()
        held = self.env["collection.participant"].create({
            "sequence_id": self.sequence.id, "function_id": self.cj.id,
            "contact_id": self.bailiff.id})
        (lines - held).unlink()
        self.sequence.with_user(self.collector).action_stop("Paid elsewhere")
        self.assertFound(handover, True, "open")
        self.env["collection.participant"].create({
            "customer_id": self.customer.id, "function_id": self.cj.id,
            "contact_id": self.make_partner("Other Bailiffs").id})
        self.assertFound(handover, False, "left")

    def test_who_left_is_asked_by_one_query(self):
        """Performance: however many files were handed over."""
        handovers = self.hand_over()
        for _time in range(3):
            self.made = self.cases._start(self.customer.with_user(self.collector), lang="en_US")
            handovers |= self.hand_over()

        def read(some):
            return self.count_queries(some.sudo().mapped, "portal_access")

        self.assertEqual(read(handovers), read(handovers[:1]))

    def test_never_the_debtors_own(self):
        """Issue 19: a partner who is the customer finds nothing of it."""
        handover = self.hand_over()
        self.clerk.partner_id.parent_id = False
        handover.sudo().partner_id = self.customer
        self.get_lines().contact_id = self.customer
        debtor = self.make_portal_user("debtor", parent_id=self.customer.id)
        self.assertFalse(self.env["collection.case.handover"].with_user(
            debtor)._find_portal(handover.id))


@tagged("post_install", "-at_install")
class TestCasePortal(HandoverCase, HttpCase):
    """Issue 19: the partner's list and download."""

    moment = None  # sessions live by the real clock

    def test_list_and_download(self):
        """Issue 19: found, taken, traced in the partner's name."""
        handover = self.hand_over()
        self.authenticate("clerk", "clerk")
        page = self.url_open("/my/case-files").text
        self.assertIn(f"/my/case-files/{handover.id}/file", page)
        self.assertIn(self.made.sha256, page)
        answer = self.url_open(f"/my/case-files/{handover.id}/file")
        self.assertEqual(answer.content[:2], b"PK")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.env.invalidate_all()
        self.assertEqual((handover.taken_count, self.made.taken_count), (1, 1))
        row = self.get_rows("case_file_taken")
        self.assertEqual((row.user_id, row.on_behalf), (self.clerk, "Bailiff & Co"))

    def test_a_file_that_is_gone(self):
        """Issue 19: its customer was anonymised meanwhile; nothing counts as taken."""
        handover = self.hand_over()
        self.made.sudo()._find_content().unlink()
        self.authenticate("clerk", "clerk")
        answer = self.url_open(f"/my/case-files/{handover.id}/file", allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self.env.invalidate_all()
        self.assertEqual(handover.taken_count, 0)

    def test_nobody_else_downloads(self):
        """Issue 19: a stranger's number, a file taken back, a colleague's address."""
        handover = self.hand_over()
        self.authenticate("stranger", "stranger")
        answer = self.url_open(f"/my/case-files/{handover.id}/file", allow_redirects=False)
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(
            self.url_open(f"/collection/case-files/{self.made.id}").status_code, 404)
        self.assertFalse(self.get_rows("case_file_taken"))
