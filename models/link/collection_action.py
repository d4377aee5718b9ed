from markupsafe import Markup

from odoo import models

from ...engine import hashtags

#: Where the personal link stands in what is kept of a message.
PLACE = "/collection/your-link"



class CollectionAction(models.Model):
    """The personal link in a message: its place is written, the link itself only leaves."""

    _inherit = "collection.action"

    def _is_interactive(self, recipient):
        """Whether the message to a recipient carries a personal link."""
        self.ensure_one()
        return (
            self.kind in ("email", "sms")
            and self.customer_id.with_company(self.company_id).collection_interactive_email
            and recipient.commercial_partner_id == self.customer_id)

    def _get_link_place(self):
        return self.company_id.get_base_url() + PLACE

    def _get_tag_portal_link(self, action, facts, documents):
        if action._is_interactive(facts.recipient):
            return hashtags.Link(action._get_link_place(), self._get_link_words())
        return super()._get_tag_portal_link(action, facts, documents)

    def _get_link_words(self):
        return self.env._("See your account and answer")

    def _get_message_body(self, text, content, facts, layout):
        """An e-mail that does not say where its link stands has it as a button at its end."""
        place = self._get_link_place()
        if self.kind == "email" and place not in content and self._is_interactive(
                facts.recipient):
            button = self.company_id._get_collection_button(place, self._get_link_words())
            content = Markup(content) + button  # what users write was sanitized
        return super()._get_message_body(text, content, facts, layout)
