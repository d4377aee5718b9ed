"""Random business, and the list of debtors between: it is what one made from nothing would be."""

from datetime import timedelta

from hypothesis import given, note, strategies as st

from odoo.tests import tagged
from odoo.tools import SQL

from .. import test_ledger_business as ledger
from ..ledger_machine import LedgerMachine, get_settings

#: What a collector does, between what the accountants do.
COMMANDS = ("promise", "dispute", "hold", "call")


class DebtorMachine(LedgerMachine):
    """What accountants and collectors do; the crons keep the list."""

    def run(self, random):
        self.random = random
        super().run(random)

    def work(self, operation, arguments):
        super().work(operation, arguments)
        if self.random.random() < 0.5:
            command = self.random.choice(COMMANDS)
            note(command)
            getattr(self, command)(self.random.choice(list(self.customers)))
        self.hour()

    def night(self, days):
        super().night(days)
        self.hour()

    # -- what a collector does -------------------------------------------------------

    def act(self, command):
        """Run a command of the manager, as a request does: what follows its end is done."""
        command(self.env(user=self.case.manager))
        self.env.cr.precommit.run()
        self.env.invalidate_all()

    def get_items(self, customer):
        """:return: the items of one invoice of a customer that nobody treats yet"""
        move = self.env["account.move"].search([
            ("commercial_partner_id", "=", customer.id), ("move_type", "=", "out_invoice"),
            ("state", "=", "posted")], limit=1, order="id desc")
        return move.line_ids.filtered(lambda line: (
            line.account_type == "asset_receivable" and line.amount_residual_currency > 0
            and not line.collection_status_id and line in move._get_collection_lines()))

    def promise(self, customer):
        items = self.get_items(customer)
        day = self.clock().date() + timedelta(days=self.random.randint(0, 9))
        if items:
            self.act(lambda env: env["collection.promise"].make(items, date=day))

    def dispute(self, customer):
        items = self.get_items(customer)
        if items:
            reason = self.env["collection.dispute.reason"].search([], limit=1)
            self.act(lambda env: env["collection.dispute"].open(items, reason))

    def hold(self, customer):
        until = self.random.choice([False, self.clock().date() + timedelta(days=9)])
        self.act(lambda env: customer.with_env(env).write({"collection_hold_until": until}))

    def call(self, customer):
        self.act(lambda env: env["collection.action"].create_message(
            customer, {"name": "Call", "kind": "call"}).close("done"))

    # -- what the crons make of it ---------------------------------------------------

    def hour(self):
        """After each piece of business, the hourly crons have run: the list is what it ought to
        be."""
        self.case.run_cron("_plan_marked", model="collection.scenario")
        self.case.run_cron("_process_marked", model="collection.debtor")
        self.env.invalidate_all()
        self.check_debtors()

    def check_debtors(self):
        kept = self.read_rows()
        self.env.cr.execute("DELETE FROM collection_debtor")
        self.env["collection.debtor"]._rebuild(self.customers)
        made = self.read_rows()
        assert kept == made, f"it was kept as {kept}, and is {made}"
        for debtor in self.env["collection.debtor"].search([]):
            owed = debtor.overdue - debtor.credits
            overdue = sum(item["residual"] for item in self.get_overdue(
                debtor.customer_id, debtor.company_id))
            assert abs(owed - float(overdue)) < 0.005, f"{owed} is said of {overdue}"

    def read_rows(self):
        """:return: list of the rows of the customers, without their ids"""
        return [row for [row] in self.env.execute_query(SQL(
            "SELECT to_jsonb(debtor) - 'id' FROM collection_debtor AS debtor"
            " ORDER BY customer_id, company_id"))]


@tagged("post_install", "-at_install")
class TestDebtorProperty(ledger.TestLedgerBusiness):
    """Whatever is posted, paid, merged, promised, disputed, held and called."""

    def test_every_course_of_business(self):
        """beyond 1: the list that is kept is the list that would be made."""
        @get_settings(max(2, ledger.COURSES // 2))
        @given(st.randoms(use_true_random=True))
        def go_through(random):
            DebtorMachine(self).run(random)

        go_through()
