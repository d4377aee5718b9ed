from datetime import date

from ..scenario.test_branches import BranchCase


class TestBranchClaims(BranchCase):
    """Issue 13, D: interest on a branch's invoices, by the terms of its company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.collection_penalties = True
        cls.company.collection_penalty_regime = "contractual"
        cls.rates = cls.env["collection.penalty.rate"]
        cls.make_rate(cls.company, 10)

    @classmethod
    def make_rate(cls, company, rate):
        return cls.rates.create({
            "regime": "contractual", "company_id": company.id,
            "date_from": "2025-01-01", "rate": rate})

    def claim(self):
        """:return: the interest claimed on 1,000 of the branch, ten days late"""
        move = self.make_branch_invoice(self.branch, 1000)
        line = self.get_items(move)
        return line._get_collection_penalties(date(2026, 2, 11))[line.id].interest

    def test_the_companys_rate_holds_in_the_branch(self):
        """D, S-010: and so does its choice of a rate of its own."""
        self.assertEqual(self.branch.collection_penalty_regime, "contractual")
        self.assertAlmostEqual(float(self.claim()), 1000 * 0.1 * 10 / 365, 2)

    def test_the_branchs_own_rate_comes_first(self):
        """D"""
        self.make_rate(self.branch, 20)
        self.assertAlmostEqual(float(self.claim()), 1000 * 0.2 * 10 / 365, 2)

    def test_a_sisters_rate_holds_not(self):
        """D"""
        self.rates.search([("company_id", "=", self.company.id)]).unlink()
        self.make_rate(self.sister, 20)
        self.assertFalse(self.claim())
