from odoo import api, fields, models
from odoo.exceptions import UserError

from ..message.outboxes import OUTBOXES
from .mail_activity import TROUBLE

KINDS = [
    ("invitation", "Invitation"),
    ("news", "What happened"),
    ("reminder", "Reminder"),
    ("link", "Link sent again"),
    ("activity", "Reviewer notified"),
]

STATES = [
    ("queued", "Queued"),
    ("sent", "Sent"),
    ("failed", "Failed"),
    ("bounced", "Came back"),
    ("notified", "Notified"),
]

OUTBOXES.append("collection.document.notice")


class CollectionDocumentNotice(models.Model):
    """One thing that was written to a contributor, what became of it, and whether they answered.

    The log of reminders and of silence (E25). Activities that the clock raised for the reviewer
    stand here too, so that each is raised once.
    """

    _name = "collection.document.notice"
    _description = "Message to a Contributor"
    _inherit = ["collection.owned"]
    _order = "id desc"
    _rec_name = "subject"
    _owner_fields = ("contributor_id",)

    contributor_id = fields.Many2one(
        "collection.document.contributor", required=True, readonly=True, index=True,
        ondelete="restrict")
    request_id = fields.Many2one(
        related="contributor_id.request_id", store=True, index=True)
    company_id = fields.Many2one(related="request_id.company_id", store=True)
    customer_id = fields.Many2one(related="request_id.customer_id", store=True)
    partner_id = fields.Many2one(related="contributor_id.partner_id")
    kind = fields.Selection(KINDS, required=True, readonly=True)
    automation_id = fields.Many2one(
        "collection.document.automation", readonly=True, index="btree_not_null",
        ondelete="set null", help="Empty: a colleague sent it.")
    covered_ids = fields.Many2many(
        "collection.document.automation", string="Stands for", readonly=True,
        help="Reminders that were due on the same day: one message was written for all.")
    written_at = fields.Datetime(
        string="Written on", required=True, readonly=True, default=fields.Datetime.now)
    day = fields.Date(required=True, readonly=True, help="The company's day.")
    address = fields.Char(readonly=True, help="Where it was sent, as it stood then.")
    subject = fields.Char(readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="queued")
    error = fields.Char(string="What went wrong", readonly=True)
    link_id = fields.Many2one("collection.link", readonly=True, ondelete="restrict")
    used_at = fields.Datetime(string="Last opened", related="link_id.used_at")
    answered_at = fields.Datetime(
        string="Answered on", readonly=True,
        help="When the contributor next provided a document or said finished.")
    mail_message_id = fields.Many2one(
        "mail.message", readonly=True, index="btree_not_null", ondelete="set null")

    #: read by the outbox, and by the list of trouble; nearly all are sent
    _trouble_index = models.Index(
        "(state, mail_message_id) WHERE state IN ('queued', 'failed', 'bounced')")
    #: two workers at a time, or a cron run twice: the second one writes nothing
    _day_unique = models.UniqueIndex(
        "(contributor_id, day) WHERE kind = 'reminder'",
        "A contributor is reminded once a day.")

    # === CRUD === #

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was sent is part of the customer's history."))

    # === DELIVERY === #
    # What became of the e-mail, as the outbox reports it.

    @api.model
    def _find_by_message(self, messages):
        """:return: the notices that left as these ``mail.message``"""
        return self.sudo().search([("mail_message_id", "in", messages.ids)])

    def _set_answered(self):
        """Record that these contributors have reacted."""
        self.write({"answered_at": fields.Datetime.now()})

    def _set_state(self, state, error=False):
        """Record what became of these; the reviewer is notified of trouble.

        :param str state: one of :data:`STATES`
        :param error: error message, or False
        """
        self.write({"state": state, "error": error})
        if state in ("failed", "bounced"):
            self._notify_trouble()

    def _record_never_left(self, error):
        """These were taken out of the mail queue before they were sent."""
        waiting = self._get_waiting()
        if waiting:
            waiting._set_state("failed", error)

    def _record_postponed(self, until, error):
        """The mail server refuses these for now; they are sent again by themselves."""
        self._get_waiting().write({"error": error})

    def _record_unknown(self, error):
        """Nobody knows whether these left: the reviewer is notified."""
        waiting = self._get_waiting()
        if waiting:
            waiting._set_state("failed", error)

    def _get_waiting(self):
        """:return: those of these that have not left yet, as far as is known"""
        return self.filtered(lambda notice: notice.state == "queued")

    @api.model
    def _find_waiting(self):
        """:return: the notices whose e-mail has not left yet, as far as is known"""
        return self.sudo().search([("state", "=", "queued"), ("mail_message_id", "!=", False)])

    def _record_queued_again(self):
        """Somebody put these into the mail queue again."""
        self.filtered(lambda notice: notice.state == "failed").write(
            {"state": "queued", "error": False})

    def _record_return(self, kind):
        """Automatic answers and reports of delays say nothing of the contributor."""

    def _block_addresses(self):
        """Nothing more is written to where these went, until somebody confirms the address."""
        self.env["res.partner"]._block_collection_addresses(self.mapped("address"))

    def _notify_trouble(self):
        """Raise one activity for each contributor who cannot be reached."""
        for contributor, notices in self.grouped("contributor_id").items():
            contributor.request_id._open_activity(
                f"{TROUBLE}:{contributor.id}",
                lambda request, name=contributor.partner_id.name: request.env._(
                    "%(name)s could not be reached", name=name),
                lambda request, error=notices[0].error: error)
