from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..common import COLLECTOR
from ..link.test_answer import AnswerCase


@tagged("post_install", "-at_install")
class TestReply(AnswerCase):
    """Issue 16: the queue of what customers answer: each is dealt with once, and traced."""

    def receive(self, text="I pay on Friday", **vals):
        """:return: a reply that came by mail, as the collector sees it"""
        type(self).count += 1
        return self.env["collection.reply"]._receive([{
            "key": f"mail-{self.count}", "source": "email", "customer_id": self.customer.id,
            "company_id": self.company.id, "partner_id": self.customer.id,
            "subject": "Your reminder", "text": text, **vals}]).with_user(self.collector)

    def record(self, reply, button, **values):
        """Press a button of the reply, fill in what differs, press *Record*."""
        action = getattr(reply, button)()
        form = Form(self.env["collection.call"].with_user(self.collector).with_context(
            **action["context"]))
        for name, value in values.items():
            form[name] = value
        dialog = form.save()
        dialog.action_apply()
        return dialog

    def get_row(self, kind):
        return self.env["collection.history"].search(
            [("customer_id", "=", self.customer.id), ("kind", "=", kind)])

    def get_open(self):
        return self.env["collection.reply"].search([("state", "=", "open")])

    def test_it_is_the_collectors(self):
        """beyond 5: with its words, and a row of history."""
        reply = self.receive("I <b>pay</b>\0 on Friday")
        self.assertEqual((reply.user_id, reply.state), (self.collector, "open"))
        self.assertEqual(reply.text, "I <b>pay</b> on Friday")
        self.assertEqual(self.get_row("reply_received").text, reply.text)

    def test_received_twice(self):
        """The gateway may deliver a mail again."""
        reply = self.receive()
        self.assertFalse(self.env["collection.reply"]._receive([{
            "key": reply.key, "source": "email", "customer_id": self.customer.id,
            "company_id": self.company.id}]))

    def test_it_becomes_a_promise(self):
        """beyond 6: drafted from the reply, with its words; the customer's promise."""
        reply = self.receive()
        promise = self.record(reply, "action_promise").promise_id
        self.assertEqual(
            (promise.comment, promise.source, promise.promised_by_id),
            ("I pay on Friday", "customer", self.customer))
        self.assertEqual(
            (reply.state, reply.result, reply.promise_id), ("done", "promise", promise))
        row = self.get_row("reply_done")
        self.assertEqual(row.summary, "Reply from Tenant One: Promise")
        self.assertEqual(row.data["reply"], reply.id)

    def test_it_becomes_a_dispute(self):
        """beyond 6: on the items that are chosen."""
        reply = self.receive("Two boxes are missing")
        dispute = self.record(reply, "action_dispute", reason_id=self.reason).dispute_id
        self.assertEqual((dispute.description, reply.dispute_id),
                         ("Two boxes are missing", dispute))

    def test_proof_of_payment(self):
        """beyond 5: the scenario is silent until the money should have come."""
        self.company.collection_payment_days = 4
        promise = self.record(self.receive("Paid, see file"), "action_proof").promise_id
        self.assertEqual(str(promise.date), "2026-03-06")
        self.assertFalse(self.get_open())

    def test_a_copy(self):
        """beyond 5: invoices leave at once."""
        reply = self.receive("Send me the invoice again")
        self.record(reply, "action_copy")
        self.assertEqual((reply.state, reply.result), ("done", "copy"))
        self.assertEqual(self.env["collection.dispatch"].search_count(
            [("customer_id", "=", self.customer.id)]), 1)

    def test_a_question_is_to_do(self):
        """beyond 5: the words are text in the task, too."""
        reply = self.receive("Is <script>x</script> included?")
        reply.action_question()
        self.assertEqual((reply.result, reply.action_id.user_id), ("question", self.collector))
        self.assertIn("&lt;script&gt;", reply.action_id.description)

    def test_passed_on(self):
        """beyond 5: to a colleague of another portfolio, who is notified and reads it."""
        reply = self.receive()
        reply.pass_on(self.litigator, "Yours, I think")
        own = reply.with_user(self.litigator)
        self.assertEqual(own.search([]), own)
        self.assertEqual(
            self.env["mail.activity"].search(
                [("res_model", "=", "collection.reply"), ("res_id", "=", reply.id)]).user_id,
            self.litigator)
        own.action_nothing()
        self.assertEqual(reply.done_by_id, self.litigator)
        self.assertEqual(self.get_row("reply_passed").summary,
                         "Reply passed from Collector to Litigator")

    def test_passed_on_to_nobody(self):
        """Who has no right to collect would never see it."""
        other = self.make_user("seller", "base.group_user")
        for user in (other, other.browse()):
            with self.assertRaises(UserError):
                self.receive().pass_on(user)

    def test_another_customer_wrote_it(self):
        """A person says whose it is: its collector deals with it, and both histories say so."""
        other = self.make_customer("Tenant Two", collector=self.litigator)
        reply = self.receive(doubtful=True)
        self.env["collection.reply.pass"].with_user(self.collector).create({
            "reply_ids": [(6, 0, reply.ids)], "customer_id": other.id}).action_apply()
        reply = reply.sudo()
        self.assertEqual((reply.customer_id, reply.user_id, reply.doubtful),
                         (other, self.litigator, False))
        self.assertIn("Tenant Two", self.get_row("reply_passed").summary)
        self.assertIn("reply_received", other.collection_history_ids.mapped("kind"))

    def test_given_away_it_leaves_nothing_to_do(self):
        """X-04: whoever dealt with it for the former customer keeps no activity of it."""
        reply = self.receive()
        reply.pass_on(self.litigator, "Ask Paul")
        reply.give_to(self.make_customer("Tenant Two", collector=self.collector))
        self.assertFalse(self.env["mail.activity"].search(
            [("res_model", "=", "collection.reply"), ("res_id", "=", reply.id)]))

    def test_given_to_whom_nobody_reads(self):
        """X-02: a remote call names no customer whom the user may not read."""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        hidden = self.make_partner("Hidden", company_id=elsewhere.id)
        with self.assertRaises(AccessError):
            self.receive().give_to(hidden.id)

    def test_two_collectors_on_one_row(self):
        """The second learns by whom and how it was dealt with; nothing changes."""
        reply = self.receive()
        reply.action_nothing()
        with self.assertRaisesRegex(UserError, "dealt with by Collector"):
            reply.with_user(self.manager).settle("question")
        self.assertEqual(reply.result, "nothing")

    def test_another_portfolio(self):
        """D-077: neither seen nor dealt with."""
        reply = self.receive()
        stranger = self.make_user("stranger", COLLECTOR)
        self.assertFalse(reply.with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            reply.with_user(stranger).settle("nothing")

    def test_the_dialog_shows_nobody_elses_words(self):
        """X: what a dialog is about is read with the rights of whoever opens it."""
        reply = self.receive("Secret")
        stranger = self.make_user("stranger", COLLECTOR)
        self.env.flush_all()
        self.env.invalidate_all()
        about = {"customer_id": self.customer.id, "reply_id": reply.id}
        dialogs = self.env["collection.call"]
        self.assertFalse(dialogs.with_user(stranger).new(about).reply_text)
        self.assertEqual(dialogs.with_user(self.collector).new(about).reply_text, "Secret")

    def test_linked_to_nobody_elses_promise(self):
        """X: a remote call cannot read another customer's promise by linking it."""
        other = self.make_customer("Tenant Two", collector=self.litigator)
        items = self.make_invoice(other, 10)._get_collection_lines()
        promise = self.env["collection.promise"].with_user(self.litigator).make(
            items, "2026-03-10")
        with self.assertRaises(AccessError):
            self.receive().settle("promise", promise=promise.id)

    def test_by_buttons_only(self):
        """A reply is what came in: neither edited nor deleted."""
        reply = self.receive()
        with self.assertRaises(AccessError):
            reply.text = "Something else"
        with self.assertRaises(UserError):
            reply.sudo().unlink()

    # -- silence -------------------------------------------------------------------

    def test_nothing_leaves_while_it_waits(self):
        """beyond 5: for the company's days; the customer's form says why."""
        self.company.collection_reply_days = 5
        action = self.chase(self.customer, self.make_scenario())
        reply = self.receive()
        self.process_due()
        self.assertEqual((action.state, action.error), ("todo", False))
        self.env.invalidate_all()
        self.assertIn("has answered", self.customer.collection_not_chased)
        self.assertIn("has answered", action.held_because)
        self.assertEqual(str(reply.quiet_until), "2026-03-07")

    def test_dealt_with_it_leaves(self):
        """The next run sends it: nothing was dropped or planned anew."""
        action = self.chase(self.customer, self.make_scenario())
        self.receive().action_nothing()
        self.process_due()
        self.assertEqual(action.outcome, "done")

    def test_silence_ends(self):
        """A reply that nobody reads does not stop the chase for ever."""
        action = self.chase(self.customer, self.make_scenario())
        self.receive()
        self.process_due("2026-03-08 09:00:00")
        self.assertEqual(action.outcome, "done")

    def test_no_silence(self):
        """The company's setting: 0 days."""
        self.company.collection_reply_days = 0
        action = self.chase(self.customer, self.make_scenario())
        self.receive()
        self.process_due()
        self.assertEqual(action.outcome, "done")

    def test_what_a_person_sends_leaves(self):
        """Whoever sends has read it."""
        action = self.chase(self.customer, self.make_scenario())
        self.receive()
        self.assertTrue(action.with_user(self.collector).send_now())

    def test_others_are_chased(self):
        """Only who has answered is left alone."""
        other = self.make_customer("Tenant Two")
        self.make_invoice(other, 50)
        action = self.chase(other, self.make_scenario())
        self.receive()
        self.process_due()
        self.assertEqual(action.outcome, "done")

    # -- personal page ---------------------------------------------------------------

    def test_an_answer_on_the_page_is_one_reply(self):
        """beyond 5: whatever the number of items; accepted, both are dealt with."""
        answers = self.submit("promise", day="2026-03-06", text="When I am paid")
        reply = answers.reply_id
        self.assertEqual((len(reply), reply.source, reply.is_page), (1, "page", True))
        self.assertIn("When I am paid", reply.text)
        reply.action_accept()
        self.assertEqual(set(answers.mapped("state")), {"accepted"})
        self.assertEqual(
            (reply.state, reply.result, reply.promise_id),
            ("done", "promise", answers.promise_id))
        self.assertFalse(self.get_row("reply_received"))

    def test_one_of_two_answers_is_accepted(self):
        """The reply waits for the other one."""
        answers = self.submit("paid", day="2026-03-01")
        answers[0].accept()
        self.assertEqual(answers.reply_id.state, "open")
        answers[1].refuse("It did not come")
        self.assertEqual(answers.reply_id.state, "done")

    def test_a_colleagues_answer_is_no_reply(self):
        """A-051: it is not the customer's."""
        self.assertFalse(self.ask(text="They are right").reply_id)

    def test_it_follows_its_customer(self):
        """A customer that becomes part of another one takes its replies along."""
        reply, other = self.receive(), self.make_customer("Group")
        self.customer.write({"parent_id": other.id, "is_company": False})
        self.env.invalidate_all()
        self.assertEqual(reply.sudo().customer_id, other)

    def test_on_the_page_before_a_call(self):
        """screens 10: what waits is said there."""
        self.receive("I am ill")
        self.assertEqual(
            self.customer.with_user(self.collector).collection_head["replies"], "I am ill")
