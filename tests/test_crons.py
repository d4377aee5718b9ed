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

    def run_with(self, *faults):
        """Run the nightly plan, whose calls meet these faults in their order, and then none.

        :return: int, how often it was called
        """
        cron, faults, calls = self.env.ref("account_collection.cron_plan_scenarios"), [*faults], []

        def plan(_model):
            calls.append(None)
            if faults:
                raise faults.pop(0)

        self.startPatcher(patch.object(ir_cron.time, "sleep"))
        with patch.object(self.env.registry["collection.scenario"], "_plan_all", plan), (
                self.enter_registry_test_mode()), self.registry.cursor() as cr:
            cron = cron.with_env(api.Environment(cr, SUPERUSER_ID, {}))
            cron._callback(cron.cron_name, cron.ir_actions_server_id.id)
        return len(calls)

    def test_a_lost_race_is_no_failure(self):
        """Issue 20: the plan of a night does not wait for the next one."""
        self.assertEqual(self.run_with(LostRace(), LostRace(), LostRace()), 4)

    @mute_logger("odoo.addons.base.models.ir_cron")
    def test_a_fault_is_one(self):
        """Issue 20: what is wrong is not tried again at once."""
        with self.assertRaises(ValueError):
            self.run_with(ValueError("broken"), ValueError("broken too"))
