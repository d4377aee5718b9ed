from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.translate import LazyTranslate

from .channels import CHANNELS

_lt = LazyTranslate(__name__)

#: Kinds of action that send nothing by themselves: those listed before and after the channels.
WORK = {
    "task": _lt("Task"),
    "check": _lt("Check"),
}
REQUESTS = {
    "call": _lt("Call"),
    "documents": _lt("Document request"),
}

#: Attributes of a channel that are fields of an action, for its views.
FLAGS = ("has_subject", "takes_files", "takes_mail_template", "takes_copies", "is_posted")


def get_contact_kinds():
    """:return: tuple of the kinds that contact the customer: a scenario keeps two of them apart
    """
    return (*CHANNELS, "call")


class CollectionActionKind(models.AbstractModel):
    """The kind of an action: work for a person, or a message that leaves by a channel."""

    _name = "collection.action.kind"
    _description = "Kind of Collection Action"

    kind = fields.Selection("_selection_kind", required=True, default="task")
    is_sent = fields.Boolean(
        string="Is a message", compute="_compute_channel_flags",
        help="It leaves by a channel, as an e-mail or a letter does.")
    has_subject = fields.Boolean(string="Has a subject", compute="_compute_channel_flags")
    takes_files = fields.Boolean(
        string="Takes attachments", compute="_compute_channel_flags")
    takes_mail_template = fields.Boolean(
        string="Takes an e-mail template", compute="_compute_channel_flags")
    takes_copies = fields.Boolean(
        string="Takes copies", compute="_compute_channel_flags")
    is_posted = fields.Boolean(
        string="Leaves by post", compute="_compute_channel_flags")

    @api.model
    def _selection_kind(self):
        """:return: list of (code, label): channels registered later are offered as well"""
        channels = {code: channel.label for code, channel in CHANNELS.items()}
        labels = {**WORK, **channels, **REQUESTS}
        return [(code, self.env._(label)) for code, label in labels.items()]

    @api.depends("kind")
    def _compute_channel_flags(self):
        for record in self:
            channel = CHANNELS.get(record.kind)
            record.is_sent = bool(channel)
            for flag in FLAGS:
                record[flag] = bool(channel) and getattr(channel, flag)

    @api.constrains("kind")
    def _check_kind(self):
        """A selection that is computed takes any value: refuse those that are not offered."""
        kinds = self._fields["kind"].get_values(self.env)
        for record in self:
            if record.kind not in kinds:
                raise ValidationError(self.env._(
                    "There is no kind of action “%(kind)s”.", kind=record.kind))
