"""Crons that meet somebody else's work."""

from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.tools import mute_logger

from ..models import ir_cron
from .common import CollectionCase


class LostRace(SerializationFailure):
    """Somebody else was quicker, as PostgreSQL says it."""

    pgcode = "40001"


class TestLostRaces(CollectionCase):
    """Odoo counts a failure of a cron, and comes back when it is due again: here, tomorrow."""

    PLAN = ("account_collection.cron_plan_scenarios", "collection.scenario", "_plan_all")

    def run_with(self, *faults, of=PLAN):
        """Run a cron, whose calls meet these faults in their order, and then none.

        :param of: its name, and the model and the method that it calls
        :return: int, how often it was called; in ``called`` as well
        """
        name, model, method = of
        cron, faults, self.called = self.env.ref(name), [*faults], 0

        def work(_model):
            self.called += 1
            if faults:
                raise faults.pop(0)

        self.startPatcher(patch.object(ir_cron.time, "sleep"))
        with patch.object(self.env.registry[model], method, work), (
                self.enter_registry_test_mode()), self.registry.cursor() as cr:
            cron = cron.with_env(api.Environment(cr, SUPERUSER_ID, {}))
            cron._callback(cron.cron_name, cron.ir_actions_server_id.id)
        return self.called

    def test_a_lost_race_is_no_failure(self):
        """Issue 20: the plan of a night does not wait for the next one."""
        self.assertEqual(self.run_with(LostRace(), LostRace(), LostRace()), 4)

    @mute_logger("odoo.addons.base.models.ir_cron")
    def test_a_fault_is_one(self):
        """Issue 20: what is wrong is not tried again at once."""
        with self.assertRaises(ValueError):
            self.run_with(ValueError("broken"), ValueError("broken too"))
        self.assertEqual(self.called, 1)

    @mute_logger("odoo.addons.base.models.ir_cron")
    def test_it_ends(self):
        """Issue 20: a race that is lost again and again is a failure in the end."""
        with self.assertRaises(LostRace):
            self.run_with(*(LostRace() for _ in range(20)))
        self.assertEqual(self.called, ir_cron.MOST_TRIES)

    @mute_logger("odoo.addons.base.models.ir_cron")
    def test_crons_of_others(self):
        """Issue 20: Odoo's own crons are left to Odoo."""
        with self.assertRaises(LostRace):
            self.run_with(LostRace(), of=(
                "base.autovacuum_job", "ir.autovacuum", "_run_vacuum_cleaner"))
        self.assertEqual(self.called, 1)
