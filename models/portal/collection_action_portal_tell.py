from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

#: What the partner is told, in words that a manager may change.
TEMPLATE = "account_collection.mail_template_portal_action"
REMINDER = "account_collection.mail_template_portal_late"


class CollectionActionPortalTell(models.Model):
    """Telling partners outside what is asked of them: once each, when its day has come.

    Whatever brings an action to its day, or to another holder, ends in :meth:`_tell_holders`,
    which finds out by itself whom it has told before.
    """

    _inherit = "collection.action"

    def _tell_holders(self):
        """Queue an e-mail to each partner outside who is not told yet; none while paused."""
        waiting = self.filtered(lambda action: (
            action.state == "todo" and action.function_id.kind == "external"
            and action.responsible_id and action.told_id != action.responsible_id
            and action.sequence_id.state in (False, "running")))
        partners = waiting._get_portal_partners() if waiting else {}
        told = waiting.filtered(lambda action: partners[action.id])
        for holder, actions in told.grouped("responsible_id").items():
            actions.told_id = holder
        told._queue_portal_mails(TEMPLATE, partners)

    def _remind_holders(self):
        """Queue one reminder to whoever was told and let the deadline pass."""
        days = {company: company._get_collection_day() for company in self.company_id}
        late = self.filtered(lambda action: (
            action.state == "todo" and not action.late_told and action.deadline
            and action.deadline < days[action.company_id]
            and action.told_id == action.responsible_id
            and action.sequence_id.state in (False, "running")))
        if late:
            late.late_told = True
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
        author = self._get_pilot().partner_id or self.company_id.partner_id
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

    def _write_rescheduled(self, date):
        result = super()._write_rescheduled(date)
        self.late_told = False
        self._tell_holders()
        return result

    @api.model
    def _bring_to_day(self, customers=None):
        """Whose day has come is told; so is who was given access to the portal since.

        Whoever let a deadline pass is reminded of it, once.
        """
        result = super()._bring_to_day(customers)
        asked = Domain("state", "=", "todo") & Domain("function_id.kind", "=", "external")
        if customers is not None:
            asked &= Domain("customer_id", "in", customers.commercial_partner_id.ids)
        self.search(asked & Domain("told_id", "=", False))._tell_holders()
        if customers is None:
            self.search(
                asked & Domain("told_id", "!=", False) & Domain("late_told", "=", False)
                & Domain("deadline", "<", fields.Date.add(fields.Date.today(), days=1))
            )._remind_holders()
        return result
