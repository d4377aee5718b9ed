from contextlib import contextmanager
from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .test_specific import ItemCase

#: At which step a field is filled; those that are not here, at the first.
STEP = {
    "message": 1, "message_subject": 1, "message_body": 1, "colleague_ids": 1,
    "next": 2, "name": 2, "date": 2, "kind": 2, "mode": 2, "body": 2,
}


class WizardCase(ItemCase):
    """*Change status…* as a collector fills it."""

    def open(self, items=None, user=None):
        items = self.items if items is None else items
        items = items.with_user(user or self.collector)
        action = items.action_open_collection_wizard()
        return Form(self.env[action["res_model"]].with_user(
            user or self.collector).with_context(**action["context"]))

    def get_status(self, kind):
        return self.env.ref(f"account_collection.item_status_{kind}")

    def get_specific(self, customer=None):
        return self.env["collection.action"].search([
            ("customer_id", "=", (customer or self.customer).id), ("origin", "=", "specific")])

    def fill(self, form, **vals):
        """Fill the dialog step by step, as far as there is something to fill.

        :return: the wizard, at the last step filled
        """
        steps = [
            {name: value for name, value in vals.items() if STEP.get(name, 0) == number}
            for number in range(3)]
        while steps and not steps[-1]:
            steps.pop()
        for number, step in enumerate(steps):
            if number:
                wizard = form.save()
                wizard.action_next()
                form = Form(wizard)
            for name, value in step.items():
                form[name] = value
        return form.save()

    def open_at(self, step, items=None, **vals):
        """:return: the form at ``message`` or ``next``, what comes before filled"""
        wizard = self.fill(self.open(items), **vals)
        while wizard.step != step:
            wizard.action_next()
        return Form(wizard)

    @contextmanager
    def assertRefused(self, words, kind=UserError):
        """It is refused in these words, and nothing of it stays."""
        with self.assertRaisesRegex(kind, words), self.env.cr.savepoint():
            yield

    def apply(self, items=None, user=None, **vals):
        """Fill all at once, and apply.

        :return: the wizard
        """
        wizard = self.fill(self.open(items, user), **vals)
        wizard.action_apply()
        return wizard

    def make_other_customer(self):
        other = self.make_customer("Tenant Two")
        self.make_invoice(other, 50, due="2026-02-05")
        return other, self.get_customer_items(other).with_user(self.collector)


