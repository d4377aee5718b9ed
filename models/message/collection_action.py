from collections import defaultdict
from dataclasses import replace

from markupsafe import Markup, escape

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

from ...engine import hashtags
from .message import Facts, Message, Sender

#: The words of a message, which a person may change as long as a person sends it.
WORDING = frozenset({"subject", "body"})


class CollectionAction(models.Model):
    """The words of an action, in its recipient's language."""

    _inherit = "collection.action"

    wording_lang = fields.Char(string="Written in", compute="_compute_wording")
    wording_subject = fields.Char(
        string="Its subject", compute="_compute_wording", inverse="_inverse_wording_subject")
    wording_body = fields.Html(
        string="Its text", compute="_compute_wording", inverse="_inverse_wording_body",
        sanitize_overridable=False)

    # === COMPUTE === #

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

    # === CRUD === #

    def _check_editing(self, names):
        """S-005: the text of a message that leaves by itself is its scenario's."""
        super()._check_editing(names)
        if WORDING & names:
            self._check_wording()

    # === RENDERING === #

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
                        own["body_html"] = Markup(
                            hashtags.replace(own["body_html"], said, html=True))

    # === WHAT A MESSAGE SAYS === #
    # What the messages of many actions speak of, read for all of them at once.

    def _get_message_facts(self):
        """Facts of the messages of these actions, which are of one company.

        The number of queries does not depend on how many they are.

        :return: dict of :class:`Facts` by action id
        """
        company = self.company_id
        day = company._get_collection_day()
        actions = self.sudo().with_company(company)
        recipients = actions._get_message_recipients()
        senders = actions._get_message_senders()
        langs = actions._get_message_langs(recipients)
        accounts, chosen = actions._get_message_items(day)
        lines = self.env["account.move.line"].sudo().union(*accounts.values())
        claims = lines._get_collection_penalties(day)
        instalments = self.env["collection.statement"]._get_instalments(lines)
        return {
            action.id: Facts(
                day=day, recipient=recipients[action.id], lang=langs[action.id],
                sender=senders[action.customer_id.id], account=accounts[action.id],
                items=chosen[action.id], claims=claims, instalments=instalments,
                leader=action._get_message_leader(chosen[action.id]))
            for action in actions}

    def _get_message_langs(self, recipients):
        """:return: dict of the language of each message, by action id"""
        langs = self.env["res.partner"].union(
            *recipients.values())._get_collection_langs(self.company_id)
        return {action_id: langs[partner.id] for action_id, partner in recipients.items()}

    def _get_message_senders(self):
        """M-044: the collector signs, else the company's credit manager, else the company,
        else the administrator.

        :return: dict of :class:`Sender` by customer id
        """
        company = self.company_id
        administrator = self.env.ref("base.user_admin", raise_if_not_found=False)
        nobody = self.env["res.users"]
        senders = {}
        for user in [*self.customer_id.collector_id, company.collection_manager_id, nobody]:
            signer = user.filtered("active")
            if not signer and not company.email and administrator:
                signer = administrator.sudo()
            senders[user] = Sender(
                signer.partner_id or company.partner_id, signer.name or company.name or "",
                signer.email_normalized or company.email or "",
                signer.phone or company.phone or "")
        return {
            customer.id: senders[
                customer.collector_id.filtered("active") or company.collection_manager_id]
            for customer in self.customer_id}

    def _get_message_items(self, day):
        """The open items that each message speaks of.

        A scenario leaves out what is disputed, promised and the like. A specific action is about
        the items it was created for, a sequence about its own, or all where it has none.

        :param date day: the company's day
        :return: two dicts of ``account.move.line`` by action id: the account, and the items that
            the message is about
        """
        lines = self.customer_id._get_collection_items(self.company_id)
        causes = lines._get_exclusions(day)
        by_customer = lines.grouped(lambda line: line.partner_id.commercial_partner_id)
        accounts, chosen = {}, {}
        for action in self:
            account = by_customer.get(action.customer_id, lines.browse())
            steering = action._get_steering()
            if steering.leaves_out_excluded:
                account = account.filtered(lambda line: not causes.get(line.id))
            # narrowed down one by one, they are still read together
            account = account.with_prefetch(lines.ids)
            chosen[action.id] = steering.choose_items(account, day).with_prefetch(lines.ids)
            accounts[action.id] = account
        return accounts, chosen

    def _get_message_leader(self, items):
        """:return: the item whose due date carries the message: the oldest that is owed"""
        if self.leader_id in items:
            return self.leader_id
        return items.filtered(lambda line: line.amount_residual > 0)[:1]

    # === WORDING === #
    # The text of one message before it leaves: in its recipient's language, whoever reads it.
    #
    # Subject and text are kept in every language, and the message leaves in the recipient's. What
    # a person changes by hand must be changed in that one, not in the person's own.

    def _get_wording_langs(self):
        """:return: dict of the code of the language in which each leaves, by action id"""
        langs = {}
        for actions in self._origin.sudo().grouped("company_id").values():
            langs |= actions._get_message_langs(actions._get_message_recipients())
        return langs

    def _get_editable_fields(self):
        return super()._get_editable_fields() | {"wording_subject", "wording_body"}

    def _check_wording(self):
        for action in self:
            if action.state == "closed":
                raise UserError(action._get_closed_message())
            if action.mode != "manual":
                raise UserError(self.env._(
                    "“%(action)s” leaves by itself, in the words of its scenario or template. "
                    "Change them there, or skip it and write by hand.", action=action.name))
