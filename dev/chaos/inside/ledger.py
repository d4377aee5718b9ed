"""What accountants do, so that it is done once whatever happens: by the core alone.

Each operation looks at what is there, and does what is missing; so it can be done again when
nobody knows whether it was done. The same code works over RPC, under faults, and in a database
without the module, in peace: afterwards both ledgers must be the same.
"""

from datetime import date, timedelta

#: Names and their arguments, as the history keeps them: ``ref`` and ``memo`` name documents.
OPERATIONS = ("invoice", "pay", "take_back", "credit", "merge")


class Ledger:
    """:param call: function of (model, method, args, kwargs): a call as ``execute_kw`` makes it
    :param dict places: ids of journals and accounts, as :mod:`.prepare` found them
    """

    def __init__(self, call, places):
        self.call, self.places = call, places

    def do(self, operation, arguments):
        """Do one of :data:`OPERATIONS`, as far as it is not done."""
        getattr(self, operation)(**arguments)

    def _read(self, model, domain, *names):
        return self.call(model, "search_read", [domain, list(names)], {"order": "id"})

    def find_customer(self, ref):
        """:return: id of a customer, or None after it was merged into another"""
        found = self._read("res.partner", [("ref", "=", ref)], "id")
        return found[0]["id"] if found else None

    def find_move(self, ref):
        """:return: dict of an invoice, or None"""
        found = self._read(
            "account.move", [("ref", "=", ref), ("move_type", "=", "out_invoice")], "state",
            "payment_state", "amount_residual", "amount_total", "partner_id")
        return found[0] if found else None

    def find_lines(self, move_id):
        """:return: list of dicts of a document's receivable lines"""
        return self._read(
            "account.move.line",
            [("move_id", "=", move_id), ("account_type", "=", "asset_receivable")],
            "reconciled", "matched_credit_ids", "matched_debit_ids", "amount_residual")

    # -- operations ------------------------------------------------------------------------

    def invoice(self, ref, customer, amount, day, due):
        move = self.find_move(ref)
        if not move:
            self.call("account.move", "create", [{
                "move_type": "out_invoice", "ref": ref, "invoice_date": day,
                "partner_id": self.find_customer(customer), "invoice_date_due": due,
                "journal_id": self.places["sales"], "invoice_payment_term_id": False,
                "invoice_line_ids": [(0, 0, {
                    "name": "Rent", "quantity": 1, "price_unit": amount, "tax_ids": [(5,)],
                    "account_id": self.places["income"]})]}], {})
            move = self.find_move(ref)
        if move["state"] == "draft":
            self.call("account.move", "action_post", [[move["id"]]], {})

    def pay(self, ref, memo, part, day):
        """Pay a part of what is open of an invoice."""
        if self._read("account.payment", [("memo", "=", memo)], "id"):
            return
        move = self.find_move(ref)
        if move["amount_residual"] <= 0 or move["payment_state"] in ("paid", "in_payment"):
            return
        context = {"context": {"active_model": "account.move", "active_ids": [move["id"]]}}
        wizard = self.call("account.payment.register", "create", [{
            "journal_id": self.places["bank"], "communication": memo, "payment_date": day,
            "amount": round(move["amount_residual"] * part, 2)}], context)
        wizard = wizard if isinstance(wizard, list) else [wizard]
        self.call("account.payment.register", "action_create_payments", [wizard], context)

    def take_back(self, ref):
        """Undo what an invoice is matched with."""
        lines = self.find_lines(self.find_move(ref)["id"])
        if any(line["matched_credit_ids"] for line in lines):
            self.call("account.move.line", "remove_move_reconcile",
                      [[line["id"] for line in lines]], {})

    def credit(self, ref, memo, day):
        """Credit an invoice as a whole, and match the two."""
        move, note = self.find_move(ref), self._find_note(memo)
        if not note:
            context = {"context": {"active_model": "account.move", "active_ids": [move["id"]]}}
            wizard = self.call("account.move.reversal", "create", [{
                "reason": memo, "date": day, "journal_id": self.places["sales"]}], context)
            wizard = wizard if isinstance(wizard, list) else [wizard]
            self.call("account.move.reversal", "refund_moves", [wizard], context)
            note = self._find_note(memo)
        if note["state"] == "draft":
            self.call("account.move", "action_post", [[note["id"]]], {})
        lines = [line for id_ in (move["id"], note["id"]) for line in self.find_lines(id_)
                 if not line["reconciled"]]
        if len(lines) == 2 and lines[0]["amount_residual"] * lines[1]["amount_residual"] < 0:
            self.call("account.move.line", "reconcile", [[line["id"] for line in lines]], {})

    def _find_note(self, memo):
        found = self._read("account.move", [
            ("ref", "like", memo), ("move_type", "=", "out_refund")], "state")
        return found[0] if found else None

    def merge(self, into, other):
        """Two customers turn out to be one."""
        ids = [self.find_customer(into), self.find_customer(other)]
        if not all(ids):
            return
        wizard = self.call("base.partner.merge.automatic.wizard", "create", [{
            "partner_ids": [(6, 0, ids)], "dst_partner_id": ids[0]}], {})
        wizard = wizard if isinstance(wizard, list) else [wizard]
        self.call("base.partner.merge.automatic.wizard", "action_merge", [wizard], {})


def draw(random, names, today=None):
    """Draw an operation on what one accountant looks after, who alone does.

    :param random: a ``random.Random``
    :param names: the accountant's :class:`Names`
    :return: (name, dict of arguments)
    """
    today = today or date.today()
    name = random.choices(OPERATIONS, (3, 6, 2, 1, 0.3))[0]
    if name == "merge" and len(names.customers) > 3:
        into, other = random.sample(names.customers, 2)
        names.customers.remove(other)
        return name, {"into": into, "other": other}
    if name in ("invoice", "merge") or not names.invoices:
        return "invoice", {
            "ref": names.make("I"), "customer": random.choice(names.customers),
            "amount": random.choice((90, 250, 1200)), "day": str(today - timedelta(days=40)),
            "due": str(today - timedelta(days=random.randint(-3, 12)))}
    arguments = {"ref": random.choice(names.invoices)}
    if name in ("pay", "credit"):
        arguments |= {"memo": names.make("P" if name == "pay" else "N"), "day": str(today)}
    if name == "pay":
        arguments["part"] = random.choice((1, 1, 0.5))
    return name, arguments


class Names:
    """Customers and documents of one accountant, by names that nobody else gives.

    :param int number: the accountant's
    """

    def __init__(self, number, customers, invoices):
        self.number, self.count = number, 0
        self.customers, self.invoices = list(customers), list(invoices)

    def make(self, letter):
        self.count += 1
        return f"{letter}-{self.number}-{self.count}."

    def learn(self, operation, arguments):
        """Know of a document that was made."""
        if operation == "invoice":
            self.invoices.append(arguments["ref"])
