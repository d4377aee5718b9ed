"""Random business, and the list of debtors between: it is what one made from nothing would be."""

from datetime import timedelta

from hypothesis import settings, strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from odoo.tests import tagged
from odoo.tools import SQL

from .. import test_ledger_business as ledger

#: Whoever may be changed: one of the two customers.
customers = st.integers(0, 1)


class DebtorMachine(ledger.LedgerMachine):
    """What accountants and collectors do; the crons keep the list."""

    # -- what a collector does -------------------------------------------------------

    def act(self, command):
        """Run a command of the collector, as a request does: what follows its end is done."""
        command(self.env(user=self.case.collector))
        self.env.cr.precommit.run()
        self.env.invalidate_all()

    def get_items(self, number):
        return self.pick(number).line_ids.filtered(lambda line: (
            line.account_type == "asset_receivable" and line.amount_residual > 0
            and not line.collection_status_id))

    @rule(number=ledger.picks, days=st.integers(0, 9))
    def promise(self, number, days):
        items = self.get_items(number)
        if items:
            self.act(lambda env: env["collection.promise"].make(
                items, date=self.today + timedelta(days=days)))

    @rule(number=ledger.picks)
    def dispute(self, number):
        items = self.get_items(number)
        if items:
            reason = self.env["collection.dispute.reason"].search([], limit=1)
            self.act(lambda env: env["collection.dispute"].open(items, reason))

    @rule(customer=customers, days=st.integers(-1, 9))
    def hold(self, customer, days):
        customer = self.case.customers[customer]
        until = self.today + timedelta(days=days) if days >= 0 else False
        self.act(lambda env: customer.with_env(env).write({"collection_hold_until": until}))

    @rule(customer=customers)
    def call(self, customer):
        customer = self.case.customers[customer]
        self.act(lambda env: env["collection.action"].create_message(
            customer, {"name": "Call", "kind": "call"}).close("done"))

    # -- what the crons make of it ---------------------------------------------------

    @invariant()
    def hour(self):
        """After each step, the hourly crons have run: the list is what it ought to be."""
        self.case.run_cron("_plan_marked", model="collection.scenario")
        self.case.run_cron("_process_marked", model="collection.debtor")
        self.env.invalidate_all()
        self.check_debtors()

    def check_debtors(self):
        kept = self.read_rows()
        self.env.cr.execute("DELETE FROM collection_debtor")
        self.env["collection.debtor"]._rebuild(self.case.customers)
        made = self.read_rows()
        assert kept == made, f"it was kept as {kept}, and is {made}"
        for customer in self.case.customers:
            debtor = self.env["collection.debtor"].search([("customer_id", "=", customer.id)])
            owed, overdue = debtor.overdue - debtor.credits, self.get_overdue(customer)
            assert abs(owed - float(overdue)) < 0.005, f"{owed} is said of {overdue}"

    def read_rows(self):
        """:return: list of the rows of the two customers, without their ids"""
        return [row for [row] in self.env.execute_query(SQL(
            "SELECT to_jsonb(debtor) - 'id' FROM collection_debtor AS debtor"
            " WHERE customer_id = ANY(%s) ORDER BY customer_id", self.case.customers.ids))]


@tagged("post_install", "-at_install")
class TestDebtorProperty(ledger.TestLedgerBusiness):
    """Whatever is posted, promised, disputed, held and called."""

    def test_every_course_of_business(self):
        """beyond 1: the list that is kept is the list that would be made."""
        machine = type("Machine", (DebtorMachine,), {"case": self})
        run_state_machine_as_test(machine, settings=settings(ledger.SETTINGS, max_examples=4))
