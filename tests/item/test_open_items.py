from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from ...models.item import open_items
from ..common import CollectionCase


@tagged("post_install", "-at_install")
class TestOpenItems(CollectionCase):
    """Issue 13, E: the one definition of an open item, as a domain and as SQL."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoices = cls.env["account.move"].union(*(
            cls.make_invoice(cls.customer, amount) for amount in (100, 200, 300, 400, 500)))
        cls.lines = cls.invoices._get_collection_lines().sorted("balance")
        cls.pay(cls.lines[0].move_id)
        cls.lines[1].no_followup = True
        cls.env.flush_all()
        for line, state in ((cls.lines[2], "blocked"), (cls.lines[3], "in_payment")):
            cls.env.cr.execute("UPDATE account_move SET payment_state = %s WHERE id = %s", (
                state, line.move_id.id))
        cls.env.invalidate_all()

    def select(self, condition):
        """:return: the lines that meet an SQL condition on ``line``"""
        return self.lines.browse(line_id for [line_id] in self.env.execute_query(SQL(
            "SELECT line.id FROM account_move_line AS line WHERE line.id = ANY(%s) AND %s",
            self.lines.ids, condition)))

    def test_domain_and_sql_find_the_same_open_items(self):
        """Open item: neither paid, kept out of follow-up, blocked nor being paid."""
        open_lines = self.lines.search(
            [("id", "in", self.lines.ids)] + list(
                self.lines._get_open_item_domain(self.company)))
        self.assertEqual(open_lines, self.lines[4])
        self.assertEqual(open_lines, self.select(SQL(
            "%s AND %s", open_items.is_unreconciled(self.env, self.company),
            open_items.IS_OPEN)))

    def test_domain_and_sql_find_the_same_unreconciled_items(self):
        """Open item: what is left on an account, chased or not."""
        left = self.lines.search([("id", "in", self.lines.ids)] + list(open_items.UNRECONCILED))
        self.assertEqual(left.sorted("balance"), self.lines[1:])
        self.assertEqual(
            left.sorted("id"),
            self.select(open_items.is_unreconciled(self.env, self.company)).sorted("id"))

    def test_a_status_calls_the_hook(self):
        """Open item: whoever plans for it hears of a change of its status."""
        status = self.env["collection.item.status"].search([("kind", "=", "normal")], limit=1)
        with patch.object(type(self.lines), "_react_to_treatment", autospec=True) as react:
            self.lines[4].set_collection_status(status)
        self.assertEqual([call.args[0] for call in react.call_args_list], [self.lines[4]])
