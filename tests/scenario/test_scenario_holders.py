from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import COLLECTOR, NOW, action, row, step
from ..message.test_mail_back import DSN, MailBackCase
from .test_scenario_process import ProcessCase

NOBODY = (
    "Nobody holds “Guarantor” for Debtor: name somebody under Participants on the customer's "
    "Sequences tab.")


class HolderCase(ProcessCase):
    """Tenants with a guarantor, in scenarios whose steps write to the guarantor as well."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cau = cls.make_function("CAU", "Guarantor", kind="contact")
        cls.both = cls.make_scenario([
            cls.make_step(3, "both", beside_subject="Rent of #customer_name",
                          beside_body="<p>Dear #contact_name, you stand surety.</p>"),
            {"offset": 15}])

    @classmethod
    def make_step(cls, offset, write_to, **vals):
        return {"offset": offset, "write_to": write_to, "recipient_function_id": cls.cau.id, **vals}

    def make_guarantor(self, customer, name="Guarantor", **vals):
        guarantor = self.make_partner(name, **{
            "email": f"{name.lower().replace(' ', '.')}@example.com", **vals})
        self.make_participant(customer, "CAU", guarantor)
        return guarantor

    def make_guaranteed(self, scenario=None, **vals):
        """A debtor in the scenario, and the guarantor."""
        customer = self.make_debtor(scenario=scenario or self.both)
        return customer, self.make_guarantor(customer, **vals)

    def get_texts(self, customer):
        """:return: dict of the text of each mail in the customer's thread, by its recipient"""
        return {mail.recipient_ids: mail.body_html for mail in self.get_mails(customer)}

    def get_kinds(self, customer):
        return customer.with_user(self.collector).collection_history_ids.mapped("kind")


