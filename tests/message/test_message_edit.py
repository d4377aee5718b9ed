"""One message is changed before it leaves, and copied to others (row 45)."""

from odoo.exceptions import AccessError, UserError, ValidationError

from ..common import COLLECTOR, action, row, step
from .test_messages import MessageCase


class EditCase(MessageCase):
    """A reminder that leaves by itself, and its customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls.make_invoice(cls.customer)
        cls.seller = cls.make_user("seller", "base.group_user")
        cls.invoice.invoice_user_id = cls.seller
        cls.office = cls.make_partner(
            "Office", parent_id=cls.customer.id, email="office@example.com", lang="en_US")
        cls.adviser = cls.make_partner("Adviser", email="adviser@example.com")

    def setUp(self):
        super().setUp()
        self.write_step("You owe #items_amount_overdue", "<p>Please pay.</p>", mode="automatic")
        self.action = self.chase(self.customer, self.scenario)

    def edit(self, user=None, **vals):
        return self.action.with_user(user or self.collector).edit_message(vals)

    def open_dialog(self):
        return self.env["collection.message.edit"].with_user(self.collector).create(
            {"action_id": self.action.id})

    def send(self, user=None):
        """Send the message, and return its row of the outbox."""
        self.assertTrue(self.action.with_user(user or self.collector).send_now())
        return self.action.dispatch_ids

    def get_history(self):
        rows = self.env["collection.history"].search([
            ("action_id", "=", self.action.id), ("kind", "=", "message_edited")], order="number")
        return [(found.summary, found.old_value, found.new_value) for found in rows]


class TestEditMessage(EditCase):
    """Issue 16: the words, the recipient and the files of one message."""

    def test_its_words_are_changed(self):
        """Build: of one that leaves by itself; hashtags are replaced all the same."""
        self.edit(
            subject="As agreed: #items_amount_overdue", body="<p>Thank you, #customer_name</p>")
        sent = self.send()
        self.assertEqual(sent.subject, "As agreed: 500.00 €")
        self.assertIn("Thank you, Tenant One", sent.body)
        self.assertEqual(self.scenario.step_ids[0].body, "<p>Please pay.</p>")

    def test_the_history_keeps_what_was_there(self):
        """Build: each change with old and new; what stays the same is none."""
        self.edit(subject="As agreed", body="<p>Please pay.</p>")
        self.assertEqual(self.get_history(), [
            (f"Message of “{self.action.name}” edited: subject",
             "You owe #items_amount_overdue", "As agreed")])
        self.assertEqual(self.action.edited_by_id, self.collector)

    def test_nothing_changed_is_no_edit(self):
        """Bad input: the dialog is confirmed as it opened."""
        self.open_dialog().action_apply()
        self.assertEqual(self.get_history(), [])
        self.assertFalse(self.action.edited_by_id)

    def test_the_dialog_changes_it(self):
        """Build: it opens with the present words, with their hashtags."""
        dialog = self.open_dialog()
        self.assertEqual(
            (dialog.subject, dialog.body), ("You owe #items_amount_overdue", "<p>Please pay.</p>"))
        dialog.body = "<p>Mine</p>"
        dialog.action_apply()
        self.assertEqual((self.action.subject, self.action.body),
                         ("You owe #items_amount_overdue", "<p>Mine</p>"))

    def test_in_the_recipients_language(self):
        """Build: a French customer's message is changed in French, whoever changes it."""
        self.customer.lang = "fr_FR"
        self.edit(subject="Comme convenu")
        self.assertEqual(self.action.with_context(lang="fr_FR").subject, "Comme convenu")
        self.assertEqual(self.action.with_context(lang="en_US").subject,
                         "You owe #items_amount_overdue")
        self.assertEqual(self.send().subject, "Comme convenu")

    def test_of_an_email_template(self):
        """Build: its words as they read now, hashtags and files stay."""
        template = self.env["mail.template"].create({
            "name": "Reminder", "model_id": self.env["ir.model"]._get_id("collection.action"),
            "subject": "{{ object.customer_id.name }}", "body_html": "<p>Due: #leader_date</p>",
            "attachment_ids": [(0, 0, {"name": "terms.txt", "raw": b"Terms"})]})
        self.action.mail_template_id = template
        dialog = self.open_dialog()
        self.assertEqual(dialog.subject, "Tenant One")
        dialog.subject = "Mine"
        dialog.action_apply()
        sent = self.send()
        self.assertEqual(sent.subject, "Mine")
        self.assertIn("02/01/2026", sent.body)
        self.assertEqual(sent.attachment_ids.mapped("name"), ["terms.txt"])
        self.assertEqual(template.subject, "{{ object.customer_id.name }}")

    def test_the_gate_reads_the_debt_again(self):
        """Bad input: edited, then paid: it does not leave."""
        self.edit(subject="As agreed: #items_amount_overdue")
        self.pay(self.invoice)
        self.assertFalse(self.action.with_user(self.collector).send_now())
        self.assertFalse(self.action.dispatch_ids)

    def test_unknown_hashtags(self):
        """Bad input: refused when it is changed, not when it leaves."""
        with self.assertRaisesRegex(ValidationError, "#custmer_name"):
            self.edit(body="<p>#custmer_name</p>")

    def test_empty(self):
        """Bad input: a message without text stays where it is."""
        self.edit(body="")
        with self.assertRaisesRegex(UserError, "has no text"):
            self.send()

    def test_after_it_has_left(self):
        """Bad input: what left stays as it left."""
        self.send()
        with self.assertRaisesRegex(UserError, "already closed"):
            self.edit(subject="Too late")

    def test_other_fields(self):
        """Security: nothing but what a message consists of."""
        with self.assertRaisesRegex(UserError, "date is no part"):
            self.edit(date="2026-01-01")

    def test_strangers(self):
        """Security: a message of another portfolio is neither read nor changed."""
        with self.assertRaises(AccessError):
            self.edit(user=self.make_user("stranger", COLLECTOR), subject="Mine")

    def test_strangers_open_no_dialog(self):
        """Security: the dialog would show them the text."""
        stranger = self.make_user("stranger", COLLECTOR)
        with self.assertRaises(AccessError):
            self.env["collection.message.edit"].with_user(stranger).create(
                {"action_id": self.action.id}).read(["subject"])
        with self.assertRaises(AccessError):
            self.env["collection.message.edit"].with_user(stranger).new(
                {"action_id": self.action.id}).mapped("body")

    def test_another_recipient(self):
        """Build: a contact of the customer; nobody else reads what is owed."""
        self.edit(to_partner_id=self.office.id)
        self.assertEqual(self.send().partner_id, self.office)
        self.assertEqual(self.get_history()[0][2], self.office.display_name)

    def test_a_recipient_who_has_left_the_customer(self):
        """S-007: between the choice and the sending: the message goes to whom it goes by rule."""
        self.edit(to_partner_id=self.office.id)
        self.office.parent_id = self.adviser
        self.assertEqual(self.send().partner_id, self.customer)

    def test_a_stranger_as_recipient(self):
        """Bad input: named, with the remedy."""
        with self.assertRaisesRegex(UserError, "Adviser does not belong to Tenant One"):
            self.edit(to_partner_id=self.adviser.id)

    def test_files(self):
        """Build: what is attached goes along."""
        file = self.env["ir.attachment"].with_user(self.collector).create(
            {"name": "plan.txt", "raw": b"Plan"})
        self.edit(added_file_ids=file.ids)
        self.assertEqual(self.send().attachment_ids.mapped("name"), ["plan.txt"])

    def test_the_tab_shows_it_as_it_would_leave(self):
        """Row 45: text and recipient, not hashtags; nothing once it has left."""
        self.edit(copy_partner_ids=self.adviser.ids)
        shown = self.action.with_user(self.collector)
        self.assertEqual(shown.preview_subject, "You owe 500.00 €")
        self.assertIn("tenant@example.com", shown.preview_to)
        self.assertEqual(shown.preview_copies, "Adviser")
        self.assertIn("Please pay.", shown.preview_page)
        self.send()
        shown.invalidate_recordset()
        self.assertFalse(shown.preview_page)


