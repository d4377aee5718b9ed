from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import CollectionCase, action, row, step


@tagged("post_install", "-at_install")
class TestLaunchWizard(CollectionCase):
    """D-062: choose a template, check who holds each function, see what starts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template("WIZ", [
            step("one", [action("a"), action("b", "CJ", recipient_function_id="LOC")],
                 [row("two")]),
            step("two", [action("c", "RC")], [row("end")]),
        ])

    def open_wizard(self, customer=None, user=None):
        customer = (customer or self.customer).with_user(user or self.collector)
        context = customer.action_launch_collection_sequence()["context"]
        return Form(self.env["collection.sequence.launch"].with_user(
            user or self.collector).with_context(**context))

    def test_it_opens_on_the_commercial_entity(self):
        """D-007, D-008: also from a contact person's form."""
        contact = self.make_partner("Jane", parent_id=self.customer.id)
        self.assertEqual(self.open_wizard(contact).customer_id, self.customer)

    def test_it_marks_what_runs_already(self):
        """Row 19: in the list of templates, for this customer alone."""
        self.launch(self.template)
        marked = self.template.with_context(collection_launch_for=self.customer.id)
        self.assertTrue(marked.display_name.endswith("– runs already"))
        other = self.make_customer("Tenant Two")
        fresh = self.template.with_context(collection_launch_for=other.id)
        self.assertEqual(fresh.display_name, self.template.display_name)

    def test_it_shows_what_the_items_come_to(self):
        """Row 20: their total, and which of them another sequence holds."""
        items = (self.make_invoice(self.customer, 700, due="2026-02-01")
                 | self.make_invoice(self.customer, 500, due="2026-02-10")
                 )._get_collection_lines().sorted("date_maturity")
        wizard = self.env["collection.sequence.launch"].with_user(self.collector).create(
            {"customer_id": self.customer.id, "template_id": self.template.id})
        self.assertEqual((wizard.item_ids, wizard.amount_due), (items, 1200))
        self.assertFalse(wizard.held_items)
        held = self.make_short_template(name="Other")
        self.launch(held, items=items[0])
        wizard.invalidate_recordset()
        self.assertEqual(wizard.held_items, f"{items[0].move_name}: Other")

    def test_it_shows_who_holds_each_function(self):
        """D-009: from the customer's participants."""
        form = self.open_wizard()
        form.template_id = self.template
        wizard = form.save()
        self.assertEqual(
            {line.function_id: line.user_id.partner_id or line.contact_id
             for line in wizard.line_ids},
            {self.gest: self.collector.partner_id, self.rc: self.litigator.partner_id,
             self.cj: self.bailiff, self.loc: self.customer})
        self.assertEqual(set(wizard.line_ids.filtered("needed_now").function_id.mapped("code")),
                         {"GEST", "CJ"})

    def test_it_shows_the_first_steps_actions(self):
        """D-009, D-018: and nothing of what follows."""
        form = self.open_wizard()
        form.template_id = self.template
        wizard = form.save()
        self.assertEqual(wizard.content_ids.mapped("key"), ["a", "b"])
        self.assertEqual(wizard.first_step_name, "One")

    def test_a_gap_is_shown_and_filled_there(self):
        """D-009, D-087: red where the first step needs it, amber elsewhere."""
        customer = self.make_customer("Tenant Two", holders={"GEST": self.collector})
        form = self.open_wizard(customer)
        form.template_id = self.template
        wizard = form.save()
        severity = {line.function_id.code: line.severity for line in wizard.line_ids}
        self.assertEqual(severity, {
            "GEST": "ok", "RC": "warning", "CJ": "blocking", "LOC": "warning"})
        wizard.line_ids.filtered(lambda l: l.function_id == self.cj).contact_id = self.bailiff
        sequence = self.env["collection.sequence"].browse(wizard.action_launch()["res_id"])
        self.assertEqual(self.get_action(sequence, "b").responsible_id, self.bailiff)

    def test_the_customer_holds_its_own_function(self):
        """D-009: the tenant of a tree is whom it is launched for, unless somebody is named."""
        self.loc.held_by_customer = True
        customer = self.make_customer("Tenant Two", holders={
            "GEST": self.collector, "CJ": self.bailiff})
        form = self.open_wizard(customer)
        form.template_id = self.template
        line = form.save().line_ids.filtered(lambda line: line.function_id == self.loc)
        self.assertEqual((line.contact_id, line.severity), (customer, "ok"))
        sequence = self.launch(self.template, customer)
        self.assertEqual(self.get_action(sequence, "b").recipient_ids, customer)
        sequence.sudo().participant_ids.filtered(
            lambda row: row.function_id == self.loc).unlink()
        self.assertEqual(sequence._get_holders()[self.loc], customer)
        heir = self.make_partner("Heir", email="heir@example.com")
        self.make_participant(customer, "LOC", heir)
        self.assertEqual(sequence._get_holders()[self.loc], heir)

    @mute_logger("odoo.sql_db")
    def test_only_a_contacts_function_is_the_customers(self):
        """D-081: whoever owes us does none of our work; guarded by the database."""
        with self.assertRaises(IntegrityError):
            self.cj.held_by_customer = True
            self.env.flush_all()

    def test_what_was_filled_is_kept_on_the_customer(self):
        """D-005, D-011: ticked, the next launch starts with the same people."""
        customer = self.make_customer("Tenant Two", holders={"GEST": self.collector})
        form = self.open_wizard(customer)
        form.template_id = self.template
        wizard = form.save()
        wizard.line_ids.filtered(lambda l: l.function_id == self.cj).contact_id = self.bailiff
        wizard.action_launch()
        self.assertIn(self.bailiff, customer.collection_participant_ids.partner_id)

    def test_a_holder_without_address_is_pointed_out(self):
        """D-087: before anything is sent into the void."""
        self.bailiff.email = False
        form = self.open_wizard()
        form.template_id = self.template
        line = form.save().line_ids.filtered(lambda l: l.function_id == self.cj)
        self.assertEqual((line.severity, line.problem), ("warning", "No e-mail address"))

    def test_a_sequence_under_way_is_shown(self):
        """D-016: with the way to it."""
        running = self.launch(self.template)
        form = self.open_wizard()
        form.template_id = self.template
        self.assertEqual(form.open_sequence_id, running)


