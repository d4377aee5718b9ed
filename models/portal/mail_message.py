from odoo import models
from odoo.fields import Domain

#: Threads about collecting: their messages are read on the pages only.
OURS = "collection.%"


class MailMessage(models.Model):
    """Messages about collecting, and portal users.

    Odoo lets whoever wrote or received a message find, read and rewrite it by remote calls. What
    an external partner may see of ours is the pages' matter: they read with the system's rights.
    """

    _inherit = "mail.message"

    def _get_forbidden_access(self, operation):
        if self.env.su or not self.env.user.share:
            return super()._get_forbidden_access(operation)
        ours = self.sudo().search(
            Domain("id", "in", self.ids) & Domain("model", "=like", OURS)).with_env(self.env)
        return ours + super(MailMessage, self - ours)._get_forbidden_access(operation)

    def _get_search_domain_share(self):
        return super()._get_search_domain_share() & (
            Domain("model", "=", False) | Domain("model", "not =like", OURS))
