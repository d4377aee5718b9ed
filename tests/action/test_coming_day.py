from unittest.mock import patch

from odoo.tests import tagged

from ...models.action import collection_action_closing
from ..common import CollectionCase, load_migration


@tagged("post_install", "-at_install")
class TestComingDay(CollectionCase):
    """The cron that brings actions to their day, an hour of a large portfolio."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acts = cls.env["collection.action"]
        for name in ("One", "Two", "Three"):
            customer = cls.make_customer(name)
            move = cls.make_invoice(customer, 100, due="2026-02-01")
            items = cls.get_items(move)
            cls.acts |= cls.acts.with_user(cls.collector).create_specific(
                items.with_user(cls.collector), {"name": "Visit", "date": "2026-03-10"}).sudo()

    def run_on(self, day, size=1):
        """:return: list of how many had come at each commit"""
        come = []

        def commit(crons, *_args, **_kwargs):
            crons.env.flush_all()
            come.append(crons.env["collection.action"].search_count([
                ("id", "in", self.acts.ids), ("state", "=", "todo")]))
            return 0  # out of time

        self.env.flush_all()
        with patch.object(collection_action_closing, "BATCH", size), patch.object(
                self.env.registry["ir.cron"], "_commit_progress", commit), self.at(
                f"{day} 09:00:00"):
            self.run_cron("_bring_all_to_day", model="collection.action")
        self.env.invalidate_all()
        return come

    def test_a_batch_a_transaction(self):
        """Issue 20: what is done stays done, and a run reaches the last of them."""
        self.assertEqual(self.run_on("2026-03-09"), [0])
        self.assertEqual(self.run_on("2026-03-10", size=2), [0, 2, 3])

    def test_what_another_worker_has_is_left_to_it(self):
        """Issue 20: an action that is being sent is not waited for; the next run finds it."""
        actions = self.env.registry["collection.action"]
        held, lock = self.acts[0].id, actions.try_lock_for_update
        with patch.object(actions, "try_lock_for_update", lambda records: lock(
                records.filtered(lambda action: action.id != held))):
            self.run_on("2026-03-10", size=2)
        self.assertEqual(self.acts.mapped("state"), ["scheduled", "todo", "todo"])
        self.run_on("2026-03-10")
        self.assertEqual(self.acts.mapped("state"), ["todo"] * 3)

    def test_what_is_settled_closes(self):
        """A-028: on its day, and of what was to do already."""
        self.run_on("2026-03-10")
        self.pay(self.acts[1].item_ids.move_id)
        self.assertEqual(self.acts[1].state, "todo")
        self.run_on("2026-03-11")
        self.assertEqual(self.acts.mapped("state"), ["todo", "closed", "todo"])

    def test_the_cron_is_brought_up_to_date(self):
        """Migration: the cron of a database from before; what somebody wrote there stays."""
        cron = self.env.ref("account_collection.cron_bring_to_day")
        script = load_migration("19.0.8.0.0/post-bring_to_day")
        for before, after in (("model._bring_to_day()", "model._bring_all_to_day()"),
                              ("log('mine')", "log('mine')")):
            cron.code = before
            self.env.flush_all()
            script.migrate(self.env.cr, "19.0.7.0.0")
            self.env.invalidate_all()
            self.assertEqual(cron.code, after)
