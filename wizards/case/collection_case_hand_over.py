from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.dialogs import RELOAD, notify


class CollectionCaseHandOver(models.TransientModel):
    """Dialog that hands a case file over to an external partner of the customer."""

    _name = "collection.case.hand.over"
    _description = "Hand a Case File Over"
    _inherit = ["collection.dialog"]

    case_file_id = fields.Many2one("collection.case.file", required=True, readonly=True)
    available_ids = fields.Many2many(
        "collection.participant", compute="_compute_available_ids",
        help="External partners who take part for the customer.")
    participant_id = fields.Many2one(
        "collection.participant", string="External partner", compute="_compute_participant_id",
        store=True, readonly=False, domain="[('id', 'in', available_ids)]")
    portal_state = fields.Selection(related="participant_id.portal_state", related_sudo=False)
    note = fields.Text(help="What the partner reads beside it.")

    @api.depends("case_file_id")
    def _compute_available_ids(self):
        for dialog in self:
            case = dialog.case_file_id
            found = self.env["collection.participant"].search(
                Domain("customer_id", "=", case.customer_id.id)
                & Domain("company_id", "=", case.company_id.id)
                & Domain("function_id.kind", "=", "external")
                & Domain("contact_id", "!=", False)) if case else self.env[
                    "collection.participant"]
            # who takes part in several sequences, and for the customer, is one partner
            holders = found.grouped(lambda one: (one.contact_id, one.function_id))
            dialog.available_ids = found.browse().union(*(own[:1] for own in holders.values()))

    @api.depends("available_ids")
    def _compute_participant_id(self):
        """The first of them who has not got it yet."""
        for dialog in self:
            if dialog.participant_id not in dialog.available_ids:
                having = dialog.case_file_id.handover_ids.filtered(
                    lambda one: not one.revoked_at).partner_id
                dialog.participant_id = dialog.available_ids.filtered(
                    lambda one, having=having: one.contact_id not in having)[:1]

    def action_hand_over(self):
        """Hand it over: the partner finds it on the portal, and is written to.

        :return: notification
        :raise UserError: nobody is chosen, or they cannot log in to the portal
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        case, holder = self.case_file_id, self.participant_id
        case._check_ready()
        if not holder or holder not in self.available_ids:
            raise UserError(self.env._(
                "Choose an external partner. Who takes part is set on the customer and on its "
                "sequences."))
        self.env["collection.case.handover"]._hand_over(
            case, holder.contact_id, holder.function_id, (self.note or "").strip())
        return notify(self.env._(
            "Handed over to %(partner)s.", partner=holder.contact_id.display_name), then=RELOAD)
