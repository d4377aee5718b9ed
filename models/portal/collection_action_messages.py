from collections import defaultdict

from odoo import SUPERUSER_ID, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import html2plaintext, plaintext2html

from ..collection_upload import Sender

#: Files that an action takes from external partners, in all.
MOST_KEPT = 100

#: E-mail templates of the notifications; a manager may change their texts.
TEMPLATE = "account_collection.mail_template_portal_action"
REMINDER = "account_collection.mail_template_portal_late"


class CollectionAction(models.Model):
    """The conversation between colleagues and an external partner, on one action.

    The partner sees what they or their firm wrote and what was written to them; notes and what
    others wrote to each other stay internal.
    """

    _inherit = "collection.action"

    # === MESSAGES === #

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

    def _post_from_portal(self, text, files=()):
        """Post a message to the action's pilot, with files or not, as the user of the portal.

        :param str text: plain text
        :param files: tuple of (file name, bytes)
        :raise UserError: neither a text nor a file, or a file that is not taken
        """
        self._take_portal_turn()
        self._check_portal_running()
        if not text and not files:
            raise UserError(self.env._("Write a message, or choose a file."))
        kept = self._keep_portal_files(files)
        if not kept and (not text or self._is_repeated(text)):
            return
        pilot = self._get_steering().get_pilot() or self.company_id._get_collection_manager()
        # as the system: a message of a portal user would come without the files
        self.with_user(SUPERUSER_ID).with_context(
            mail_post_autofollow=False, mail_post_autofollow_author_skip=True,
        ).message_post(
            body=plaintext2html(text) if text else "", message_type="comment",
            subtype_xmlid="mail.mt_comment", attachment_ids=kept.ids,
            author_id=self.env.user.partner_id.id, partner_ids=pilot.partner_id.ids)

    def _is_repeated(self, text):
        """Whether the user's last message said the same already: a double click."""
        last = self._get_portal_messages().filtered(
            lambda message: message.author_id == self.env.user.partner_id)[-1:]
        posted = html2plaintext(last.body or "").split()
        return bool(last) and posted == html2plaintext(plaintext2html(text or "")).split()

    def _message_add_suggested_recipients(self, force_primary_email=False):
        """Whoever writes from an action of an external partner finds that partner proposed."""
        suggested = super()._message_add_suggested_recipients(
            force_primary_email=force_primary_email)
        external = self.sudo().filtered(
            lambda action: action.function_id.kind == "external" and action.responsible_id)
        partners = external._get_portal_partners()
        for action in external:
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

    def _notify_by_email_prepare_rendering_context(self, message, *args, **kwargs):
        context = super()._notify_by_email_prepare_rendering_context(message, *args, **kwargs)
        if len(self) == 1 and self._hides_customer():
            context |= {"record_name": self.name, "subtitles": [self.name]}
        return context

    # === FILES === #
    # The files of an action that an external partner finds on the portal, and sends.

    def _get_portal_files(self):
        """:return: (files of the action, files of the sequence's other actions), both
            ``ir.attachment``; the second ones only where the template shows documents, and to
            whoever holds the function still"""
        self.ensure_one()
        shown = self.portal_documents and self._shows_present()
        others = self.sequence_id.action_ids - self if shown else self.browse()
        files = (self | others)._find_portal_files()
        own = files.filtered(lambda file: file.res_id == self.id)
        return own, files - own

    def _find_portal_files(self):
        """:return: what was uploaded or attached to these actions, but for what is attached to
            no message that their partners read"""
        here = Domain("res_id", "in", self.ids)
        messages = self.env["mail.message"].sudo().search(
            here & Domain("model", "=", self._name) & Domain("attachment_ids", "!=", False))
        written = self.browse(set(messages.mapped("res_id")))
        shown = messages.browse().union(*(
            action._get_portal_messages() for action in written))
        hidden = (messages - shown).attachment_ids - shown.attachment_ids
        partners = self._get_portal_partners() if hidden else {}
        return self.env["ir.attachment"].sudo().search(
            here & Domain("res_model", "=", self._name) & Domain("type", "=", "binary"),
            order="id",
        ).filtered(lambda file: (  # what they sent stays theirs, whoever it is passed on to
            file not in hidden or file.create_uid.partner_id in partners[file.res_id]))

    def _find_portal_file(self, attachment_id):
        """:return: the file of that id, empty where it is none that the partner may see"""
        own, others = self._get_portal_files()
        return (own | others).filtered(lambda file: file.id == attachment_id)

    def _keep_portal_files(self, files):
        """Check files and keep them with the action, as they came; those it has are left out.

        :param files: tuple of (file name, bytes)
        :return: the new ``ir.attachment``
        :raise UserError: too many, too large, empty, or of a type that is not taken
        """
        self.ensure_one()
        attachments = self.env["ir.attachment"].sudo()
        checked = self.env["collection.upload"]._check_files(
            files, sender=Sender(self.customer_id, user=self.env.uid))
        if not checked:
            return attachments
        known = {(file.name, file.checksum) for file in self._find_portal_files()}
        fresh = [file for file in checked
                 if (file.name, attachments._compute_checksum(file.content)) not in known]
        if len(known) + len(fresh) > MOST_KEPT:
            raise UserError(self.env._(
                "“%(action)s” has %(count)s files already. Write to the collection team "
                "instead.", action=self.name, count=len(known)))
        kept = attachments.with_context(image_no_postprocess=True).create(
            [file.prepare_vals(self) for file in fresh])
        if kept:
            self._append_portal_history("files_added", new=", ".join(kept.mapped("name")))
        return kept

    # === NOTIFICATIONS === #
    # External partners are notified of what is asked of them: once each, when its day has come.
    #
    # Whatever brings an action to its day, or to another holder, ends in
    # :meth:`_notify_holders`, which finds out by itself whom it has notified before.

    def _notify_holders(self):
        """Queue an e-mail to each external partner not notified yet; none while paused."""
        waiting = self.filtered(lambda action: (
            action.state == "todo" and action.function_id.kind == "external"
            and action.responsible_id and action.notified_partner_id != action.responsible_id
            and action.sequence_id.state in (False, "running")))
        partners = waiting._get_portal_partners() if waiting else {}
        reached = waiting.filtered(lambda action: partners[action.id])
        for holder, actions in reached.grouped("responsible_id").items():
            actions.notified_partner_id = holder
        if reached:
            reached._queue_portal_mails(TEMPLATE, partners)

    def _remind_holders(self):
        """Queue one late notice to whoever was notified and let the deadline pass."""
        days = {company: company._get_collection_day() for company in self.company_id}
        late = self.filtered(lambda action: (
            action.state == "todo" and not action.late_notice_sent and action.deadline
            and action.deadline < days[action.company_id]
            and action.notified_partner_id == action.responsible_id
            and action.sequence_id.state in (False, "running")))
        if late:
            late.late_notice_sent = True
            late._queue_portal_mails(REMINDER, late._get_portal_partners())

    def _queue_portal_mails(self, xmlid, partners):
        """Queue one e-mail an action and language; queries do not grow with the actions.

        :param str xmlid: of the ``mail.template``
        :param dict partners: ``res.partner`` by action id
        """
        by_lang = defaultdict(dict)
        for action in self:
            langs = partners[action.id].filtered("email_normalized").grouped("lang")
            for lang, readers in langs.items():
                by_lang[lang or self.env.lang][action.id] = readers
        template = self.env.ref(xmlid, raise_if_not_found=False)
        vals_list = []
        for lang, readers in by_lang.items() if template else ():
            vals_list += self.filtered(lambda action, readers=readers: action.id in readers)\
                ._prepare_portal_mails(template.sudo(), lang, readers)
        if vals_list:
            self.env["mail.mail"].sudo().create(vals_list)
            cron = self.env.ref("mail.ir_cron_mail_scheduler_action", raise_if_not_found=False)
            if cron:
                cron.sudo()._trigger()

    def _prepare_portal_mails(self, template, lang, readers):
        """:return: list of field values of ``mail.mail``, one an action"""
        subjects = template._render_field("subject", self.ids, set_lang=lang)
        bodies = template._render_field(
            "body_html", self.ids, set_lang=lang, options={"post_process": True})
        layouts = {
            company: company.with_context(lang=lang)._get_collection_mail_layout()
            for company in self.company_id}
        replies = self._notify_get_reply_to()
        return [action._prepare_portal_mail_vals(
            subjects[action.id], bodies[action.id], layouts[action.company_id],
            readers[action.id], replies.get(action.id)) for action in self]

    def _prepare_portal_mail_vals(self, subject, body, layout, readers, reply_to):
        self.ensure_one()
        author = self._get_steering().get_pilot().partner_id or self.company_id.partner_id
        sender = author.email_formatted or self.company_id.email_formatted
        before, after = layout
        return {
            "model": self._name,
            "res_id": self.id,
            "record_name": self.name,
            "message_type": "email_outgoing",
            "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note"),
            "subject": subject,
            "body": body,
            "body_html": before + body + after,
            "author_id": author.id,
            "email_from": sender,
            "reply_to": reply_to or sender,
            "recipient_ids": [(6, 0, readers.ids)],
            "auto_delete": True,
            # or the message would go with the mail, and no answer would find its thread
            "is_notification": True,
            "record_company_id": self.company_id.id,
        }
