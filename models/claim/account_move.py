from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError

from ...tools.dialogs import open_dialog
from ...tools.portfolio import PortfolioBoolean, PortfolioChar
from ..access import COLLECTORS


class AccountMove(models.Model):
    """Invoices of which a person has waived interest and indemnity."""

    _inherit = "account.move"

    collection_waiver = PortfolioChar(
        string="Claims waived", copy=False, readonly=True, groups=COLLECTORS,
        help="Why neither late-payment interest nor the fixed indemnity of this invoice is "
        "claimed.")
    collection_is_claimed = PortfolioBoolean(
        compute="_compute_collection_is_claimed", groups=COLLECTORS,
        help="It is late, or was paid late: interest or indemnity may be claimed.")

    # === COMPUTE === #

    @api.depends(
        "state", "move_type", "commercial_partner_id", "collection_waiver", "invoice_date_due")
    def _compute_collection_is_claimed(self):
        days = {company: company._get_collection_day() for company in self.company_id}
        for move in self:
            customer = move.commercial_partner_id.with_company(move.company_id)
            move.collection_is_claimed = (
                move.move_type == "out_invoice" and move.state == "posted"
                and bool(move.invoice_date_due)
                and move.invoice_date_due < days[move.company_id] and not move.collection_waiver
                and bool(customer.collection_penalties or customer.collection_indemnity))

    # === WAIVER === #

    def waive_collection_claims(self, reason):
        """Claim neither interest nor indemnity of these invoices any more; traced.

        :param str reason: kept on the invoice and in the customer's history
        :raise UserError: no reason
        :raise AccessError: a customer outside of the user's portfolio
        """
        self._set_waiver(reason, reason, "claims_waived")

    def restore_collection_claims(self, reason):
        """Claim interest and indemnity of these invoices again; traced.

        :param str reason: kept in the customer's history
        :raise UserError: no reason
        :raise AccessError: a customer outside of the user's portfolio
        """
        self._set_waiver(False, reason, "claims_restored")

    def _set_waiver(self, waiver, reason, kind):
        """Write what is waived, and trace it on the invoices and in their customers' history.

        :param waiver: str, or False to claim again
        :param str reason: the trace's
        :param str kind: of the history's rows
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Say why: the reason stays in the customer's history."))
        self.check_access("read")
        self._check_collection_portfolio()
        changed = self.sudo().filtered(lambda move: bool(move.collection_waiver) != bool(waiver))
        changes = {move: [("collection_waiver", move.collection_waiver or "", waiver or "")]
                   for move in changed}
        changed.collection_waiver = waiver
        rows = defaultdict(list)
        for move in changed:
            rows[move.commercial_partner_id, move.company_id].append({
                "kind": kind, "data": {}, "new_value": move.name or "", "text": reason,
                "cause": "person", "command": "claim"})
        self.env["collection.history"].sudo()._append_many(rows)
        changed._log_collection_changes(changes)

    # === BUTTONS === #

    def action_open_claim_waiver(self):
        """:return: window action on the dialog that waives the claims, or claims again
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.check_access("read")
        self._check_collection_portfolio()
        again = any(self.mapped("collection_waiver"))
        return open_dialog(
            "collection.claim.waive",
            self.env._("Claim again") if again else self.env._("Waive late-payment claims"),
            default_move_ids=self.ids, default_again=again)
