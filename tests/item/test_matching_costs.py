"""What a matching costs an accountant."""

from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from ..common import CollectionCase


@tagged("post_install", "-at_install")
class TestMatchingCosts(CollectionCase):
    """Payments matched in one import."""

    def match(self, count):
        """Match so many invoices at once.

        :return: how many queries read the fields of ours on their items
        """
        invoices = self.env["account.move"].union(
            *(self.make_invoice(self.customer, 100) for _number in range(count)))
        items = invoices.line_ids.filtered(lambda line: line.account_type == "asset_receivable")
        entry = self.env["account.move"].create({"move_type": "entry", "line_ids": [
            *(Command.create({"account_id": items.account_id.id, "credit": 100,
                              "partner_id": self.customer.id}) for _item in items),
            Command.create({"account_id": self._get_account("equity").id, "debit": 100 * count})]})
        entry.action_post()
        paid = entry.line_ids.filtered("credit")
        self.env.flush_all()
        self.env.invalidate_all()
        queries, lines = [], type(self.env["account.move.line"])
        fetch = lines._fetch_query

        def count_fetch(records, query, fields):
            queries.extend(field.name for field in fields if field.name == "collection_status_id")
            return fetch(records, query, fields)

        with patch.object(lines, "_fetch_query", count_fetch):
            items._reconcile_plan([item + line for item, line in zip(items, paid)])
            self.env.flush_all()
        return len(queries)

    def test_many_cost_no_query_more(self):
        """Issue 20: our fields are read of all items together."""
        self.match(1)
        self.assertEqual(self.match(3), self.match(13))
