from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import COLLECTOR, MANAGER, CollectionCase


@tagged("post_install", "-at_install")
class TestCosts(CollectionCase):
    """issue 18: fees and costs of a case, noted with their papers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sequence = cls.launch(cls.make_short_template())

    def note(self, user=None, **vals):
        return self.env["collection.cost"].with_user(user or self.collector).create({
            "sequence_id": self.sequence.id, "amount": 72.5, "partner_id": self.bailiff.id,
            **vals})

    def get_trace(self):
        return self.env["collection.history"].search(
            [("sequence_id", "=", self.sequence.id), ("command", "=", "cost")], order="id")

    def test_traced(self):
        """What is noted, changed and removed stays in the history, which still replays."""
        cost = self.note(note="Writ")
        cost.amount = 80
        cost.unlink()
        trace = self.get_trace()
        self.assertEqual(trace.mapped("kind"), ["cost_noted", "cost_changed", "cost_removed"])
        self.assertEqual(trace[0].text, "Writ")
        self.assertIn("72.50", trace[1].old_value)
        self.assertIn("80.00", trace[1].summary)
        self.assertReplays(self.sequence)

    def test_each_change_shows(self):
        """Payee, who bears it and its papers are in the history, too: before, and after."""
        cost = self.note()
        paper = self.env["ir.attachment"].with_user(self.collector).create(
            {"name": "writ.pdf", "raw": b"%PDF-1.4", "res_model": "collection.cost"})
        for vals, said in (({"partner_id": self.customer.id}, self.customer.name),
                           ({"recoverable": True}, "Borne by the debtor"),
                           ({"attachment_ids": [(4, paper.id)]}, "writ.pdf")):
            cost.write(vals)
            last = self.get_trace()[-1]
            self.assertNotIn(said, last.old_value)
            self.assertIn(said, last.new_value)

    def test_traced_in_the_companys_language(self):
        """The history is the company's: whoever notes it in English, its days are French."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.company.partner_id.lang = "fr_FR"
        cost = self.note().with_context(lang="en_US")
        cost.date = "2026-02-01"
        cost.unlink()
        noted, changed, removed = self.get_trace()
        self.assertIn("02/03/2026", noted.new_value)
        self.assertIn("02/03/2026", changed.old_value)
        self.assertIn("01/02/2026", changed.new_value)
        self.assertIn("01/02/2026", removed.old_value)

    def test_books_nothing(self):
        """It is noted, not booked."""
        before = self.env["account.move"].search_count([])
        self.note()
        self.assertEqual(self.env["account.move"].search_count([]), before)

    def test_another_currency(self):
        """The sum of a case is in the company's currency, at the rate of the day."""
        currency = self.env["res.currency"].create({
            "name": "XCO", "symbol": "x", "rate_ids": [(0, 0, {"name": "2026-01-01", "rate": 2})]})
        self.note(currency_id=currency.id, amount=100)
        self.note(amount=10)
        self.assertEqual(
            sum(self.sequence.with_user(self.manager).cost_ids.mapped("company_amount")), 60)

    def test_proposed_by_the_cases_company(self):
        """Day and currency are those of its case, whichever company one works in."""
        dirham = self.env["res.currency"].create({"name": "XDI", "symbol": "d"})
        elsewhere = self.env["res.company"].create(
            {"name": "Elsewhere", "currency_id": dirham.id})
        both = self.make_user("both", MANAGER, company_id=elsewhere.id, company_ids=[
            (6, 0, (elsewhere | self.company).ids)])
        cost = self.note(user=both)
        self.assertEqual(cost.currency_id, self.company.currency_id)
        with Form(self.env["collection.cost"].with_user(both)) as form:
            form.sequence_id = self.sequence.with_user(both)
            form.amount = 10
            self.assertEqual(form.currency_id, self.company.currency_id)

    def test_by_the_form(self):
        """A collector notes it on the sequence's form, also after its end."""
        self.sequence.with_user(self.manager).action_stop("Paid elsewhere")
        self.sequence.with_user(self.collector).write(
            {"cost_ids": [(0, 0, {"kind": "lawyer", "amount": 200})]})
        self.assertEqual(self.sequence.cost_ids.kind, "lawyer")

    def test_papers(self):
        """A paper that was just uploaded belongs to its cost: colleagues can read it."""
        paper = self.env["ir.attachment"].with_user(self.collector).create({
            "name": "writ.pdf", "raw": b"%PDF-1.4", "res_model": "collection.cost", "res_id": 0})
        cost = self.note(attachment_ids=[(4, paper.id)])
        self.assertEqual(paper.res_id, cost.id)
        self.assertEqual(paper.with_user(self.manager).name, "writ.pdf")

    def test_papers_of_others(self):
        """Nobody attaches, and thereby opens, what somebody else has just uploaded."""
        paper = self.env["ir.attachment"].with_user(self.manager).create({
            "name": "secret.pdf", "raw": b"%PDF-1.4", "res_model": "collection.cost",
            "res_id": 0})
        with self.assertRaises(UserError):
            self.note(attachment_ids=[(4, paper.id)])

    @mute_logger("odoo.sql_db")
    def test_amount(self):
        """Bad input: a cost is above zero."""
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.note(amount=-5)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_other_portfolio(self):
        """Nobody notes or reads costs of another's case."""
        cost, stranger = self.note(), self.make_user("stranger", COLLECTOR)
        with self.assertRaises(AccessError):
            cost.with_user(stranger).read(["amount"])
        with self.assertRaises(AccessError):
            self.note(user=stranger)
