from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...models.link.page import AnswerForm
from ..upload_corpus import make_pdf
from .test_link import LinkCase

PDF = make_pdf()


class AnswerCase(LinkCase):
    """Answers as the page sends them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.link, cls.token = cls.make_link()
        cls.items = cls.get_items(cls.older, cls.newer)
        cls.reason = cls.env.ref("account_collection.dispute_reason_goods")
        cls.scenario = cls.make_scenario()
        cls.count = 0

    def submit(self, kind, items=None, link=None, **words):
        """What an answer becomes, as the collector sees it."""
        type(self).count += 1
        items = self.items if items is None else items
        return self.env["collection.answer"]._receive(link or self.link, AnswerForm(
            **{"key": f"submission-{self.count}", "kind": kind,
               "items": frozenset(items.ids), **words})).with_user(self.collector)

    def ask(self, items=None, **words):
        """What a colleague answers for items."""
        items = self.items if items is None else items
        link, _token = self.make_internal_link(items)
        return self.submit("comment", items, link, **words)

    def get_kinds(self):
        return self.customer.collection_history_ids.mapped("kind")


@tagged("post_install", "-at_install")
class TestAnswer(AnswerCase):
    """A-049: the collector accepts or refuses each answer; only then something changes."""

    def test_an_answer_waits_and_the_collector_is_told(self):
        """A-049: one answer an item, one activity a submission; nothing else changes."""
        answers = self.submit("promise", day="2026-03-06", text="When I am paid")
        self.assertEqual(answers.mapped("state"), ["waiting", "waiting"])
        self.assertEqual(sorted(answers.mapped("amount")), [300, 500])
        self.assertFalse(self.items.collection_status_id)
        activity = self.env["mail.activity"].search(
            [("res_model", "=", "collection.answer"), ("res_id", "in", answers.ids)])
        self.assertEqual(activity.user_id, self.collector)
        fact = self.customer.collection_history_ids.filtered(
            lambda row: row.kind == "answer_received")[:1]
        self.assertEqual((fact.text, fact.on_behalf), ("When I am paid", self.customer.name))

    def test_an_accepted_promise_silences_the_scenario(self):
        """A-049: both invoices in one promise, given by the customer; the activity is done."""
        self.chase(self.customer, self.scenario)
        answers = self.submit("promise", day="2026-03-06")
        answers.accept()
        promise = answers.promise_id
        self.assertEqual((promise.amount, promise.source, promise.promised_by_id),
                         (800, "customer", self.customer))
        self.assertFalse(self.get_planned(self.customer))
        self.assertFalse(self.env["mail.activity"].search(
            [("res_model", "=", "collection.answer"), ("res_id", "in", answers.ids)]))
        self.assertIn("answer_accepted", self.get_kinds())

    def test_the_item_of_an_answer_is_deleted(self):
        """The answer stays and says which it was; accepted, it changes nothing more."""
        name = self.older.name
        answers = self.submit("promise", day="2026-03-06").sudo()
        answer = answers.filtered(lambda answer: answer.item_id.move_id == self.older)
        self.older.button_draft()
        self.older.with_context(force_delete=True).unlink()
        self.env.invalidate_all()
        self.assertFalse(answer.item_id)
        self.assertIn(name, answer.display_name)
        self.assertTrue(answer.summary)
        answers.with_user(self.collector).accept()
        self.assertEqual(set(answers.mapped("state")), {"accepted"})
        self.assertEqual(answers.promise_id.amount, 500)

    def test_a_part_is_promised_for_the_oldest_first(self):
        """A-049: 400 of 300 and 500."""
        answers = self.submit("promise", day="2026-03-06", amount="400,00")
        self.assertEqual(answers.sorted("amount").mapped("amount"), [100, 300])
        answers.accept()
        self.assertEqual(answers.promise_id.amount, 400)

    def test_a_promise_of_what_was_partly_paid_meanwhile_is_cut_to_what_is_owed(self):
        """A-049: what was paid between answer and acceptance is not promised any more."""
        answers = self.submit("promise", self.get_items(self.newer), day="2026-03-06")
        self.pay(self.newer, 200)
        answers.accept()
        self.assertEqual(answers.promise_id.amount, 300)

    def test_a_payment_made_is_awaited(self):
        """A-049: the scenario is silent until it should have arrived, then goes on."""
        self.chase(self.customer, self.scenario)
        answers = self.submit("paid", day="2026-02-27", files=(("proof.pdf", PDF),))
        answers.accept()
        promise = answers.promise_id
        self.assertEqual(str(promise.date), "2026-03-07")
        self.assertRegex(promise.comment, r"Paid on .*27.*2026, says Tenant One\.")
        self.assertFalse(self.get_planned(self.customer))
        with self.at("2026-03-09 06:00:00"):
            self.run_cron("_process_promises", model="collection.promise")
            self.env.invalidate_all()
            self.assertEqual(promise.state, "broken")
            self.assertTrue(self.get_planned(self.customer))

    def test_an_accepted_dispute_is_opened(self):
        """A-049: with reason, words and follow-up; also where the item is in another action."""
        item = self.get_items(self.older)
        action = self.env["collection.action"].with_user(self.collector).create_specific(
            item, {"name": "Call"})
        answer = self.submit("dispute", item, reason=str(self.reason.id), text="It was cold")
        self.assertEqual(answer.excluding_action_id, action)
        answer.accept()
        dispute = answer.dispute_id
        self.assertEqual((dispute.reason_id, dispute.description, dispute.item_ids),
                         (self.reason, "It was cold", item))
        self.assertEqual(item.collection_status_id.kind, "dispute")
        self.assertEqual(action.outcome, "cancelled")

    def test_an_accepted_question_is_the_collectors_to_answer(self):
        """A-049: a task on the customer."""
        self.submit("question", text="Which month?").accept()
        activity = self.env["mail.activity"].search(
            [("res_model", "=", "res.partner"), ("res_id", "=", self.customer.id)])
        self.assertEqual(activity.user_id, self.collector)
        self.assertIn("Which month?", activity.note)

    def test_refusing_changes_nothing_and_needs_a_reason(self):
        """A-049: the reason stays in the history."""
        answers = self.submit("promise", day="2026-03-06")
        with self.assertRaises(UserError):
            answers.refuse(" ")
        answers.refuse("He said so last month")
        self.assertEqual(set(answers.mapped("state")), {"refused"})
        self.assertFalse(self.items.collection_status_id)
        fact = self.customer.collection_history_ids.filtered(
            lambda row: row.kind == "answer_refused")[:1]
        self.assertEqual(fact.text, "He said so last month")

    def test_a_second_click_says_who_decided(self):
        """Bad input: accepted, then refused or accepted again."""
        answers = self.submit("promise", day="2026-03-06")
        answers.accept()
        for again in (answers.accept, lambda: answers.refuse("No")):
            with self.assertRaisesRegex(UserError, "checked already: Accepted by Collector"):
                again()
        self.assertEqual(len(self.env["collection.promise"].search(
            [("customer_id", "=", self.customer.id)])), 1)

    def test_of_what_is_settled_meanwhile_only_the_acceptance_is_noted(self):
        """A-049, B31."""
        answers = self.submit("paid", self.get_items(self.older), day="2026-03-01")
        self.pay(self.older)
        answers.accept()
        self.assertEqual(answers.state, "accepted")
        self.assertFalse(answers.promise_id)

    def test_collectors_of_others_neither_see_nor_decide(self):
        """Security: portfolio; and nobody writes an answer by hand."""
        answers = self.submit("promise", day="2026-03-06")
        stranger = answers.with_user(self.litigator)
        self.assertFalse(stranger.search([("id", "in", answers.ids)]))
        with self.assertRaises(AccessError):
            stranger.accept()
        with self.assertRaises(AccessError):
            answers.write({"amount": 1})
        with self.assertRaises(AccessError):
            answers.create([{"kind": "promise"}])
        with self.assertRaises(AccessError):
            answers.with_user(self.manager).unlink()

    def test_another_companys_collector_sees_no_answer(self):
        """Security: company."""
        answers = self.submit("promise", day="2026-03-06")
        company = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = self.make_user(
            "foreign", "account_collection.group_collection_manager", company_id=company.id,
            company_ids=[(6, 0, company.ids)])
        self.assertFalse(answers.with_user(foreign).search([]))
        with self.assertRaises(AccessError):
            answers.with_user(foreign).accept()

    def test_files_are_for_those_who_may_read_the_answer(self):
        """Security: never public; another collector cannot read them."""
        answers = self.submit("paid", day="2026-03-01", files=(("proof.pdf", PDF),))
        file = answers.attachment_ids
        self.assertEqual((len(file), file.public, file.res_model),
                         (1, False, "collection.answer"))
        self.assertEqual(file.with_user(self.collector).raw, PDF)
        with self.assertRaises(AccessError):
            file.with_user(self.litigator).read(["raw"])


@tagged("post_install", "-at_install")
class TestInternalAnswer(AnswerCase):
    """What colleagues answer becomes the items' status and comment."""

    def test_a_comment_reaches_the_items_once_accepted(self):
        """A-016, A-048: validated into the items' history; whoever asked is told."""
        answers = self.ask(text="The boiler was replaced on 3 February")
        self.assertFalse(self.items.mapped("collection_comment")[0])
        self.assertEqual(answers.activity_user_id, self.collector)
        answers.accept()
        self.assertEqual(set(self.items.mapped("collection_comment")),
                         {"The boiler was replaced on 3 February"})
        self.assertIn("item_changed", self.get_kinds())

    def test_a_proposed_status_is_set_once_accepted(self):
        """A-048: litigation, or a promise for a day."""
        status = self.env.ref("account_collection.item_status_litigation")
        self.ask(proposal=f"status:{status.id}", text="With the lawyer").accept()
        self.assertEqual(self.items.collection_status_id, status)
        promise = self.env.ref("account_collection.item_status_promise")
        answers = self.ask(proposal=f"status:{promise.id}", day="2026-03-09")
        answers.accept()
        self.assertEqual(answers.promise_id.amount, 800)

    def test_a_colleague_says_how_the_dispute_ended(self):
        """A-014, A-042: accepted, the dispute is resolved."""
        item = self.get_items(self.older)
        dispute = self.env["collection.dispute"].with_user(self.collector).open(item, self.reason)
        self.ask(item, proposal="result:justified", text="Seen by the expert").accept()
        self.assertEqual((dispute.state, dispute.result), ("resolved", "justified"))
        self.assertEqual(item.collection_status_id.kind, "resolved")

    def test_no_dispute_by_a_status_alone(self):
        """B32: a dispute needs a follow-up; a forged proposal of it is not taken."""
        status = self.env.ref("account_collection.item_status_dispute")
        with self.assertRaises(UserError):
            self.ask(proposal=f"status:{status.id}")