class TestCopies(EditCase):
    """Issue 16: others receive a copy of what was sent; the message leaves once."""

    def get_mails(self, sent):
        return self.env["mail.mail"].sudo().search(
            [("mail_message_id", "=", sent.mail_message_id.id)], order="id")

    def get_copy(self, sent):
        return self.get_mails(sent).filtered("is_collection_copy")

    def test_chosen_by_hand(self):
        """Build: one row of the outbox, one copy for whom it names."""
        self.edit(copy_partner_ids=self.adviser.ids)
        sent = self.send()
        self.assertEqual(len(sent), 1)
        self.assertEqual((sent.partner_id, sent.copies), (self.customer, "adviser@example.com"))
        mail, copy = self.get_mails(sent)
        self.assertEqual((mail.recipient_ids, copy.recipient_ids), (self.customer, self.adviser))
        self.assertIn("Copy of what was sent to Tenant One", copy.body_html)

    def test_to_the_salesperson_by_the_step(self):
        """Build: of the invoices that it is about."""
        self.action.copy_salesperson = True
        self.assertEqual(self.get_copy(self.send()).recipient_ids, self.seller.partner_id)

    def test_to_a_function_by_the_step(self):
        """Build: to whoever holds it for the customer."""
        self.action.copy_function_id = self.cj
        self.assertEqual(self.get_copy(self.send()).recipient_ids, self.bailiff)

    def test_to_a_function_of_a_sequence(self):
        """Build: its own participant goes before the customer's."""
        template = self.make_template("COPY", [step("one", [action(
            "write", kind="email", body="<p>Hello.</p>", copy_function_id="CJ")], [row("end")])])
        sequence = self.launch(template)
        own = sequence.sudo().participant_ids.filtered(lambda row: row.function_id == self.cj)
        own.contact_id = self.adviser
        asked = sequence.sudo().action_ids
        self.assertEqual(asked._render_messages()[asked.id].copies, self.adviser)

    def test_steps_hand_their_copies_down(self):
        """Build: of a scenario and of a sequence."""
        scenario = self.make_scenario([{
            "offset": 3, "copy_salesperson": True, "copy_function_id": self.cj.id}])
        planned = self.chase(self.make_debtor("Tenant Two"), scenario)
        self.assertEqual((planned.copy_salesperson, planned.copy_function_id), (True, self.cj))
        template = self.make_template("COPY", [step("one", [action(
            "write", kind="email", body="<p>Hello.</p>", copy_function_id="CJ")], [row("end")])])
        asked = self.launch(template).action_ids
        self.assertEqual(asked.copy_function_id, self.cj)

    def make_debtor(self, name):
        customer = self.make_customer(name)
        self.make_invoice(customer)
        return customer

    def test_neither_twice_nor_without_address(self):
        """Bad input: the recipient is no copy; who has no address gets none."""
        silent = self.make_partner("Silent")
        self.edit(copy_partner_ids=(self.customer | silent).ids)
        sent = self.send()
        self.assertFalse(sent.copy_partner_ids)
        self.assertFalse(self.get_copy(sent))

    def test_the_personal_link_is_the_recipients_alone(self):
        """Security: a copy leads to the portal."""
        self.customer.with_company(self.company).collection_interactive_email = True
        self.edit(copy_partner_ids=self.adviser.ids)
        mail, copy = self.get_mails(self.send())
        self.assertIn("/collection/", mail.body_html)
        self.assertNotIn("/collection/", copy.body_html)
        self.assertIn("/my/invoices", copy.body_html)

    def test_what_becomes_of_a_copy_changes_nothing(self):
        """Bad input: a copy that is refused is not the message."""
        self.edit(copy_partner_ids=self.adviser.ids)
        sent = self.send()
        mail, copy = self.get_mails(sent)
        mail._postprocess_sent_message([], [])
        copy._postprocess_sent_message([], [], failure_type="mail_smtp")
        copy.cancel()
        self.assertEqual((sent.state, sent.error), ("sent", False))

    def test_sent_again_it_is_not_copied_again(self):
        """Bad input: the copies left with the first try."""
        self.edit(copy_partner_ids=self.adviser.ids)
        sent = self.send()
        sent._set_state("failed", "No answer")
        before = self.env["mail.mail"].sudo().search_count([("is_collection_copy", "=", True)])
        sent.with_user(self.collector).action_retry()
        self.assertEqual(before, self.env["mail.mail"].sudo().search_count(
            [("is_collection_copy", "=", True)]))

    def test_the_same_queries_for_one_and_for_ten(self):
        """Copies cost no query a message."""
        def count(number):
            actions = self.env["collection.action"]
            for index in range(number):
                actions |= self.chase(self.make_debtor(f"Tenant {number}-{index}"), self.scenario)
            actions.write({"copy_salesperson": True, "copy_function_id": self.cj.id})
            return self.count_queries(actions._render_messages)
        count(1)
        self.assertEqual(count(1), count(10))


