from odoo import fields, models
from odoo.tools.translate import LazyTranslate

from ...engine import hashtags
from ..message.besides import get_beside
from ..message.hashtags import hashtag

_lt = LazyTranslate(__name__)

#: Where the personal link stands in what is kept of a message.
PLACE = "/collection/your-link"


class CollectionAction(models.Model):
    """The personal link in a message: its place is stored, the link itself only leaves."""

    _inherit = "collection.action"

    offers_page = fields.Boolean(
        readonly=True, copy=False,
        help="It offers something that is answered on the personal page, so that it carries a link "
        "whatever the customer's option.")

    def _is_interactive(self, recipient):
        """Whether the message to a recipient carries a personal link.

        One for the holder of a function carries none, be it a contact of the customer: a
        guarantor neither promises nor disputes in the customer's name.
        """
        self.ensure_one()
        option = self.customer_id.sudo().with_company(
            self.company_id).collection_interactive_email
        return (
            self.is_sent and self._get_channel().carries_links
            and (option or self.offers_page)
            and recipient.commercial_partner_id == self.customer_id
            and not get_beside(self)
            and not self._get_steering().writes_to_stranger())

    def _get_link_place(self):
        return self.company_id.get_base_url() + PLACE

    def _get_link_label(self):
        return self.env._("See your account and answer")

    def _get_mail_ending(self, content, data):
        """An e-mail that does not say where its link stands has it as a button at its end."""
        ending, place = super()._get_mail_ending(content, data), self._get_link_place()
        if place in content or not self._is_interactive(data.recipient):
            return ending
        return ending + self.company_id._get_collection_button(place, self._get_link_label())


@hashtag(hashtags.LINK, _lt(
    "Link to the customer's account: a page without login for customers with the option "
    "“Interactive message”, else the invoices on your portal"))
def portal_link(action, data, labels):
    if action._is_interactive(data.recipient):
        return hashtags.Link(action._get_link_place(), action._get_link_label())
    url = f"{action.company_id.get_base_url()}/my/invoices"
    return hashtags.Link(url, action.env._("your invoices"))
