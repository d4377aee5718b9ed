from odoo import api, models

from .outboxes import OUTBOXES


class MailMessage(models.Model):
    """The mail of a message goes with it, in the database: nobody else notices."""

    _inherit = "mail.message"

    @api.ondelete(at_uninstall=False)
    def _end_dispatches_of_deleted(self):
        """What still waits for the mail of a deleted message never leaves."""
        for model in OUTBOXES:
            self.env[model]._find_by_message(self)._record_never_left(
                self.env._("Deleted before it was sent: it did not leave."))
