from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..common import COLLECTOR
from .document_case import PDF, DocumentCase


@tagged("post_install", "-at_install")
class TestDocumentRequest(DocumentCase):
    """From a template to a complete file: who is asked for what."""

    def test_a_request_copies_its_template(self):
        """C-002, C-007: each document is asked of its function."""
        request = self.start()
        self.assertEqual(request.item_ids.mapped("name"), [
            "Identity card", "Payslip", "Guarantor's payslip"])
        self.assertEqual(self.get_item(request, "Payslip").contributor_id.partner_id,
                         self.customer)
        self.assertFalse(self.get_item(request, "Guarantor's payslip").contributor_id)

    def test_changing_the_template_changes_no_request(self):
        """E26: what was asked stays as it was asked."""
        request = self.start()
        self.template.item_ids[0].name = "Passport"
        self.assertEqual(request.item_ids[0].name, "Identity card")

    def test_a_template_is_copied_with_all_that_is_in_it(self):
        """C-007: a document of the copy is asked of a contributor of the copy."""
        copy = self.template.copy()
        self.assertEqual(copy.item_ids.function_id, copy.function_ids.function_id)
        self.assertEqual(len(copy.item_ids), 3)

    def test_the_primary_recipient_has_what_no_function_is_asked(self):
        """C-005, B39: functions come in addition."""
        request = self.start()
        primary = request.contributor_ids
        self.assertEqual(primary.partner_id, self.customer)
        self.assertFalse(primary.function_id)
        self.assertEqual(primary._get_own_items().mapped("name"), ["Identity card", "Payslip"])

    def test_an_invited_contributor_takes_the_documents_of_the_function(self):
        """C-003, C-013, C-014: a request under way, an available function."""
        request = self.start()
        self.assertEqual(request.sudo()._get_available_functions(), self.cau)
        contributor = request.invite(self.cau, self.guarantor)
        self.assertEqual(contributor.item_ids.mapped("name"), ["Guarantor's payslip"])
        self.assertFalse(request.sudo()._get_available_functions())

    def test_contributors_see_only_theirs(self):
        """C-008: neither sees the other's."""
        request = self.start()
        guarantor = request.invite(self.cau, self.guarantor)
        primary = self.get_contributor(request, self.customer)
        self.assertEqual(guarantor._get_visible_items(), guarantor.item_ids)
        self.assertFalse(primary._get_visible_items() & guarantor.item_ids)

    def test_a_function_has_as_many_holders_as_the_template_allows(self):
        """B38: one by default."""
        request = self.start()
        request.invite(self.cau, self.guarantor)
        with self.assertRaisesRegex(UserError, "has them"):
            request.invite(self.cau, self.second)

    def test_holders_of_the_same_function_have_copies_and_see_no_others(self):
        """B38, C-022: separate copies, mutually invisible whatever the permissions."""
        self.template.function_ids.write(
            {"most": 0, "can_see_provided": True, "can_see_approved": True})
        request = self.start()
        first = request.invite(self.cau, self.guarantor)
        other = request.invite(self.cau, self.second)
        self.assertEqual(other.item_ids.mapped("name"), ["Guarantor's payslip"])
        self.assertNotEqual(first.item_ids, other.item_ids)
        self.give(request, "Guarantor's payslip", self.guarantor)
        self.assertNotIn(first.item_ids, other._get_visible_items())

    def test_the_same_person_is_not_invited_twice(self):
        """Bad input: neither to the same function nor besides being the primary recipient."""
        self.template.function_ids.most = 0
        request = self.start()
        request.invite(self.cau, self.guarantor)
        for partner in (self.guarantor, self.customer):
            with self.assertRaisesRegex(UserError, "already"):
                request.invite(self.cau, partner)

    def test_without_an_address_nobody_is_invited(self):
        """Bad input: the message names the person."""
        request = self.start()
        with self.assertRaisesRegex(UserError, "Mute.* has no e-mail address"):
            request.invite(self.cau, self.make_partner("Mute"))
        with self.assertRaisesRegex(UserError, "not valid: nowhere"):
            request.invite(self.cau, self.make_partner("Typo", email="nowhere"))

    def test_a_document_is_asked_of_a_contributor_of_the_template(self):
        """C-009: of no other function."""
        with self.assertRaisesRegex(ValidationError, "is no contributor"):
            self.template.item_ids[0].function_id = self.cj

    def test_internal_functions_do_not_contribute(self):
        """C-004: colleagues review."""
        with self.assertRaisesRegex(ValidationError, "internal function"):
            self.template.write({"function_ids": [(0, 0, {"function_id": self.gest.id})]})


