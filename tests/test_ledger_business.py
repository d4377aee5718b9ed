"""Random business of an accountant, and the nights between: what must hold whatever is done."""

import re
from datetime import timedelta

from freezegun import freeze_time
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .common import NOW, CollectionCase, action, deadline_row, event_row, row, step

#: The same examples at every run; a slow machine is no fault.
SETTINGS = settings(
    derandomize=True, deadline=None, max_examples=10, stateful_step_count=16, database=None,
    suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate],
    report_multiple_bugs=False)

#: What a night does, in its order.
NIGHT = (
    ("collection.sequence", "_process_signals"), ("collection.sequence", "_process_deadlines"),
    ("account.move.line", "_put_newly_overdue"), ("collection.sequence", "_process_signals"),
    ("collection.scenario", "_plan_all"), ("collection.action", "_bring_to_day"),
    ("collection.action", "_process_due"), ("collection.promise", "_process_promises"),
)

picks = st.integers(0, 7)


class LedgerMachine(RuleBasedStateMachine):
    """Two customers, chased by a scenario and in a sequence, in a savepoint of their own.

    Only what the accounts allow is done, so that whatever is refused is refused by this module.
    """

    #: the test case that made the customers
    case = None

    def __init__(self):
        super().__init__()
        self.env = self.case.env
        self.savepoint = self.env.cr.savepoint()
        self.savepoint.__enter__()
        self.freezer = freeze_time(NOW)
        self.clock = self.freezer.start()
        #: id of the last message that was looked at
        self.seen = 0

    def teardown(self):
        self.freezer.stop()
        self.savepoint.rollback()
        self.savepoint.__exit__(None, None, None)
        self.env.invalidate_all()

    # -- what it looks at ----------------------------------------------------------

    @property
    def today(self):
        return self.clock().date()

    def pick(self, number, *states):
        """One of the customers' invoices in these states, or none."""
        invoices = self.env["account.move"].search([
            ("partner_id", "in", self.case.customers.ids), ("move_type", "=", "out_invoice"),
            ("state", "in", states or ("posted",))], order="id")
        return invoices[number % len(invoices)] if invoices else invoices

    def get_overdue(self, customer):
        """:return: what a customer owes past its due date, credits taken off, by plain SQL"""
        self.env.flush_all()
        [[total]] = self.env.execute_query(SQL(
            """
            SELECT COALESCE(sum(line.amount_residual), 0)
              FROM account_move_line AS line
              JOIN account_move AS move ON move.id = line.move_id
              JOIN account_account AS account ON account.id = line.account_id
             WHERE line.partner_id = %s AND line.parent_state = 'posted'
               AND account.account_type = 'asset_receivable' AND NOT line.reconciled
               AND line.no_followup IS NOT TRUE
               AND move.payment_state NOT IN ('in_payment', 'paid', 'reversed', 'blocked')
               AND (line.amount_residual < 0 OR line.date_maturity < %s)
            """, customer.id, self.today))
        return total

    # -- what an accountant does -----------------------------------------------------

    @rule(customer=st.integers(0, 1), amount=st.sampled_from([100, 250]),
          days=st.integers(-10, 20))
    def post(self, customer, amount, days):
        self.case.make_invoice(
            self.case.customers[customer], amount, due=self.today + timedelta(days=days),
            invoice_date=self.today - timedelta(days=30))

    @rule(number=picks, part=st.booleans())
    def pay(self, number, part):
        invoice = self.pick(number)
        if invoice.amount_residual:
            self.case.pay(invoice, min(30, invoice.amount_residual) if part else None)

    @rule(number=picks)
    def credit(self, number):
        invoice = self.pick(number)
        if invoice.amount_residual:
            self.case.credit(invoice)

    @rule(customer=st.integers(0, 1), amount=st.sampled_from([40, 500]))
    def pay_on_account(self, customer, amount):
        customer = self.case.customers[customer]
        self.env["account.move"].create({
            "move_type": "entry", "date": self.today, "journal_id": self.case.bank.id,
            "line_ids": [
                Command.create({
                    "account_id": customer.property_account_receivable_id.id,
                    "partner_id": customer.id, "balance": -amount}),
                Command.create({
                    "account_id": self.case._get_account("equity").id, "balance": amount}),
            ]}).action_post()

    @rule(number=picks)
    def take_payment_back(self, number):
        self.pick(number).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable").remove_move_reconcile()

    @rule(number=picks, days=st.integers(-5, 30))
    def change_due_date(self, number, days):
        invoice = self.pick(number)
        if not invoice:
            return
        invoice.button_draft()
        invoice.write({"invoice_payment_term_id": False,
                       "invoice_date_due": self.today + timedelta(days=days)})
        invoice.action_post()

    @rule(number=picks)
    def put_into_instalments(self, number):
        invoice = self.pick(number)
        if not invoice:
            return
        invoice.button_draft()
        invoice.invoice_payment_term_id = self.case.instalments
        invoice.action_post()

    @rule(number=picks)
    def cancel(self, number):
        invoice = self.pick(number)
        if not invoice:
            return
        invoice.button_draft()
        invoice.button_cancel()

    @rule(number=picks)
    def delete(self, number):
        invoice = self.pick(number, "posted", "cancel")
        if invoice.state == "posted":
            invoice.button_draft()
        invoice.with_context(force_delete=True).unlink()

    # -- what the night makes of it ----------------------------------------------------

    @rule(days=st.integers(1, 12))
    def night(self, days):
        self.clock.tick(timedelta(days=days))
        for model, method in NIGHT:
            self.case.run_cron(method, model=model)
        self.env.invalidate_all()
        self.check_messages()
        self.check_histories()

    def check_messages(self):
        """No message without something due; what it says is what the ledger says."""
        sent = self.env["collection.dispatch"].search(
            [("id", ">", self.seen), ("customer_id", "in", self.case.customers.ids)], order="id")
        for dispatch in sent:
            overdue = self.get_overdue(dispatch.customer_id)
            said = float(re.sub(r"[^\d.-]", "", dispatch.subject))
            assert overdue > 0, f"{dispatch.action_id.origin}: a message over {overdue}"
            assert abs(said - overdue) < 0.005, f"it says {said} of {overdue}"
        self.seen = sent[-1:].id or self.seen

    def check_histories(self):
        for sequence in self.case.sequences:
            assert sequence._replay() == sequence._get_state(), "the history says otherwise"


