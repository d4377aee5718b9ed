"""The catalogue of events: one entry an event."""

from unittest.mock import patch

from odoo.tests import Form, tagged
from odoo.tools import LazyTranslate
from odoo.tools.translate import code_translations

from ...models.event import events
from ..common import event_row
from .test_signals import SignalsCase

_lt = LazyTranslate("account_collection")

TREE = "collection.sequence.transition"


@tagged("post_install", "-at_install")
class TestEventCatalogue(SignalsCase):
    """D-059: whatever is in the catalogue is offered, and has somebody who posts it."""

    def test_every_event_has_a_producer(self):
        """The method that posts it exists."""
        for event in events.EVENTS.values():
            with self.subTest(event.code):
                model, _dot, method = event.producer.rpartition(".")
                self.assertTrue(callable(getattr(self.env[model], method, None)), event.producer)

    def test_a_code_is_registered_once(self):
        """Two events of one code would be one event."""
        with self.assertRaisesRegex(ValueError, "payment"):
            events.register(events.Event("payment", _lt("Payment received"), ""))

    def test_labels_are_translated(self):
        """In the language of whoever looks."""
        self.env["res.lang"]._activate_lang("fr_FR")
        with patch.object(code_translations, "get_python_translations", return_value={
                "Payment received": "Paiement reçu"}):
            french = dict(events.get_selection(self.env(context={"lang": "fr_FR"})))
        self.assertEqual(set(french), set(events.EVENTS))
        self.assertEqual(french["payment"], "Paiement reçu")

    def test_a_smallest_amount_is_asked_of_amounts_only(self):
        """D-059: a row on an event without amount has no minimum."""
        rows = self.env[TREE]
        for code, has_amount in (("payment", True), ("mail_replied", False), (False, False)):
            with self.subTest(code):
                self.assertEqual(rows.new({"event_code": code}).event_has_amount, has_amount)


@tagged("post_install", "-at_install")
class TestMadeUpEvent(SignalsCase):
    """D-059: an event registered by somebody else, and nothing else touched."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.dict(events.EVENTS))
        events.register(events.Event(
            "keys_returned", _lt("Keys returned"), "res.partner.write", has_amount=True))

    def test_it_moves_a_sequence(self):
        """Waited for by a published tree, and posted to the inbox."""
        sequence = self.start(event_row("after", "keys_returned", minimum=50))
        for key, amount in (("first", 20), ("second", 60)):
            self.assertAt(sequence, "wait")
            self.signals._post_where_open([{
                "key": f"keys_returned:{key}", "code": "keys_returned", "amount": amount,
                "customer_id": self.customer.id, "company_id": False}])
            self.deliver_signals()
        self.assertAt(sequence, "after")
        self.assertReplays(sequence)

    def test_it_is_named(self):
        """In the decision table and in the history."""
        sequence = self.start(event_row("after", "keys_returned"))
        row = sequence.step_id.transition_ids[0]
        self.assertIn("keys returned", row.sentence)
        self.signals._post_where_open([{
            "key": "keys_returned:1", "code": "keys_returned",
            "customer_id": self.customer.id, "company_id": False}])
        self.deliver_signals()
        self.assertIn("Event: Keys returned", sequence.history_ids.mapped("summary"))

    def test_it_is_offered(self):
        """By the form of a row, with a smallest amount."""
        template = self.make_template("EVT", [], publish=False)
        step = self.env["collection.sequence.step"].create(
            {"template_id": template.id, "key": "one", "name": "One"})
        rows = self.env[TREE].with_user(self.manager).with_context(default_step_id=step.id)
        with Form(rows, view="account_collection.collection_sequence_transition_view_form") as form:
            form.condition = "event"
            form.event_code = "keys_returned"
            form.minimum = 50
            form.target = "end"
        self.assertEqual((form.record.event_code, form.record.minimum), ("keys_returned", 50))