@tagged("post_install", "-at_install")
class TestDocumentReview(DocumentCase):
    """Providing, reviewing, completing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.request = cls.start()
        cls.contributor = cls.request.invite(cls.cau, cls.guarantor)

    def complete(self):
        for name, partner in (("Identity card", None), ("Payslip", None),
                              ("Guarantor's payslip", self.guarantor)):
            self.give(self.request, name, partner).action_approve()

    def test_provided_waits_for_its_review(self):
        """C-023: missing, to review, approved."""
        item = self.give(self.request, "Payslip")
        self.assertEqual((item.state, item.provided_by), ("review", "Tenant One"))
        item.action_approve()
        self.assertEqual((item.state, item.reviewed_by_id), ("approved", self.collector))

    def test_a_refusal_gives_its_reason_and_takes_other_files(self):
        """C-023: refused with a comment; what was refused is set aside."""
        item = self.give(self.request, "Payslip")
        with self.assertRaisesRegex(UserError, "Say why"):
            item.refuse(" ")
        item.refuse("It is of last year")
        self.assertEqual((item.state, item.refusal), ("refused", "It is of last year"))
        wrong = item.file_ids
        self.give(self.request, "Payslip", files=[("new.pdf", PDF)])
        self.assertEqual(item.state, "review")
        self.assertEqual(item.file_ids.name, "new.pdf")
        self.assertTrue(wrong.set_aside)

    def test_an_approval_is_taken_back(self):
        """C-023: cancel an approval; ask anew."""
        item = self.give(self.request, "Payslip")
        item.action_approve()
        item.action_reopen()
        self.assertEqual(item.state, "review")
        item.action_reset()
        self.assertEqual(item.state, "missing")
        self.assertFalse(item.file_ids)

    def test_two_reviewers_do_not_decide_twice(self):
        """Bad input: the second one hears who was faster."""
        item = self.give(self.request, "Payslip")
        item.action_approve()
        with self.assertRaisesRegex(UserError, "Approved.*Collector"):
            item.refuse("No")

    def test_all_approved_is_complete(self):
        """C-023: the last approval completes the request."""
        self.complete()
        self.assertEqual(self.request.state, "complete")
        self.assertEqual(self.request.progress, 100)

    def test_a_function_that_nobody_holds_keeps_it_open(self):
        """C-005: its documents are still missing."""
        request = self.start()
        for name in ("Identity card", "Payslip"):
            self.give(request, name).action_approve()
        self.assertEqual(request.state, "open")

    def test_a_colleague_provides_on_somebodys_behalf(self):
        """C-025: traced as such."""
        item = self.get_item(self.request, "Payslip")
        item.provide([("scan.pdf", PDF)])
        self.assertEqual((item.state, item.provided_by), ("review", "Collector"))
        self.assertEqual(item.file_ids.user_id, self.collector)
        history = self.customer.with_user(self.collector).collection_history_ids
        self.assertIn("Tenant One", history.filtered(
            lambda row: row.kind == "document_provided").on_behalf)

    def test_a_pause_closes_the_door(self):
        """C-025: nothing is taken until it is resumed."""
        self.request.action_pause("On holiday")
        self.assertFalse(self.contributor.sudo()._get_providable_items())
        with self.assertRaisesRegex(UserError, "Paused"):
            self.give(self.request, "Payslip")
        self.request.action_resume()
        self.assertEqual(self.give(self.request, "Payslip").state, "review")

    def test_who_is_removed_leaves_what_was_given(self):
        """Bad input: a contributor removed with files given."""
        item = self.give(self.request, "Guarantor's payslip", self.guarantor)
        self.contributor.action_remove()
        self.assertEqual((item.state, item.contributor_id), ("review", self.contributor))
        self.assertEqual(self.contributor.state, "removed")

    def test_what_who_is_removed_has_not_given_waits_for_the_next(self):
        """B38: the function is available again."""
        item = self.get_item(self.request, "Guarantor's payslip")
        self.contributor.action_remove()
        self.assertFalse(item.contributor_id)
        other = self.request.invite(self.cau, self.second)
        self.assertEqual(item.contributor_id, other)

    def test_who_comes_after_somebody_gives_all_anew(self):
        """B38: nobody answers with the papers of somebody else."""
        given = self.give(self.request, "Guarantor's payslip", self.guarantor)
        self.contributor.action_remove()
        other = self.request.invite(self.cau, self.second)
        self.assertEqual(other._get_own_items().mapped("name"), ["Guarantor's payslip"])
        self.assertNotEqual(other._get_own_items(), given)

    def test_who_is_removed_by_mistake_comes_back_with_what_was_given(self):
        """B38: the same person again."""
        given = self.give(self.request, "Guarantor's payslip", self.guarantor)
        self.contributor.action_remove()
        again = self.request.invite(self.cau, self.guarantor)
        self.assertEqual(again._get_own_items(), given)

    def test_one_more_is_asked_for_all_though_another_was_removed(self):
        """B38: whatever became of the copy that comes first."""
        self.template.function_ids.most = 0
        self.make_document_item("Guarantor's card")
        request = self.start()
        first = request.invite(self.cau, self.guarantor)
        request.invite(self.cau, self.second)
        self.give(request, "Guarantor's card", self.guarantor).action_approve()
        first.action_remove()
        third = request.invite(self.cau, self.make_partner("Tim", email="tim@example.com"))
        self.assertEqual(sorted(third._get_own_items().mapped("name")),
                         ["Guarantor's card", "Guarantor's payslip"])

    def test_what_is_refused_of_who_was_removed_is_asked_of_the_next(self):
        """C-023: it can be given again, by somebody."""
        item = self.give(self.request, "Guarantor's payslip", self.guarantor)
        self.contributor.action_remove()
        item.refuse("Not readable")
        self.assertEqual(item.state, "cancelled")
        waiting = self.get_item(self.request, "Guarantor's payslip")
        self.assertEqual((waiting.state, waiting.contributor_id.id), ("missing", False))

    def test_a_refused_document_is_awaited_though_it_is_optional(self):
        """C-023: in whatever order; asked anew or taken back, nobody waits for it."""
        request = self.start(self.make_document_template(
            {"name": "Card"}, {"name": "Letter", "required": False}))
        letter = self.give(request, "Letter")
        letter.refuse("Not signed")
        self.give(request, "Card").action_approve()
        self.assertEqual(request.state, "open")
        letter.action_reset()
        self.assertEqual(request.state, "complete")

    def test_a_file_taken_back_may_complete_the_request(self):
        """C-023: nothing waits for a review any more."""
        request = self.start(self.make_document_template(
            {"name": "Card"}, {"name": "Letter", "required": False}))
        letter = self.give(request, "Letter").sudo()
        self.give(request, "Card").action_approve()
        self.assertEqual(request.state, "open")
        letter._take_back(letter.file_ids, request.sudo().contributor_ids)
        self.assertEqual((request.state, letter.provided_by), ("complete", False))

    def test_a_later_last_day_is_that_of_its_documents(self):
        """E25: and it stands in the history."""
        item = self.get_item(self.request, "Payslip")
        self.request.due = "2026-05-04"
        self.assertEqual(str(item.due), "2026-05-04")
        self.assertIn("request_moved", self.request.history_ids.mapped("kind"))

    def test_a_reviewer_may_review(self):
        """Bad input: who has no rights, or is of another company, would be notified in vain."""
        with self.assertRaisesRegex(ValidationError, "cannot review"):
            self.request.user_id = self.make_user("plain", "base.group_user")

    def test_the_recipient_must_be_known_to_who_asks(self):
        """Security: nobody reads the address of another company's contact."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        hidden = self.make_partner("Hidden", email="h@example.com", company_id=company.id)
        with self.assertRaises(AccessError):
            self.start(partner=hidden.id)

    def test_sizes_have_a_unit(self):
        """Row 58: bytes, thousands, millions."""
        file = self.env["collection.document.file"]
        self.assertEqual(
            [file.new({"size": size}).size_label for size in (716, 1500, 2_340_000)],
            ["716 B", "2 KB", "2.3 MB"])

    def test_files_stay_as_they_came(self):
        """C-021: their sum is in the history, they are nobody's but the document's."""
        item = self.give(self.request, "Payslip")
        file = item.file_ids
        self.assertEqual(file.attachment_id.raw, PDF)
        self.assertFalse(file.attachment_id.public)
        self.assertEqual(
            (file.attachment_id.res_model, file.attachment_id.res_id),
            ("collection.document.item", item.id))

    def test_a_collector_of_another_portfolio_does_nothing(self):
        """Security: by remote call too."""
        stranger = self.make_user("stranger", COLLECTOR)
        item = self.give(self.request, "Payslip")
        request = self.request.with_user(stranger)
        for command in (
            lambda: request.invite(self.cau.id, self.second.id), request.action_pause,
            lambda: request.action_cancel("x"), lambda: request.action_refuse("x"),
            item.with_user(stranger).action_approve,
            lambda: item.with_user(stranger).refuse("x"),
            lambda: item.with_user(stranger).provide([("a.pdf", PDF)]),
            self.contributor.with_user(stranger).action_remove,
            lambda: self.start(user=stranger),
        ):
            with self.assertRaises(AccessError):
                command()


