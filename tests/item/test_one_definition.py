from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ...models.item import open_items
from ..common import CollectionCase

#: The places where an item that is owed may be missing: somebody decided so.
CHASED = ("scenario", "message", "letter")


@tagged("post_install", "-at_install")
class TestOneDefinition(CollectionCase):
    """Issue 13, E: odd items: every screen, total, search, letter, scenario and sequence says the
    same."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign = cls.env["res.currency"].with_context(active_test=False).search([
            ("id", "!=", cls.company.currency_id.id), ("name", "in", ("USD", "EUR"))], limit=1)
        cls.foreign.active = True
        cls.company.write({"email": "us@example.com"})
        cls.scenario = cls.make_scenario([{
            "offset": 3, "body": "<p>#items_list_overdue</p>"}])
        cls.receivable = cls._get_account("asset_receivable")
        search = cls.env["ir.filters"].create({
            "name": "Overdue", "model_id": "res.partner",
            "domain": "[('collection_overdue', '>', 0)]"})
        group = cls.env["collection.group"].create({"name": "Late"})
        cls.rule = cls.env["collection.assignment.rule"].with_user(cls.manager).create({
            "filter_id": search.id, "attribute": "group", "group_id": group.id})
        cls.journals = {kind: cls.env["account.journal"].create({
            "name": kind, "code": f"T{kind[:3].upper()}", "type": kind})
            for kind in ("general", "bank")}

    def book(self, balance, journal="bank", day="2026-02-10", due=False, foreign=None,
             customer=None):
        """:return: the receivable line of a posted entry; a debt, or negative a credit"""
        vals = {"balance": balance}
        if foreign is not None:
            vals.update(currency_id=self.foreign.id, amount_currency=foreign)
        counter = {name: -value if name != "currency_id" else value
                   for name, value in vals.items()}
        move = self.env["account.move"].create({
            "move_type": "entry", "date": day, "journal_id": self.journals[journal].id,
            "line_ids": [
                Command.create({"account_id": self.receivable.id, "date_maturity": due,
                                "partner_id": (customer or self.customer).id, **vals}),
                Command.create({"account_id": self._get_account("income").id, **counter})]})
        move.action_post()
        return move.line_ids.filtered(lambda line: line.account_id == self.receivable)

    def get_places(self, customer=None):
        """Whether each place says that the customer owes something overdue.

        :return: dict of bool by place
        """
        customer = customer or self.customer
        customer.with_user(self.manager).collection_scenario_id = self.scenario
        self.env["collection.scenario"]._plan()
        self.env.flush_all()
        self.env["collection.debtor"]._rebuild(customer)
        self.env.invalidate_all()
        debtor = self.env["collection.debtor"].search([("customer_id", "=", customer.id)])
        lines = self.env["account.move.line"].with_user(self.manager)
        items = lines.search(lines._get_statement_domain(customer))
        followed = items.filtered_domain(open_items.OPEN)
        own = customer.with_user(self.manager).with_context(
            allowed_company_ids=self.company.ids)
        late = lines.search([("collection_is_overdue", "=", True), ("id", "in", followed.ids)])
        planned = self.get_planned(customer)
        messages = [self.render(planned, kind) for kind in ("letter", "email")]
        day = self.company._get_collection_day()
        return {
            "figure": own.collection_overdue > 0,
            "days late": own.collection_days_late > 0,
            "work list": debtor.overdue > 0,
            "days late in it": debtor.days_late > 0,
            "search": own in own.search([("collection_overdue", ">", 0)]),
            "search of days": own in own.search([("collection_days_late", ">", 0)]),
            "launch": bool(own._get_collection_overdue_items()),
            "list": bool(late),
            "column": any(followed.mapped("collection_days_late")),
            "totals": any(total["overdue"] for total in own.get_collection_statement_totals()),
            "scenario": bool(planned),
            **{place: bool(message and message.items and not message.objection)
               for place, message in zip(("letter", "message"), messages)},
            "event": bool(self._get_newly_overdue(customer)),
            "page": any(item.late for section in self.make_link(customer)._get_sections()
                        for item in section.items),
            "portal": any(item._get_collection_days_late(day)
                          for item in self.get_portal_items(customer, items)),
            "rule": customer in [found for found, _old, _new in self.rule.preview()],
        }

    @staticmethod
    def render(planned, kind):
        """:return: what leaves for a scenario's action by a channel, or None without one"""
        if not planned:
            return None
        planned.kind = kind
        return planned._render_messages(attachments=False)[planned.id]

    def make_link(self, customer):
        [(link, _url)] = self.env["collection.link"]._make([{
            "kind": "customer", "customer_id": customer.id, "company_id": self.company.id,
            "partner_id": customer.id}])
        return link

    def get_portal_items(self, customer, items):
        """:return: what a bailiff sees of these items"""
        action = self.env["collection.action"].with_user(self.manager).create_message(
            customer, {"name": "Serve", "kind": "task"}).sudo()
        action.write({"portal_shows": "items", "item_ids": [Command.set(items.ids)]})
        return action._get_portal_items()

    def _get_newly_overdue(self, customer):
        lines = self.env["account.move.line"].sudo()
        return lines.search(lines._get_overdue_item_domain(
            self.company, self.company._get_collection_day())
            & lines._get_statement_domain(customer))

    def assertOverdue(self, expected=True, customer=None):
        places = self.get_places(customer)
        self.assertEqual(places, dict.fromkeys(places, expected))

    def assertOwedUnchased(self):
        """Everybody sees that it is overdue, and nothing asks for it by itself."""
        places = self.get_places()
        self.assertEqual(places, {place: place not in CHASED for place in places})

    def test_disputed(self):
        """It is owed, and left out of the scenario."""
        items = self.get_items(self.make_invoice(self.customer, 500))
        reason = self.env["collection.dispute.reason"].create({"name": "Damp"})
        self.env["collection.dispute"].with_user(self.manager).open(
            items.with_user(self.manager), reason)
        self.assertOwedUnchased()

    def test_promised(self):
        """It is owed, and waits for its day."""
        items = self.get_items(self.make_invoice(self.customer, 500))
        self.env["collection.promise"].with_user(self.manager).make(
            items.with_user(self.manager), "2026-03-09")
        self.assertOwedUnchased()

    def test_being_paid(self):
        """The payment is on its way: nothing is overdue, though the item is not reconciled."""
        invoice = self.make_invoice(self.customer, 500)
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "UPDATE account_move SET payment_state = 'in_payment' WHERE id = %s", invoice.id))
        self.env.invalidate_all()
        self.assertFalse(self.get_items(invoice).reconciled)
        self.assertOverdue(False)

    def test_blocked(self):
        """The accountants hold the invoice back."""
        invoice = self.make_invoice(self.customer, 500)
        invoice.action_toggle_block_payment()
        self.assertEqual(invoice.payment_state, "blocked")
        self.assertOverdue(False)

    def test_no_due_date(self):
        """A returned direct debit is due on the day of its entry, everywhere."""
        self.book(500)
        self.assertOverdue()

    def test_company_residual_is_nil(self):
        """What is left in the item's currency is owed."""
        debt = self.book(100, due="2026-02-01", foreign=200)
        paid = self.book(-100, foreign=-195)
        (debt | paid).with_context(no_exchange_difference=True).reconcile()
        self.assertEqual((debt.amount_residual, debt.amount_residual_currency), (0, 5))
        self.assertEqual(debt._get_collection_residual(), 2.5)
        self.assertOverdue()
        dispute = self.env["collection.dispute"].with_user(self.manager).open(
            debt.with_user(self.manager), self.env["collection.dispute.reason"].create(
                {"name": "Damp"}))
        self.assertEqual(dispute.amount, 2.5)

    def test_foreign_residual_is_nil(self):
        """A difference of exchange is not owed by anybody."""
        debt = self.book(100, due="2026-02-01", foreign=200)
        paid = self.book(-95, foreign=-200)
        (debt | paid).with_context(no_exchange_difference=True).reconcile()
        self.assertEqual((debt.amount_residual, debt.amount_residual_currency), (5, 0))
        self.assertOverdue(False)

    def test_foreign(self):
        """In another currency, in whole."""
        self.book(100, due="2026-02-01", foreign=200)
        self.assertOverdue()

    def test_opening_balance(self):
        """A miscellaneous debt with a due date is to be paid by it."""
        self.book(300, "general", day="2025-12-31", due="2026-01-31")
        self.assertOverdue()

    def test_miscellaneous_debt_without_due_date(self):
        """Odoo keeps it out of follow-up: it is listed, and taken in by a command."""
        item = self.book(300, "general", day="2025-12-31")
        self.assertOverdue(False)
        lines = item.with_user(self.collector)
        self.assertIn(item, lines.search([("collection_kept_out", "=", True)]))
        self.assertTrue(lines.collection_kept_out)
        self.assertEqual(self.customer.with_user(self.collector).collection_kept_out, 1)
        lines.action_take_into_followup()
        self.assertFalse(lines.collection_kept_out)
        self.assertIn("item_changed", self.customer.with_user(
            self.collector).collection_history_ids.mapped("kind"))
        self.assertOverdue()
        with self.assertRaises(UserError):
            lines.action_take_into_followup()

    def test_a_draft_is_not_kept_out(self):
        """Neither shown as such nor in the way of those that are taken in with it."""
        owed, draft = self.book(100, "general"), self.book(100, "general")
        draft.move_id.button_draft()
        lines = (owed | draft).with_user(self.collector)
        self.assertEqual(lines.filtered("collection_kept_out"), owed)
        lines.action_take_into_followup()
        self.assertFalse(owed.no_followup)

    def test_credit_in_a_miscellaneous_journal_nets(self):
        """Nothing is asked for where it covers all."""
        self.make_invoice(self.customer, 500)
        self.book(-500, "general")
        places = self.get_places()
        self.assertFalse(places["scenario"])
        self.assertEqual(self.customer.with_user(
            self.collector).with_context(lang="en_US").collection_not_chased,
            "Credits cover what is due.")

    def test_kept_out_by_hand(self):
        """No follow-up on an invoice holds everywhere."""
        self.make_invoice(self.customer).no_followup = True
        self.assertOverdue(False)

    def test_instalments(self):
        """The first is late, and the customer with it."""
        terms = self.env["account.payment.term"].create({"name": "Half", "line_ids": [
            Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
            for days in (15, 90)]})
        self.make_invoice(
            self.customer, 1000, due=False, invoice_payment_term_id=terms.id)
        self.assertOverdue()

    def test_credit_alone(self):
        """A credit is never late."""
        self.book(-40)
        self.assertOverdue(False)

    def test_domain_sql_and_records_agree(self):
        """The three forms of the definition are one."""
        for vals in ({"balance": 10}, {"balance": 10, "journal": "general"},
                     {"balance": 10, "journal": "general", "due": "2026-02-01"},
                     {"balance": -10, "journal": "general"}, {"balance": -10},
                     {"balance": 10, "foreign": 20}):
            self.book(**vals)
        self.env.flush_all()
        lines = self.env["account.move.line"].search([("partner_id", "=", self.customer.id)])
        rows = {row[0]: row[1:] for row in self.env.execute_query(SQL(
            "SELECT line.id, %s, %s, %s FROM account_move_line AS line WHERE line.id = ANY(%s)",
            open_items.IS_OPEN, open_items.DUE, open_items.RESIDUAL, lines.ids))}
        for line in lines:
            is_open, due, residual = rows[line.id]
            self.assertEqual(bool(line.filtered_domain(open_items.OPEN)), is_open)
            self.assertEqual(line._get_collection_due(), due)
            self.assertAlmostEqual(line._get_collection_residual(), float(residual))

    def test_at_either_end_of_the_world(self):
        """The day is the company's, whatever the user's clock says."""
        self.company.resource_calendar_id.tz = "Pacific/Auckland"
        self.manager.tz = "America/Los_Angeles"
        customer = self.make_customer("Far away", holders={})
        self.make_invoice(customer, due="2026-03-02")
        with self.at("2026-03-02 09:00:00"):  # still the 2nd in Auckland
            places = self.get_places(customer)
            self.assertFalse(places["totals"] or places["list"] or places["figure"])
        with self.at("2026-03-02 20:00:00"):  # the 3rd in Auckland, the 2nd elsewhere
            places = self.get_places(customer)
            for later in CHASED:  # planned for another day
                places.pop(later)
            self.assertEqual(places, dict.fromkeys(places, True))
