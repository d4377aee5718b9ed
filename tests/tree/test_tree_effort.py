"""Trees and texts that ask for more work than anybody would wait for."""

import json
import random
import time
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...engine import Definition, Goto, Row, Step
from ...engine.picture import lay_out
from ...engine.sequence.definition import Joined
from ...models.tree import collection_sequence_template
from ..common import CollectionCase, action, row, step


def make_dense(steps, ways):
    """:return: a tree in which each step leads on, and to others by chance"""
    chance, keys = random.Random(1), [f"s{number}" for number in range(steps)]
    return Definition("DENSE", 1, tuple(
        Step(key, rows=tuple(
            Row(f"r{way}", Joined(), Goto(
                chance.choice(keys) if way else keys[(number + 1) % steps]))
            for way in range(ways)))
        for number, key in enumerate(keys)))


@tagged("post_install", "-at_install")
class TestTreeEffort(CollectionCase):

    def test_a_dense_tree_is_drawn(self):
        """X-24: a hundred steps with ten ways each; it took more than 90 seconds."""
        begun = time.process_time()
        picture = lay_out(make_dense(100, 10))
        self.assertLess(time.process_time() - begun, 10)
        self.assertEqual(len(picture.boxes), 100)

    def test_a_file_with_more_steps_than_a_tree_may_have(self):
        """X-24: refused before anything of it is made, and says how to go on."""
        codec = self.env["collection.template.file"]
        template = self.make_short_template()
        data = template._export_file()
        [start] = data["template"]["step_ids"][:1]
        for steps, rows in ((201, 1), (20, 100)):
            data["template"]["step_ids"] = [
                {**start, "key": f"s{number}",
                 "transition_ids": start["transition_ids"][:1] * rows} for number in range(steps)]
            with self.assertRaisesRegex(UserError, "templates that take over from each other"):
                codec._import_file(json.dumps(data).encode())

    def test_a_file_of_four_megabytes(self):
        """Bad input: told by its size, in no time."""
        begun = time.process_time()
        with self.assertRaisesRegex(UserError, "too big to be a sequence template: 2 MB"):
            self.env["collection.template.file"]._import_file(b" " * 4_000_000)
        self.assertLess(time.process_time() - begun, 1)

    def test_a_large_draft_is_neither_drawn_nor_published(self):
        """X-24: made by hand or by a program; its form opens all the same."""
        template = self.make_template("BIG", [
            step("a", [action("x")], [row("b")]),
            step("b", [action("y")], [row("end:Over")])], publish=False)
        self.assertTrue(template.picture)
        with patch.object(collection_sequence_template, "MOST_STEPS", 1):
            template.invalidate_recordset()
            self.assertFalse(template.picture)
            with self.assertRaisesRegex(UserError, "2 steps with 2 rows"):
                template.action_publish()
            with self.assertRaisesRegex(UserError, "2 steps with 2 rows"):
                template._play_dry_run("2026-03-02", [])

    def test_the_picture_of_a_version_is_worked_out_once(self):
        """X-24: whoever opens a published version reads what publishing kept."""
        template = self.make_short_template()
        expected = template.picture
        template.invalidate_recordset()
        with patch.object(collection_sequence_template, "lay_out", side_effect=AssertionError):
            self.assertEqual(json.dumps(template.picture, sort_keys=True),
                             json.dumps(expected, sort_keys=True))

    def test_a_comment_that_nobody_reads(self):
        """X-25: 100 kB on every item ended in an error of memory; 4,000 characters are kept."""
        customer = self.make_customer("Long")
        self.make_invoice(customer)
        items = self.env["account.move.line"].search([
            ("partner_id", "=", customer.id), ("account_type", "=", "asset_receivable")])
        status = self.env.ref("account_collection.item_status_litigation")
        with self.assertRaisesRegex(UserError, "100000 characters: 4000 at most"):
            items.set_collection_status(status.id, comment="x" * 100_000)
        items.set_collection_status(status.id, comment="x" * 4000)
