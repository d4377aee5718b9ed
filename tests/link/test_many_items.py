"""A customer with ten thousand open items: the largest page, list, dialog and statement."""

import logging
import time

from odoo.exceptions import UserError
from odoo.tests import Form, HttpCase, tagged
from odoo.tools import SQL

from ...models.specific.account_move_line import MOST_CHOSEN
from .test_link import LinkCase

_logger = logging.getLogger(__name__)

MANY, LONGEST = 10_000, 3.0


@tagged("post_install", "-at_install")
class TestManyItems(LinkCase, HttpCase):

    moment = None  # cookies and sessions live by the real clock

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.flush_all()
        moves = cls.copy_rows(cls.older, {"name": SQL("'COPY/' || n")}, SQL(
            "generate_series(1, %s) n", MANY))
        cls.copy_rows(cls.older.line_ids, {"move_id": SQL("n"), "move_name": SQL("'COPY/' || n")},
                      SQL("unnest(%s) n", moves))
        cls.env.cr.execute("ANALYZE account_move_line, account_move")
        cls.env.invalidate_all()
        cls.items = cls.env["account.move.line"].search([
            ("partner_id", "=", cls.customer.id), ("account_type", "=", "asset_receivable"),
            ("reconciled", "=", False)])

    @classmethod
    def copy_rows(cls, records, values, series):
        """Copy rows as often as a series has numbers, which the database calls `n`.

        :return: list of ids
        """
        columns = [name for name, field in records._fields.items()
                   if field.store and field.column_type and name not in {"id", *values}]
        kept = SQL(", ").join(map(SQL.identifier, columns))
        return [id_ for id_, in cls.env.execute_query(SQL(
            "INSERT INTO %(table)s (%(kept)s, %(names)s) SELECT %(kept)s, %(values)s "
            "FROM %(table)s, %(series)s WHERE id IN %(ids)s RETURNING id",
            table=SQL.identifier(records._table), kept=kept, ids=tuple(records.ids),
            names=SQL(", ").join(map(SQL.identifier, values)),
            values=SQL(", ").join(values.values()), series=series))]

    def measure(self, what, act):
        """Do something, from empty caches, be it refused or not; returns what it returns."""
        self.env.flush_all()
        self.env.invalidate_all()
        begun, clock = time.process_time(), time.monotonic()
        try:
            return act()
        finally:
            seconds = time.process_time() - begun
            _logger.info(
                "%s, %s items: %.2f s of processor here, %.2f s by the clock", what,
                len(self.items), seconds, time.monotonic() - clock)
            self.assertLess(seconds, LONGEST, what)

    def test_the_personal_page(self):
        """Issue, effort: it shows what a telephone can show."""
        _link, token = self.make_link()
        response = self.measure("Personal page", lambda: self.url_open(f"/collection/{token}"))
        self.assertEqual(response.status_code, 200)

    def test_the_page_of_a_colleague(self):
        """Issue, effort: a question about all of them."""
        _link, token = self.make_internal_link(self.items)
        response = self.measure(
            "Colleague's page", lambda: self.url_open(f"/collection/{token}"))
        self.assertEqual(response.status_code, 200)

    def test_the_statement_on_the_screen(self):
        """Issue, effort: the list of a customer's items, page after page."""
        action = self.customer.with_user(self.collector).action_open_collection_items()
        items = self.env["account.move.line"].with_user(self.collector)
        columns = {name: {} for name in (
            "name", "date_maturity", "amount_residual", "collection_status_id",
            "collection_comment", "collection_days_late") if name in items._fields}
        page = self.measure("Statement", lambda: items.web_search_read(
            action["domain"], columns, limit=80))
        self.assertEqual(page["length"], len(self.items))
        totals = self.measure("Totals", self.customer.with_user(
            self.collector).get_collection_statement_totals)
        self.assertTrue(totals)

    def test_the_statement_on_paper(self):
        """Issue, effort: hundreds of pages are refused with what to do, not printed for minutes.
        """
        with self.assertRaisesRegex(UserError, "Export the list"):
            self.measure("Statement on paper", self.customer._render_collection_statements)

    def test_the_dialog_of_a_status(self):
        """Issue, effort: all of them are given a status at once."""
        def act():
            action = self.items.with_user(self.collector).action_open_collection_wizard()
            form = Form(self.env[action["res_model"]].with_user(
                self.collector).with_context(**action["context"]))
            form.status_id = self.env.ref("account_collection.item_status_litigation")
            form.comment = "x" * 4000
            return form.save()
        with self.assertRaises(UserError):
            self.measure("Status of all", act)
        self.items = self.items[:MOST_CHOSEN]
        wizard = self.measure("Status, opened", act)
        self.measure("Status, applied", wizard.action_apply)
        self.assertEqual(
            self.items.collection_status_id,
            self.env.ref("account_collection.item_status_litigation"))
