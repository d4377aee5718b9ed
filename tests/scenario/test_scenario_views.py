from unittest.mock import patch

from lxml import etree

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form
from odoo.tools.safe_eval import safe_eval

from ...models.scenario import collection_scenario as collection_scenario_run
from ..common import COLLECTOR, CollectionCase


class ScenarioViewCase(CollectionCase):
    """A customer in a scenario whose step asks for a confirmation, and a colleague elsewhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls.make_user("stranger", COLLECTOR)
        cls.scenario = cls.make_scenario([{"offset": 3, "mode": "confirm"}, {"offset": 10}])
        cls.make_invoice(cls.customer)
        cls.action = cls.chase(cls.customer, cls.scenario)
        cls.env.user.company_id.collection_manager_id = cls.manager

    @classmethod
    def make_chased(cls, name, scenario=None, **vals):
        """Another customer who owes an invoice.

        :return: its planned action
        """
        customer = cls.make_customer(name, holders={}, **vals)
        cls.make_invoice(customer)
        return cls.chase(customer, scenario or cls.scenario)


class TestScenarioForm(ScenarioViewCase):
    """Making a scenario on its form."""

    def test_a_manager_makes_a_scenario_with_its_steps(self):
        """S-001, S-004: name, day, kind, text; the ladder reads as its days."""
        with Form(self.env["collection.scenario"].with_user(self.manager)) as form:
            form.name = "Standard"
            with form.step_ids.new() as step:
                step.name, step.offset, step.mode = "Word before", -5, "automatic"
                step.subject, step.body = "Soon due", "<p>Soon due</p>"
            with form.step_ids.new() as step:
                step.name, step.offset = "Call", 8
                step.kind = "call"
        scenario = form.record
        self.assertEqual(scenario.ladder, "−5 · +8")
        self.assertEqual(scenario.step_ids.mapped("when"), [
            "5 days before the due date", "8 days after the due date"])

    def test_a_call_is_made_by_hand(self):
        """S-006: choosing a kind that cannot leave by itself turns the step manual."""
        with Form(self.env["collection.scenario.step"].with_context(
                default_scenario_id=self.scenario.id).with_user(self.manager)) as form:
            form.name, form.offset, form.mode = "Later", 20, "automatic"
            form.kind = "call"
            self.assertEqual(form.mode, "manual")

    def test_a_collector_reads_and_does_not_write(self):
        """S-001: scenarios are the manager's."""
        scenario = self.scenario.with_user(self.collector)
        self.assertEqual(scenario.ladder, "+3 · +10")
        with self.assertRaises(AccessError):
            scenario.name = "Mine"


