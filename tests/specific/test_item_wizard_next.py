from datetime import date

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..common import COLLECTOR
from .test_item_wizard import WizardCase


@tagged("post_install", "-at_install")
class TestNextStep(WizardCase):
    """Step 3: the scenario, or a specific action."""

    def test_follow_the_scenario(self):
        """A-017: nothing is taken out of it."""
        self.apply(comment="Called")
        self.assertFalse(self.get_specific())
        self.assertEqual(self.get_leader(), self.items[0])

    def test_an_action_from_nothing(self):
        """A-018, A-008: on chosen items, on a day; they leave the scenario."""
        self.apply(self.items[:2], next="specific", name="Visit", date="2026-03-12")
        action = self.get_specific()
        self.assertEqual((action.name, action.state, action.date, action.item_ids),
                         ("Visit", "scheduled", date(2026, 3, 12), self.items[:2]))
        self.assertEqual(self.get_leader(), self.items[2])

    def test_an_action_without_a_name_or_on_a_past_day(self):
        """A-018: refused; what was typed stays."""
        wizard = self.fill(self.open(), next="specific", comment="Called")
        with self.assertRefused("needs a name"):
            wizard.action_apply()
        wizard.write({"name": "Visit", "date": "2026-03-01"})
        with self.assertRefused("day gone by"):
            wizard.action_apply()
        self.assertFalse(self.items[0].collection_comment)
        self.assertEqual((wizard.name, wizard.comment), ("Visit", "Called"))

    def test_a_copy_of_a_scenario_step_is_customised(self):
        """A-019, B29: its words and way of leaving are taken over, and may be changed."""
        form = self.open_at("next")
        form.next = "specific"
        form.source = "step"
        form.copied_step_id = self.scenario.step_ids[1]
        self.assertEqual((form.name, form.kind, form.mode),
                         ("Reminder at 15", "email", "automatic"))
        form.subject = "A word"
        form.save().action_apply()
        action = self.get_specific()
        self.assertEqual((action.subject, action.mode), ("A word", "automatic"))
        self.assertIn("Please pay", action.body)

    def test_copies_of_a_template_and_of_an_earlier_action(self):
        """A-019"""
        template = self.env["collection.action.template"].create(
            {"name": "Call", "kind": "call", "description": "<p>Be kind</p>"})
        earlier = self.create_specific(self.items[0], name="Ask for the proof", excludes=False)
        form = self.open_at("next")
        form.next = "specific"
        form.source = "template"
        form.copied_template_id = template
        self.assertEqual((form.name, form.kind), ("Call", "call"))
        form.source = "earlier"
        self.assertFalse(form.copied_template_id)
        form.copied_action_id = earlier
        self.assertEqual(form.name, "Ask for the proof")

    def test_a_copy_is_in_the_customers_language(self):
        """A-019: its message, not its name."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.customer.lang = "fr_FR"
        step = self.scenario.step_ids[0]
        step.with_context(lang="fr_FR").subject = "Rappel"
        form = self.open_at("next")
        form.next = "specific"
        form.source = "step"
        form.copied_step_id = step
        self.assertEqual((form.subject, form.name), ("Rappel", "Reminder at 3"))

    def test_automatic_to_confirm_or_not(self):
        """A-020, A-021, A-022, B29"""
        for items, mode in zip(self.items, ("manual", "confirm", "automatic")):
            self.apply(items, next="specific", name=mode, kind="email", mode=mode,
                       body="<p>Hello</p>")
        self.process_due()
        states = {action.name: action.outcome for action in self.get_specific()}
        self.assertEqual(states, {"manual": False, "confirm": False, "automatic": "done"})

    def test_a_task_never_leaves_by_itself(self):
        """A-020: the choice goes away with the message."""
        form = self.open_at("next")
        form.next = "specific"
        form.kind = "email"
        form.mode = "automatic"
        form.kind = "call"
        self.assertEqual(form.mode, "manual")

    def test_a_message_without_text_is_refused(self):
        """A-018"""
        with self.assertRefused("text of the message"):
            self.apply(next="specific", name="Remind", kind="email")

    def test_a_dispute_is_followed_up_after_its_delay(self):
        """A-004, B32: the scenario is not offered; name and day are proposed."""
        wizard = self.fill(self.open(self.items[:1]), status_id=self.get_status("dispute"),
                           reason_id=self.env.ref("account_collection.dispute_reason_price"))
        wizard.action_next()
        wizard.action_next()
        self.assertEqual((wizard.next, wizard.date), ("specific", date(2026, 3, 17)))
        self.assertIn("Price", wizard.name)
        wizard.next = "follow"  # as a remote call may
        wizard.action_apply()
        dispute = self.env["collection.dispute"].search([("customer_id", "=", self.customer.id)])
        self.assertEqual(dispute.action_id, self.get_specific())
        self.assertEqual(self.get_leader(), self.items[1])

    def test_what_was_typed_is_not_proposed_over(self):
        """B32: going back and forth keeps the name."""
        wizard = self.fill(self.open(), status_id=self.get_status("litigation"))
        wizard.step = "message"
        wizard.action_next()
        wizard.name = "Ask the lawyer"
        wizard.action_back()
        wizard.action_next()
        self.assertEqual(wizard.name, "Ask the lawyer")

    def test_items_of_another_action_are_named_and_moved(self):
        """B34: said which; moved when ticked, refused otherwise."""
        first = self.create_specific(self.items[:2])
        wizard = self.fill(self.open(self.items[1:]), next="specific", name="Visit")
        self.assertIn("Call the accountant", wizard.conflict)
        self.assertIn(self.items[1].move_name, wizard.conflict)
        with self.assertRefused("Call the accountant", ValidationError):
            wizard.action_apply()
        wizard.move = True
        wizard.action_apply()
        self.assertEqual(first.item_ids, self.items[0])

    def test_it_is_listed_with_its_items(self):
        """A-025, A-026: in the agenda and on the customer; its items can be shown."""
        self.apply(self.items[:1], next="specific", name="Visit")
        action = self.get_specific().with_user(self.collector)
        self.assertIn(action, self.customer.collection_open_action_ids)
        self.assertEqual(action.item_ids.mapped("collection_document"),
                         [self.items[0].move_name])


@tagged("post_install", "-at_install")
class TestSeveralCustomers(WizardCase):
    """From the invoice list: one or several customers, one action each."""

    def test_one_specific_action_a_customer(self):
        """A-007, A-009: and the status on all."""
        other, items = self.make_other_customer()
        wizard = self.apply(self.items | items, status_id=self.get_status("litigation"),
                            next="specific", name="Visit")
        self.assertFalse(wizard.single)
        self.assertIn("2 customers", wizard.summary)
        self.assertEqual(self.get_specific().item_ids, self.items)
        self.assertEqual(self.get_specific(other).item_ids, items)
        self.assertEqual(items.collection_status_id.kind, "litigation")

    def test_each_promises_all_that_it_owes(self):
        """A-005: an amount cannot be shared between customers."""
        other, items = self.make_other_customer()
        self.apply(self.items | items, status_id=self.get_status("promise"),
                   promise_date="2026-03-12")
        amounts = {promise.customer_id: promise.amount
                   for promise in self.env["collection.promise"].search([
                       ("customer_id", "in", (self.customer | other).ids)])}
        self.assertEqual(amounts, {self.customer: 300, other: 50})

    def test_a_promise_a_currency(self):
        """A-005: amounts of two currencies are never added up."""
        usd = self.env["res.currency"].with_context(active_test=False).search([
            ("id", "!=", self.company.currency_id.id), ("name", "in", ("USD", "EUR"))], limit=1)
        usd.active = True
        self.make_invoice(self.customer, 70, currency_id=usd.id)
        self.apply(self.get_customer_items(self.customer), status_id=self.get_status("promise"),
                   promise_date="2026-03-12")
        promises = self.env["collection.promise"].search([("customer_id", "=", self.customer.id)])
        self.assertEqual(sorted(promises.mapped("amount")), [70, 300])

    def test_all_or_nothing(self):
        """A-013: one customer without address, and nobody is written to."""
        other, items = self.make_other_customer()
        other.email = False
        with self.assertRefused("no e-mail address"):
            self.apply(self.items | items, message="customer", message_body="<p>Hello</p>",
                       comment="Written to")
        self.assertFalse(self.get_specific())

    def test_another_portfolio_is_refused(self):
        """A-009: by the button, and by the dialog of who prepared it."""
        stranger = self.make_user("stranger", COLLECTOR)
        with self.assertRaises(AccessError):
            self.open(user=stranger)
        wizard = self.open().save()
        with self.assertRaises(AccessError):
            wizard.with_user(stranger).action_apply()
        with self.assertRaises(AccessError):
            self.env["collection.item.wizard"].with_user(stranger).create(
                {"item_ids": self.items.ids, "comment": "Mine"})

    def test_settled_meanwhile_is_refused(self):
        """B31: somebody paid while the dialog was open."""
        wizard = self.fill(self.open(), comment="Called")
        self.pay(self.items[0].move_id)
        with self.assertRefused("is not open"):
            wizard.action_apply()

    def test_reset_to_draft_meanwhile_is_refused(self):
        """B31: an accountant took the invoice back."""
        wizard = self.fill(self.open(self.items[:1]), comment="Called")
        self.items[0].sudo().move_id.button_draft()
        with self.assertRefused("is not open"):
            wizard.action_apply()
