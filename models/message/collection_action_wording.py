from odoo import api, fields, models
from odoo.exceptions import UserError

#: The words of a message, which a person may change as long as a person sends it.
WORDING = frozenset({"subject", "body"})


class CollectionActionWording(models.Model):
    """The text of one message before it leaves: in its recipient's language, whoever reads it.

    Subject and text are kept in every language, and the message leaves in the recipient's. What
    a person changes by hand must be changed in that one, not in the person's own.
    """

    _inherit = "collection.action"

    wording_lang = fields.Char(string="Written in", compute="_compute_wording")
    wording_subject = fields.Char(
        string="Its subject", compute="_compute_wording", inverse="_inverse_wording_subject")
    wording_body = fields.Html(
        string="Its text", compute="_compute_wording", inverse="_inverse_wording_body",
        sanitize_overridable=False)

    @api.depends("subject", "body", "customer_id", "recipient_ids")
    def _compute_wording(self):
        names, langs = dict(self.env["res.lang"].get_installed()), self._get_wording_langs()
        for action in self:
            code = langs.get(action._origin.id)
            written = action.with_context(lang=code)
            action.wording_lang = names.get(code, code)
            action.wording_subject = written.subject
            action.wording_body = written.body

    def _inverse_wording_subject(self):
        langs = self._get_wording_langs()
        for action in self:
            action.with_context(lang=langs[action.id]).subject = action.wording_subject

    def _inverse_wording_body(self):
        langs = self._get_wording_langs()
        for action in self:
            action.with_context(lang=langs[action.id]).body = action.wording_body

    def _get_wording_langs(self):
        """:return: dict of the code of the language in which each leaves, by action id"""
        langs = {}
        for actions in self._origin.sudo().grouped("company_id").values():
            langs |= actions._get_message_langs(actions._get_message_recipients())
        return langs

    def _get_editable_fields(self):
        return super()._get_editable_fields() | {"wording_subject", "wording_body"}

    def write(self, vals):
        """S-005: the text of a message that leaves by itself is its scenario's."""
        if not self.env.su and WORDING & set(vals):
            self._check_wording()
        return super().write(vals)

    def _check_wording(self):
        for action in self:
            if action.state == "closed":
                raise UserError(action._get_closed_message())
            if action.mode != "manual":
                raise UserError(self.env._(
                    "“%(action)s” leaves by itself, in the words of its scenario or template. "
                    "Change them there, or skip it and write by hand.", action=action.name))