class TestScenarioRun(ScenarioViewCase):
    """*Plan and send now…*: bounded batches, for managers alone."""

    def test_only_a_manager_runs(self):
        """S-008: each call checks by itself, as any of them can be made by RPC."""
        scenario = self.scenario.with_user(self.collector)
        for method, args in (("action_run_now", ()), ("run_outlook", ()), ("run_due", ()),
                             ("run_plan", (self.company.id,)), ("run_send", ())):
            with self.subTest(method), self.assertRaisesRegex(AccessError, "Only a collection"):
                getattr(scenario, method)(*args)

    def test_planning_goes_on_where_the_batch_ended(self):
        """A-001: batch by batch, and nobody of another scenario."""
        other = self.make_chased("Other", self.make_scenario((3,), name="Other"))
        for number in range(3):
            self.make_chased(f"Customer {number}")
        ours = self.scenario.with_user(self.manager)
        self.assertEqual(ours.run_outlook()["customers"], 4)
        planned = self.env["collection.action"].search([("origin", "=", "scenario")])
        self.env.cr.execute("UPDATE collection_action SET date = date - 1, planned_on = date - 1"
                            " WHERE id = ANY(%s)", [planned.ids])
        planned.invalidate_recordset()
        self.env.cr.execute("UPDATE collection_scenario_step SET \"offset\" = \"offset\" + 40")
        self.env.invalidate_all()
        with patch.object(collection_scenario_run, "PLAN_BATCH", 3):
            first = ours.run_plan(self.company.id)
            self.assertEqual((first["customers"], first["changed"]), (3, 3))
            second = ours.run_plan(self.company.id, first["after"])
        self.assertEqual((second["customers"], second["changed"], second["after"]), (1, 1, False))
        self.assertEqual(other.date, fields.Date.to_date("2026-03-01"))

    def test_a_company_that_is_not_switched_on_is_refused(self):
        """S-008: a manager plans where they work."""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        with self.assertRaisesRegex(UserError, "switched on"):
            self.scenario.with_user(self.manager).run_plan(elsewhere.id)

    def test_what_is_due_is_taken_in_batches_and_errors_are_counted(self):
        """S-007: no address is an error of one message; the next batch goes on behind it."""
        scenario = self.make_scenario((3,), name="Automatic")
        actions = [self.make_chased(f"Mute {number}", scenario, email=False)
                   for number in range(2)]
        ours = scenario.with_user(self.manager)
        self.assertEqual(ours.run_due(), 2)
        with patch.object(collection_scenario_run, "SEND_BATCH", 1):
            first = ours.run_send()
            second = ours.run_send(first["after"])
            third = ours.run_send(second["after"])
        self.assertEqual([(batch["taken"], batch["sent"], batch["errors"])
                          for batch in (first, second, third)], [(1, 0, 1), (1, 0, 1), (0, 0, 0)])
        self.assertFalse(third["after"])
        self.assertEqual(actions[0].error, "Mute 0 has no e-mail address.")

    def test_what_waits_for_a_confirmation_does_not_leave(self):
        """S-006: a run confirms nothing."""
        self.assertEqual(self.scenario.with_user(self.manager).run_due(), 0)
        self.action.with_user(self.collector).confirm()
        self.assertEqual(self.scenario.with_user(self.manager).run_due(), 1)

    def test_a_closed_sending_window_is_said(self):
        """S-008: before one wonders why nothing leaves. It is Monday, nine o'clock."""
        calendar = self.env["resource.calendar"].create({
            "name": "Tuesdays", "tz": "UTC", "attendance_ids": [Command.clear(), Command.create({
                "name": "Tuesday", "dayofweek": "1", "hour_from": 9, "hour_to": 12})]})
        self.scenario.calendar_id = calendar
        self.assertEqual(
            self.scenario.with_user(self.manager).run_outlook()["closed"], ["Ladder"])