@tagged("post_install", "-at_install")
class TestDocumentOutcome(DocumentCase):
    """What a request makes of the action that asked for it."""

    def begin(self, **vals):
        sequence = self.make_documents_sequence(**vals)
        self.action = self.get_action(sequence, "papers")
        request = self.start(action=self.action.id)
        request.invite(self.cau, self.guarantor)
        return sequence, request

    def test_complete_closes_the_action_as_done(self):
        """B40: and the sequence goes on."""
        sequence, request = self.begin()
        for item in request.item_ids:
            item.provide([("a.pdf", PDF)])
        request.item_ids.action_approve()
        self.assertEqual((self.action.state, self.action.outcome), ("closed", "done"))
        self.assertEqual(sequence.end_label, "Complete")
        self.assertReplays(sequence)

    def test_refused_closes_the_action_as_refused(self):
        """B40: with the reason."""
        sequence, request = self.begin()
        request.action_refuse("They will not come")
        self.assertEqual((self.action.outcome, self.action.comment),
                         ("refused", "They will not come"))
        self.assertEqual(sequence.end_label, "Refused")

    def test_silence_expires_action_and_request(self):
        """B40: nobody answered until the action's deadline."""
        sequence, request = self.begin(deadline_days=5, expires=True)
        self.run_night("2026-03-20 06:00:00")
        self.env.invalidate_all()
        self.assertEqual(self.action.outcome, "expired")
        self.assertEqual((request.state, sequence.end_label), ("expired", "Silence"))

    def test_its_end_is_written_in_the_company_s_language(self):
        """Row 28: not in that of the cron that finds it."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.company.partner_id.lang = "fr_FR"
        _sequence, request = self.begin(deadline_days=5, expires=True)
        self.run_night("2026-03-20 06:00:00")
        self.env.invalidate_all()
        self.assertIn("clôturée", request.end_reason)

    def test_a_validated_request_goes_to_its_validator(self):
        """B40, D-058: complete is a person's word still to be validated."""
        _sequence, request = self.begin(
            needs_validation=True, validator_function_id="RC")
        for item in request.item_ids:
            item.provide([("a.pdf", PDF)])
        request.item_ids.action_approve()
        self.assertEqual(self.action.state, "validating")

    def test_a_cancelled_request_leaves_the_action_open(self):
        """B40: another request may be started."""
        _sequence, request = self.begin()
        request.action_cancel("Wrong template")
        self.assertEqual(self.action.state, "todo")
        self.assertTrue(self.start(action=self.action.id))

    def test_one_request_at_a_time_answers_an_action(self):
        """Bad input: the database guards it."""
        self.begin()
        with self.assertRaisesRegex(UserError, "under way already"):
            self.start(action=self.action.id)

    def test_an_action_closed_by_hand_ends_its_request(self):
        """D-063: nobody waits for the papers any more."""
        _sequence, request = self.begin()
        self.action.with_user(self.manager).close("ignored", comment="Not needed")
        self.assertEqual(request.state, "cancelled")

    def test_a_paused_sequence_closes_the_door_too(self):
        """B12: partners only look."""
        sequence, request = self.begin()
        sequence.action_pause()
        self.assertFalse(request.sudo().contributor_ids[0]._get_providable_items())

    def test_the_end_is_an_event_of_the_customers_other_sequences(self):
        """B16: documents complete."""
        _sequence, request = self.begin()
        other = self.launch(self.make_short_template())
        request.action_refuse("No")
        signal = self.env["collection.signal"].search(
            [("customer_id", "=", self.customer.id), ("code", "=", "documents_refused")])
        self.assertTrue(signal)
        self.assertEqual(other.state, "running")

    def test_late_by_the_companys_day(self):
        """E, C-023: neither by the reader's clock nor by the server's; lists find the same."""
        self.company.resource_calendar_id.tz = "Pacific/Auckland"
        request = self.start()
        request.sudo().due = "2026-03-10"
        request.sudo().item_ids.due = "2026-03-10"
        for moment, late in (("2026-03-10 10:00:00", False),  # the 10th in Auckland
                             ("2026-03-10 12:00:00", True)):  # the 11th there
            with self.at(moment):
                self.env.invalidate_all()
                for records in (request, request.item_ids):
                    here = records.with_context(tz="America/Los_Angeles")
                    self.assertEqual(set(here.mapped("late")), {late})
                    found = here.search([("late", "=", True), ("id", "in", here.ids)])
                    self.assertEqual(bool(found), late)
