from odoo import api, models

from ..item.open_items import MONEY_JOURNALS


class AccountPartialReconcile(models.Model):
    """Events of reconciliations: paid, credited, or taken back.

    They are only posted to the inbox: whatever a sequence makes of it runs in another transaction.
    """

    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        self.env["collection.signal"]._post_where_open(partials._prepare_collection_signals())
        return partials

    def unlink(self):
        taken_back = [
            {**vals, "code": "payment_reversed", "key": f"payment_reversed:{partial.id}"}
            for partial in self for vals in partial._prepare_collection_signals()
            if vals["code"] == "payment"]
        result = super().unlink()
        self.env["collection.signal"]._post_where_open(taken_back)
        return result

    def _prepare_collection_signals(self):
        """:return: list of dicts, one a payment or credit note that settles a customer's debt"""
        codes = [(partial, partial._get_collection_code()) for partial in self.sudo()]
        return [{
            "key": f"{code}:{partial.id}",
            "code": code,
            "customer_id": partial.debit_move_id.partner_id.commercial_partner_id.id,
            "company_id": partial.debit_move_id.company_id.id,
            "amount": partial.amount,
            "about": partial.credit_move_id.move_id.name,
        } for partial, code in codes if code]

    def _get_collection_code(self):
        """:return: ``payment``, ``credit_note``, or None for any other matching"""
        debt, settlement = self.debit_move_id, self.credit_move_id
        if debt.account_type != "asset_receivable" or (
                debt.move_id.journal_id.type in MONEY_JOURNALS):
            return None
        if settlement.move_id.move_type == "out_refund":
            return "credit_note"
        return "payment" if settlement.move_id.journal_id.type in MONEY_JOURNALS else None
