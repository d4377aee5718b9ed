"""Two colleagues offer a plan for the same items at the same moment."""

import threading
from contextlib import closing, contextmanager
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import OperationalError

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from ..common import NOW

#: What is put away after the test, in this order: table, and the rows of the customer.
TABLES = (
    ("collection_history", "chain_id IN (SELECT id FROM collection_history_chain"
                           " WHERE customer_id = %s)"),
    ("collection_history_chain", "customer_id = %s"),
    ("collection_payment_plan_line", "plan_id IN (SELECT id FROM collection_payment_plan"
                                     " WHERE customer_id = %s)"),
    ("collection_payment_plan", "customer_id = %s"), ("collection_plan_mark", "partner_id = %s"),
    ("collection_plan_wake", "customer_id = %s"), ("account_move", "partner_id = %s"),
    ("mail_message", "model = 'res.partner' AND res_id = %s"), ("res_partner", "id = %s"),
)
#: Tables whose rows are guarded.
GUARDED = ("collection_history", "collection_history_chain", "collection_payment_plan")


@tagged("post_install", "-at_install")
class TestPlanRace(BaseCase):
    """Two real connections, each of which commits."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        # the runner's own thread may hold the lock that ours need to make an environment
        self.startPatcher(patch.object(Registry, "_lock", DummyRLock()))
        self.startPatcher(freeze_time(NOW))
        self.addCleanup(self._put_away)
        with self.environment() as env:
            env["res.lang"]._activate_lang("en_US")
            customer = env["res.partner"].create({"name": "Race", "is_company": True})
            self.customer = customer.id
            account = env["account.account"].search([("account_type", "=", "income")], limit=1)
            invoice = env["account.move"].create({
                "move_type": "out_invoice", "partner_id": customer.id,
                "invoice_date": date(2026, 1, 1), "invoice_date_due": date(2026, 2, 1),
                "invoice_line_ids": [Command.create({
                    "name": "Rent", "price_unit": 100, "account_id": account.id,
                    "tax_ids": [Command.clear()]})]})
            invoice.action_post()
            self.items = invoice.line_ids.filtered(
                lambda line: line.account_type == "asset_receivable").ids

    @contextmanager
    def environment(self):
        """A connection of one's own, committed at the end."""
        with closing(self.registry.cursor()) as cr:
            yield api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            cr.commit()

    def _put_away(self):
        with self.environment() as env:
            for table in GUARDED:
                env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            for table, rows in TABLES:
                env.cr.execute(f"DELETE FROM {table} WHERE {rows}", [self.customer])
            for table in GUARDED:
                env.cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    def offer(self, env):
        return env["collection.payment.plan"].offer(self.items, [("2026-03-20", 100)])

    def offer_as_colleague(self):
        """A colleague's request: like Odoo's server, tried again where it lost a race."""
        for _attempt in range(20):
            try:
                with self.environment() as env, mute_logger("odoo.sql_db"):
                    self.offer(env)
            except OperationalError:
                continue
            return

    def test_the_second_offer_takes_the_place_of_the_first(self):
        """Issue 19: of two at once, one stands, as the next version of the other."""
        thread = threading.Thread(target=self.offer_as_colleague)
        with self.environment() as env:
            self.offer(env)
            thread.start()
            thread.join(1)  # it waits for this connection, or has offered beside it
        thread.join(30)
        with self.environment() as env:
            plans = env["collection.payment.plan"].search(
                [("customer_id", "=", self.customer)], order="id")
            self.assertEqual([(plan.state, plan.version) for plan in plans],
                             [("withdrawn", 1), ("offered", 2)])
