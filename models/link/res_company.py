from markupsafe import Markup

from odoo import models

from ...engine.colour import darken

_BUTTON = Markup(
    '<p style="margin: 24px 0;"><a href="%(url)s" style="display: inline-block; '
    "padding: 12px 24px; border-radius: 6px; background-color: %(colour)s; color: #ffffff; "
    'font-weight: bold; text-decoration: none;">%(label)s</a></p>')


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_collection_colour(self):
        """:return: str, the company's colour as ``#rrggbb``, dark enough to be read on white and
        on the light grey of our pages, and for white to be read on it
        """
        self.ensure_one()
        return darken(self.sudo().email_secondary_color, least=5)

    def _get_collection_button(self, url, label):
        """:return: ``Markup``, a button for an e-mail that leads to an address

        :param str url: the address
        :param str label: the button's text, translated
        """
        return _BUTTON % {"url": url, "label": label, "colour": self._get_collection_colour()}
