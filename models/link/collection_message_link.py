from markupsafe import Markup, escape

from odoo import fields, models

from ...engine import hashtags
from ...engine.colour import darken
from ..people.res_partner import COLLECTORS

#: Where the personal link stands in what is kept of a message.
PLACE = "/collection/your-link"

_BUTTON = Markup(
    '<p style="margin: 24px 0;"><a href="%(url)s" style="display: inline-block; '
    "padding: 12px 24px; border-radius: 6px; background-color: %(colour)s; color: #ffffff; "
    'font-weight: bold; text-decoration: none;">%(label)s</a></p>')


class ResPartner(models.Model):
    """Interactive messages as the customer's option."""

    _inherit = "res.partner"

    collection_interactive_email = fields.Boolean(
        string="Interactive message", company_dependent=True, groups=COLLECTORS,
        help="E-mails carry a personal link to a page without login: the statement of account, "
        "the invoices, and an answer for each of them.")

    def write(self, vals):
        """Without the option, the links that were sent show nothing any more."""
        result = super().write(vals)
        if "collection_interactive_email" in vals and not vals["collection_interactive_email"]:
            self.env["collection.link"].sudo().search([
                ("kind", "=", "customer"), ("customer_id", "in", self.ids),
                ("company_id", "=", self.env.company.id), ("revoked_at", "=", False)])._revoke()
        return result


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_collection_colour(self):
        """:return: the company's colour, dark enough to be read on white and on the light grey
        of our pages, and white on it"""
        self.ensure_one()
        return darken(self.sudo().email_secondary_color, least=5)

    def _get_collection_button(self, url, label):
        """:return: a link to click in an e-mail, as markup"""
        return _BUTTON % {"url": url, "label": label, "colour": self._get_collection_colour()}


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


class CollectionDispatch(models.Model):
    """What leaves has the links in their places."""

    _inherit = "collection.dispatch"

    link_ids = fields.One2many("collection.link", "dispatch_id", readonly=True)

    def _get_leaving_bodies(self):
        """What leaves, as HTML by dispatch id: what is kept, with a new link in its place.

        Sent once more, the earlier link of the same message is taken back.
        """
        bodies = super()._get_leaving_bodies()
        placed = self.filtered(lambda dispatch: PLACE in (bodies[dispatch.id] or ""))
        linked = placed.filtered(
            lambda dispatch: dispatch.action_id._is_interactive(dispatch.partner_id))
        linked.link_ids._revoke()
        made = linked.env["collection.link"]._make([{
            "kind": "customer", "customer_id": dispatch.customer_id.id,
            "company_id": dispatch.company_id.id, "partner_id": dispatch.partner_id.id,
            "action_id": dispatch.action_id.id,
            "dispatch_id": dispatch.id, "subject": dispatch.subject,
        } for dispatch in linked])
        urls = {link.dispatch_id: url for link, url in made}
        for dispatch in placed:
            base = dispatch.company_id.get_base_url()
            url = urls.get(dispatch, f"{base}/my/invoices")
            bodies[dispatch.id] = bodies[dispatch.id].replace(base + PLACE, escape(url))
        return bodies
