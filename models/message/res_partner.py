from odoo import api, models
from odoo.tools import email_normalize

from ...tools.customers import follow
from ...tools.portfolio import PortfolioBoolean, PortfolioChar
from ..access import COLLECTORS


class ResPartner(models.Model):
    """E-mail addresses from which messages came back."""

    _inherit = "res.partner"

    collection_bounced_email = PortfolioChar(
        string="Address that came back", copy=False, readonly=True, groups=COLLECTORS,
        tracking=True,
        help="A message to this e-mail address came back. Nothing more is written to it until "
        "somebody confirms that it works; another address is written to at once.")
    collection_email_blocked = PortfolioBoolean(
        string="E-mail blocked", compute="_compute_collection_email_blocked", groups=COLLECTORS)

    # === COMPUTE === #

    @api.depends("collection_bounced_email", "email_normalized")
    def _compute_collection_email_blocked(self):
        for partner in self:
            partner.collection_email_blocked = partner._is_collection_address_blocked()

    # === ADDRESSES === #

    def _is_collection_address_blocked(self):
        """:return: bool, whether messages to the present e-mail address came back"""
        bounced = self.sudo().collection_bounced_email
        return bool(bounced) and bounced == self.email_normalized

    @api.model
    def _block_collection_addresses(self, addresses):
        """Block e-mail addresses, whoever has them.

        :param addresses: list of str, as they were written to, with names or without
        """
        emails = list(filter(None, map(email_normalize, filter(None, addresses))))
        partners = self.sudo().with_context(active_test=False).search(
            [("email_normalized", "in", emails)]) if emails else self
        for email, owners in partners.grouped("email_normalized").items():
            owners.filtered(lambda partner, email=email: (
                partner.collection_bounced_email != email)).collection_bounced_email = email

    def _confirm_collection_address(self):
        """Write to the address of these again, whoever else has it."""
        emails = [email for email in self.sudo().mapped("collection_bounced_email") if email]
        self.sudo().with_context(active_test=False).search(
            [("collection_bounced_email", "in", emails)]).collection_bounced_email = False

    # === IDENTITY === #
    # What was sent follows its actions.

    @api.model
    def _move_collection(self, changes):
        super()._move_collection(changes)
        self._move_dispatches(changes)

    @api.model
    def _move_dispatches(self, changes):
        """What left goes where its action went; for domains whose actions move after these.

        :param changes: list of :class:`~..tools.customers.CustomerChange`
        """
        follow(self.env["collection.dispatch"], changes, "action_id")

    # === BUTTONS === #

    def action_confirm_collection_email(self):
        """A person says that the e-mail address works: messages leave for it again.

        :raise AccessError: a customer outside of the user's portfolio
        """
        self.check_access("read")
        self.commercial_partner_id._check_collection_portfolio()
        self._confirm_collection_address()