@tagged("post_install", "-at_install")
class TestStatusStep(WizardCase):
    """A-010: Step 1: what is known of the items."""

    def test_it_opens_on_the_chosen_items(self):
        """A-009: whose they are and what they come to is said."""
        wizard = self.open(self.items[:2]).save()
        self.assertEqual(wizard.item_ids, self.items[:2])
        self.assertIn("Tenant One", wizard.summary)
        self.assertIn("200", wizard.summary)

    def test_without_an_item_it_does_not_open(self):
        """A-009"""
        with self.assertRefused("at least one open item"):
            self.open(self.items.browse())

    def test_status_and_comment(self):
        """A-010: on each item, and in the history."""
        self.apply(status_id=self.get_status("litigation"), comment="To the lawyer",
                   review_date="2026-03-20")
        self.assertEqual(set(self.items.mapped("collection_comment")), {"To the lawyer"})
        self.assertEqual(self.items[0].collection_status_id.kind, "litigation")
        self.assertEqual(self.items[0].collection_review_date, date(2026, 3, 20))
        self.assertIn("item_changed", self.get_kinds())

    def test_a_comment_alone_leaves_the_status(self):
        """A-011: both are optional."""
        self.items[0].set_collection_status(self.get_status("litigation"))
        self.apply(self.items[0], comment="Called")
        self.assertEqual(self.items[0].collection_status_id.kind, "litigation")
        self.assertEqual(self.items[0].collection_comment, "Called")

    def test_nothing_at_all_is_refused(self):
        """A-011: an empty dialog changes nothing, and says so."""
        with self.assertRefused("Nothing is changed"):
            self.apply()

    def test_a_promise_of_a_part(self):
        """A-005, E1: day, amount and by whom."""
        contact = self.make_partner("Jane", parent_id=self.customer.id)
        self.apply(status_id=self.get_status("promise"), promise_date="2026-03-12",
                   promise_amount=120, promised_by_id=contact)
        promise = self.env["collection.promise"].search([("customer_id", "=", self.customer.id)])
        self.assertEqual((promise.amount, promise.date, promise.promised_by_id),
                         (120, date(2026, 3, 12), contact))
        self.assertFalse(self.get_planned(self.customer))

    def test_a_promise_in_instalments(self):
        """A-047, E24: the follow-up goes along with the instalments."""
        form = self.open()
        form.status_id = self.get_status("promise")
        form.in_instalments = True
        for day, amount in (("2026-03-10", 100), ("2026-04-10", 150)):
            with form.instalment_ids.new() as line:
                line.date, line.amount = day, amount
        self.assertEqual(form.promise_amount, 250)
        wizard = form.save()
        wizard.action_next()
        wizard.action_next()
        self.assertEqual(wizard.date, date(2026, 3, 10))
        wizard.next = "specific"
        wizard.action_apply()
        promise = self.env["collection.promise"].search([("customer_id", "=", self.customer.id)])
        self.assertEqual(promise.line_ids.mapped("amount"), [100, 150])
        self.assertEqual(promise.action_id, self.get_specific())

    def test_a_promise_that_cannot_be_is_refused_at_its_step(self):
        """E1, screens 43: without a day, in the past or above the balance; nothing is changed."""
        with self.assertRaisesRegex(AssertionError, "promise_date is a required field"):
            self.fill(self.open(), status_id=self.get_status("promise"))
        for vals, words in (({"promise_date": "2026-03-01"}, "today or a later day"),
                            ({"promise_date": "2026-03-10", "promise_amount": 300.01},
                             "more than is due")):
            wizard = self.fill(self.open(), status_id=self.get_status("promise"), **vals)
            for button in (wizard.action_next, wizard.action_apply):
                with self.subTest(vals=vals), self.assertRefused(words):
                    button()
        self.assertFalse(self.items.collection_status_id)

    def test_the_first_page_is_enough(self):
        """screens 44: a status is applied where it was chosen, with the follow-up it asks for."""
        wizard = self.fill(self.open(), status_id=self.get_status("litigation"))
        wizard.action_apply()
        self.assertEqual(self.get_specific().name, "Follow up the litigation")

    def test_a_dispute_needs_a_reason(self):
        """A-004, A-043"""
        wizard = self.fill(self.open(), status_id=self.get_status("dispute"))
        with self.assertRefused("choose a reason"):
            wizard.action_next()

    def test_the_owner_follows_the_reason(self):
        """A-043: whoever usually resolves it."""
        reason = self.env.ref("account_collection.dispute_reason_price")
        reason.owner_id = self.litigator
        form = self.open()
        form.status_id = self.get_status("dispute")
        form.reason_id = reason
        self.assertEqual(form.owner_id, self.litigator)

    def test_back_and_forth(self):
        """A-012: the steps follow each other, and nothing is done before the end."""
        wizard = self.fill(self.open(), status_id=self.get_status("litigation"))
        for step in ("message", "next"):
            wizard.action_next()
            self.assertEqual(wizard.step, step)
        wizard.action_back()
        self.assertEqual(wizard.step, "message")
        self.assertFalse(self.items.collection_status_id)


