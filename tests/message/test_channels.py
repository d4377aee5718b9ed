from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from ...engine.hashtags import CATALOGUE, TEXT
from ...models.action.channels import CHANNELS, Channel, get_channel, register
from ...models.message.hashtags import HASHTAGS, hashtag
from .test_messages import MessageCase


class Pigeon(Channel):
    """A channel of another module: one class, and nothing else."""

    code = "pigeon"
    label = "Carrier pigeon"
    has_subject = False
    is_html = False
    carried = []

    def get_address(self, partner):
        return partner.city or ""

    def describe_missing_address(self, partner):
        return f"{partner.name} has no city to fly to."

    def queue(self, dispatches):
        self.carried.extend(dispatches.mapped("body"))


@tagged("post_install", "-at_install")
class TestNewChannel(MessageCase):
    """What is registered in one class is known everywhere."""

    def setUp(self):
        super().setUp()
        register(Pigeon)
        self.addCleanup(CHANNELS.pop, "pigeon")
        self.addCleanup(Pigeon.carried.clear)
        self.customer.city = "Nantes"
        self.make_invoice(self.customer)

    def make_pigeon(self):
        """The customer's next action, which leaves by pigeon."""
        self.write_step(kind="pigeon", body="<p>Dear #customer_name</p>")
        return self.chase(self.customer, self.scenario)

    def test_offered_wherever_kinds_are(self):
        """A channel registered later is a kind of action, in every model that has one."""
        for model in ("collection.action", "collection.action.template",
                      "collection.scenario.step", "collection.sequence.content",
                      "collection.new.action", "collection.sequence.add.action"):
            kinds = self.env[model].with_user(self.manager).fields_get(["kind"])["kind"]
            self.assertIn(("pigeon", "Carrier pigeon"), kinds["selection"], model)

    def test_forms_ask_it(self):
        """The form of a step asks for what the channel has: it may leave by itself."""
        with Form(self.scenario.step_ids[0].with_user(self.manager)) as step:
            step.kind = "pigeon"
            step.mode = "confirm"
            self.assertTrue(step.is_sent)
            self.assertFalse(step.has_subject)
            self.assertFalse(step.takes_files)
            step.kind = "task"
            self.assertEqual(step.mode, "manual")
            self.assertFalse(step.is_sent)

    def test_refused_without_address(self):
        """The channel says why a message has nowhere to go, and the action shows it."""
        action = self.make_pigeon()
        self.customer.city = False
        with self.assertRaisesRegex(UserError, "Tenant One has no city to fly to."):
            action.with_user(self.collector).send_now()
        self.process_due()
        self.assertEqual(action.error, "Tenant One has no city to fly to.")
        self.assertFalse(Pigeon.carried)

    def test_rendered_as_it_says(self):
        """Its text is plain, as the class has it; the preview shows it with its address."""
        action = self.make_pigeon()
        message = action._render_messages()[action.id]
        self.assertEqual(message.content, "Dear Tenant One")
        preview = self.env["collection.message.preview"].with_user(self.collector).create(
            {"action_id": action.id})
        self.assertIn("Dear Tenant One", preview.page)
        self.assertEqual(preview.address, "Nantes")

    def test_plain_text_is_escaped_wherever_it_is_shown(self):
        """A name that looks like markup stays text: in the preview, and in the outbox's copy."""
        self.customer.name = "<img src=x> Ltd"
        action = self.make_pigeon()
        message = action._render_messages()[action.id]
        self.assertEqual(message.content, "Dear <img src=x> Ltd")
        self.assertEqual(message.body, "Dear &lt;img src=x&gt; Ltd")
        self.process_due()
        self.assertEqual(action.dispatch_ids.body, "Dear &lt;img src=x&gt; Ltd")

    def test_queued_and_closed(self):
        """What is due leaves by it, once, and its action is done."""
        action = self.make_pigeon()
        self.process_due()
        self.assertEqual(action.outcome, "done")
        self.assertEqual(Pigeon.carried, ["Dear Tenant One"])
        dispatch = action.dispatch_ids
        self.assertEqual((dispatch.channel, dispatch.address), ("pigeon", "Nantes"))

    def test_listed_and_filtered_in_the_outbox(self):
        """The outbox shows it by name, and offers it among its channels."""
        self.make_pigeon()
        self.process_due()
        outbox = self.env["collection.dispatch"].with_user(self.collector)
        panel = outbox.search_panel_select_multi_range("channel", expand=True)["values"]
        self.assertIn(
            {"id": "pigeon", "display_name": "Carrier pigeon"},
            [{key: value[key] for key in ("id", "display_name")} for value in panel])
        found = outbox.search([("channel", "=", "pigeon")])
        self.assertEqual(found.customer_id, self.customer)
        self.assertIn(
            ("pigeon", "Carrier pigeon"), outbox.fields_get(["channel"])["channel"]["selection"])

    def test_the_scenario_keeps_its_distance(self):
        """S-002: a message by pigeon counts as one from which the next keeps apart."""
        self.scenario.min_days = 30
        self.make_pigeon()
        self.process_due()
        self.assertEqual(str(self.get_planned(self.customer).date), "2026-04-01")


@tagged("post_install", "-at_install")
class TestChannels(MessageCase):
    """The registry of channels."""

    def test_no_channel_stands_in_for_another(self):
        """Bad input: an unknown code is an error, never a letter."""
        with self.assertRaisesRegex(ValueError, "there is no channel 'fax'"):
            get_channel("fax")

    def test_a_code_is_taken_once(self):
        """Bad input: a second channel of the same code would replace the first in silence."""
        with self.assertRaisesRegex(ValueError, "'email' is registered already"):
            register(type("Other", (Channel,), {"code": "email"}))

    def test_unknown_kind_is_refused(self):
        """Bad input: an action of a kind that is not offered is not created."""
        with self.assertRaisesRegex(ValidationError, "no kind of action “fax”"):
            self.env["collection.action.template"].create({"name": "Fax it", "kind": "fax"})

    def test_a_task_is_no_message(self):
        """Bad input: the preview of a task says that there is nothing to send."""
        self.make_invoice(self.customer)
        self.write_step(kind="task", mode="manual")
        action = self.chase(self.customer, self.scenario)
        preview = self.env["collection.message.preview"].with_user(self.collector).create(
            {"action_id": action.id})
        self.assertIn("is no message", preview.problem)
        self.assertFalse(preview.page)


@tagged("post_install", "-at_install")
class TestNewHashtag(MessageCase):
    """A hashtag is added in one place."""

    def setUp(self):
        super().setUp()

        @hashtag(TEXT, "City of the customer")
        def customer_city(action, data, labels):
            return action.customer_id.city or ""

        self.addCleanup(CATALOGUE.pop, "customer_city")
        self.addCleanup(HASHTAGS.pop, "customer_city")

    def test_registered_in_one_function(self):
        """The function's name is accepted in texts, listed beside them, and replaced."""
        self.customer.city = "Nantes"
        self.make_invoice(self.customer)
        self.assertEqual(self.say("customer_city"), "Nantes")
        tags = self.env["collection.message.preview"].with_user(self.collector).get_tags()
        self.assertEqual(tags[-1], {
            "name": "customer_city", "kind": "text", "description": "City of the customer"})

    def test_a_name_is_taken_once(self):
        """Bad input: two functions of one name would answer for each other."""
        with self.assertRaisesRegex(ValueError, "'customer_name' is registered already"):
            hashtag(TEXT, "Another")(HASHTAGS["customer_name"].get_value)
