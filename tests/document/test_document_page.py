import io
import zipfile
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import tagged

from ...models.document import collection_document_contributor_page
from .document_page_case import PDF, DocumentPageCase


@tagged("post_install", "-at_install")
class TestDocumentPage(DocumentPageCase):
    """The contributor's page over HTTP."""

    def test_each_sees_what_is_asked_of_them(self):
        """C-002, C-008: and of whom it comes, until when, and how far it is."""
        page = self.read(self.open(self.tenant))
        for text in ("Rental file", "asks you for documents", "Identity card", "Payslip",
                      "Documents sent: 0 of 2", "Missing", "Please send everything by"):
            self.assertIn(text, page)
        self.assertNotIn("Guarantor", page)
        page = self.read(self.open(self.surety))
        self.assertIn("as Guarantor, for documents that concern Tenant One", page)
        self.assertIn("Guarantor's payslip", page)
        self.assertNotIn("Identity card", page)

    def test_the_first_look_is_noted(self):
        """C-024: and only the first."""
        self.open(self.tenant)
        self.env.invalidate_all()
        opened = self.tenant_contributor.opened_at
        self.assertEqual(self.tenant_contributor.state, "opened")
        self.open(self.tenant)
        self.env.invalidate_all()
        self.assertEqual(self.tenant_contributor.opened_at, opened)

    def test_files_are_given_and_thanked_for(self):
        """C-002: several at once, for several documents, without a script."""
        payslip, card = self.item("Payslip"), self.item("Identity card")
        response = self.send(self.tenant, (payslip, "may.pdf", PDF),
                             (payslip, "june.pdf", PDF + b"\n"), (card, "card.pdf", PDF))
        self.assertEqual(response.status_code, 303)
        page = self.read(self.url_open(response.headers["Location"]))
        self.assertIn("Thank you, we have received your files.", page)
        self.assertIn("Documents sent: 2 of 2", page)
        self.assertIn("Being checked", page)
        self.assertEqual(self.item("Payslip").sudo().file_ids.mapped("name"),
                         ["may.pdf", "june.pdf"])
        file = card.sudo().file_ids
        self.assertEqual((file.contributor_id, file.attachment_id.public),
                         (self.tenant_contributor, False))

    def test_a_refusal_stands_first_with_its_reason(self):
        """C-023: as the reviewer wrote it, escaped; other files take its place."""
        item = self.give(self.documents, "Payslip")
        item.refuse("Of last year <script>alert(1)</script>")
        response = self.open(self.tenant)
        self.assertIn("Why it was not accepted: Of last year", self.read(response))
        self.assertNotIn("<script>alert", response.text)
        self.send(self.tenant, (item, "new.pdf", PDF + b"\n"))
        self.assertEqual(self.item("Payslip").state, "review")
        self.assertNotIn("Of last year", self.open(self.tenant).text)

    def test_a_file_is_taken_back_until_it_is_reviewed(self):
        """C-023: a wrong file; afterwards it stays, and the page says so."""
        item = self.give(self.documents, "Payslip").sudo()
        page = self.open(self.tenant)
        self.assertIn("Take back", self.read(page))
        file = item.file_ids
        response = self.send(self.tenant, path="/back", file=file.id)
        self.assertEqual(response.status_code, 303)
        self.env.invalidate_all()
        self.assertEqual((item.state, file.set_aside), ("missing", True))
        item = self.give(self.documents, "Payslip")
        page = self.open(self.tenant)
        item.action_approve()
        self.assertNotIn("Take back", self.read(self.open(self.tenant)))
        response = self.send(self.tenant, page=page, path="/back", file=item.sudo().file_ids.id)
        self.assertEqual(response.status_code, 422)
        self.assertIn("cannot be taken back any more", self.read(response))
        self.env.invalidate_all()
        self.assertEqual((item.state, len(item.file_ids)), ("approved", 1))

    def test_approved_meanwhile_nothing_more_is_taken(self):
        """C-023: the page stood open while the document was approved."""
        item, page = self.give(self.documents, "Payslip"), self.open(self.tenant)
        item.action_approve()
        response = self.send(self.tenant, (item, "late.pdf", PDF + b"\n"), page=page)
        self.assertEqual(response.status_code, 422)
        self.assertIn("has been accepted meanwhile", self.read(response))
        self.env.invalidate_all()
        self.assertEqual(len(item.file_ids), 1)

    def test_finished_is_said_once_and_asks_what_is_missing(self):
        """C-024: with what is still missing; a refusal opens it again."""
        response = self.send(self.tenant, path="/finish")
        self.assertIn("This is still missing: Identity card", self.read(response))
        self.env.invalidate_all()
        self.assertNotEqual(self.tenant_contributor.state, "finished")
        response = self.send(self.tenant, path="/finish", sure="1")
        self.assertIn("Thank you, you have finished.", self.read(self.url_open(
            response.headers["Location"])))
        self.env.invalidate_all()
        self.assertEqual(self.tenant_contributor.state, "finished")
        self.assertIn("You said on", self.read(self.open(self.tenant)))
        self.assertEqual(self.send(self.tenant, path="/finish", sure="1").status_code, 303)
        rows = self.customer.collection_history_ids.filtered(
            lambda row: row.kind == "contributor_finished")
        self.assertEqual(len(rows), 1)

    def test_with_everything_sent_finished_asks_nothing(self):
        """C-024: one touch."""
        for name in ("Identity card", "Payslip"):
            self.give(self.documents, name)
        self.assertEqual(self.send(self.tenant, path="/finish").status_code, 303)

    def test_paused_the_page_only_shows(self):
        """C-025: closed for now; what an open page posts is not kept, and the page says so."""
        page = self.open(self.tenant)
        self.documents.action_pause("On holiday")
        shown = self.open(self.tenant)
        self.assertIn("Closed for now", self.read(shown))
        self.assertNotIn("On holiday", self.read(shown))
        self.assertNotIn('type="file"', shown.text)
        for path, given in (("", [(self.item("Payslip"), "a.pdf", PDF)]), ("/finish", [])):
            response = self.send(self.tenant, *given, page=page, path=path, sure="1")
            self.assertEqual(response.status_code, 422)
        self.assertNothingGiven()
        self.documents.action_resume()
        self.assertIn('type="file"', self.open(self.tenant).text)

    def test_a_paused_sequence_closes_the_page_too(self):
        """B12: partners only look, also where the page stood open."""
        sequence = self.make_documents_sequence()
        documents = self.start(action=self.get_action(sequence, "papers").id)
        token = self.make_token(documents.sudo().contributor_ids)
        page = self.open(token)
        sequence.action_pause()
        self.assertIn("Closed for now", self.read(self.open(token)))
        item = self.get_item(documents, "Payslip")
        for path, given in (("", [(item, "a.pdf", PDF)]), ("/finish", [])):
            response = self.send(token, *given, page=page, path=path, sure="1")
            self.assertEqual(response.status_code, 422)
        self.env.invalidate_all()
        self.assertEqual((item.state, documents.contributor_ids.state), ("missing", "opened"))

    def test_complete_it_shows_what_was_received(self):
        """C-023: read only, with thanks."""
        for name, partner in (("Identity card", None), ("Payslip", None),
                              ("Guarantor's payslip", self.guarantor)):
            self.give(self.documents, name, partner).action_approve()
        response = self.open(self.tenant)
        page = self.read(response)
        self.assertIn("Everything is complete. Thank you.", page)
        self.assertIn("paper.pdf", page)
        self.assertNotIn('type="file"', response.text)
        self.assertNotIn("I have finished", page)

    def test_refused_it_is_closed(self):
        """B40: in a calm message; cancelled, the link is not valid any more."""
        self.documents.action_refuse("The tenant withdrew")
        page = self.read(self.open(self.tenant))
        self.assertIn("This request is closed.", page)
        self.assertNotIn("withdrew", page)
        other = self.start()
        token = self.make_token(other.sudo().contributor_ids)
        page = self.open(token)
        other.action_cancel("Not needed")
        self.assertUnknown(self.open(token))
        self.assertUnknown(self.send(
            token, (self.get_item(other, "Payslip"), "a.pdf", PDF), page=page))
        self.env.invalidate_all()
        self.assertFalse(other.item_ids.file_ids)

    def test_script_is_shown_as_text(self):
        """Bad input: in names of files, documents and people."""
        bad = "<script>alert(1)</script>"
        self.template.item_ids[1].name = bad
        self.customer.name = f"Tenant {bad}"
        documents = self.start()
        token = self.make_token(documents.sudo().contributor_ids)
        item = self.get_item(documents, bad)
        self.send(token, (item, f"{bad}.pdf", PDF))
        response = self.open(token)
        self.assertIn("being checked", self.read(response).lower())
        self.assertNotIn("<script>alert", response.text)

    def test_the_reader_s_language(self):
        """C-008: dates and direction as the contributor writes; states from the translations."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.guarantor.lang = "fr_FR"
        page = self.open(self.surety).text
        self.assertIn('lang="fr-FR"', page)
        due = self.documents.due
        self.assertIn(f"{due.day} ", page)
        self.assertIn('lang="en-US"', self.open(self.tenant).text)


@tagged("post_install", "-at_install")
class TestDocumentPagePermission(DocumentPageCase):
    """What permissions open on the page, and what they do not (C-021, C-022, C-026)."""

    def permit(self, contributor, **permissions):
        contributor.write(permissions)
        self.env.flush_all()

    def test_seeing_what_others_gave(self):
        """C-021, B39: waiting and accepted ones, each by its own permission, never to provide."""
        item = self.give(self.documents, "Payslip")
        self.assertNotIn("Payslip", self.read(self.open(self.surety)))
        self.permit(self.guarantor_contributor, can_see_approved=True)
        self.assertNotIn("paper.pdf", self.open(self.surety).text)
        item.action_approve()
        page = self.open(self.surety)
        self.assertIn("Asked of Tenant One (primary recipient)", self.read(page))
        self.assertNotIn(f'name="files-{item.id}"', page.text)
        self.permit(self.guarantor_contributor, can_see_approved=False, can_see_provided=True)
        self.assertNotIn("paper.pdf", self.open(self.surety).text)
        item.action_reopen()
        self.assertIn("paper.pdf", self.open(self.surety).text)
        response = self.send(self.surety, (item, "forged.pdf", PDF + b"\n"))
        self.assertEqual(response.status_code, 422)
        self.assertIn("provided by somebody else", self.read(response))
        response = self.send(self.surety, path="/back", file=item.sudo().file_ids.id)
        self.assertEqual(response.status_code, 422)
        self.env.invalidate_all()
        self.assertEqual(item.file_ids.mapped("name"), ["paper.pdf"])

    def test_holders_of_one_function_never_see_each_other(self):
        """B38, C-022: whatever they are permitted."""
        self.template.function_ids.write({"most": 2})
        second = self.documents.invite(self.cau, self.second).sudo()
        self.permit(second | self.guarantor_contributor, can_see_provided=True,
                    can_see_approved=True, can_represent=True, can_download=True)
        item = self.give(self.documents, "Guarantor's payslip", self.guarantor)
        token = self.make_token(second)
        self.assertNotIn("Gus", self.open(token).text)
        self.assertNotIn("paper.pdf", self.open(token).text)
        self.assertUnknown(self.open(token, f"/file/{item.sudo().file_ids.id}"))
        self.assertUnknown(self.send(token, (item, "forged.pdf", PDF)))

    def test_who_only_looks_has_no_inputs(self):
        """C-022: a view-only contributor."""
        page = self.open(self.surety)
        self.permit(self.guarantor_contributor, can_provide=False)
        self.assertNotIn('type="file"', self.open(self.surety).text)
        response = self.send(self.surety, (self.item("Guarantor's payslip"), "a.pdf", PDF),
                             page=page)
        self.assertEqual(response.status_code, 422)
        self.assertNothingGiven()

    def test_an_agency_provides_for_its_tenants(self):
        """C-026: and it is traced who gave what for whom."""
        self.permit(self.guarantor_contributor, can_represent=True)
        page = self.read(self.open(self.surety))
        self.assertIn("Documents sent: 0 of 3", page)
        item = self.item("Payslip")
        self.assertEqual(self.send(self.surety, (item, "a.pdf", PDF)).status_code, 303)
        self.env.invalidate_all()
        self.assertEqual(item.sudo().file_ids.contributor_id, self.guarantor_contributor)
        row = self.customer.collection_history_ids.filtered(
            lambda row: row.kind == "document_provided")
        self.assertEqual(row.on_behalf, "Gus Guarantor, for Tenant One")

    def test_somebody_is_invited_from_the_page(self):
        """C-021: one available function, an own contact, once however often it is sent."""
        self.template.function_ids.write({"most": 3})
        self.assertNotIn("Invite somebody", self.read(self.open(self.tenant)))
        written = {"function": str(self.cau.id), "name": " Sue  New ",
                   "email": "SUE@example.com"}
        self.assertUnknown(self.send(self.tenant, path="/invite", **written))
        self.permit(self.tenant_contributor, can_invite=True)
        self.assertIn("Invite somebody", self.read(self.open(self.tenant)))
        for _click in range(2):
            response = self.send(self.tenant, path="/invite", **written)
            self.assertEqual(response.status_code, 303)
        self.env.invalidate_all()
        invited = self.documents.sudo().contributor_ids.filtered("inviter_id")
        self.assertEqual(len(invited), 1)
        self.assertEqual(invited.inviter_id, self.tenant_contributor)
        self.assertEqual((invited.partner_id.name, invited.invited_by), ("Sue New", "Tenant One"))
        # nobody learns whom we know: Sue Second has that address
        self.assertNotEqual(invited.partner_id, self.second)
        self.assertFalse(invited.partner_id.parent_id)

    def test_invitations_from_one_to_the_next_come_to_an_end(self):
        """X-19: who is invited may invite: others are not written to without end."""
        self.template.function_ids.write({"most": 0, "can_invite": True})
        self.permit(self.tenant_contributor, can_invite=True)
        with patch.object(collection_document_contributor_page, "MOST_INVITED_IN_ALL", 2):
            last = self.tenant_contributor
            for name in "ab":
                last = last._invite_somebody(str(self.cau.id), name, f"{name}@example.com")
            with self.assertRaisesRegex(UserError, "many people"):
                last._invite_somebody(str(self.cau.id), "c", "c@example.com")

    def test_an_invitation_shows_what_it_needs(self):
        """Bad input: no name, no address, a function that is not available, or none at all."""
        self.permit(self.tenant_contributor, can_invite=True)
        self.template.function_ids.write({"most": 2})
        good = {"function": str(self.cau.id), "name": "Sue", "email": "sue@example.com"}
        for bad, message in (
                ({"name": " "}, "Enter the name"), ({"email": "sue"}, "Enter the e-mail address"),
                ({"email": "a@x.com, b@x.com"}, "Enter the e-mail address"),
                ({"function": str(self.gest.id)}, "Choose what they contribute as"),
                ({"function": "x"}, "Choose what they contribute as")):
            response = self.send(self.tenant, path="/invite", **{**good, **bad})
            self.assertEqual(response.status_code, 422)
            self.assertIn(message, self.read(response))
        self.env.invalidate_all()
        self.assertFalse(self.documents.sudo().contributor_ids.filtered("inviter_id"))

    def test_everything_at_once_needs_its_permission(self):
        """C-021: what the page shows, and no more, as one file; without the permission none."""
        self.give(self.documents, "Payslip")
        self.give(self.documents, "Guarantor's payslip", self.guarantor,
                  files=[("secret.pdf", PDF + b"\n")])
        for path in ("/zip", "/pdf"):
            self.assertUnknown(self.open(self.tenant, path))
        self.permit(self.tenant_contributor, can_download=True)
        self.assertIn("Download all files", self.read(self.open(self.tenant)))
        response = self.open(self.tenant, "/zip")
        self.assertIn("attachment", response.headers["Content-Disposition"])
        self.assertIn("sandbox", response.headers["Content-Security-Policy"])
        with zipfile.ZipFile(io.BytesIO(response.content)) as packed:
            self.assertEqual(packed.namelist(), [
                "Tenant One (primary recipient)/Payslip - paper.pdf"])
        self.permit(self.tenant_contributor, can_see_provided=True)
        with zipfile.ZipFile(io.BytesIO(self.open(self.tenant, "/zip").content)) as packed:
            self.assertEqual(len(packed.namelist()), 2)

    def test_everything_in_one_document(self):
        """C-021: listed on its first page."""
        self.give(self.documents, "Payslip")
        self.permit(self.tenant_contributor, can_download=True)
        response = self.open(self.tenant, "/pdf")
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertTrue(response.content.startswith(b"%PDF-"))

    def test_one_file_of_all_at_a_time(self):
        """X-05: another one is not packed meanwhile; the page says why."""
        self.give(self.documents, "Payslip")
        self.permit(self.tenant_contributor, can_download=True)
        with db_connect(self.env.cr.dbname).cursor() as other:
            self.env(cr=other)["collection.upload"]._try_print_turn(self.tenant_contributor)
            for path in ("/zip", "/pdf"):
                response = self.open(self.tenant, path)
                self.assertEqual(response.status_code, 429)
                self.assertIn("A file is being made for you already", self.read(response))
