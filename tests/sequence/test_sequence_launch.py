from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ..common import CollectionCase, action, row, step


@tagged("post_install", "-at_install")
class TestSequenceLaunch(CollectionCase):
    """Launching: a person applies a published template to one customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_short_template()

    def test_launch_applies_a_template_to_one_customer(self):
        """D-001, D-010, D-062: the sequence starts at the template's first step."""
        sequence = self.launch(self.template, situation="Rent of May")
        self.assertEqual(sequence.customer_id, self.customer)
        self.assertEqual(sequence.template_id, self.template)
        self.assertAt(sequence, "check")
        self.assertEqual(sequence.launched_by_id, self.collector)
        self.assertEqual(sequence.launched_from, "user")

    def test_only_the_first_steps_actions_are_created(self):
        """D-018: nothing of later steps exists yet."""
        sequence = self.launch(self.template)
        self.assertEqual(sequence.action_ids.mapped("content_key"), ["file"])

    def test_each_action_is_owed_by_its_functions_holder(self):
        """D-003, D-004, D-019, D-038: not by whoever launched."""
        template = self.make_template("MANY", [
            step("start", [action("a"), action("b", "RC"), action("c", "CJ")], [row("end")]),
        ])
        sequence = self.launch(template)
        holders = {a.content_key: a.responsible_id for a in sequence.action_ids}
        self.assertEqual(holders, {
            "a": self.collector.partner_id, "b": self.litigator.partner_id, "c": self.bailiff})

    def test_different_templates_run_side_by_side(self):
        """D-013, D-014, D-017: one situation each."""
        other = self.make_short_template("OTHER")
        sequences = self.launch(self.template, situation="Rent") | self.launch(
            other, situation="Noise")
        self.assertEqual(self.customer.with_user(self.collector).collection_sequence_count, 2)
        self.assertEqual(set(sequences.mapped("situation")), {"Rent", "Noise"})

    def test_a_template_runs_once_at_a_time(self):
        """D-016: the message names the sequence under way and its step."""
        self.launch(self.template)
        with self.assertRaisesRegex(UserError, "already in .*SHORT.*step “Check”"):
            self.launch(self.template)
        self.assertEqual(len(self.customer.collection_sequence_ids), 1)

    def test_a_paused_sequence_still_holds_its_place(self):
        """D-016: paused counts as under way."""
        self.launch(self.template).action_pause()
        with self.assertRaises(UserError):
            self.launch(self.template)

    def test_an_ended_sequence_frees_its_place(self):
        """D-016: stopped does not count."""
        self.launch(self.template).action_stop("Moved out")
        self.assertAt(self.launch(self.template), "check")

    def test_another_version_of_the_template_counts_as_the_same(self):
        """D-016: the code decides, not the version."""
        self.launch(self.template)
        self.template.action_new_version()
        newer = self.template.search([("code", "=", "SHORT"), ("state", "=", "draft")])
        newer.action_publish()
        with self.assertRaises(UserError):
            self.launch(newer)

    @mute_logger("odoo.sql_db")
    def test_the_database_guards_against_two_open_sequences(self):
        """D-016: also against a second writer that the check did not see."""
        first = self.launch(self.template)
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            first.sudo().copy({"state": "running"})
            self.env.flush_all()

    def test_a_draft_is_not_launched(self):
        """D-002: only what the settings have published."""
        draft = self.make_short_template("DRAFT", publish=False)
        with self.assertRaisesRegex(UserError, "DRAFT.*not published"):
            self.launch(draft)

    def test_an_archived_customer_is_refused(self):
        """D-006: bad input names the customer and the way out."""
        self.customer.active = False
        with self.assertRaisesRegex(UserError, "Tenant One is archived"):
            self.launch(self.template)

    def test_a_contact_person_leads_to_the_company(self):
        """D-006: the file belongs to the commercial entity."""
        contact = self.make_partner("Jane", parent_id=self.customer.id)
        sequence = self.launch(self.template, contact)
        self.assertEqual(sequence.customer_id, self.customer)

    def test_a_function_of_the_first_step_needs_a_holder(self):
        """D-074, D-087: the launch names the missing function and leaves nothing behind."""
        nobody = self.make_customer("Tenant Two", holders={"RC": self.litigator})
        with self.assertRaisesRegex(UserError, "Tenant Two: nobody holds Case manager"), \
                self.env.cr.savepoint():
            self.launch(self.template, nobody)
        self.assertFalse(nobody.collection_sequence_ids)

    def test_a_later_function_may_still_be_missing(self):
        """D-087: only the first step blocks; later the action falls to the collector."""
        customer = self.make_customer("Tenant Three", holders={"GEST": self.collector})
        sequence = self.launch(self.template, customer)
        self.close(sequence, "file")
        verdict = self.get_action(sequence, "verdict")
        self.assertTrue(verdict.unassigned)
        self.assertEqual(verdict.user_id, self.collector)
        self.assertFalse(verdict.responsible_id)

    def test_the_functions_default_holder_stands_in(self):
        """D-005: sequence, then customer, then the function's default."""
        self.gest.default_user_id = self.manager
        customer = self.make_customer("Tenant Four", holders={"RC": self.litigator})
        sequence = self.launch(self.template, customer)
        self.assertEqual(self.get_action(sequence, "file").user_id, self.manager)

    def test_participants_are_copied_into_the_sequence(self):
        """D-005, D-011, D-012, D-082 to D-084: customer's holders, one line a function."""
        sequence = self.launch(self.template)
        self.assertEqual(
            {p.function_id: p.partner_id for p in sequence.participant_ids},
            {self.gest: self.collector.partner_id, self.rc: self.litigator.partner_id})

    def test_the_overdue_items_are_taken_along(self):
        """D-014: the sequence is about the items overdue at launch, unless chosen."""
        overdue = self.make_invoice(self.customer, due="2026-02-01")
        self.make_invoice(self.customer, due="2026-12-01")
        sequence = self.launch(self.template)
        self.assertEqual(sequence.item_ids.move_id, overdue)
        self.assertEqual(sequence.amount_due, 500.0)

    def test_items_of_others_are_refused(self):
        """D-014: the message names the item and the customer it does not belong to."""
        foreign = self.make_invoice(self.make_customer("Tenant Two")).line_ids.filtered(
            "date_maturity")
        with self.assertRaisesRegex(ValidationError, "not an item of Tenant One"):
            self.launch(self.template, items=foreign)

    def test_items_of_another_company_are_not_named(self):
        """X-12: no message says what they are."""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        items = self.make_invoice(self.customer).line_ids.filtered("date_maturity")
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "UPDATE account_move_line SET company_id = %s WHERE id = %s", elsewhere.id, items.id))
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self.template.with_user(self.collector).launch(self.customer.id, items=items.ids)

    def test_a_remote_call_names_records_by_id(self):
        """D-001, D-076: with the same checks."""
        template = self.template.with_user(self.collector)
        sequence = template.launch(self.customer.id, items=[])
        sequence.jump_to(self.template.step_ids[1].id, "By phone")
        self.assertAt(sequence, "judge")
        with self.assertRaisesRegex(UserError, "Choose one customer"):
            template.launch(None)

    def test_another_portfolio_is_refused(self):
        """D-006: a collector launches on the own customers only."""
        with self.assertRaisesRegex(AccessError, "not in your portfolio"):
            self.launch(self.template, user=self.litigator)

    def test_a_collector_of_all_customers_may(self):
        """D-076: the right to all customers is a group."""
        self.assertAt(self.launch(self.template, user=self.manager), "check")

    def test_another_companys_template_is_refused(self):
        """D-006: the message names the company to switch to."""
        other = self.env["res.company"].create({"name": "Other Landlord"})
        self.template.sudo().company_id.ids  # read before the switch
        foreign = self.make_short_template("FOREIGN", company_id=other.id)
        with self.assertRaisesRegex(UserError, "Other Landlord"):
            foreign.launch(self.customer)

    def test_the_launch_is_traced(self):
        """D-021, D-067, D-071: launched, step entered, action created; who and when."""
        sequence = self.launch(self.template, situation="Rent of May")
        rows = sequence.history_ids.sorted("number")
        self.assertEqual(
            rows.mapped("kind"), ["launched", "visit_entered", "action_created"])
        self.assertEqual(set(rows.mapped("user_name")), {"Collector"})
        self.assertEqual(rows[0].text, "Rent of May")
        self.assertReplays(sequence)
