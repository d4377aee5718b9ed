from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError

from ...tools.dialogs import open_dialog
from ...tools.portfolio import PortfolioBoolean, PortfolioChar
from ...tools.records import as_reason
from ..access import COLLECTORS
from ..item.account_move_line import NOT_BY_HAND


class AccountMove(models.Model):
    """Invoices of which interest and indemnity were waived, or have been paid."""

    _inherit = "account.move"

    collection_waiver = PortfolioChar(
        string="Claims waived", copy=False, readonly=True, groups=COLLECTORS,
        help="Why neither late-payment interest nor the fixed indemnity of this invoice is "
        "claimed.")
    collection_claims_paid = PortfolioChar(
        string="Claims paid", copy=False, readonly=True, groups=COLLECTORS,
        help="When and how late-payment interest and indemnity of this invoice were paid. They "
        "are not claimed any more.")
    collection_is_claimed = PortfolioBoolean(
        compute="_compute_collection_is_claimed", groups=COLLECTORS,
        help="It is late, or was paid late: interest or indemnity may be claimed.")

    # === COMPUTE === #

    @api.depends(
        "state", "move_type", "commercial_partner_id", "line_ids.account_type",
        "line_ids.date_maturity", "collection_waiver", "collection_claims_paid")
    def _compute_collection_is_claimed(self):
        ended = self.filtered(lambda move: (
            move.move_type != "out_invoice" or move.state != "posted"
            or move.collection_waiver or move.collection_claims_paid))
        ended.collection_is_claimed = False
        for company, moves in (self - ended).grouped("company_id").items():
            day = company._get_collection_day()
            for move in moves:
                customer = move.commercial_partner_id.with_company(company)
                move.collection_is_claimed = any(
                    line.account_type == "asset_receivable" and line.date_maturity
                    and line.date_maturity < day for line in move.line_ids
                ) and bool(customer.collection_penalties or customer.collection_indemnity)

    # === WAIVED AND PAID === #

    def waive_collection_claims(self, reason):
        """Claim neither interest nor indemnity of these invoices any more; traced.

        :param str reason: kept on the invoice and in the customer's history
        :raise UserError: no reason
        :raise AccessError: a customer outside of the user's portfolio
        """
        reason = as_reason(self.env, reason)
        self._end_claims("claims_waived", reason, {"collection_waiver": reason})

    def settle_collection_claims(self, reason):
        """Interest and indemnity of these invoices were paid: they are claimed no more; traced.

        They are never posted by this module, so a person says so. As long as an invoice itself
        is not paid, its interest runs on: nothing of it can be settled for good.

        :param str reason: when and how they were paid; kept on the invoice and in the history
        :raise UserError: no reason, or an invoice of which something is still owed
        :raise AccessError: a customer outside of the user's portfolio
        """
        self._check_claimant()
        owed = self._get_collection_lines().move_id
        if owed:
            raise UserError(self.env._(
                "%(invoices)s is not paid yet, so that its interest runs on. Say that its claims "
                "were paid once it is.", invoices=", ".join(owed.mapped("display_name"))))
        reason = as_reason(self.env, reason)
        self._end_claims("claims_paid", reason, {"collection_claims_paid": reason})

    def restore_collection_claims(self, reason):
        """Claim interest and indemnity of these invoices again; traced.

        :param str reason: kept in the customer's history
        :raise UserError: no reason
        :raise AccessError: a customer outside of the user's portfolio
        """
        self._end_claims("claims_restored", as_reason(self.env, reason), {
            "collection_waiver": False, "collection_claims_paid": False})

    def _end_claims(self, kind, reason, vals):
        """Write why nothing is claimed, or that it is again, and trace it on the invoices and in
        their customers' history.

        :param str kind: of the history's rows
        :param str reason: the trace's
        :param dict vals: of the invoices
        """
        self._check_claimant()
        changed = self.sudo().filtered(lambda move: any(
            bool(move[name]) != bool(value) for name, value in vals.items()))
        changes = {move: [(name, move[name] or "", value or "") for name, value in vals.items()
                          if bool(move[name]) != bool(value)] for move in changed}
        changed.with_context(**NOT_BY_HAND).write(vals)
        rows = defaultdict(list)
        for move in changed:
            rows[move.commercial_partner_id, move.company_id].append({
                "kind": kind, "data": {}, "new_value": move.name or "", "text": reason,
                "cause": "person", "command": "claim"})
        self.env["collection.history"].sudo()._append_many(rows)
        changed._log_collection_changes(changes)

    def _check_claimant(self):
        """:raise AccessError: the user may not read these, or collect from their customers"""
        self.check_access("read")
        self._check_collection_portfolio()

    # === BUTTONS === #

    def action_open_claim_waiver(self):
        """:return: window action on the dialog that waives the claims, or claims again
        :raise AccessError: a customer outside of the user's portfolio
        """
        self._check_claimant()
        again = any(move.collection_waiver or move.collection_claims_paid for move in self)
        return open_dialog(
            "collection.claim.waive",
            self.env._("Claim again") if again else self.env._("Waive late-payment claims"),
            default_move_ids=self.ids, default_again=again)

    def action_open_claim_payment(self):
        """:return: window action on the dialog that says that the claims were paid
        :raise AccessError: a customer outside of the user's portfolio
        """
        self._check_claimant()
        return open_dialog(
            "collection.claim.waive", self.env._("Late-payment claims paid"),
            default_move_ids=self.ids, default_paid=True)
