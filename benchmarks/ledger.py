"""What accountants do with a ledger, by the core alone: nothing here knows of collection.

The random business of the tests and `make compare-ledger` draw from the same operations. Each
takes plain numbers, which choose among what there is at that moment; where there is nothing to
choose, or the core itself would refuse, it does nothing. So whatever fails is somebody's fault.
"""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command

PICK = range(8)
FLAG = (False, True)
SELDOM = (False, False, True)

#: What each operation may be called with, by its name and that of its argument.
OPERATIONS = {
    "post": {"person": PICK, "amount": (100, 250), "days": range(-10, 21),
             "is_foreign": SELDOM, "at_branch": SELDOM},
    "pay": {"number": PICK, "in_part": FLAG, "in_company_currency": SELDOM},
    "pay_on_account": {"person": PICK, "amount": (40, 500), "at_branch": SELDOM},
    "cancel_payment": {"number": PICK},
    "match": {"person": PICK},
    "take_payment_back": {"number": PICK},
    "credit": {"number": PICK},
    "credit_in_part": {"number": PICK, "amount": (20, 90)},
    "change_due_date": {"number": PICK, "days": range(-5, 31)},
    "put_into_instalments": {"number": PICK},
    "keep_as_draft": {"number": PICK},
    "post_drafts": {},
    "cancel": {"number": PICK},
    "delete": {"number": PICK},
    "merge": {"into": PICK, "person": PICK, "other": PICK},
    "give_parent": {"person": PICK, "parent": PICK, "as_company": FLAG},
    "lose_parent": {"person": PICK},
}

#: How often operations are drawn, where that is not as often as the others (2).
WEIGHTS = {"post": 8, "pay": 4, "merge": 1}


def draw(random):
    """:param random: a ``random.Random``
    :return: the name of an operation, and a dict of its arguments
    """
    [name] = random.choices(list(OPERATIONS), [WEIGHTS.get(name, 2) for name in OPERATIONS])
    return name, {argument: random.choice(choices)
                  for argument, choices in OPERATIONS[name].items()}


def prepare(env):
    """Make what business in a branch and in a second currency needs, and nothing twice.

    :return: dict of records: ``companies`` (the root, then its branch), ``currency`` (the second
        one, with a rate of 2 and from 10 March 2026 of 1.6), ``sales`` and ``bank`` (journals),
        ``terms`` (three instalments)
    """
    company = env.company
    branch = env["res.company"].create({"name": "Branch", "parent_id": company.id})
    env.user.company_ids |= branch
    currency = env["res.currency"].with_context(active_test=False).search([
        ("id", "!=", company.currency_id.id), ("name", "in", ("USD", "EUR"))], limit=1)
    currency.active = True
    currency.rate_ids.unlink()
    env["res.currency.rate"].create([
        {"currency_id": currency.id, "company_id": company.id, "name": day, "rate": rate}
        for day, rate in (("2025-01-01", 2.0), ("2026-03-10", 1.6))])
    receivable = get_account(env, "asset_receivable")
    env["ir.default"].set(  # as its company's chart gives it
        "res.partner", "property_account_receivable_id", receivable.id, company_id=branch.id)
    journals = env["account.journal"]
    _prepare_exchange(env, company)
    return {
        "companies": company | branch, "currency": currency,
        "sales": journals.search([
            ("type", "=", "sale"), ("company_id", "=", company.id)], limit=1),
        "bank": journals.create({"name": "Ledger bank", "code": "LBNK", "type": "bank"}),
        "terms": env["account.payment.term"].create({
            "name": "In three", "line_ids": [Command.create({
                "value": "percent", "value_amount": share, "nb_days": days})
                for share, days in ((33, 10), (33, 25), (34, 40))]}),
    }


def _prepare_exchange(env, company):
    """Differences of exchange have a journal and accounts."""
    if not company.currency_exchange_journal_id:
        company.currency_exchange_journal_id = env["account.journal"].create(
            {"name": "Exchange", "code": "LEXC", "type": "general"})
    for name, account_type in (("income", "income_other"), ("expense", "expense")):
        field = f"{name}_currency_exchange_account_id"
        company[field] = company[field] or get_account(env, account_type) or env[
            "account.account"].create({
                "name": f"Exchange {name}", "code": f"LX{name[:3].upper()}",
                "account_type": account_type})


def get_account(env, account_type):
    """:return: the company's first ``account.account`` of a type, or empty"""
    return env["account.account"].search([
        ("account_type", "=", account_type), ("company_ids", "in", env.company.id)], limit=1)


