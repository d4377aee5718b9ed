from odoo.tests import Form, tagged

from ..common import CollectionCase


@tagged("post_install", "-at_install")
class TestResPartner(CollectionCase):
    """The customer form: one clear, central view."""

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
            view = self.env.ref("account_collection.res_partner_view_form_collection")
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

    def test_participants_are_edited_on_the_customer(self):
        """D-005, D-011, D-082 to D-084: a function and who holds it."""
        with Form(self.file) as form, form.collection_participant_ids.edit(0) as line:
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
