from psycopg2.errors import RaiseException

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.history.kinds import KINDS, SENTENCES
from ..common import CollectionCase


@tagged("post_install", "-at_install")
class TestHistory(CollectionCase):
    """The trace: append only, numbered without gap, hash-chained."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_short_template()

    def setUp(self):
        super().setUp()
        self.sequence = self.launch(self.template, situation="Rent of May")
        self.close(self.sequence, "file", user=self.collector, comment="Lease is fine")

    def rows(self, customer=None):
        return self.env["collection.history"].search(
            [("customer_id", "=", (customer or self.customer).id)], order="number")

    def test_every_move_is_traced_dated_and_attributed(self):
        """D-021, D-026, D-071, D-072, D-088: in order, with who, when and why."""
        self.assertEqual(self.rows().mapped(lambda r: (r.kind, r.step_name)), [
            ("launched", "Check"), ("visit_entered", "Check"), ("action_created", "Check"),
            ("action_closed", "Check"), ("visit_left", "Check"),
            ("visit_entered", "Judge"), ("action_created", "Judge")])
        closed = self.rows().filtered(lambda r: r.kind == "action_closed")
        self.assertEqual((closed.user_id, str(closed.at), closed.text),
                         (self.collector, "2026-03-02 09:00:00", "Lease is fine"))

    def test_the_rule_that_fired_is_traced(self):
        """D-071: by the key of its row."""
        left = self.rows().filtered(lambda r: r.kind == "visit_left")
        self.assertEqual(left.data["row"], "r1")

    def test_the_facts_of_one_command_belong_together(self):
        """D-071: cause and effects share one reference."""
        references = self.rows().mapped("command_ref")
        self.assertEqual(len(set(references[:3])), 1)
        self.assertEqual(len(set(references[3:])), 1)
        self.assertNotEqual(references[0], references[3])

    def test_numbers_have_no_gap_over_all_sequences(self):
        """D-026, D-044: one history a customer, whatever the number of sequences."""
        self.launch(self.make_short_template("OTHER"))
        numbers = self.rows().mapped("number")
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))

    def test_names_are_kept_as_they_were(self):
        """D-035, D-072: renaming a person later does not rewrite history."""
        self.collector.name = "Somebody Else"
        self.assertEqual(set(self.rows().mapped("user_name")), {"Collector"})

    def test_the_orm_refuses_changes(self):
        """D-072: written by what happens, never by hand."""
        row = self.rows()[0]
        for attempt in (
            lambda: row.sudo().write({"user_name": "Me"}),
            lambda: row.sudo().unlink(),
            lambda: row.sudo().create({"kind": "launched"}),
        ):
            with self.assertRaises(UserError):
                attempt()

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_changes(self):
        """D-072: also to whoever writes SQL."""
        for query in (
            "UPDATE collection_history SET user_name = 'Me'",
            "DELETE FROM collection_history",
            "TRUNCATE collection_history CASCADE",
        ):
            with self.assertRaisesRegex(RaiseException, "append-only"), self.env.cr.savepoint():
                self.env.cr.execute(query)

    def test_the_chain_holds(self):
        """D-071: a manager verifies it."""
        self.assertTrue(self.env["collection.history"].with_user(self.manager).verify(
            self.customer))

    def test_a_changed_row_breaks_the_chain(self):
        """D-071: even when somebody disarmed the guard."""
        for column, value in [("user_name", "'Me'"), ("text", "'Other words'"), ("number", "99")]:
            with self.subTest(column=column):
                self.env.cr.execute("SAVEPOINT tamper")
                self.env.cr.execute(
                    "ALTER TABLE collection_history DISABLE TRIGGER USER")
                self.env.cr.execute(
                    f"UPDATE collection_history SET {column} = {value} WHERE id = %s",
                    [self.rows()[-4].id])
                self.env.invalidate_all()
                history = self.env["collection.history"].with_user(self.manager)
                self.assertFalse(history.verify(self.customer))
                self.env.cr.execute("ROLLBACK TO SAVEPOINT tamper")
                self.env.invalidate_all()

    def test_a_missing_row_breaks_the_chain(self):
        """D-072: nothing can be cut out, not even the end."""
        for position in (0, 3, -1):
            with self.subTest(position=position):
                self.env.cr.execute("SAVEPOINT cut")
                self.env.cr.execute("ALTER TABLE collection_history DISABLE TRIGGER USER")
                self.env.cr.execute("DELETE FROM collection_history WHERE id = %s",
                                    [self.rows()[position].id])
                self.env.invalidate_all()
                history = self.env["collection.history"].with_user(self.manager)
                self.assertFalse(history.verify(self.customer))
                self.env.cr.execute("ROLLBACK TO SAVEPOINT cut")
                self.env.invalidate_all()

    def test_text_can_be_erased_by_law(self):
        """D-072: the text goes, the row and the chain stay."""
        closed = self.rows().filtered(lambda r: r.kind == "action_closed")
        closed.with_user(self.manager).erase_text("Asked by law")
        self.assertFalse(closed.text)
        self.assertTrue(self.env["collection.history"].with_user(self.manager).verify(
            self.customer))

    def test_only_a_manager_erases_or_verifies(self):
        """D-077: a collector reads it."""
        history = self.rows().with_user(self.collector)
        with self.assertRaises(UserError):
            history.erase_text("Asked by law")
        with self.assertRaises(UserError):
            history.verify(self.customer)

    def test_a_merge_of_customers_keeps_the_history(self):
        """D-044: both chains stay whole under the customer that remains."""
        other = self.make_customer("Tenant Double")
        other_sequence = self.launch(self.make_short_template("OTHER"), other)
        other.collection_participant_ids.unlink()
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge((other | self.customer).ids, self.customer)
        self.env.invalidate_all()
        self.assertEqual(self.rows().sequence_id, self.sequence | other_sequence)
        self.assertTrue(self.env["collection.history"].with_user(self.manager).verify(
            self.customer))

    def test_the_summary_speaks_the_readers_language(self):
        """D-026: rows are stored without sentences."""
        closed = self.rows().filtered(lambda r: r.kind == "action_closed")
        self.assertEqual(closed.summary, "“File” closed: Done")

    def test_the_chatter_mirrors_it(self):
        """D-021: one note a command."""
        notes = self.sequence.message_ids.filtered(lambda m: "closed: Done" in (m.body or ""))
        self.assertEqual(len(notes), 1)
        self.assertIn("Lease is fine", notes.body)

    def test_a_comment_is_no_markup(self):
        """D-021: what a person typed is escaped wherever it is shown."""
        self.close(self.sequence, "verdict", "refused", comment="<script>alert(1)</script>")
        bodies = "".join(self.sequence.message_ids.mapped("body"))
        self.assertNotIn("<script>", bodies)
        self.assertIn("&lt;script&gt;", bodies)

    def test_every_kind_has_a_sentence(self):
        """D-026: whatever is traced can be read."""
        self.assertEqual(set(SENTENCES), set(dict(KINDS)))
