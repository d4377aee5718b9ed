from odoo import models, tools

from ..access import ALL_CUSTOMERS, COLLECTORS


class ResUsers(models.Model):
    """Who collects from which customers."""

    _inherit = "res.users"

    @tools.ormcache("self.id")
    def _sees_own_customers_only(self):
        """Asked at every value that is shown: kept as long as Odoo keeps who is in which group.

        :return: bool, whether the user collects from the own customers, and from no others
        """
        return self._has_group(COLLECTORS) and not self._has_group(ALL_CUSTOMERS)