@tagged("post_install", "-at_install")
class TestMessageStep(WizardCase):
    """Step 2: a message that leaves at once."""

    def test_no_message(self):
        """A-012: by default, none leaves."""
        wizard = self.apply(comment="Called")
        self.assertEqual(wizard.message, "none")
        self.assertFalse(self.get_specific())

    def test_it_leaves_at_once_and_takes_nothing_out(self):
        """A-013, B34: a one-off on the chosen items; the scenario goes on."""
        self.apply(self.items[:2], message="customer", message_subject="Your account",
                   message_body="<p>#items_amount_selected</p>")
        action = self.get_specific()
        self.assertEqual((action.outcome, action.excludes, action.kind), ("done", False, "email"))
        self.assertIn("200", action.dispatch_ids.body)
        self.env["collection.scenario"]._plan()
        self.assertEqual(self.get_leader(), self.items[0])

    def test_words_that_suit_the_status_are_proposed(self):
        """A-013: e.g. a promise is confirmed, with the items it is about; typed text stays."""
        form = self.open_at("message", status_id=self.get_status("promise"),
                            promise_date="2026-03-10")
        form.message = "customer"
        self.assertIn("#items_list_selected", form.message_body)
        self.assertIn("promise", form.message_subject)
        form.message_subject = "Thanks"
        form.message = "none"
        form.message = "customer"
        self.assertEqual(form.message_subject, "Thanks")

    def test_preview(self):
        """A-024: as it leaves, with the items' list; nothing is left behind."""
        wizard = self.fill(self.open(self.items[:1]), message="customer",
                           message_body="<p>#items_list_selected</p>")
        wizard.action_preview()
        self.assertIn(self.items[0].move_name, wizard.preview_body)
        self.assertNotIn(self.items[1].move_name, wizard.preview_body)
        self.assertIn("tenant@example.com", wizard.preview_to)
        self.assertFalse(self.get_specific())
        wizard.action_edit()
        self.assertFalse(wizard.preview_body)

    def test_a_disputed_item_bears_no_interest_in_the_preview(self):
        """A-013: it says what the message will say."""
        self.customer.collection_indemnity = True
        disputed = {"status_id": self.get_status("dispute"),
                    "reason_id": self.env.ref("account_collection.dispute_reason_price")}
        for vals, claimed in (({}, True), (disputed, False)):
            wizard = self.fill(self.open(self.items[:1]), message="customer",
                               message_body="<p>#indemnity_amount</p>", **vals)
            wizard.action_preview()
            self.assertEqual("40" in wizard.preview_body, claimed)
        self.assertFalse(self.items.collection_status_id)

    def test_nowhere_to_go_is_said_at_its_step(self):
        """A-013: before the end; what was typed stays."""
        self.customer.email = False
        wizard = self.fill(self.open(), message="customer", message_body="<p>Hello</p>")
        for button in (wizard.action_next, wizard.action_preview, wizard.action_apply):
            with self.assertRefused("no e-mail address"):
                button()
        self.assertIn("Hello", wizard.message_body)
        self.assertFalse(self.get_specific())

    def test_a_misspelt_hashtag_is_said_at_its_step(self):
        """A-023: with the one that was meant."""
        wizard = self.fill(self.open(), message="customer",
                           message_body="<p>#items_amount_selectd</p>")
        with self.assertRefused("#items_amount_selected", ValidationError):
            wizard.action_next()

    def test_a_script_does_not_reach_the_customer(self):
        """A-013: nor a comment the screen."""
        self.apply(message="customer", comment="<script>alert(1)</script>",
                   message_body="<p>Hi<script>alert(1)</script></p>")
        self.assertNotIn("<script", self.get_specific().dispatch_ids.body)
        self.assertNotIn("<script", self.items[0].move_id.message_ids[0].body)

    def test_a_double_click_sends_once(self):
        """A-013: the second finds it done."""
        wizard = self.apply(message="customer", message_body="<p>Hello</p>")
        wizard.action_apply()
        self.assertEqual(len(self.get_specific()), 1)


@tagged("post_install", "-at_install")
class TestColleagueStep(WizardCase):
    """Step 2: asking colleagues without rights in Odoo."""

    def ask(self, colleague):
        form = self.open_at("message", self.items[:2], status_id=self.get_status("dispute"),
                            reason_id=self.env.ref("account_collection.dispute_reason_price"),
                            comment="Wrong price list")
        form.message = "colleagues"
        if colleague:
            form.colleague_ids.add(colleague)
        return form.save()

    def test_a_colleague_is_asked_about_the_items(self):
        """A-014, A-016: by a link of its own, to the items with status and comment."""
        wizard = self.ask(self.litigator.partner_id)
        self.assertIn("Price", wizard.question_subject)
        wizard.action_next()
        wizard.action_apply()
        link = self.env["collection.link"].search([("customer_id", "=", self.customer.id)])
        self.assertEqual((link.kind, link.partner_id, link.item_ids),
                         ("internal", self.litigator.partner_id, self.items[:2]))
        self.assertEqual(link.item_ids.mapped("collection_comment"), ["Wrong price list"] * 2)

    def test_never_to_the_customer(self):
        """A-015, B36: refused at its step, and at the end."""
        wizard = self.ask(self.customer)
        for button in (wizard.action_next, wizard.action_apply):
            with self.assertRefused("is an address of the customer"):
                button()
        self.assertFalse(self.items.collection_status_id)

    def test_never_to_a_bailiff(self):
        """A-015, B36: partners outside of the house are no colleagues."""
        with self.assertRefused("is no colleague"):
            self.ask(self.bailiff).action_next()

    def test_somebody_must_be_asked(self):
        """A-014"""
        with self.assertRefused("Choose a colleague"):
            self.ask(None).action_next()
