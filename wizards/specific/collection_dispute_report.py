from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.dialogs import CLOSE, notify


class CollectionDisputeReport(models.TransientModel):
    """Dialog in which accountants report that a customer disputes invoices.

    They know of disputes first, and steer nothing: the dispute is the collector's from then on.
    """

    _name = "collection.dispute.report"
    _description = "Report a Dispute"
    _inherit = ["collection.dialog"]

    move_ids = fields.Many2many("account.move", string="Invoices", required=True, readonly=True)
    reason_id = fields.Many2one("collection.dispute.reason", required=True)
    description = fields.Text(string="What the customer says", required=True)

    def action_apply(self):
        """Open the dispute, in the accountant's name; the customer's collector resolves it.

        :return: action that closes the dialog and says who takes it up
        :raise UserError: nothing is open on the invoices, or they are of several customers
        :raise ValidationError: an item is being treated already
        :raise AccessError: the user may not read one of the invoices, or collects from customers
            and not from theirs
        """
        self.ensure_one()
        self._check_about({"move_ids": self.move_ids.ids})
        items = self.move_ids.sudo()._get_collection_lines()
        if not items:
            raise UserError(self.env._("Nothing is open on %(invoices)s any more.",
                                       invoices=", ".join(self.move_ids.mapped("name"))))
        customer, company = items._get_single_customer()
        collector = customer.with_company(company).collector_id
        dispute = self.env["collection.dispute"].sudo().open(
            items, self.reason_id, owner=collector, description=self.description.strip())
        return notify(self.env._(
            "Reported: %(owner)s takes it up.",
            owner=dispute.sudo().owner_id.name or self.env._("the credit manager")), then=CLOSE)