class TestAgenda(ScenarioViewCase):
    """What collectors do with their actions."""

    def test_confirming_many_leaves_out_what_needs_none(self):
        """S-009: a selection is confirmed as far as it waits for it."""
        automatic = self.make_chased("Automatic", self.make_scenario((3,)))
        (self.action | automatic).with_user(self.collector).action_confirm()
        self.assertEqual((self.action.confirmed, automatic.confirmed), (True, False))
        self.assertEqual(self.action.confirmed_by_id, self.collector)
        with self.assertRaisesRegex(UserError, "None of these waits"):
            (self.action | automatic).with_user(self.collector).action_confirm()

    def test_to_confirm_is_searched(self):
        """S-009: the filter finds what the badge says."""
        actions = self.env["collection.action"].with_user(self.collector)
        domain = [("customer_id", "=", self.customer.id), ("to_confirm", "=", True)]
        self.assertEqual(actions.search(domain), self.action)
        self.action.with_user(self.collector).confirm()
        self.assertFalse(actions.search(domain))

    def test_the_buttons_refuse_a_colleague_of_another_portfolio(self):
        """D-073: confirm, send, skip, another date."""
        action = self.action.with_user(self.stranger)
        for method, args in (("action_confirm", ()), ("action_send_now", ()),
                             ("skip", ("No",)), ("reschedule", ("2026-03-09",))):
            with self.subTest(method), self.assertRaises(AccessError):
                getattr(action, method)(*args)
        self.assertEqual((self.action.state, self.action.confirmed), ("todo", False))

    def test_skipping_asks_why_and_the_scenario_goes_on(self):
        """S-009: several at once; the reason stays with each."""
        actions = self.action | self.make_chased("Second")
        opened = actions.with_user(self.collector).action_open_skip()
        wizard = self.env[opened["res_model"]].with_user(self.collector).with_context(
            **opened["context"]).create({})
        self.assertEqual(wizard.action_ids, actions)
        with self.assertRaisesRegex(UserError, "Say why"):
            wizard.action_apply()
        wizard.reason = "They have just called"
        wizard.action_apply()
        self.assertEqual(actions.mapped("outcome"), ["ignored", "ignored"])
        self.assertEqual(actions.mapped("comment"), ["They have just called"] * 2)
        self.assertEqual(self.get_planned(self.customer).scenario_step_id,
                         self.scenario.step_ids[1])

    def test_ticking_the_activity_confirms(self):
        """S-006: what waits for a confirmation is not closed as done, as nothing has left."""
        activity = self.action._get_activities().with_context(collection_from_action=True)
        activity.with_user(self.collector).action_feedback()
        self.assertEqual((self.action.confirmed, self.action.state), (True, "todo"))
        self.assertFalse(self.action._get_activities())

    def test_the_text_of_a_manual_message_is_written_by_hand(self):
        """S-005: a manual message may be edited before it is sent."""
        action = self.make_chased("By hand", self.make_scenario([
            {"offset": 3, "mode": "manual"}]), lang="en_US")
        with Form(action.with_user(self.collector)) as form:
            form.wording_subject = "As we said on the telephone"
        self.assertEqual(action.subject, "As we said on the telephone")
        action.with_user(self.collector).close("done")
        with self.assertRaisesRegex(UserError, "already closed"):
            action.with_user(self.collector).subject = "Too late"

    def test_the_text_is_written_in_the_recipients_language(self):
        """S-005: a French customer's message is changed in French, whoever changes it."""
        self.env["res.lang"]._activate_lang("fr_FR")
        action = self.make_chased("Client", self.make_scenario([
            {"offset": 3, "mode": "manual"}]), lang="fr_FR")
        action.sudo().with_context(lang="fr_FR").subject = "Relance"
        with Form(action.with_user(self.collector)) as form:
            self.assertEqual(form.wording_subject, "Relance")
            form.wording_subject = "Comme convenu"
        self.assertEqual(action.with_context(lang="fr_FR").subject, "Comme convenu")
        self.assertEqual(action.with_context(lang="en_US").subject, "Reminder")

    def test_the_text_of_an_automatic_message_is_its_scenarios(self):
        """S-005: neither confirmed nor automatic ones are edited, not even by RPC."""
        for user in (self.collector, self.manager):
            with self.assertRaisesRegex(UserError, "leaves by itself"):
                self.action.with_user(user).write({"body": "<p>Mine</p>"})

    def test_only_plain_messages_are_sent_by_the_button(self):
        """S-009: a call, and what asks for a decision, are closed instead."""
        option = self.make_option("YES")
        call = self.make_chased("Call", self.make_scenario([
            {"offset": 3, "kind": "call", "mode": "manual"}]))
        judged = self.make_chased("Judged", self.make_scenario([
            {"offset": 3, "mode": "manual", "option_ids": [Command.link(option.id)]}]))
        actions = (self.action | call | judged).with_user(self.collector)
        self.assertEqual(actions.mapped("can_send"), [True, False, False])
        self.assertFalse(self.action.with_user(self.litigator).sudo(False).search(
            [("id", "=", self.action.id)]))

    def test_the_agenda_says_why_or_what_hinders(self):
        """S-009: one column for both."""
        self.assertIn("Step 1: 3 days after", self.action.remark)
        self.action._record_problems({self.action.id: "No address"})
        self.assertEqual(self.action.remark, "No address")