@tagged("post_install", "-at_install")
class TestHolders(HolderCase):
    """Issue 17: a step writes to the holder of a function too, or instead of the customer."""

    def test_both_receive_a_text_of_their_own(self):
        """One action, two messages, and the ladder goes on once."""
        customer, guarantor = self.make_guaranteed()
        self.process_due()
        texts = self.get_texts(customer)
        self.assertEqual(set(texts), {customer, guarantor})
        self.assertIn("Please pay.", texts[customer])
        self.assertIn("Dear Guarantor, you stand surety.", texts[guarantor])
        done, following = self.get_actions(customer)
        self.assertEqual((done.outcome, done.beside_note), ("done", False))
        self.assertEqual(done.dispatch_ids.partner_id, customer | guarantor)
        self.assertEqual(
            done.dispatch_ids.filtered(lambda sent: sent.partner_id == guarantor).subject,
            "Rent of Debtor")
        self.assertEqual(following.scenario_step_id, self.both.step_ids[1])
        self.assertIn("beside_sent", self.get_kinds(customer))

    def test_what_failed_stays_said(self):
        """The customer's message that failed is shown, though the holder's left since."""
        customer, guarantor = self.make_guaranteed()
        self.process_due()
        done = self.get_actions(customer)[0]
        sent = done.dispatch_ids.grouped("partner_id")
        sent[customer]._set_state("failed", "No such mailbox")
        sent[guarantor]._set_state("sent")
        self.assertEqual(done.error, "No such mailbox")
        sent[customer]._set_state("sent")
        self.assertFalse(done.error)

    def test_without_a_text_of_its_own_it_is_the_same(self):
        """What is empty is as for the customer; the names are the reader's."""
        scenario = self.make_scenario([
            self.make_step(3, "both", body="<p>#contact_name: #customer_name, #holder_name</p>")])
        customer, guarantor = self.make_guaranteed(scenario)
        self.process_due()
        texts = self.get_texts(customer)
        self.assertIn("Debtor: Debtor, Guarantor", texts[customer])
        self.assertIn("Guarantor: Debtor, Guarantor", texts[guarantor])

    def test_the_holder_instead_of_the_customer(self):
        """The customer hears nothing of it; the next step is the customer's again."""
        scenario = self.make_scenario([self.make_step(3, "holder"), {"offset": 15}])
        customer, guarantor = self.make_guaranteed(scenario)
        self.assertEqual(self.get_planned(customer).recipient_function_id, self.cau)
        self.process_due()
        self.assertEqual(set(self.get_texts(customer)), {guarantor})
        self.assertEqual(self.get_planned(customer).scenario_step_id, scenario.step_ids[1])
        self.assertFalse(self.get_planned(customer).recipient_function_id)

    def test_the_holder_is_whoever_it_is_on_that_day(self):
        """Named after it was planned, or another one by then."""
        customer, former = self.make_guaranteed()
        heir = self.make_partner("Heir", email="heir@example.com")
        customer.collection_participant_ids.contact_id = heir
        self.process_due()
        self.assertEqual(set(self.get_texts(customer)), {customer, heir})
        self.assertNotIn(former, self.get_texts(customer))

    def test_the_customer_holds_its_own_function(self):
        """D-009: a tenant is written to as such; named for it, somebody else is."""
        self.cau.held_by_customer = True
        scenario = self.make_scenario([self.make_step(3, "holder"), {"offset": 15}])
        customer = self.make_debtor(scenario=scenario)
        other, guarantor = self.make_guaranteed(scenario)
        self.process_due()
        self.assertEqual(set(self.get_texts(customer)), {customer})
        self.assertEqual(set(self.get_texts(other)), {guarantor})

    def test_nobody_holds_it(self):
        """The customer's message leaves all the same; it is traced, and said on the form."""
        customer = self.make_debtor(scenario=self.both)
        self.process_due()
        self.assertEqual(set(self.get_texts(customer)), {customer})
        done = self.get_actions(customer)[0]
        self.assertEqual(done.outcome, "done")
        self.assertEqual(done.beside_note, NOBODY)
        self.assertIn("beside_left_out", self.get_kinds(customer))
        customer.invalidate_recordset()
        self.assertEqual(
            customer.with_user(self.collector).collection_not_chased,
            f"Guarantor was not written to: {NOBODY}")

    def test_nobody_holds_it_who_alone_is_written_to(self):
        """It waits as for want of an address, then the next step comes."""
        scenario = self.make_scenario(
            [self.make_step(3, "holder"), {"offset": 15}], skip_days=7)
        customer = self.make_debtor(scenario=scenario)
        self.process_due()
        action = self.get_planned(customer)
        self.assertEqual(action.error, NOBODY)
        self.assertFalse(action.assignment_problem)
        self.process_due("2026-03-12 10:00:00")
        self.assertEqual((action.state, action.outcome), ("closed", "failed"))
        self.assertFalse(self.get_mails(customer))

    def test_an_archived_holder_is_none(self):
        """Whoever is archived is written to no more."""
        customer, guarantor = self.make_guaranteed()
        guarantor.active = False
        self.process_due()
        self.assertEqual(set(self.get_texts(customer)), {customer})

    def test_a_holder_without_address_is_left_out_alone(self):
        """Address problems are each recipient's own."""
        customer, _guarantor = self.make_guaranteed(email=False)
        self.process_due()
        self.assertEqual(set(self.get_texts(customer)), {customer})
        self.assertEqual(
            self.get_actions(customer)[0].beside_note, "Guarantor has no e-mail address.")

    def test_a_letter_for_the_holder_alone(self):
        """By letter without address: the customer's e-mail leaves as one."""
        self.both.step_ids[0].letter_instead = True
        customer, guarantor = self.make_guaranteed(email=False, street="1 Lane", city="Lille")
        self.process_due()
        done = self.get_actions(customer)[0]
        self.assertEqual(
            {sent.partner_id: sent.channel for sent in done.dispatch_ids},
            {customer: "email", guarantor: "letter"})
        self.assertEqual(done.kind, "email")

    def test_an_email_for_the_holder_beside_the_customers_letter(self):
        """And the other way round: what was found for one is not the other's."""
        self.both.step_ids[0].letter_instead = True
        customer, guarantor = self.make_guaranteed()
        customer.write({"email": False, "street": "1 Lane", "city": "Lille"})
        self.process_due()
        self.assertEqual(
            {sent.partner_id: sent.channel for sent in self.get_actions(customer)[0].dispatch_ids},
            {customer: "letter", guarantor: "email"})

    def test_one_address_is_written_to_once(self):
        """A guarantor who reads the tenant's mailbox receives one message."""
        customer, _guarantor = self.make_guaranteed(email="Debtor@Example.com")
        self.process_due()
        self.assertEqual(set(self.get_texts(customer)), {customer})
        self.assertIn("already", self.get_actions(customer)[0].beside_note)

    def test_who_is_written_to_receives_no_copy(self):
        """Nor do copies of the customer's message go along with the holder's."""
        self.both.step_ids[0].copy_function_id = self.cau
        customer, guarantor = self.make_guaranteed()
        self.process_due()
        self.assertFalse(self.get_actions(customer)[0].dispatch_ids.copy_partner_ids)
        self.assertEqual(len(self.get_mails(customer)), 2)
        self.assertIn(guarantor, self.get_texts(customer))

    def test_nor_does_whoever_reads_the_same_mailbox(self):
        """One message an address and a day, whatever the contacts are called."""
        copied = self.make_partner("Guarantor's secretary", email="GUARANTOR@example.com")
        function = self.make_function("SEC", "Secretary", kind="contact")
        self.both.step_ids[0].copy_function_id = function
        customer, _guarantor = self.make_guaranteed()
        self.make_participant(customer, "SEC", copied)
        self.process_due()
        self.assertFalse(self.get_actions(customer)[0].dispatch_ids.copy_partner_ids)

    def test_each_reads_its_own_language(self):
        """The text is the step's in the holder's language."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.both.step_ids[0].with_context(lang="fr_FR").write({
            "beside_subject": "Loyer de #customer_name",
            "beside_body": "<p>Vous êtes caution.</p>"})
        customer, guarantor = self.make_guaranteed(lang="fr_FR")
        self.process_due()
        texts = self.get_texts(customer)
        self.assertIn("Vous êtes caution.", texts[guarantor])
        self.assertIn("Please pay.", texts[customer])
        sent = self.get_actions(customer)[0].dispatch_ids
        self.assertEqual(
            {one.partner_id: one.lang for one in sent}, {customer: "en_US", guarantor: "fr_FR"})

    def test_the_holder_gets_no_personal_link(self):
        """Not even a guarantor who is a contact of the customer: it answers for nobody else."""
        customer = self.make_debtor(scenario=self.both, collection_interactive_email=True)
        guarantor = self.make_guarantor(customer, parent_id=customer.id)
        self.process_due()
        links = self.env["collection.link"].search([("customer_id", "=", customer.id)])
        self.assertEqual(links.partner_id, customer)
        texts = self.get_texts(customer)
        self.assertIn("/collection/", texts[customer])
        self.assertNotIn("/collection/", texts[guarantor])

    def test_nor_where_it_is_written_to_alone(self):
        """The same for a step that leaves the customer out."""
        scenario = self.make_scenario([self.make_step(3, "holder")])
        customer = self.make_debtor(scenario=scenario, collection_interactive_email=True)
        self.make_guarantor(customer, parent_id=customer.id)
        self.process_due()
        self.assertFalse(
            self.env["collection.link"].search([("customer_id", "=", customer.id)]))

    def test_the_gate_holds_for_the_holders_text(self):
        """It comes to nothing for this customer: the holder is left out alone."""
        self.both.step_ids[0].beside_body = "<p>#customer_ref</p>"
        customer, _guarantor = self.make_guaranteed()
        self.process_due()
        self.assertEqual(set(self.get_texts(customer)), {customer})
        self.assertIn("has no text", self.get_actions(customer)[0].beside_note)

    def test_a_second_run_writes_nothing_more(self):
        """Once an action, a channel and a recipient: the database guards it."""
        customer, _guarantor = self.make_guaranteed()
        self.process_due()
        self.process_due()
        sent = self.get_actions(customer)[0].dispatch_ids
        self.assertEqual(len(sent), 2)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), (
                self.env.cr.savepoint()):
            sent[0].copy()

    def test_nobody_is_written_to_twice_on_one_day(self):
        """Over forty days of a ladder whose steps write to both, to one or to the other."""
        scenario = self.make_scenario([
            self.make_step(3, "both"), self.make_step(3, "holder"), {"offset": 4},
            self.make_step(5, "both"), self.make_step(30, "holder")], min_days=0)
        customer, guarantor = self.make_guaranteed(scenario)
        start = fields.Datetime.to_datetime(NOW)
        for day in range(40):
            self.process_due(start + timedelta(days=day))
        sent = self.env["collection.dispatch"].search([("customer_id", "=", customer.id)])
        days = [(one.partner_id, one.action_id.closed_on) for one in sent]
        self.assertEqual(len(days), len(set(days)))
        self.assertEqual(len([one for one in days if one[0] == guarantor]), 4)

    def test_as_many_queries_for_ten_as_for_one(self):
        """Nothing is asked of the database customer by customer, holders included."""
        def count(number):
            for position in range(number):
                customer = self.make_debtor(f"Debtor {number} {position}", scenario=self.both)
                if position != 4:
                    self.make_guarantor(customer, f"Guarantor {number} {position}")
            actions = self.env["collection.action"].search([
                ("origin", "=", "scenario"), ("state", "!=", "closed"),
                ("scenario_step_id", "=", self.both.step_ids[0].id)])
            return self.count_queries(lambda: self.assertEqual(actions._process_batch(), number))
        count(1)  # what is cached for good
        one, ten = count(1), count(10)
        self.assertLessEqual(ten, one + 3)  # those who are left out are noted together


@tagged("post_install", "-at_install")
class TestHolderStep(HolderCase):
    """Issue 17: what a step may say, what a person sees of it, and who may."""

    def test_a_step_to_a_holder_names_the_function(self):
        """Or nobody would know whom it is written to."""
        with self.assertRaisesRegex(ValidationError, "which function"):
            self.both.step_ids[0].recipient_function_id = False

    def test_a_step_to_the_customer_names_none(self):
        """A function that is written to nobody would mislead."""
        with self.assertRaisesRegex(ValidationError, "which function"):
            self.both.step_ids[0].write_to = "customer"

    def test_the_database_guards_it(self):
        """Whatever writes to the table."""
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), (
                self.env.cr.savepoint()):
            self.env.cr.execute(
                "UPDATE collection_scenario_step SET recipient_function_id = NULL WHERE id = %s",
                [self.both.step_ids[0].id])

    def test_colleagues_and_partners_are_not_written_to(self):
        """A bailiff or a colleague receives copies, or is a sequence's matter."""
        for function in (self.gest, self.cj):
            with self.assertRaisesRegex(ValidationError, "contacts"):
                self.both.step_ids[0].recipient_function_id = function

    def test_a_task_is_written_to_nobody(self):
        """It says so where it was a message once."""
        with self.assertRaisesRegex(ValidationError, "a message"):
            self.both.step_ids[0].write({"kind": "task", "mode": "manual"})

    def test_an_unknown_hashtag_is_refused(self):
        """In the holder's text as in the customer's."""
        with self.assertRaisesRegex(ValidationError, "no hashtag #nonsense"):
            self.both.step_ids[0].beside_body = "<p>#nonsense</p>"

    def test_a_collector_previews_both(self):
        """As they would leave today, on the action and in the dialog."""
        customer, _guarantor = self.make_guaranteed()
        action = self.get_planned(customer).with_user(self.collector)
        self.assertIn("Please pay.", action.preview_page)
        self.assertIn("you stand surety", action.beside_page)
        self.assertEqual(
            (action.beside_to, action.beside_subject, action.beside_problem),
            ("Guarantor, guarantor@example.com", "Rent of Debtor", False))
        preview = self.env["collection.message.preview"].with_user(self.collector).create({
            "action_id": action.id})
        self.assertIn("you stand surety", preview.beside_page)

    def test_a_preview_says_that_nobody_holds_it(self):
        """Before its day, so that somebody can be named."""
        action = self.get_planned(self.make_debtor(scenario=self.both))
        action = action.with_user(self.collector)
        self.assertEqual(action.beside_problem, NOBODY)
        self.assertFalse(action.beside_page)
        self.assertIn("Please pay.", action.preview_page)

    def test_a_preview_of_the_holder_alone(self):
        """Also where nobody holds the function yet."""
        scenario = self.make_scenario([self.make_step(3, "holder")])
        action = self.get_planned(self.make_debtor(scenario=scenario)).with_user(self.collector)
        self.assertEqual(action.preview_problem, NOBODY)
        self.make_guarantor(action.customer_id)
        action.invalidate_recordset()
        self.assertEqual(action.preview_to, "Guarantor, guarantor@example.com")

    def test_a_person_sends_both(self):
        """S-009: ahead of its day, by its collector."""
        customer, guarantor = self.make_guaranteed()
        self.get_planned(customer).with_user(self.collector).send_now()
        self.assertEqual(set(self.get_texts(customer)), {customer, guarantor})

    def test_another_portfolio_sends_and_sees_nothing(self):
        """D-087: the guarantor is as far out of reach as the customer."""
        customer, _guarantor = self.make_guaranteed()
        stranger = self.make_user("stranger", COLLECTOR)
        action = self.get_planned(customer).with_user(stranger)
        for attempt in (lambda: action.send_now(), lambda: action.beside_page):
            with self.assertRaises(AccessError):
                attempt()
        self.assertFalse(self.get_mails(customer))

    def test_a_collector_does_not_change_whom_a_step_is_written_to(self):
        """Steps are a manager's."""
        with self.assertRaises(AccessError):
            self.both.step_ids[0].with_user(self.collector).write_to = "customer"

    def test_another_companys_guarantor_is_not_written_to(self):
        """Participants are a company's own."""
        other = self.env["res.company"].create({"name": "Other company"})
        customer = self.make_debtor(scenario=self.both)
        elsewhere = self.make_partner("Elsewhere", email="elsewhere@example.com")
        self.make_participant(customer, "CAU", elsewhere, company_id=other.id)
        self.process_due()
        self.assertEqual(set(self.get_texts(customer)), {customer})

    def test_a_function_that_became_a_partners_is_not_written_to(self):
        """What is owed is no partner's to know, whatever the step said once."""
        customer, _guarantor = self.make_guaranteed()
        self.cau.kind = "external"
        self.process_due()
        self.assertEqual(set(self.get_texts(customer)), {customer})

    def test_a_sequence_without_holder_is_previewed(self):
        """What a sequence writes to a function that nobody holds shows too, and says so."""
        self.cau.default_contact_id = False
        sequence = self.launch(self.make_template("TELL", [step(
            "tell", [action("mail", recipient_function_id="CAU", kind="email",
                            subject="Rent", body="<p>Rent is unpaid.</p>")], [row("end:Told")])]))
        told = self.get_action(sequence, "mail").with_user(self.collector)
        self.assertEqual(
            told.preview_problem, "Nobody holds “Guarantor” for Tenant One: name somebody under "
            "Participants in the sequence.")
        self.assertEqual(told.assignment_problem, told.preview_problem)

    def test_a_default_holder_is_not_written_to(self):
        """Whoever stands in for all customers guarantees for none of them."""
        self.cau.default_contact_id = self.make_partner("Anybody", email="any@example.com")
        customer = self.make_debtor(scenario=self.both)
        self.process_due()
        self.assertEqual(set(self.get_texts(customer)), {customer})


