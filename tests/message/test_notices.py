from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..common import action, event_row, row, step
from ..scenario.test_scenario_process import ProcessCase
from .test_letters import PaperCase

BODY = "<p>Pay.</p><p>#formal_notice</p><p>Yours</p>"


class NoticeCase(ProcessCase):
    """A professional with interest and indemnity, in a scenario that gives formal notice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.currency_id = cls.env.ref("base.EUR")
        cls.caution = cls.make_function("CAU", "Guarantor", kind="contact")

    @classmethod
    def make_formal(cls, *offsets, **vals):
        return cls.make_scenario([{
            "offset": offset, "name": "Formal notice", "subject": "Notice", "body": BODY,
            "formal_notice": True, "grace_days": 8, **vals} for offset in offsets or (3,)])

    def make_noticed(self, name="Bakery", scenario=None, **vals):
        """A debtor whose formal notice leaves today: 500.00, 29 days late."""
        return self.make_debtor(name, scenario or self.make_formal(), **{
            "collection_penalties": True, "collection_indemnity": True, **vals})

    def get_customer_items(self, customer):
        return self.env["account.move.line"].search([
            ("partner_id", "=", customer.id), ("account_type", "=", "asset_receivable")])

    def get_sent(self, customer):
        return self.get_actions(customer).dispatch_ids.sorted("id")

    def read(self, customer, lang="en_US"):
        """What the message would say today, as one line."""
        message = self.get_planned(customer)
        content = message._render_messages(attachments=False)[message.id].content
        return " ".join(html2plaintext(content).replace("\xa0", " ").replace("*", "").split())

    def get_rows(self, customer, kind):
        return customer.with_user(self.collector).collection_history_ids.filtered(
            lambda row: row.kind == kind)


@tagged("post_install", "-at_install")
class TestNotice(NoticeCase):
    """Issue 19: what a formal notice says, and when it leaves."""

    def test_it_says_what_is_owed_and_how_it_is_computed(self):
        """L5, L6: 500.00 at 12.15 % from 2 February to 2 March, 29 days: 4.83; and 40."""
        text = self.read(self.make_noticed())
        for words in ("500.00", "02/02/2026 | 03/02/2026 | 29", "12.15 %", "4.83", "40.00",
                      "Total due on 03/02/2026", "544.83", "within 8 days, by March 10, 2026",
                      "L. 441-10", "bring the case to court"):
            self.assertIn(words.replace(" | ", " "), text.replace(" | ", " "))

    def test_its_place_is_the_end_where_the_text_names_none(self):
        """A letter written before still says all of it, once."""
        scenario = self.make_formal(body="<p>Pay.</p><p>Yours</p>")
        text = self.read(self.make_noticed(scenario=scenario))
        self.assertTrue(text.startswith("Pay. Yours"))
        self.assertEqual(text.count("544.83"), 1)

    def test_the_rate_changes_within_the_delay(self):
        """L4: one line a period, each at its own rate."""
        self.env["collection.penalty.rate"].search([
            ("regime", "=", "business"), ("date_from", "=", "2026-01-01")]).rate = 14
        customer = self.make_noticed("Mill")
        self.get_customer_items(customer).move_id.button_draft()
        self.get_customer_items(customer).move_id.invoice_date_due = "2025-12-22"
        self.get_customer_items(customer).move_id.action_post()
        text = self.read(customer)
        self.assertIn("12/23/2025", text)
        self.assertIn("12/31/2025", text)
        self.assertIn("01/01/2026", text)
        self.assertIn("14.00 %", text)

    def test_it_does_not_leave_without_a_rate(self):
        """It stays, and its error names the period and the remedy; no other message does so."""
        customer = self.make_noticed()
        self.process_due("2026-08-03 09:00:00")
        message = self.get_planned(customer)
        self.assertFalse(message.dispatch_ids)
        self.assertIn("from 07/01/2026 to 08/03/2026", message.error)
        self.assertIn("Penalty rates", message.error)
        with self.at("2026-08-03 09:00:00"), self.assertRaisesRegex(UserError, "07/01/2026"):
            message.with_user(self.collector).send_now()
        plain = self.make_noticed("Plain", self.make_scenario([{"offset": 3}]))
        self.process_due("2026-08-03 09:00:00")
        self.assertTrue(self.get_sent(plain))

    def test_the_preview_says_so(self):
        """The rate that is missing shows before anybody sends it."""
        message = self.get_planned(self.make_noticed())
        with self.at("2026-08-03 09:00:00"):
            seen = message.with_user(self.collector)
            seen.invalidate_recordset()
            self.assertIn("07/01/2026", seen.preview_problem)
            self.assertTrue(seen.lacks_rate)

    def test_the_interest_is_reserved(self):
        """A person says why, the history keeps it, the text says it and claims what is known."""
        customer = self.make_noticed()
        message = self.get_planned(customer).with_user(self.collector)
        with self.assertRaisesRegex(UserError, "Say why"):
            message.reserve_interest(" ")
        message.reserve_interest("Not published yet")
        self.assertEqual(self.get_rows(customer, "interest_reserved").text, "Not published yet")
        self.process_due("2026-08-03 09:00:00")
        body = html2plaintext(self.get_sent(customer).body)
        self.assertIn("The interest from 07/01/2026 on is reserved", body)
        self.assertIn("06/30/2026", body)
        self.assertNotIn("rate missing", body)
        # 149 days at 12.15 %
        self.assertIn("24.80", body)

    def test_a_stranger_reserves_nothing(self):
        """Security: neither another collector nor on what is closed."""
        customer = self.make_noticed()
        message = self.get_planned(customer)
        with self.assertRaises(AccessError):
            message.with_user(self.litigator).reserve_interest("So that it leaves")
        self.process_due()
        with self.assertRaises(UserError):
            message.with_user(self.collector).reserve_interest("Too late")

    def test_a_consumer_owes_the_legal_rate_from_the_notice(self):
        """L8, L17: neither penalty nor indemnity; 30 days after notice at 2.62 %: 1.08."""
        customer = self.make_noticed(
            "Tenant", collection_debtor_kind="consumer", collection_penalties=False,
            collection_indemnity=False)
        text = self.read(customer)
        self.assertNotIn("40.00", text)
        self.assertNotIn("12.15", text)
        self.assertIn("Interest at the legal rate runs on it from the receipt", text)
        items = self.get_customer_items(customer)
        self.assertFalse(items._get_collection_demands(date(2026, 3, 2))[items.id].periods)
        items.collection_notice_date = "2026-03-02"
        demand = items._get_collection_demands(date(2026, 4, 1))[items.id]
        self.assertEqual(float(demand.claim.interest), 1.08)
        self.assertEqual(float(items._get_collection_penalties(date(2026, 4, 1))[
            items.id].interest), 0)

    def test_nothing_due_closes_it(self):
        """Paid meanwhile: it does not leave."""
        customer = self.make_noticed()
        self.pay(self.get_customer_items(customer).move_id)
        self.process_due()
        self.assertFalse(self.get_sent(customer))

    def test_only_what_is_read_as_a_whole_is_one(self):
        """Bad input: an SMS, a task, less than no day of grace."""
        for vals in ({"kind": "sms"}, {"kind": "task", "mode": "manual"}, {"grace_days": -1}):
            with self.assertRaises(ValidationError):
                self.make_formal(**vals)

    def test_the_company_has_words_of_its_own(self):
        """Branches: the nearest company's text, in the recipient's language."""
        texts = self.env["collection.notice.text"].with_user(self.manager)
        own = texts.create({
            "debtor_kind": "professional", "company_id": self.company.id,
            "consequence": "Our lawyer follows."})
        self.assertIn("Our lawyer follows.", self.read(self.make_noticed()))
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.assertEqual(texts._get_texts(branch)["professional"], own)
        self.assertIn("counsel", own.warning)

    def test_reading_many_costs_no_more_queries(self):
        """Figures: the same number of queries for one notice and for five."""
        counts = []
        self.read(self.make_noticed("First"))  # what is kept between requests is kept
        for number in (1, 5):
            scenario = self.make_formal()
            messages = self.env["collection.action"].union(*(
                self.get_planned(self.make_noticed(f"Many {number} {each}", scenario))
                for each in range(number)))
            counts.append(self.count_queries(messages._render_messages, attachments=False))
        self.assertEqual(*counts)


@tagged("post_install", "-at_install")
class TestNoticeDay(NoticeCase):
    """Issue 19: when notice was given, by what really left."""

    def test_it_is_given_once_it_has_left(self):
        """Queued it is not; sent, the item, the debtor and the history say so."""
        customer = self.make_noticed()
        self.process_due()
        sent, items = self.get_sent(customer), self.get_customer_items(customer)
        self.assertFalse(items.collection_notice_date)
        with self.at("2026-03-03 09:00:00"):
            sent._set_state("sent")
        self.assertEqual(items.collection_notice_date, date(2026, 3, 3))
        self.assertEqual(
            self.get_rows(customer, "notice_given").summary,
            f"Formal notice given for {items.move_id.name}, to be paid by 03/10/2026")
        self.env["collection.debtor"]._rebuild()
        debtor = self.env["collection.debtor"].search([("customer_id", "=", customer.id)])
        self.assertEqual(debtor.notice_on, date(2026, 3, 3))

    def test_what_came_back_gave_none(self):
        """Bad input: bounced after it had been sent; sent again, it is given on that day."""
        customer = self.make_noticed()
        self.process_due()
        sent, items = self.get_sent(customer), self.get_customer_items(customer)
        sent._set_state("sent")
        sent._set_state("bounced", "No such mailbox")
        self.assertFalse(items.collection_notice_date)
        self.assertEqual(self.get_rows(customer, "notice_failed").text, "No such mailbox")
        with self.at("2026-03-09 09:00:00"):
            sent._set_state("sent")
        self.assertEqual(items.collection_notice_date, date(2026, 3, 9))

    def test_a_registered_notice_is_given_when_it_is_presented(self):
        """Whoever marks it as posted on Monday: the deposit of Friday counts once it is known, and
        its first presentation from then on; a later stage moves nothing."""
        customer = self.make_noticed(
            scenario=self.make_formal(kind="registered"), street="1 Main Street", city="Lyon")
        self.process_due()
        letter, items = self.get_sent(customer), self.get_customer_items(customer)
        with self.at("2026-03-09 09:00:00"):
            letter.with_user(self.manager).action_mark_sent()
            self.assertEqual(items.collection_notice_date, date(2026, 3, 9))
            letter.with_user(self.manager).record_tracking({"deposited": "2026-03-06"})
            self.assertEqual(items.collection_notice_date, date(2026, 3, 6))
            letter.with_user(self.manager).record_tracking({"presented": "2026-03-07"})
            self.assertEqual(items.collection_notice_date, date(2026, 3, 7))
            letter.with_user(self.manager).record_tracking({"accepted": "2026-03-09"})
        self.assertEqual(letter.notice_given_on, date(2026, 3, 7))
        self.assertEqual(self.get_rows(customer, "notice_redated").sorted("number").mapped(
            "new_value"), ["03/06/2026", "03/07/2026"])

    def test_a_deposit_makes_it_given_on_its_day(self):
        """Nobody marked it as posted: the carrier's list says when it left."""
        customer = self.make_noticed(
            scenario=self.make_formal(kind="registered"), street="1 Main Street", city="Lyon")
        self.process_due()
        letter = self.get_sent(customer)
        with self.at("2026-03-09 09:00:00"):
            letter.with_user(self.manager).record_tracking({"deposited": "2026-03-04"})
        self.assertEqual(self.get_customer_items(customer).collection_notice_date, date(2026, 3, 4))
        self.assertFalse(self.get_rows(customer, "notice_redated"))

    def test_none_was_deposited_before_it_was_written(self):
        """A wrong year in the carrier's list: nobody owes interest from that day."""
        customer = self.make_noticed(
            scenario=self.make_formal(kind="registered"), street="1 Main Street", city="Lyon")
        self.process_due()
        letter = self.get_sent(customer)
        with self.at("2026-03-09 09:00:00"):
            for days in ({"deposited": "2025-03-06"}, {"accepted": "2026-03-01"}):
                with self.assertRaisesRegex(UserError, "bears the day 03/02/2026"):
                    letter.with_user(self.manager).record_tracking(days)
        self.assertFalse(letter.notice_given_on)
        self.assertFalse(letter.deposited_on)

    def test_a_person_corrects_the_day(self):
        """With a reason, which the history keeps; not before it was written, nor to come."""
        customer = self.make_noticed()
        self.process_due()
        letter = self.get_sent(customer).with_user(self.manager)
        with self.assertRaisesRegex(UserError, "has left"):
            letter.correct_notice_day("2026-03-02", "Why not")
        with self.at("2026-03-09 09:00:00"):
            letter.sudo()._set_state("sent")
            for day, reason in (("2026-03-06", " "), ("2026-03-01", "Early"),
                                ("2026-03-10", "Late"), (False, "Never")):
                with self.subTest(day=day), self.assertRaises(UserError):
                    letter.correct_notice_day(day, reason)
            dialog = self.env["collection.notice.day"].with_user(self.manager).create({
                "dispatch_id": letter.id, "date": "2026-03-06", "reason": "Posted on Friday"})
            dialog.action_apply()
        row = self.get_rows(customer, "notice_redated")
        self.assertEqual((row.text, row.old_value, row.new_value),
                         ("Posted on Friday", "03/09/2026", "03/06/2026"))
        self.assertEqual(self.get_customer_items(customer).collection_notice_date, date(2026, 3, 6))

    def test_the_first_day_stays(self):
        """A second notice moves nothing; an item that fell due since has its own day."""
        customer = self.make_noticed(scenario=self.make_formal(3, 40))
        self.process_due()
        self.get_sent(customer)._set_state("sent")
        later = self.make_invoice(customer, due="2026-03-10")
        self.process_due("2026-04-20 09:00:00")
        with self.at("2026-04-20 10:00:00"):
            self.get_sent(customer)[1]._set_state("sent")
        first, second = self.get_customer_items(customer).sorted("date_maturity")
        self.assertEqual(second.move_id, later)
        self.assertEqual(first.collection_notice_date, date(2026, 3, 2))
        self.assertEqual(second.collection_notice_date, date(2026, 4, 20))

    def test_the_day_survives_a_correction(self):
        """The accountants reset the invoice to draft and change its lines."""
        customer = self.make_noticed()
        self.process_due()
        self.get_sent(customer)._set_state("sent")
        move = self.get_customer_items(customer).move_id
        move.button_draft()
        move.invoice_line_ids.price_unit = 600
        move.action_post()
        self.assertEqual(self.get_customer_items(customer).collection_notice_date, date(2026, 3, 2))

    def test_the_guarantor_alone_is_given_none(self):
        """A letter to the guarantor is no notice to the debtor."""
        scenario = self.make_formal(write_to="holder", recipient_function_id=self.caution.id)
        customer = self.make_noticed(scenario=scenario)
        self.make_participant(customer, "CAU", self.make_partner(
            "Surety", email="surety@example.com"))
        self.process_due()
        self.get_sent(customer)._set_state("sent")
        self.assertFalse(self.get_customer_items(customer).collection_notice_date)

    def test_a_copy_goes_to_the_guarantor(self):
        """Scenario: the notice says so, and the copy says whose it is."""
        scenario = self.make_formal(write_to="both", recipient_function_id=self.caution.id)
        customer = self.make_noticed(scenario=scenario)
        self.make_participant(customer, "CAU", self.make_partner(
            "Surety", email="surety@example.com"))
        self.process_due()
        own, copy = self.get_sent(customer)
        self.assertIn("A copy goes to Surety (Guarantor).", own.body)
        self.assertIn("This is a copy of the formal notice to Bakery", copy.body)
        self.assertEqual([bool(own.notice_day), bool(copy.notice_day)], [True, False])

    def test_a_copy_of_a_sequence_goes_to_its_participant(self):
        """Sequence: whoever holds the function in it; and a tree waits for the notice."""
        surety = self.make_partner("Surety", email="surety@example.com")
        self.make_participant(self.customer, "CAU", surety)
        self.make_invoice(self.customer)
        template = self.make_template("FORMAL", [
            step("write", [action(
                "notice", kind="email", mode="automatic", recipient_function_id="LOC",
                subject="Notice", body=BODY, formal_notice=True, beside_function_id="CAU",
                keep=True)], [row("wait")]),
            step("wait", [action("watch")], [
                event_row("end:Noticed", "notice_given", since="launch"), row("end")]),
        ])
        sequence = self.launch(template)
        self.process_due()
        sent = sequence.sudo().action_ids.dispatch_ids.sorted("id")
        self.assertEqual(sent.partner_id, self.customer | surety)
        self.assertIn("A copy goes to Surety (Guarantor).", sent[0].body)
        sent[0]._set_state("sent")
        self.deliver_signals()
        self.assertEqual(sequence.state, "done")

    def test_hashtags_name_its_days(self):
        """Later messages say when notice was given; the notice, by when it wants to be paid."""
        scenario = self.make_scenario([
            {"offset": 3, "formal_notice": True, "body": "<p>By #notice_deadline</p>"},
            {"offset": 40, "body": "<p>Noticed on #notice_date</p>"}])
        customer = self.make_noticed(scenario=scenario)
        self.assertIn("By 03/10/2026", self.read(customer))
        self.process_due()
        self.get_sent(customer)._set_state("sent")
        self.assertIn("Noticed on 03/02/2026", self.read(customer))


@tagged("post_install", "-at_install")
class TestNoticePaper(PaperCase):
    """Issue 19: the sheet of a formal notice."""

    def print_notice(self, **vals):
        """:return: str, the words on the sheet of a formal notice"""
        self.customer.write({"collection_penalties": True, "collection_indemnity": True})
        self.make_invoice(self.customer, 500)
        scenario = self.make_scenario([{
            "offset": 3, "formal_notice": True, "subject": "Pay #items_amount_overdue",
            "body": BODY, **vals}])
        message = self.chase(self.customer, scenario)
        self.process_due()
        return " ".join(self.read(message.dispatch_ids.attachment_ids.raw))

    def test_it_bears_its_name(self):
        """Above the subject, with how it is posted; the claims stand below."""
        page = self.print_notice(kind="letter", post_by="registered")
        for words in ("Registered letter", "FORMAL NOTICE", "What you owe", "40.00", "L. 441-10"):
            self.assertIn(words, page)

    def test_a_registered_letter_says_so(self):
        """Whose channel is the registered letter, whatever its step says of other letters."""
        self.assertIn("Registered letter", self.print_notice(kind="registered"))