@tagged("post_install", "-at_install")
class TestLedgerBusiness(CollectionCase):
    """Whatever is posted, paid, credited, redrafted, deleted and taken back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"email": "us@example.com"})
        cls.company.partner_id.lang = "en_US"
        text = {"subject": "#items_amount_overdue", "body": "<p>Please pay #items_list_overdue</p>"}
        scenario = cls.make_scenario([{"offset": days, **text} for days in (1, 6, 12)])
        cls.customers = cls.customer | cls.make_customer("Tenant Two")
        cls.customers.write({"lang": "en_US"})
        cls.bank = cls.env["account.journal"].create(
            {"name": "Bank", "code": "LBNK", "type": "bank"})
        cls.instalments = cls.env["account.payment.term"].create({
            "name": "In three", "line_ids": [Command.create({
                "value": "percent", "value_amount": share, "nb_days": days})
                for share, days in ((33, 10), (33, 25), (34, 40))]})
        template = cls.make_template("LEDGER", [
            step("remind", [action("mail", kind="email", mode="automatic", **text)], [
                event_row("wait", "payment"), row("wait")], max_visits=50),
            step("wait", [], [
                event_row("remind", "item_overdue"), event_row("wait", "payment_reversed"),
                event_row("end:Disputed", "dispute_opened"),
                deadline_row("remind", 9)], max_visits=50),
        ])
        for customer in cls.customers:
            cls.make_invoice(customer, 300, due="2026-02-25")
            cls.chase(customer, scenario)
        cls.sequences = cls.env["collection.sequence"].union(*(
            cls.launch(template, customer).sudo() for customer in cls.customers))

    def test_every_course_of_business(self):
        """B18, S-006: nothing fails, and nobody who owes nothing is written to."""
        machine = type("Machine", (LedgerMachine,), {"case": self})
        run_state_machine_as_test(machine, settings=SETTINGS)
