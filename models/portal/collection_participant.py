from odoo import api, fields, models
from odoo.exceptions import UserError

PORTAL_STATES = [
    ("none", "No access"),
    ("invited", "Invited"),
    ("active", "Has access"),
]


class CollectionParticipant(models.Model):
    """Whether external partners reach the portal, and inviting those who do not (D-078)."""

    _inherit = "collection.participant"

    portal_state = fields.Selection(
        PORTAL_STATES, string="Portal", compute="_compute_portal_state", compute_sudo=True,
        help="Whether the external partner, or somebody of that firm, can log in to the portal.")

    @api.depends("function_id.kind", "contact_id", "company_id")
    def _compute_portal_state(self):
        """Two queries, however many lines are shown."""
        external = self.filtered(lambda line: line.kind == "external" and line.contact_id)
        users = self.env["res.users"]._search_portal_holders(external.contact_id)
        for line in self:
            mine = users.filtered(lambda user, line=line: user._holds_for(
                line.contact_id, line.company_id)) if line in external else users.browse()
            if line not in external:
                line.portal_state = False
            elif not mine:
                line.portal_state = "none"
            else:
                line.portal_state = "active" if any(mine.mapped("login_date")) else "invited"

    def action_invite_to_portal(self):
        """Button: Odoo's own dialog that gives the partner, or people of the firm, access.

        :return: window action on the dialog
        :raise UserError: no external partner holds the function
        :raise AccessError: the customer is in somebody else's portfolio
        """
        self.ensure_one()
        self.check_access("write")
        self._check_portfolio()
        if self.kind != "external" or not self.contact_id:
            raise UserError(self.env._(
                "Only external partners are invited to the portal: name the contact who holds "
                "%(function)s first.", function=self.function_id.name))
        wizard = self.env["portal.wizard"].with_company(self.company_id).with_context(
            default_partner_ids=self.contact_id.ids)
        return wizard.action_open_wizard()
