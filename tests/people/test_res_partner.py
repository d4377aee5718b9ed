from odoo.tests import Form, tagged

from ..common import CollectionCase


@tagged("post_install", "-at_install")
class TestResPartner(CollectionCase):
    """D-027: the customer form: one clear, central view."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_short_template()
        cls.other = cls.make_short_template("OTHER")

    def setUp(self):
        super().setUp()
        self.running = self.launch(self.template)
        self.paused = self.launch(self.other)
        self.paused.action_pause()
        self.file = self.customer.with_user(self.collector)

    def test_the_collector_of_the_own_portfolio_names_nobody(self):
        """screens 17: the field is read-only on the form for whom naming is refused."""
        for user, readonly in ((self.collector, "1"), (self.manager, None)):
            view = self.env.ref("account_collection.res_partner_view_form_tab_collection")
            arch = self.env["res.partner"].with_user(user).get_view(view.id, "form")["arch"]
            [field] = [part for part in arch.split("<field ") if 'name="collector_id"' in part]
            self.assertEqual("readonly=\"1\"" in field.split(">")[0], bool(readonly))

    def test_the_tab_lists_running_paused_and_ended(self):
        """D-007, D-023, D-027: in one place, with their state."""
        self.running.action_stop("Moved out")
        again = self.launch(self.template)
        self.assertEqual(
            {s: s.state for s in self.file.collection_sequence_ids},
            {self.running: "stopped", self.paused: "paused", again: "running"})

    def test_the_tab_shows_the_current_step_and_what_is_done_waiting_and_to_come(self):
        """D-024, D-025: counted for each sequence."""
        self.close(self.running, "file")
        sequence = self.file.collection_sequence_ids.filtered(lambda s: s == self.running)
        self.assertEqual(
            (sequence.step_id.name, sequence.action_done_count, sequence.action_todo_count,
             sequence.action_coming_count), ("Judge", 1, 1, 0))

    def test_the_form_opens_for_who_collects_and_for_who_does_not(self):
        """D-007: a colleague without collection rights still opens the customer."""
        clerk = self.make_user("clerk", "base.group_user,base.group_partner_manager")
        for user in (self.collector, clerk):
            Form(self.customer.with_user(user))

    def count_queries_of(self, record, fields_spec):
        record.web_read(fields_spec)  # what a server learns once
        self.forget_all()
        before = self.env.cr.sql_log_count
        record.web_read(fields_spec)
        return self.env.cr.sql_log_count - before

    def test_the_form_opens_with_the_queries_of_odoo(self):
        """DESIGN, figures: what ours shows is read when a tab is opened, or a moment later."""
        self.manager.group_ids += self.env.ref("account.group_account_invoice")
        customer = self.customer.with_user(self.manager)
        fields_spec = Form(customer)._view["fields_spec"]
        ours = {name for name in fields_spec if name.startswith(("collection_", "collector_"))}
        bare = {name: spec for name, spec in fields_spec.items() if name not in ours}
        self.assertEqual(
            self.count_queries_of(customer, bare), self.count_queries_of(customer, fields_spec))

    def test_writing_what_is_odoos_reads_nothing_of_ours(self):
        """DESIGN, figures: posting an invoice raises its customer's rank, field by field."""
        self.cr.precommit.run()  # what is new is not tracked
        self.env.flush_all()
        self.env.invalidate_all()
        customer = self.customer.with_context(
            prefetch_fields=False, tracking_disable=False)
        customer.customer_rank += 1
        read = [name for name, field in customer._fields.items()
                if name.startswith(("collection_", "collector_"))
                and customer.id in field._get_cache(customer.env)]
        self.assertFalse(read)

    def test_a_change_of_ours_is_tracked(self):
        """M-022: in the chatter, with what it was before."""
        self.cr.precommit.run()  # what is new is not tracked
        customer = self.file.with_context(tracking_disable=False)
        customer.collection_hold_reason = "Waits for the court"
        customer.collection_hold_reason = "Waits for the bailiff"
        self.env.flush_all()
        self.cr.precommit.run()
        [value] = self.env["mail.tracking.value"].search([
            ("mail_message_id", "in", self.customer.message_ids.ids),
            ("field_id.name", "=", "collection_hold_reason")])
        self.assertEqual((value.old_value_char or "", value.new_value_char),
                         ("", "Waits for the bailiff"))

    def test_participants_are_edited_on_the_customer(self):
        """D-005, D-011, D-082 to D-084: a function and who holds it."""
        view = "account_collection.res_partner_view_form_tab_sequences"
        with Form(self.file, view) as form, form.collection_participant_ids.edit(0) as line:
            self.assertEqual(line.function_id, self.gest)
            line.user_id = self.manager
        self.assertEqual(self.get_action(self.running, "file").user_id, self.manager)

    def test_participants_are_added_to_the_sequence(self):
        """D-083, D-084: in the sequence's own list, with their function."""
        with Form(self.running.with_user(self.collector)) as form, \
                form.participant_ids.new() as line:
            line.function_id = self.cj
            line.contact_id = self.bailiff
        self.assertIn(self.bailiff, self.running.participant_ids.partner_id)

    def test_history_is_repeated_on_the_customer(self):
        """D-026, D-044: every sequence's rows, latest first."""
        rows = self.file.collection_history_ids
        self.assertEqual(rows.sequence_id, self.running | self.paused)
        self.assertEqual(rows.mapped("number"), sorted(rows.mapped("number"), reverse=True))

    def test_a_manager_verifies_the_history_from_the_form(self):
        """D-071, D-072: and reads a sentence that says whether it is whole."""
        notice = self.customer.with_user(self.manager).action_verify_collection_history()
        self.assertEqual(notice["params"]["type"], "success")
        self.env.cr.execute("ALTER TABLE collection_history DISABLE TRIGGER USER")
        self.env.cr.execute("UPDATE collection_history SET user_name = 'Somebody'")
        self.env.invalidate_all()
        notice = self.customer.with_user(self.manager).action_verify_collection_history()
        self.assertEqual(notice["params"]["type"], "danger")

    def test_a_contact_persons_button_leads_to_the_company(self):
        """D-007: the file is the company's."""
        contact = self.make_partner("Jane", parent_id=self.customer.id)
        action = contact.with_user(self.collector).action_open_collection_sequences()
        self.assertIn(("customer_id", "=", self.customer.id), action["domain"])
