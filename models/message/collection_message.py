from collections import defaultdict
from dataclasses import dataclass, field, replace

from markupsafe import Markup, escape

from odoo import models
from odoo.tools import html2plaintext

from ...engine import hashtags
from .collection_message_fact import Sender

#: Where the text stands in the layout of e-mails, which is rendered once for many.
_PLACE = Markup("<!--collection-message-->")


@dataclass(frozen=True, slots=True)
class Message:
    """What leaves for one action, or would leave now.

    :ivar recipient: the contact it goes to; whether it can be reached is for the sender to see
    :ivar lang: the language of its words
    :ivar subject: plain text, one line
    :ivar content: what was written, with facts for hashtags; HTML, of an SMS plain text
    :ivar body: the same as it leaves, always HTML: an e-mail in its layout, a letter with what
        stands below it, an SMS as escaped lines
    :ivar items: ``account.move.line`` that it is about
    :ivar sender: who signs it
    :ivar attachments: list of (file name, bytes, MIME type); of a letter, the letter itself
    """

    recipient: models.BaseModel
    lang: str
    subject: str
    content: str
    body: Markup
    items: models.BaseModel
    sender: Sender
    attachments: list = field(default_factory=list)

    @property
    def author(self):
        """The ``res.partner`` that signs."""
        return self.sender.partner

    @property
    def email_from(self):
        return self.sender.email_from


class CollectionMessage(models.Model):
    """The words of an action, in its recipient's language."""

    _inherit = "collection.action"

    def _render_messages(self, attachments=True):
        """Put the messages of these actions in words, as they would leave now.

        Subject and text are those of the e-mail template where the action has one, with Odoo's
        own placeholders; else the action's own. Hashtags are replaced in both. The language is
        the recipient's; one that is empty or not installed gives way to the company's.

        All are rendered at once, in a number of queries that depends on companies, languages
        and e-mail templates, not on actions. When the template of one of them fails, all fail:
        the caller then renders one by one.

        :param bool attachments: with the files to join; printing them takes long
        :return: dict of :class:`Message` by action id
        """
        messages = {}
        for actions in self.sudo().grouped("company_id").values():
            facts = actions._get_message_facts()
            for group in actions._split_by_language(facts):
                messages |= group._render_in_language(facts)
            if attachments:
                files = actions._get_message_files(facts, messages)
                messages |= {
                    action.id: replace(messages[action.id], attachments=files[action.id])
                    for action in actions}
        return messages

    def _split_by_language(self, facts):
        """:return: generator of those that share a language, in that language"""
        by_lang = defaultdict(self.browse)
        for action in self:
            by_lang[facts[action.id].lang] |= action
        for lang, group in by_lang.items():
            yield group.with_company(group.company_id).with_context(lang=lang)

    def _render_in_language(self, facts):
        """Render actions of one company whose messages share a language, that of the context."""
        written = self._get_message_texts()
        names = {
            name for subject, body, html in written.values()
            for name in (*hashtags.find(subject), *hashtags.find(body, html))}
        values = self._get_tag_values(facts, names)
        layout = self.company_id._get_collection_mail_layout()
        messages = {}
        for action in self:
            subject, text, html = written[action.id]
            said, own = values[action.id], facts[action.id]
            content = hashtags.replace(text, said, html)
            messages[action.id] = Message(
                recipient=own.recipient, lang=own.lang, items=own.items, sender=own.sender,
                subject=" ".join(hashtags.replace(subject, said).split()), content=content,
                body=action._get_message_body(text, content, own, layout))
        return messages

    def _get_message_texts(self):
        """:return: dict of (subject, text, whether that is HTML) by action id, with hashtags"""
        written, plain = {}, {}
        for template, actions in self.grouped("mail_template_id").items():
            if template:
                written |= actions._render_mail_template(template)
                continue
            for action in actions:
                body = action.body or ""
                if action.kind == "sms":
                    body = plain.setdefault(body, html2plaintext(body))
                written[action.id] = action.subject or action.name or "", body, action.kind != "sms"
        return written

    def _render_mail_template(self, template):
        """:return: the same for actions that share an e-mail template"""
        rendered = template.with_context(
            lang=self.env.lang, template_preview_lang=self.env.lang, collection_keep_tags=True,
        )._generate_template(self.ids, ("subject", "body_html"))
        return {
            action.id: (
                rendered[action.id]["subject"] or action.name or "",
                rendered[action.id]["body_html"] or "", True)
            for action in self}

    def _get_message_body(self, text, content, facts, layout):
        """:return: what was written as it leaves, by the action's kind"""
        self.ensure_one()
        if self.kind == "sms":
            return Markup("<br/>").join(escape(content).splitlines())
        content = Markup(content)  # values were escaped, and what users write was sanitized
        if self.kind == "letter":
            return self._get_letter_body(text, content, facts)
        if self.kind == "email":
            before, after = layout
            return before + content + after
        return content

    def _replace_rendered_tags(self, rendered):
        """Replace the hashtags in what e-mail templates gave.

        :param dict rendered: dicts with ``subject`` and ``body_html`` by action id; changed
        """
        for actions in self.sudo().grouped("company_id").values():
            facts = actions._get_message_facts()
            for group in actions._split_by_language(facts):
                values = group._get_tag_values(facts)
                for action in group:
                    own, said = rendered[action.id], values[action.id]
                    if own.get("subject"):
                        own["subject"] = hashtags.replace(own["subject"], said)
                    if own.get("body_html"):
                        own["body_html"] = Markup(hashtags.replace(own["body_html"], said, html=True))


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_collection_mail_layout(self):
        """:return: what stands before and after the text of an e-mail, in the context's language"""
        self.ensure_one()
        page = self.env["ir.qweb"]._render(
            "account_collection.collection_mail_layout",
            {"company": self, "lang": self.env.lang, "body": _PLACE},
            minimal_qcontext=True)
        page = self.env["mail.render.mixin"]._replace_local_links(page, self.get_base_url())
        before, _place, after = page.partition(_PLACE)
        return Markup(before), Markup(after)


class MailTemplate(models.Model):
    """Whoever writes from an action with one of its templates gets facts, not hashtags."""

    _inherit = "mail.template"

    def _generate_template(self, res_ids, render_fields, *args, **kwargs):
        rendered = super()._generate_template(res_ids, render_fields, *args, **kwargs)
        if self.model == "collection.action" and not self.env.context.get("collection_keep_tags"):
            self.env["collection.action"].browse(res_ids)._replace_rendered_tags(rendered)
        return rendered
