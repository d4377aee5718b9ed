from odoo import SUPERUSER_ID, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import html2plaintext, plaintext2html


class CollectionActionPortalMessage(models.Model):
    """The conversation between the office and a partner outside, on one action.

    The partner sees what they or their firm wrote and what was written to them; internal notes
    and what others wrote to each other stay in the house.
    """

    _inherit = "collection.action"

    def _get_portal_messages(self):
        """:return: ``mail.message`` that the partner may read, the oldest first"""
        self.ensure_one()

        def is_holder(field):
            return Domain(field, "=", self.responsible_id.id) | Domain(
                f"{field}.commercial_partner_id", "=", self.responsible_id.id)

        if not self.responsible_id:
            return self.env["mail.message"]
        return self.env["mail.message"].sudo().search(
            Domain("model", "=", self._name) & Domain("res_id", "=", self.id)
            & Domain("message_type", "in", ("comment", "email"))
            & Domain("subtype_id", "=", self.env.ref("mail.mt_comment").id)
            & Domain("is_internal", "=", False)
            & (is_holder("author_id") | is_holder("partner_ids")), order="id")

    def _write_from_portal(self, text, files=()):
        """Write to the office, with files or not, as the user of the portal.

        :param files: tuple of (file name, bytes)
        :raise UserError: neither words nor a file, or a file that is not taken
        """
        self._take_portal_turn()
        self._check_portal_running()
        if not text and not files:
            raise UserError(self.env._("Write a message, or choose a file."))
        kept = self._keep_portal_files(files)
        if not kept and (not text or self._has_said(text)):
            return
        pilot = self._get_pilot() or self.company_id.collection_manager_id
        # as the system: a message of a portal user would come without the files
        self.with_user(SUPERUSER_ID).with_context(
            mail_post_autofollow=False, mail_post_autofollow_author_skip=True,
        ).message_post(
            body=plaintext2html(text) if text else "", message_type="comment",
            subtype_xmlid="mail.mt_comment", attachment_ids=kept.ids,
            author_id=self.env.user.partner_id.id, partner_ids=pilot.partner_id.ids)

    def _has_said(self, text):
        """Whether these were the user's last words already: a double click."""
        last = self._get_portal_messages().filtered(
            lambda message: message.author_id == self.env.user.partner_id)[-1:]
        said = html2plaintext(last.body or "").split()
        return bool(last) and said == html2plaintext(plaintext2html(text or "")).split()

    # -- the chatter of the office -----------------------------------------------------

    def _message_add_suggested_recipients(self, force_primary_email=False):
        """Whoever writes from an action of a partner outside finds that partner proposed."""
        suggested = super()._message_add_suggested_recipients(
            force_primary_email=force_primary_email)
        outside = self.sudo().filtered(
            lambda action: action.function_id.kind == "external" and action.responsible_id)
        partners = outside._get_portal_partners()
        for action in outside:
            found = partners[action.id] or action.responsible_id
            suggested[action.id]["partners"] |= found.with_env(self.env)
        return suggested

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """The button of the partner's e-mail leads to the portal, not to the backend."""
        groups = super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals)
        action = self.sudo()
        if len(action) != 1 or action.function_id.kind != "external":
            return groups
        partners = set(action._get_portal_partners()[action.id].ids)
        return [["collection_partner", lambda data: data["id"] in partners, {
            "active": True, "has_button_access": True,
            "button_access": {
                "url": f"{action.get_base_url()}{action._get_portal_url()}",
                "title": self.env._("Open on the portal")},
        }], *groups]

    def _hides_customer(self):
        """Whether messages must not name the customer: the partner is not to know."""
        action = self.sudo()
        return action.function_id.kind == "external" and not action._shows_customer()

    def _message_compute_subject(self):
        return self.name if self._hides_customer() else super()._message_compute_subject()

    def _notify_by_email_prepare_rendering_context(self, message, **kwargs):
        context = super()._notify_by_email_prepare_rendering_context(message, **kwargs)
        if len(self) == 1 and self._hides_customer():
            context |= {"record_name": self.name, "subtitles": [self.name]}
        return context
