"""A machine that does an accountant's business, and what must hold after each night."""

import re
from collections import defaultdict
from datetime import timedelta

from freezegun import freeze_time
from hypothesis import HealthCheck, Phase, note, settings

from odoo.tools import SQL

from ..benchmarks.ledger import Ledger, draw
from .common import NOW

#: What a night does, in its order.
NIGHT = (
    ("collection.sequence", "_process_signals"), ("collection.sequence", "_process_deadlines"),
    ("account.move.line", "_put_newly_overdue"), ("collection.sequence", "_process_signals"),
    ("collection.scenario", "_plan_all"), ("collection.action", "_bring_all_to_day"),
    ("collection.action", "_process_due"), ("collection.promise", "_process_promises"),
)

#: Nights in a course, and pieces of business that are done before each of them at most.
NIGHTS, WORK = 9, 5


def get_settings(examples):
    """:return: settings of hypothesis: the same examples at every run; a slow machine is no
        fault"""
    return settings(
        derandomize=True, deadline=None, max_examples=examples, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate],
        report_multiple_bugs=False)


class LedgerMachine:
    """Customers, chased by a scenario and in a sequence, in a savepoint of their own.

    Only what the accounts allow is done, so that whatever is refused is refused by this module.

    :param case: the test case that made the customers
    """

    def __init__(self, case):
        self.case, self.env = case, case.env
        self.ledger = Ledger(self.env, case.set_up, case.people)
        #: id of the last message that was looked at
        self.seen = 0

    def run(self, random):
        """Go through a course, drawn as a whole: small changes of another one reach little."""
        with freeze_time(NOW) as self.clock, self.env.cr.savepoint() as savepoint:
            for _night in range(NIGHTS):
                for _piece in range(random.randint(0, WORK)):
                    self.work(*draw(random))
                self.night(random.randint(1, 12))
            savepoint.rollback()
        self.env.invalidate_all()
        self.env.registry.clear_cache()

    # -- what is done ----------------------------------------------------------------

    def work(self, operation, arguments):
        note(f"{operation}({arguments})")
        self.ledger.do(operation, arguments)

    def night(self, days):
        note(f"night({days})")
        self.clock.tick(timedelta(days=days))
        for model, method in NIGHT:
            self.case.run_cron(method, model=model)
        self.env.invalidate_all()
        self.check_messages()
        self.check_reasons()
        self.check_owners()
        self.check_histories()

    # -- what must hold --------------------------------------------------------------

    @property
    def customers(self):
        return self.ledger.people.commercial_partner_id

    def check_messages(self):
        """No message without something due; what it says is what the ledger says."""
        sent = self.env["collection.dispatch"].search(
            [("id", ">", self.seen), ("customer_id", "in", self.customers.ids)], order="id")
        for dispatch in sent:
            asked = self.get_overdue(
                dispatch.customer_id, dispatch.company_id,
                nets_branches=dispatch.action_id.origin == "scenario")
            owed = sum(item["residual"] for item in asked)
            sums = defaultdict(float)
            for item in asked:
                sums[item["currency"]] += item["residual_currency"]
            expected = sorted(round(amount, 2) for amount in sums.values())
            assert any(amount > 0 for amount in expected) and (len(sums) == 1 or owed > 0), (
                f"{dispatch.action_id.origin}: a message over {expected}")
            said = sorted(
                float(amount.replace(",", ""))
                for amount in re.findall(r"-?[\d,]+\.\d\d", dispatch.subject))
            assert said == expected, f"it says {said} of {expected}"
        self.seen = sent[-1:].id or self.seen

    def check_reasons(self):
        """Whoever owes something overdue is chased, or it is said why not."""
        for company in self.case.set_up["companies"]:
            for customer in self.customers.with_company(company):
                owed = self.get_overdue(customer, company)
                if any(item["residual_currency"] > 0 for item in owed):
                    assert customer.collection_next_action_id or customer.collection_not_chased, (
                        f"nothing is said of {customer.name} in {company.name}")

    def check_owners(self):
        """What is under way is of somebody who is a customer now."""
        for name in ("collection.action", "collection.sequence", "collection.promise"):
            records = self.env[name].search([("customer_id", "in", self.ledger.people.ids)])
            assert records.customer_id <= self.customers, f"{name} is left behind"

    def check_histories(self):
        assert self.case.sequences.exists() == self.case.sequences
        for sequence in self.case.sequences:
            assert sequence._replay() == sequence._get_state(), "the history says otherwise"
        history = self.env["collection.history"].with_user(self.case.manager)
        for customer in self.customers:
            if not history.search_count([("customer_id", "=", customer.id)], limit=1):
                continue  # nothing has happened yet
            assert history.verify(customer), f"the history of {customer.name} is broken"

    # -- the ledger, by plain SQL ----------------------------------------------------

    def get_overdue(self, customer, company, nets_branches=False):
        """What a customer owes a company past its due date, and its credits.

        :param nets_branches: with what is set off from companies of the same root
        :return: list of dicts, see :meth:`read_items`
        """
        items, today = self.read_items(customer), self.clock().date()
        companies = {company.id}
        if nets_branches:
            companies |= self.get_set_off(items, company)
        return [item for item in items if item["company"] in companies and (
            item["residual_currency"] < 0 or item["due"] < today)]

    def get_set_off(self, items, company):
        """:return: set of the ids of the companies whose credits count in this one"""
        today, balances = self.clock().date(), defaultdict(float)
        for item in items:
            if item["company"] != company.id and (item["residual"] < 0 or item["due"] <= today):
                balances[item["company"]] += item["residual"]
        credits = {id_: -amount for id_, amount in balances.items() if amount < 0}
        used = sum(amount for id_, amount in balances.items()
                   if amount > 0 and id_ < company.id)
        return set(credits) if sum(credits.values()) > used else set()

    def read_items(self, customer):
        """:return: list of dicts of the open items of a customer in all companies"""
        self.env.flush_all()
        return self.env.execute_query_dict(SQL(
            """
            SELECT line.company_id AS company, line.currency_id AS currency,
                   line.amount_residual_currency::float AS residual_currency,
                   COALESCE(line.date_maturity, line.date) AS due,
                   CASE WHEN line.amount_residual <> 0 THEN line.amount_residual::float
                        ELSE (line.amount_residual_currency * line.balance
                              / NULLIF(line.amount_currency, 0))::float END AS residual
              FROM account_move_line AS line
              JOIN account_move AS move ON move.id = line.move_id
              JOIN account_account AS account ON account.id = line.account_id
              JOIN account_journal AS journal ON journal.id = line.journal_id
              JOIN res_partner AS partner ON partner.id = line.partner_id
             WHERE partner.commercial_partner_id = %s AND line.parent_state = 'posted'
               AND account.account_type = 'asset_receivable' AND NOT line.reconciled
               AND line.amount_residual_currency <> 0
               AND (line.no_followup IS NOT TRUE OR journal.type = 'general' AND (
                    line.amount_residual_currency < 0 OR line.date_maturity IS NOT NULL))
               AND move.payment_state NOT IN ('in_payment', 'paid', 'reversed', 'blocked')
            """, customer.id))
