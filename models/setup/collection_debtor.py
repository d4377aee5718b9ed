from markupsafe import Markup

from odoo import api, models


class CollectionDebtor(models.Model):
    """An empty work list leads to the set-up page, until reminders are started."""

    _inherit = "collection.debtor"

    @api.model
    def get_empty_list_help(self, help_message):
        """Say where to begin where nothing leaves by itself yet.

        :param str help_message: of the action, HTML
        :return: str, the same and more
        """
        found, company = super().get_empty_list_help(help_message), self.env.company
        if company._is_collection_started() or company._chases_by_hand():
            return found
        page = Markup('<a href="/odoo/collection-setup">%s</a>') % self.env._("set-up page")
        return Markup(found or "") + Markup("<p>%s</p>") % self.env._(
            "Nothing has been set up yet? Collection managers start here: %(page)s", page=page)