class TestCustomerForm(ScenarioViewCase):
    """The customer's tab Collection, its list and its filters."""

    def test_what_comes_next_and_why(self):
        """M-041: what, when, and why."""
        customer = self.customer.with_user(self.collector)
        self.assertEqual(customer.collection_next_action_ids, self.action)
        self.assertEqual(customer.collection_next_date, self.action.date)
        self.assertEqual(customer.collection_next_name, "Reminder at 3")
        self.assertFalse(customer.collection_not_chased)

    def test_a_hold_on_the_form_drops_the_action_and_says_so(self):
        """M-041: at once, with the reason."""
        view = "account_collection.res_partner_view_form_tab_collection"
        with Form(self.customer.with_user(self.collector), view) as form:
            form.collection_hold_until = "2026-03-10"
            form.collection_hold_reason = "Flood"
        customer = self.customer.with_user(self.collector)
        self.assertFalse(customer.collection_next_action_ids)
        self.assertIn("Flood", customer.collection_not_chased)

    def test_scenario_and_collector_are_set_for_many(self):
        """M-041: by mass change in the list; what was planned is replaced."""
        second = self.make_chased("Second")
        other = self.make_scenario((20,), name="Gentle")
        customers = (self.customer | second.customer_id).with_user(self.manager)
        customers.write({"collection_scenario_id": other.id, "collector_id": self.litigator.id})
        for customer in customers:
            planned = self.get_planned(customer)
            self.assertEqual((planned.scenario_id, planned.user_id), (other, self.litigator))

    def filters(self, xmlid):
        """:return: dict of domain by name of a search view's filters"""
        view = self.env.ref(f"account_collection.{xmlid}")
        arch = etree.fromstring(self.env[view.model].get_view(view.id, "search")["arch"])
        return {node.get("name"): safe_eval(node.get("domain"), {
            "uid": self.collector.id, "context_today": fields.Date.today, "time": None})
            for node in arch.iter("filter") if node.get("domain")}

    def found(self, name, user=None):
        domain = self.filters("res_partner_view_search_collection")[name]
        return self.env["res.partner"].with_user(user or self.collector).search(domain)

    def test_every_filter_can_be_searched(self):
        """S-009: by the collector."""
        for xmlid in ("collection_action_view_search", "collection_dispatch_view_search",
                      "collection_scenario_view_search", "collection_item_status_view_search"):
            model = self.env.ref(f"account_collection.{xmlid}").model
            for name, domain in self.filters(xmlid).items():
                with self.subTest(view=xmlid, filter=name):
                    self.env[model].with_user(self.collector).search_count(domain)

    def test_who_owes_and_was_forgotten(self):
        """M-043: a balance, and no scenario or no collector; an empty scenario is on purpose.

        X-14: seen by those who see every customer.
        """
        forgotten = self.make_customer("Forgotten", holders={})
        forgotten.collector_id = False
        self.make_invoice(forgotten)
        spared = self.make_chased(
            "Spared", self.make_scenario((), name="Empty", empty=True)).customer_id
        without_scenario, without_collector = (
            self.found(name, self.manager) for name in ("no_scenario", "no_collector"))
        self.assertNotIn(forgotten, self.found("no_scenario") | self.found("no_collector"))
        self.assertIn(forgotten, without_scenario)
        self.assertIn(forgotten, without_collector)
        self.assertFalse((self.customer | spared) & (without_scenario | without_collector))

    def test_who_is_not_chased_on_hold_or_to_confirm(self):
        """S-009, M-041: each filter finds its customer and not the other."""
        held = self.make_chased("Held").customer_id
        held.with_user(self.manager).collection_hold_until = "2026-03-10"
        self.assertIn(held, self.found("on_hold") & self.found("not_chased"))
        self.assertNotIn(self.customer, self.found("on_hold") | self.found("not_chased"))
        self.assertIn(self.customer, self.found("to_confirm") & self.found("due"))
        self.assertNotIn(held, self.found("to_confirm"))


class TestOutboxViews(ScenarioViewCase):
    """What was sent, on screen."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dispatches = cls.env["collection.dispatch"].create([{
            "action_id": cls.action.id, "customer_id": cls.customer.id,
            "company_id": cls.company.id, "channel": channel, "partner_id": cls.customer.id,
            "subject": channel, "state": state,
        } for channel, state in (("email", "bounced"), ("letter", "pending"))])

    def test_trouble_stands_first(self):
        """S-009: whatever came later."""
        found = self.env["collection.dispatch"].with_user(self.collector).search(
            [("customer_id", "=", self.customer.id)], order="trouble desc, id desc")
        self.assertEqual(found.mapped("state"), ["bounced", "pending"])

    def test_letters_to_post_are_marked_as_posted(self):
        """S-001: by whoever collects from the customer, and nobody else."""
        menu = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.collection_dispatch_letter_action")
        self.dispatches.filtered(lambda found: found.channel == "letter").post_by = "print"
        letters = self.env["collection.dispatch"].with_user(self.collector).search(
            safe_eval(menu["domain"]))
        self.assertEqual(letters.mapped("channel"), ["letter"])
        with self.assertRaises(AccessError):
            letters.with_user(self.stranger).action_mark_sent()
        letters.action_mark_sent()
        self.assertEqual(letters.state, "sent")

    def test_the_customer_leads_to_what_was_sent(self):
        """S-009: from its tab Collection."""
        action = self.customer.with_user(self.collector).action_open_collection_dispatches()
        found = self.env["collection.dispatch"].with_user(self.collector).search(action["domain"])
        self.assertEqual(found, self.dispatches)
