from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..people.res_partner import COLLECTORS

#: Rolling window over which the habit is read (S-011).
WINDOW = timedelta(days=183)
#: Up to so many days late on the mean, a payer is of that profile; beyond, it is a bad one.
PROFILES = ((0, "prompt"), (15, "slow"), (30, "late"))


class ResPartner(models.Model):
    """How late a customer pays: the mean over the invoices it has paid in six months."""

    _inherit = "res.partner"

    collection_payer_delay = fields.Float(
        string="Mean delay", compute="_compute_collection_payer", groups=COLLECTORS,
        digits=(16, 1),
        help="Days between due date and payment, on the mean of what was paid in the last six "
        "months, each payment by its amount. Negative: ahead of the due date.")
    collection_payer_profile = fields.Selection(
        [("unknown", "No payment yet"), ("prompt", "Pays on time"), ("slow", "Pays slowly"),
         ("late", "Pays late"), ("bad", "Pays very late")],
        string="Payer profile", compute="_compute_collection_payer", groups=COLLECTORS)

    @api.depends_context("company")
    def _compute_collection_payer(self):
        delays = self.commercial_partner_id._get_payer_delays(self.env.company)
        for partner in self:
            delay = delays.get(partner.commercial_partner_id.id)
            partner.collection_payer_delay = delay or 0
            partner.collection_payer_profile = "unknown" if delay is None else next(
                (profile for days, profile in PROFILES if delay <= days), "bad")

    def _get_payer_delays(self, company):
        """:return: dict of the mean delay in days by customer id; who paid nothing is not in it"""
        if not self.ids:
            return {}
        self.env["account.partial.reconcile"].flush_model()
        self.env["account.move.line"].flush_model(
            ["date", "date_maturity", "partner_id", "company_id"])
        since = company._get_collection_day() - WINDOW
        return {customer: float(delay) for customer, delay in self.env.execute_query(SQL(
            """
            SELECT partner.commercial_partner_id,
                   sum((paid.date - owed.date_maturity) * partial.amount) / sum(partial.amount)
              FROM account_partial_reconcile AS partial
              JOIN account_move_line AS owed ON owed.id = partial.debit_move_id
              JOIN account_move_line AS paid ON paid.id = partial.credit_move_id
              JOIN account_move AS invoice ON invoice.id = owed.move_id
              JOIN account_move AS settlement ON settlement.id = paid.move_id
              JOIN res_partner AS partner ON partner.id = owed.partner_id
             WHERE partner.commercial_partner_id IN %s
               AND owed.company_id = %s AND owed.date_maturity IS NOT NULL
               AND invoice.move_type = 'out_invoice' AND settlement.move_type = 'entry'
               AND paid.date > %s AND partial.amount > 0
          GROUP BY partner.commercial_partner_id
            """, tuple(self.ids), company.id, since))}