@tagged("post_install", "-at_install")
class TestHolderMailBack(HolderCase, MailBackCase):
    """Issue 17: what comes back of the guarantor's message is the guarantor's."""

    def setUp(self):
        self.scenario = self.both
        super().setUp()
        self.mail = self.get_mails(self.debtor).filtered(
            lambda mail: mail.recipient_ids == self.guarantor)
        self.message = self.mail.mail_message_id

    def make_debtor(self, *args, **vals):
        customer = super().make_debtor(*args, **vals)
        self.guarantor = self.make_guarantor(customer)
        return customer

    def get_sent(self, partner):
        return self.sent.dispatch_ids.filtered(lambda sent: sent.partner_id == partner)

    def test_a_bounce_is_the_holders_alone(self):
        """The customer's address goes on working."""
        self.mail._postprocess_sent_message([], [])
        self.receive(DSN.replace("debtor@example.com", "guarantor@example.com").format(
            action="failed", message_id=self.message.message_id))
        self.assertEqual(self.get_sent(self.guarantor).state, "bounced")
        self.assertEqual(self.get_sent(self.debtor).state, "pending")
        self.assertEqual(self.sent.dispatch_state, "bounced")
        self.assertTrue(self.guarantor._is_collection_address_blocked())
        self.assertFalse(self.debtor._is_collection_address_blocked())

    def write_back(self):
        self.receive(
            f"Message-Id: <g@example.com>\nFrom: {self.guarantor.email}\n"
            f"To: catchall@example.com\nSubject: Re: Rent\n"
            f"In-Reply-To: {self.message.message_id}\nReferences: {self.message.message_id}\n"
            "Content-Type: text/plain\n\nI shall pay on Friday.")
        return self.env["collection.reply"].search([("message_ref_id", "!=", False)])

    def test_the_holders_answer_is_a_reply_of_the_customer(self):
        """In the inbox of its collector, and nobody has to ask whose it is."""
        reply = self.write_back()
        self.assertEqual(
            (reply.customer_id, reply.partner_id, reply.about_action_id, reply.doubtful),
            (self.debtor, self.guarantor, self.sent, False))
        self.assertEqual(self.get_sent(self.guarantor).state, "replied")
        self.assertEqual(self.get_sent(self.debtor).state, "pending")

    def test_an_answer_of_a_holder_who_owes_too(self):
        """It answers what was written about the tenant, not about its own account."""
        self.make_invoice(self.guarantor)
        self.assertEqual(self.write_back().customer_id, self.debtor)