class Ledger:
    """The business of some people with a company and its branch.

    :param env: of a user who may do all this, in the root company
    :param set_up: what :func:`prepare` returned
    :param people: ``res.partner``: customers, and others whom they may become
    """

    def __init__(self, env, set_up, people):
        self.env = env
        self.set_up = set_up
        self.all_people = people

    def do(self, operation, arguments):
        """Do one of :data:`OPERATIONS` with arguments of its kind."""
        getattr(self, operation)(**arguments)
        self.env.flush_all()

    # -- what there is --------------------------------------------------------------

    @property
    def today(self):
        return fields.Date.context_today(self.env["res.partner"].with_context(tz="UTC"))

    @property
    def people(self):
        """Those who have not been merged into another one."""
        return self.all_people.exists()

    def pick_person(self, number):
        people = self.people
        return people[number % len(people)]

    def pick(self, number, *states):
        """One of the invoices in these states (posted), or an empty ``account.move``."""
        invoices = self.env["account.move"].search([
            ("partner_id", "in", self.people.ids), ("move_type", "=", "out_invoice"),
            ("state", "in", states or ("posted",))], order="id")
        return invoices[number % len(invoices)] if invoices else invoices

    @staticmethod
    def get_receivable(moves):
        """:return: the receivable ``account.move.line`` of entries"""
        return moves.line_ids.filtered(lambda line: line.account_type == "asset_receivable")

    # -- invoices -------------------------------------------------------------------

    def post(self, person, amount, days, is_foreign, at_branch):
        company = self.set_up["companies"][at_branch]
        currency = self.set_up["currency"] if is_foreign else company.currency_id
        self.env["account.move"].with_company(company).create({
            "move_type": "out_invoice", "partner_id": self.pick_person(person).id,
            "company_id": company.id, "journal_id": self.set_up["sales"].id,
            "currency_id": currency.id, "invoice_payment_term_id": False,
            "invoice_date": self.today - timedelta(days=30),
            "invoice_date_due": self.today + timedelta(days=days),
            "invoice_line_ids": [Command.create({
                "name": "Rent", "quantity": 1, "price_unit": amount,
                "account_id": get_account(self.env, "income").id,
                "tax_ids": [Command.clear()]})],
        }).action_post()

    def change_due_date(self, number, days):
        invoice = self.pick(number)
        invoice.button_draft()
        invoice.write({"invoice_payment_term_id": False,
                       "invoice_date_due": self.today + timedelta(days=days)})
        self._post(invoice)

    def put_into_instalments(self, number):
        invoice = self.pick(number)
        invoice.button_draft()
        invoice.invoice_payment_term_id = self.set_up["terms"]
        self._post(invoice)

    def keep_as_draft(self, number):
        self.pick(number).button_draft()

    def post_drafts(self):
        self._post(self.env["account.move"].search([
            ("partner_id", "in", self.people.ids), ("move_type", "=", "out_invoice"),
            ("state", "=", "draft")]))

    def cancel(self, number):
        invoice = self.pick(number)
        invoice.button_draft()
        invoice.button_cancel()

    def delete(self, number):
        invoice = self.pick(number, "posted", "cancel", "draft")
        invoice.filtered(lambda move: move.state == "posted").button_draft()
        invoice.with_context(force_delete=True).unlink()

    def credit(self, number):
        invoice = self.pick(number)
        if invoice.amount_residual:
            invoice._reverse_moves(cancel=True)

    def credit_in_part(self, number, amount):
        """A credit note that settles nothing yet."""
        for invoice in self.pick(number):
            note = invoice._reverse_moves()
            note.invoice_line_ids.price_unit = amount
            self._post(note)

    @staticmethod
    def _post(moves):
        if moves:
            moves.action_post()

    # -- payments -------------------------------------------------------------------

    def pay(self, number, in_part, in_company_currency):
        invoice = self.pick(number)
        if not invoice.amount_residual or invoice.payment_state in ("in_payment", "paid"):
            return
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids).create({
                "payment_date": self.today, "journal_id": self.set_up["bank"].id})
        if in_company_currency:
            wizard.currency_id = invoice.company_id.currency_id
        if in_part:
            wizard.amount = min(30, wizard.amount)
        wizard._create_payments()

    def pay_on_account(self, person, amount, at_branch):
        """Money that is booked, and matched with nothing."""
        person, company = self.pick_person(person), self.set_up["companies"][at_branch]
        account = person.with_company(company).property_account_receivable_id
        self._post(self.env["account.move"].with_company(company).create({
            "move_type": "entry", "date": self.today, "company_id": company.id,
            "journal_id": self.set_up["bank"].id,
            "line_ids": [
                Command.create({
                    "account_id": account.id, "partner_id": person.id, "balance": -amount}),
                Command.create({
                    "account_id": get_account(self.env, "equity").id, "balance": amount}),
            ]}))

    def match(self, person):
        """Match what somebody owes in each company with what has come in."""
        lines = self.env["account.move.line"].search([
            ("partner_id", "=", self.pick_person(person).id), ("parent_state", "=", "posted"),
            ("account_type", "=", "asset_receivable"), ("reconciled", "=", False)], order="id")
        for group in lines.grouped(lambda line: (line.company_id, line.account_id)).values():
            if len({line.balance > 0 for line in group}) > 1:
                group.reconcile()

    def cancel_payment(self, number):
        payments = self.env["account.payment"].search([
            ("partner_id", "in", self.people.ids), ("state", "in", ("in_process", "paid"))],
            order="id")
        if payments:
            payment = payments[number % len(payments)]
            payment.action_draft()
            payment.action_cancel()

    def take_payment_back(self, number):
        self.get_receivable(self.pick(number)).remove_move_reconcile()

    # -- people ---------------------------------------------------------------------

    def merge(self, into, person, other):
        """Merge two or three who are not parts of one another."""
        into, *others = (self.pick_person(number) for number in (into, person, other))
        doubles = into.union(*others)
        families = self.env["res.partner"].union(*(
            self._get_family(double) - double for double in doubles))
        if len(doubles) < 2 or families & doubles:
            return
        self.env["base.partner.merge.automatic.wizard"].create({
            "partner_ids": [Command.set(doubles.ids)], "dst_partner_id": into.id,
        }).action_merge()
        self.env.flush_all()
        self.env.invalidate_all()

    def give_parent(self, person, parent, as_company):
        """Somebody becomes a contact of another one, or its subsidiary."""
        person, parent = self.pick_person(person), self.pick_person(parent)
        if parent not in self._get_family(person):
            person.write({"parent_id": parent.id, "is_company": as_company})

    def lose_parent(self, person):
        person = self.pick_person(person)
        if person.parent_id:
            person.write({"parent_id": False, "is_company": True})

    def _get_family(self, person):
        return self.env["res.partner"].with_context(active_test=False).search(
            [("id", "child_of", person.id)])