@tagged("post_install", "-at_install")
class TestCloseWizard(CollectionCase):
    """The closing dialog asks exactly what the action needs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_option("YES")
        cls.template = cls.make_template("ASK", [step("one", [
            action("task"), action("verdict", "RC", needs_validation=True),
            action("choice", option_ids=["YES"]),
            action("deed", needs_validation=True, validator_function_id="RC"),
        ], [row("end")])])

    def setUp(self):
        super().setUp()
        self.sequence = self.launch(self.template)

    def open_wizard(self, key, user):
        act = self.get_action(self.sequence, key).with_user(user)
        context = act.action_open_close()["context"]
        return self.env["collection.action.close"].with_user(user).with_context(
            **context).create({})

    def test_what_each_action_asks(self):
        """D-039: completion, validation, decision, or done and then validated."""
        asked = {
            key: (w.asks_decision, w.asks_validation, w.submits)
            for key in ("task", "verdict", "choice", "deed")
            for w in [self.open_wizard(key, self.manager)]}
        self.assertEqual(asked, {
            "task": (False, False, False), "verdict": (False, True, False),
            "choice": (True, False, False), "deed": (False, False, True)})

    def test_closing_through_it(self):
        """D-063, D-068: each button gives its outcome."""
        self.open_wizard("task", self.collector).action_done()
        self.open_wizard("verdict", self.litigator).action_validate()
        wizard = self.open_wizard("choice", self.collector)
        wizard.option_id = self.options["YES"]
        wizard.action_decide()
        self.open_wizard("deed", self.collector).action_done()
        wizard = self.open_wizard("deed", self.litigator)
        self.assertTrue(wizard.asks_validation)
        wizard.comment = "Wrong date"
        wizard.action_refuse()
        self.assertEqual(self.sequence.state, "done")
        self.assertEqual(
            {a.content_key: a.outcome for a in self.sequence.action_ids},
            {"task": "done", "verdict": "validated", "choice": "done", "deed": "refused"})

    def test_a_decision_needs_a_choice(self):
        """D-039: the message names the action."""
        with self.assertRaisesRegex(UserError, "“Choice” asks for a decision"):
            self.open_wizard("choice", self.collector).action_decide()

    def test_it_shows_for_whom_one_acts(self):
        """D-071: before it is done."""
        self.assertEqual(self.open_wizard("verdict", self.manager).on_behalf_of, "Litigator")
        self.assertFalse(self.open_wizard("verdict", self.litigator).on_behalf_of)


@tagged("post_install", "-at_install")
class TestSteerWizard(CollectionCase):
    """Pause, stop and the ways out, from their dialog."""

    def setUp(self):
        super().setUp()
        self.sequence = self.launch(self.make_short_template())

    def steer(self, purpose, **vals):
        wizard = self.env["collection.sequence.steer"].with_user(self.collector).create(
            {"sequence_id": self.sequence.id, "purpose": purpose, **vals})
        return wizard.action_apply()

    def test_pause_stop_jump(self):
        """D-028, D-030, D-032: each does what its button says."""
        self.steer("pause", reason="Wait")
        self.assertEqual((self.sequence.state, self.sequence.pause_reason), ("paused", "Wait"))
        self.sequence.action_resume()
        self.steer("jump", step_id=self.sequence.template_id.step_ids[1].id, reason="On")
        self.assertAt(self.sequence, "judge")
        self.steer("stop", reason="Enough")
        self.assertEqual(self.sequence.state, "stopped")

    def test_jump_needs_a_step(self):
        """D-032: the message says to choose one."""
        with self.assertRaisesRegex(UserError, "Choose the step"):
            self.steer("jump", reason="On")


@tagged("post_install", "-at_install")
class TestRescheduleWizard(CollectionCase):
    """Moving an action to another day."""

    def test_it_moves_the_action_and_shows_when_the_deadline_goes_along(self):
        """D-045: the original deadline stays in the record."""
        template = self.make_template(
            "MOVE", [step("one", [action("a", deadline_days=3)], [row("end")])])
        act = self.get_action(self.launch(template), "a").with_user(self.collector)
        wizard = self.env["collection.action.reschedule"].with_user(self.collector).with_context(
            **act.action_open_reschedule()["context"]).create({})
        self.assertEqual((wizard.date, wizard.moves_deadline), (act.date, False))
        wizard.date = "2026-03-20"
        self.assertTrue(wizard.moves_deadline)
        wizard.action_apply()
        self.assertEqual([str(d) for d in (act.date, act.deadline, act.original_deadline)],
                         ["2026-03-20", "2026-03-20", "2026-03-05"])
