"""Random business of an accountant, and the nights between: what must hold whatever is done."""

import os

from hypothesis import given, strategies as st

from odoo.tests import tagged

from ..benchmarks.ledger import prepare
from .common import CollectionCase, action, deadline_row, event_row, row, step
from .ledger_machine import LedgerMachine, get_settings

#: Courses of business that are tried; `make test N=500 ARGS=tests/test_ledger_business.py`.
COURSES = int(os.environ.get("N") or 5)


@tagged("post_install", "-at_install")
class TestLedgerBusiness(CollectionCase):
    """Whatever is posted, paid, credited, redrafted, merged, deleted and taken back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"email": "us@example.com"})
        cls.company.partner_id.lang = "en_US"
        text = {"subject": "#items_amount_overdue", "body": "<p>Please pay #items_list_overdue</p>"}
        scenario = cls.make_scenario([{"offset": days, **text} for days in (1, 6, 12)])
        for account_type in ("income", "asset_receivable", "equity"):
            cls._get_account(account_type)
        cls.set_up = prepare(cls.env)
        (cls.manager | cls.collector).company_ids |= cls.set_up["companies"]
        cls.env = cls.env(context={
            **cls.env.context, "allowed_company_ids": cls.set_up["companies"].ids})
        cls.make_people(scenario)
        cls.sequences = cls.launch_sequences(text)

    @classmethod
    def make_people(cls, scenario):
        """Three tenants who are chased, and a group that is not."""
        customers = (
            cls.customer | cls.make_customer("Tenant Two") | cls.make_customer("Tenant Three"))
        cls.people = (customers | cls.make_partner("Group", is_company=True)).with_env(cls.env)
        cls.people.write({"lang": "en_US"})
        for customer in customers.with_env(cls.env):
            cls.make_invoice(customer, 300, due="2026-02-25")
            cls.chase(customer, scenario)

    @classmethod
    def launch_sequences(cls, text):
        template = cls.make_template("LEDGER", [
            step("remind", [action("mail", kind="email", mode="automatic", **text)], [
                event_row("wait", "payment"), row("wait")], max_visits=50),
            step("wait", [], [
                event_row("remind", "item_overdue"), event_row("wait", "payment_reversed"),
                event_row("end:Disputed", "dispute_opened"),
                deadline_row("remind", 9)], max_visits=50),
        ])
        return cls.env["collection.sequence"].union(*(
            cls.launch(template, customer).sudo() for customer in cls.people[:2]))

    def test_every_course_of_business(self):
        """B18, S-006, C, D: nothing fails, nobody who owes nothing is written to, everybody
        who owes is chased or it is said why not."""
        @get_settings(COURSES)
        @given(st.randoms(use_true_random=True))
        def go_through(random):
            LedgerMachine(self).run(random)

        go_through()
