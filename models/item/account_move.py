from odoo import api, models
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

from ...tools.portfolio import (
    PortfolioBoolean,
    PortfolioDate,
    PortfolioInteger,
    PortfolioMany2one,
    PortfolioText,
    see_stored,
)
from ...tools.records import in_company_language
from ..access import COLLECTORS
from . import open_items

#: Of several statuses on the lines of an invoice, it shows the gravest.
GRAVITY = ("normal", "resolved", "promise", "dispute", "litigation")


class AccountMove(models.Model):
    """An invoice mirrors the status of its open lines, as the core does for no_followup."""

    _inherit = "account.move"
    _copied_customer = "partner_id"

    collection_status_id = PortfolioMany2one(
        "collection.item.status", string="Collection status", groups=COLLECTORS, store=True,
        compute="_compute_collection_status_id", index="btree_not_null", copy=False)
    collection_status_color = PortfolioInteger(
        string="Colour of the status", compute="_compute_collection_status_color",
        groups=COLLECTORS)
    collection_comment = PortfolioText(
        string="Collection comment", compute="_compute_collection_comment", groups=COLLECTORS)
    collection_promise_date = PortfolioDate(
        string="Promised for", compute="_compute_collection_comment", groups=COLLECTORS)
    collection_is_chased = PortfolioBoolean(
        compute="_compute_collection_is_chased", groups=COLLECTORS,
        help="Something is left on its receivable lines.")

    def _auto_init(self):
        """No invoice has a status when the module comes: none is computed for all of them."""
        if not column_exists(self.env.cr, "account_move", "collection_status_id"):
            create_column(self.env.cr, "account_move", "collection_status_id", "int4")
        return super()._auto_init()

    # === CRUD === #

    def write(self, vals):
        """Records of ours follow the items of entries that go to draft, are posted or cancelled.

        A bank transaction that is booked anew gets other items while its entry is posted.
        """
        snapshots, state, again = (
            self.env["collection.item.snapshot"], vals.get("state"), self.browse())
        if state in ("posted", "cancel"):
            again = self.filtered("posted_before")
        elif "line_ids" in vals:
            again = self.filtered(lambda move: move.state == "posted")
        if state == "draft":
            snapshots._take(self.filtered(lambda move: move.state != "draft").line_ids)
        result = super().write(vals)
        snapshots._resolve(again)
        return result

    def unlink(self):
        """Whatever of ours loses its items says so."""
        snapshots = self.env["collection.item.snapshot"]
        snapshots._take(self.line_ids)
        result = super().unlink()
        snapshots._resolve(self)
        return result

    # === COMPUTE === #

    @api.depends("line_ids.collection_status_id", "line_ids.reconciled")
    def _compute_collection_status_id(self):
        for move in self:
            statuses = move._get_unmatched_lines().collection_status_id
            move.collection_status_id = statuses.sorted(
                lambda status: GRAVITY.index(status.kind))[-1:]

    def _get_unmatched_lines(self):
        """:return: the ``account.move.line`` of this entry that are not matched; what is read of
            one is read of those of all entries that are read with this one"""
        lines = self.line_ids
        return lines.filtered(lambda line: not line.reconciled).with_prefetch(lines._prefetch_ids)

    @api.depends("collection_status_id.color")
    def _compute_collection_status_color(self):
        for move in self:
            move.collection_status_color = move.collection_status_id.color

    @api.depends("line_ids.collection_comment", "line_ids.collection_promise_date",
                 "line_ids.reconciled")
    def _compute_collection_comment(self):
        for move in self:
            lines = move._get_unmatched_lines()
            comments = filter(None, lines.mapped("collection_comment"))
            move.collection_comment = "\n".join(dict.fromkeys(comments))
            move.collection_promise_date = min(
                filter(None, lines.mapped("collection_promise_date")), default=False)

    @api.depends("state", "line_ids.reconciled", "line_ids.account_type")
    def _compute_collection_is_chased(self):
        for move in self:
            move.collection_is_chased = bool(move._get_collection_lines())

    # === SEEN BY THE USER === #

    def _fetch_query(self, query, fields):
        return super(AccountMove, see_stored(self))._fetch_query(query, fields).with_env(self.env)

    def _get_collection_seen_sql(self, alias):
        """:return: SQL condition: the entry is of a customer of the user's own"""
        return self.env["res.partner"]._get_collection_owned_sql(
            SQL.identifier(alias, "company_id", to_flush=self._fields["company_id"]),
            SQL.identifier(
                alias, "commercial_partner_id", to_flush=self._fields["commercial_partner_id"]))

    def _is_collection_seen(self):
        """:return: bool, whether the entry is of a customer of the user's own"""
        return self.commercial_partner_id._is_collection_owned(self.company_id)

    def _check_collection_portfolio(self):
        """:raise AccessError: a customer outside of the user's portfolio in the company of the
            invoice"""
        for company, moves in self.sudo().grouped("company_id").items():
            customers = moves.commercial_partner_id.with_env(self.env)
            customers.with_company(company)._check_collection_portfolio()

    def _log_collection_changes(self, changes):
        """Note on these entries what was changed, to those who see the fields; to others, that
        something was: a note without a word would read as removed.

        :param dict changes: lists of (name of a field, old and new value as text), by entry
        """
        columns = {"char": "char", "text": "text", "many2one": "char"}
        fields = self.env["ir.model.fields"]
        vals_list, bodies = [], {
            move.id: in_company_language(move, move.company_id).env._("Collection changed.")
            for move in self}
        for message in self._message_log_batch(bodies):
            for name, old, new in changes[self.browse(message.res_id)]:
                column = columns[self._fields[name].type]
                vals_list.append({
                    "mail_message_id": message.id, "field_id": fields._get(self._name, name).id,
                    f"old_value_{column}": old, f"new_value_{column}": new})
        self.env["mail.tracking.value"].sudo().create(vals_list)

    # === LINES === #

    def _get_collection_lines(self):
        """:return: ``account.move.line`` of these entries on which something is left"""
        return self.line_ids.filtered_domain(open_items.UNRECONCILED)