class TestAnswers(EditCase):
    """Issue 16: whoever sent or edited a message hears the answer."""

    def answer(self, sent, author=None):
        author = author or self.customer
        self.customer.message_update({
            "message_id": "<answer@example.com>", "parent_id": sent.mail_message_id.id,
            "author_id": author.id, "body": "<p>Next week.</p>", "subject": "Re"})

    def get_told(self):
        return self.env["mail.message"].search([
            ("message_type", "=", "user_notification"), ("model", "=", "res.partner"),
            ("res_id", "=", self.customer.id)])

    def test_who_sent_it_hears_the_answer(self):
        """Build: with the words."""
        self.answer(self.send())
        told = self.get_told()
        self.assertEqual(told.notified_partner_ids, self.collector.partner_id)
        self.assertIn("Next week.", told.body)
        self.assertIn("You owe", told.subject)

    def test_who_edited_it_hears_the_answer(self):
        """Build: though it left by itself."""
        self.edit(subject="As agreed")
        self.action.state = "todo"
        self.action._process_batch()
        self.answer(self.action.dispatch_ids)
        self.assertEqual(self.get_told().notified_partner_ids, self.collector.partner_id)

    def test_what_left_by_itself_tells_nobody(self):
        """As ever: the customer's thread has it."""
        self.action.state = "todo"
        self.action._process_batch()
        self.answer(self.action.dispatch_ids)
        self.assertEqual(self.action.dispatch_ids.state, "replied")
        self.assertFalse(self.get_told())

    def test_a_copied_colleague_is_not_the_customer(self):
        """Bad input: whoever got a copy answers."""
        self.edit(copy_partner_ids=self.adviser.ids)
        sent = self.send()
        self.answer(sent, author=self.adviser)
        self.assertNotEqual(sent.state, "replied")
        self.assertFalse(self.get_told())
