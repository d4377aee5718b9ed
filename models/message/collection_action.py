from collections import defaultdict
from dataclasses import replace
from functools import cache

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext

from ...engine import hashtags
from ...tools.dialogs import open_dialog
from ...tools.records import as_values
from ..action.channels import get_channel
from ..history.trace import Trace, TraceRow
from ..item import open_items
from ..statement.documents import STATEMENT_FORMATS, STATEMENT_KINDS
from . import besides, notices
from .attachments import get_invoice_files
from .gate import find_objection
from .hashtags import get_values
from .message import Message, MessageData, Sender, Text
from .preview import prepare_beside_preview, prepare_preview

#: The wording of a message, which a person may change as long as a person sends it.
WORDING = frozenset({"subject", "body"})


class CollectionAction(models.Model):
    """The message of an action: its wording, its data, what leaves of it."""

    _inherit = "collection.action"

    wording_lang = fields.Char(string="Written in", compute="_compute_wording")
    wording_subject = fields.Char(
        string="Message subject", compute="_compute_wording", inverse="_inverse_wording_subject")
    wording_body = fields.Html(
        string="Message text", compute="_compute_wording", inverse="_inverse_wording_body",
        sanitize_overridable=False)
    to_partner_id = fields.Many2one(
        "res.partner", string="Sent to", readonly=True, copy=False,
        help="Whom a person has chosen for this one message. Empty: whoever it goes to by rule.")
    copy_partner_ids = fields.Many2many(
        "res.partner", "collection_action_copy_rel", string="Copies", readonly=True, copy=False,
        help="Who receives a copy of this one message, besides those of its step.")
    added_file_ids = fields.Many2many(
        "ir.attachment", "collection_action_added_file_rel", string="Files added",
        readonly=True, copy=False, help="What a person has attached to this one message.")
    edited_by_id = fields.Many2one(
        "res.users", string="Edited by", readonly=True, copy=False,
        help="Who changed this one message; hears the answer.")
    lacks_rate = fields.Boolean(compute="_compute_preview")
    lacks_address = fields.Boolean(
        string="Address missing", compute="_compute_lacks_address")
    statement_kind = fields.Selection(
        STATEMENT_KINDS, string="What the statement shows", readonly=True, copy=False,
        help="Empty: what is open.")
    statement_since = fields.Date(string="Activity from", readonly=True, copy=False)
    statement_until = fields.Date(string="Activity until", readonly=True, copy=False)
    statement_format = fields.Selection(
        STATEMENT_FORMATS, string="File of the statement", readonly=True, copy=False,
        help="Empty: PDF.")
    preview_page = fields.Html(string="Message as it would leave", compute="_compute_preview",
                               sanitize=False)
    preview_problem = fields.Char(string="Why it cannot leave", compute="_compute_preview")
    preview_to = fields.Char(string="To", compute="_compute_preview")
    preview_copies = fields.Char(string="Copies to", compute="_compute_preview")
    preview_subject = fields.Char(string="Subject as it would leave", compute="_compute_preview")
    preview_files = fields.Char(string="Attachments", compute="_compute_preview")
    beside_page = fields.Html(
        string="What the holder receives", compute="_compute_beside_preview", sanitize=False)
    beside_problem = fields.Char(
        string="Why the holder is not written to", compute="_compute_beside_preview")
    beside_to = fields.Char(string="Holder", compute="_compute_beside_preview")
    beside_subject = fields.Char(
        string="Subject for the holder", compute="_compute_beside_preview")

    _statement_period_check = models.Constraint(
        "CHECK(statement_kind IS DISTINCT FROM 'activity' OR statement_since IS NOT NULL"
        " AND statement_until IS NOT NULL AND statement_since <= statement_until)",
        "The activity of an account is that of a period: its first day is not after its last.")

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
        for action, subject in [(action, action.wording_subject) for action in self]:
            action._change_message({"subject": subject})

    def _inverse_wording_body(self):
        for action, body in [(action, action.wording_body) for action in self]:
            action._change_message({"body": body})

    @api.depends("state", "kind", "recipient_ids", "to_partner_id")
    def _compute_lacks_address(self):
        """Whether whoever would receive it cannot be reached."""
        messages = self._origin.filtered(lambda action: action.is_sent and action.state != "closed")
        recipients = messages.sudo()._get_message_recipients()
        for action in self:
            recipient = recipients.get(action._origin.id)
            action.lacks_address = bool(recipient) and bool(
                action._find_address_problem(recipient))

    @api.depends_context("lang")
    @api.depends("subject", "body", "state", "kind", "mail_template_id", "to_partner_id",
                 "copy_partner_ids", "added_file_ids", "interest_reserved")
    def _compute_preview(self):
        for action in self:
            shown = action._origin
            open_message = shown and shown.is_sent and shown.state != "closed"
            preview = prepare_preview(shown) if open_message else {}
            action.update({
                "preview_page": preview.get("page"), "preview_subject": preview.get("subject"),
                "preview_problem": preview.get("problem"), "preview_files": preview.get("files"),
                "preview_copies": preview.get("copies"), "preview_to": preview.get("to"),
                "lacks_rate": preview.get("lacks_rate")})

    @api.depends_context("lang")
    @api.depends("beside_function_id", "state", "kind")
    def _compute_beside_preview(self):
        for action in self:
            shown = action._origin
            open_message = shown and shown.is_sent and shown.state != "closed"
            preview = prepare_beside_preview(shown) if open_message else {}
            action.update({
                "beside_page": preview.get("page"), "beside_problem": preview.get("problem"),
                "beside_subject": preview.get("subject"), "beside_to": preview.get("to")})

    # === CRUD === #

    def _check_editing(self, names):
        """S-005: the text of a message that leaves by itself is its scenario's."""
        super()._check_editing(names)
        if WORDING & names:
            self._check_wording()

    # === RENDERING === #

    def _get_channel(self):
        """:return: the :class:`~..action.channels.Channel` by which this action's message leaves

        :raise UserError: it is no message
        """
        self.ensure_one()
        if not self.is_sent:
            raise UserError(self.env._(
                "“%(action)s” is no message: close it once it is done.", action=self.name))
        beside = besides.get_beside(self)
        return beside.channel if beside else get_channel(self.kind)

    def _find_address_problem(self, partner):
        """:param partner: the ``res.partner`` who is to receive this message, empty for nobody
        :return: str, translated: why it does not reach them by its channel, and the post that it
            goes by; None if it does"""
        if not partner and self.recipient_function_id:
            return self._describe_vacancy(self.recipient_function_id)
        channel = self._get_channel()
        return channel.find_address_problem(partner, channel.get_post_by(self))

    def _split_by_channel(self):
        """:return: generator of (channel, those that leave by it)

        :raise UserError: one of them is no message
        """
        yield from self.grouped(lambda action: action._get_channel()).items()

    def _render_messages(self, attachments=True):
        """Render the messages of these actions as they would leave now.

        Subject and text are those of the e-mail template where the action has one, with Odoo's
        own placeholders; else the action's own. Hashtags are replaced in both. The language is
        the recipient's; one that is empty or not installed gives way to the company's.

        All are rendered at once, in a number of queries that depends on companies, languages,
        channels and e-mail templates, not on actions. When the template of one of them fails,
        all fail: the caller then renders one by one.

        :param bool attachments: with the files to join; printing them takes long
        :return: dict of :class:`~.message.Message` by action id
        :raise UserError: one of them is no message
        """
        messages = {}
        for actions in self.sudo().grouped("company_id").values():
            data = actions._get_message_data()
            for group in actions._split_by_language(data):
                messages |= group._render_in_language(data)
            if attachments:
                files = actions._make_message_files(messages, data)
                messages |= {
                    action.id: replace(messages[action.id], attachments=files[action.id])
                    for action in actions}
        return messages

    def _split_by_language(self, data):
        """:return: generator of those that share a language, in that language"""
        by_lang = defaultdict(self.browse)
        for action in self:
            by_lang[data[action.id].lang] |= action
        for lang, group in by_lang.items():
            yield group.with_company(group.company_id).with_context(lang=lang)

    def _render_in_language(self, data):
        """Render actions of one company whose messages share a language, that of the context."""
        texts = self._get_message_texts()
        names = {
            action_id: {*hashtags.find(text.subject), *hashtags.find(text.body, text.is_html)}
            for action_id, text in texts.items()}
        values = get_values(self, data, set().union(*names.values()))
        contents = {
            action.id: notices.add_to_text(
                action, data[action.id], names[action.id], hashtags.replace(
                    texts[action.id].body, values[action.id], texts[action.id].is_html),
                texts[action.id].is_html)
            for action in self}
        bodies = {}
        for channel, actions in self._split_by_channel():
            bodies |= channel.render_bodies(actions, texts, contents, data)
        subjects = {
            action_id: " ".join(hashtags.replace(text.subject, values[action_id]).split())
            for action_id, text in texts.items()}
        return {
            action.id: Message(
                recipient=data[action.id].recipient, lang=data[action.id].lang,
                items=data[action.id].items, sender=data[action.id].sender,
                copies=data[action.id].copies, notice=data[action.id].notice,
                subject=subjects[action.id], content=contents[action.id],
                body=bodies[action.id], objection=find_objection(
                    action, data[action.id], names[action.id], contents[action.id],
                    is_html=texts[action.id].is_html))
            for action in self}

    def _get_message_texts(self):
        """:return: dict of :class:`~.message.Text` by action id, in the language of the context"""
        texts, to_plain = {}, cache(html2plaintext)
        for template, actions in self.grouped("mail_template_id").items():
            if template:
                texts |= actions._render_mail_template(template)
                continue
            for action in actions:
                body, is_html = action.body or "", action._get_channel().is_html
                texts[action.id] = Text(
                    action.subject or action.name or "", body if is_html else to_plain(body),
                    is_html)
        return texts | besides.get_texts(self, texts)

    def _render_mail_template(self, template):
        """:return: the same for actions that share an e-mail template"""
        rendered = template.with_context(
            lang=self.env.lang, template_preview_lang=self.env.lang, collection_keep_tags=True,
        )._generate_template(self.ids, ("subject", "body_html"))
        return {
            action.id: Text(
                rendered[action.id]["subject"] or action.name or "",
                rendered[action.id]["body_html"] or "", True)
            for action in self}

    def _get_mail_ending(self, content, data):
        """What stands at the end of this action's e-mail, below its text.

        A hook: domains that add something to e-mails override it, and join what ``super()``
        returns.

        :param Markup content: the text, with values in the place of hashtags
        :param MessageData data: what the message speaks of
        :return: ``Markup``
        """
        return Markup()

    def _make_message_files(self, messages, data):
        """Print the files of the messages of actions of one company.

        :param dict messages: :class:`~.message.Message` by action id
        :param dict data: :class:`~.message.MessageData` by action id
        :return: dict of lists of :class:`~.message.MessageFile` by action id
        """
        invoices = get_invoice_files(
            self.filtered(lambda action: action._get_channel().takes_files), data)
        files = {}
        for channel, actions in self._split_by_channel():
            files |= channel.make_files(actions, messages, data, invoices)
        return files

    def _replace_rendered_tags(self, rendered):
        """Replace the hashtags in what e-mail templates gave.

        :param dict rendered: dicts with ``subject`` and ``body_html`` by action id; changed
        """
        for actions in self.sudo().grouped("company_id").values():
            data = actions._get_message_data()
            for group in actions._split_by_language(data):
                values = get_values(group, data)
                for action in group:
                    own, by_name = rendered[action.id], values[action.id]
                    if own.get("subject"):
                        own["subject"] = hashtags.replace(own["subject"], by_name)
                    if own.get("body_html"):
                        own["body_html"] = Markup(
                            hashtags.replace(own["body_html"], by_name, html=True))

    # === MESSAGE DATA === #
    # What the messages of many actions speak of, read for all of them at once.

    def _get_message_data(self):
        """Data of the messages of these actions, which are of one company.

        The number of queries does not depend on how many they are.

        :return: dict of :class:`~.message.MessageData` by action id
        """
        company = self.company_id
        day = company._get_collection_day()
        actions = self.sudo().with_company(company)
        recipients = actions._get_message_recipients()
        senders = actions._get_message_senders()
        langs = actions._get_message_langs(recipients)
        accounts, chosen = actions._get_message_items(day)
        late = actions._get_items_paid_late()
        lines = self.env["account.move.line"].sudo().union(*accounts.values(), *late.values())
        claims = lines._get_collection_penalties(day)
        instalments = self.env["collection.statement"]._get_instalments(lines)
        leaders = {action: action._get_message_leader(chosen[action.id]) for action in actions}
        others = besides.get_besides(self) or besides.find_besides(actions)
        copies = actions._get_message_copies(recipients, chosen, others)
        formal = notices.make_notices(actions, chosen, day)
        return {
            action.id: MessageData(
                day=day, recipient=recipients[action.id], lang=langs[action.id],
                sender=senders[action.customer_id.id], account=accounts[action.id],
                items=chosen[action.id], claims=claims, instalments=instalments,
                paid_late=late[action.id].filtered(lambda line: claims[line.id].claims_anything),
                leader=leader, copies=copies[action.id], is_ahead=bool(
                    leader and action._get_steering().is_reminder
                    and leader._get_collection_due() >= day),
                holder=others[action.id].partner if action.id in others else (
                    recipients[action.id] if action.recipient_function_id else None),
                notice=formal.get(action.id))
            for action, leader in leaders.items()}

    def _get_message_langs(self, recipients):
        """:return: dict of the language of each message, by action id: the recipient's, where
            nobody holds the function that receives it the customer's"""
        readers = {action.id: recipients[action.id] or action.customer_id for action in self}
        langs = self.env["res.partner"].union(
            *readers.values())._get_collection_langs(self.company_id)
        return {action_id: langs[partner.id] for action_id, partner in readers.items()}

    def _get_message_senders(self):
        """M-044: the collector signs, else the company's credit manager, else the company,
        else the administrator.

        :return: dict of :class:`Sender` by customer id
        """
        company = self.company_id
        administrator = self.env.ref("base.user_admin", raise_if_not_found=False)
        nobody = self.env["res.users"]
        senders = {}
        users = self.customer_id.collector_id | company._get_collection_manager()
        for user in [*users, nobody]:
            signer = user.filtered("active").with_prefetch(users.ids)
            if not signer and not company.email and administrator:
                signer = administrator.sudo()
            senders[user] = Sender(
                signer.partner_id or company.partner_id, signer.name or company.name or "",
                signer.email_normalized or company.email or "",
                signer.phone or company.phone or "")
        return {
            customer.id: senders[
                customer.collector_id.filtered("active") or company._get_collection_manager()]
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
        chased = self.filtered(lambda action: action._get_steering().leaves_out_excluded)
        lines |= chased.customer_id._get_collection_offset_items(self.company_id, day)
        lines.move_id.fetch(open_items.READ_OF_ENTRIES)
        causes = lines._get_exclusions(day)
        by_customer = lines.grouped(lambda line: line.partner_id.commercial_partner_id)
        accounts, chosen, together = {}, {}, lines.ids
        for action in self:
            account = by_customer.get(action.customer_id, lines.browse())
            steering = action._get_steering()
            if steering.leaves_out_excluded:
                account = account.filtered(lambda line: not causes.get(line.id))
            else:  # what other companies of the root owe nets what the scenario chases
                account = account.filtered(lambda line, own=action.company_id: (
                    line.company_id == own))
            # narrowed down one by one, they are still read together
            account = account.with_prefetch(together)
            chosen[action.id] = steering.choose_items(account, day).with_prefetch(together)
            accounts[action.id] = account
        return accounts, chosen

    def _get_message_copies(self, recipients, chosen, others):
        """Who receives a copy of each message: whom its step and a person name for it.

        :param dict recipients: ``res.partner`` by action id
        :param dict chosen: the items that each is about, by action id
        :param dict others: :class:`~..action.steering.Beside` by action id: of that message there
            are no copies, and whom it goes to receives none
        :return: dict of ``res.partner`` with an e-mail address, by action id
        """
        nobody, copies, holders = self.env["res.partner"], {}, {}
        if besides.get_besides(self):
            return dict.fromkeys(self.ids, nobody)
        for steering in self.filtered("copy_function_id")._get_steerings():
            holders |= steering.get_copied_holders()
        for action in self:
            copies[action.id] = action.takes_copies and (
                action.copy_partner_ids | holders.get(action.id, nobody)
                | (chosen[action.id].move_id.invoice_user_id.partner_id
                   if action.copy_salesperson else nobody)) or nobody
        reached = nobody.union(*copies.values()).filtered(
            lambda partner: partner.active and partner.email_normalized)
        return {
            action_id: _once_an_address(partners & reached, recipients[action_id] | (
                others[action_id].partner if action_id in others else nobody))
            for action_id, partners in copies.items()}

    def _get_items_paid_late(self):
        """:return: dict of the settled ``account.move.line`` for which each message may claim
            something because they were paid late, by action id"""
        asking = self.filtered(lambda action: action._get_steering().claims_paid_late)
        lines = asking.customer_id._get_collection_paid_late(self.company_id)
        by_customer = lines.grouped(lambda line: line.partner_id.commercial_partner_id)
        return {
            action.id: by_customer.get(action.customer_id, lines.browse())
            if action in asking else lines.browse() for action in self}

    def _get_message_leader(self, items):
        """:return: the item whose due date carries the message: the oldest that is owed"""
        if self.leader_id in items:
            return self.leader_id
        return items.filtered(lambda line: line.amount_residual_currency > 0)[:1]

    # === WORDING === #
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

    # === ONE MESSAGE === #
    # A person changes this one message before it leaves; the step it comes from stays as it is.

    def edit_message(self, values):
        """Change this one message, however it leaves: its words, to whom it goes, its files.

        What it says passes the gate when it leaves, as any other; each change stays in the
        history with what was there before.

        :param dict values: some of ``subject`` (str), ``body`` (HTML), ``to_partner_id`` (id of a
            contact of the customer, or False), ``copy_partner_ids`` and ``added_file_ids``
            (lists of ids)
        :return: True
        :raise UserError: it is closed or no message, or a value is none that it takes
        :raise ValidationError: the text has an unknown hashtag
        :raise AccessError: the user may not act on it
        """
        self.ensure_one()
        self.check_access("read")
        self._check_may_close("done")
        self._take_turn()
        if self.state == "closed":
            raise UserError(self._get_closed_message())
        self._get_channel()
        values = as_values(self, values)
        self._check_edited(values)
        self.sudo()._change_message(values)
        return True

    def _check_edited(self, vals):
        """:raise UserError: a value is none that a person may give to this message"""
        unknown = set(vals) - {
            "subject", "body", "to_partner_id", "copy_partner_ids", "added_file_ids"}
        partner = self.env["res.partner"].browse(vals.get("to_partner_id") or ())
        if unknown:
            raise UserError(self.env._(
                "“%(action)s”: %(fields)s is no part of a message.", action=self.name,
                fields=", ".join(sorted(unknown))))
        if partner and not self._may_be_written_to(partner):
            raise UserError(self.env._(
                "%(contact)s does not belong to %(customer)s: the message would show a "
                "stranger what is owed. Send a copy to colleagues and advisers instead.",
                contact=partner.display_name, customer=self.customer_id.name))
        self.env["res.partner"].browse(vals.get("copy_partner_ids") or ()).check_access("read")
        self.env["ir.attachment"].browse(vals.get("added_file_ids") or ()).check_access("read")

    def _change_message(self, vals):
        """Write what of this message differs, and record it with what was there before.

        An e-mail template gives way to the words that were changed; its files stay.
        """
        action = self.with_context(lang=self._get_wording_langs()[self.id])
        before = action._read_message()
        if action.mail_template_id and {"subject", "body"} & set(vals):
            own = self._get_present_text()
            vals = {"subject": own.subject, "body": own.body, **vals, "added_file_ids": [
                *vals.get("added_file_ids", action.added_file_ids.ids),
                *action.mail_template_id.attachment_ids.ids], "mail_template_id": False}
        many = {"copy_partner_ids", "added_file_ids"}
        action.write({
            name: [(6, 0, value)] if name in many else value for name, value in vals.items()})
        after = action._read_message()
        changed = [name for name in before if before[name] != after[name]]
        if changed:
            action.sudo().edited_by_id = self.env.user
            action.sudo()._record([
                TraceRow(action, "message_edited", data={"part": name}, old=before[name],
                         new=after[name]) for name in changed], Trace("edit_message"))

    def _get_present_text(self):
        """:return: the :class:`~.message.Text` of this message in the language in which it leaves,
            with its hashtags"""
        self.ensure_one()
        action = self.sudo().with_context(lang=self._get_wording_langs()[self.id])
        return action._get_message_texts()[action.id]

    def _read_message(self):
        """:return: dict of what a person may change of this message, as text"""
        action, text = self.sudo(), self._get_present_text()
        return {
            "subject": text.subject,
            "body": html2plaintext(text.body) if text.is_html else text.body,
            "to_partner_id": action.to_partner_id.display_name or "",
            "copy_partner_ids": ", ".join(action.copy_partner_ids.mapped("display_name")),
            "added_file_ids": ", ".join(action.added_file_ids.mapped("name")),
        }

    # === BUTTONS === #

    def action_open_edit(self):
        """:return: window action on the dialog that changes this one message
        :raise UserError: it is closed
        """
        self.ensure_one()
        if self.state == "closed":
            raise UserError(self._get_closed_message())
        return open_dialog(
            "collection.message.edit", self.env._("Edit this one message"),
            default_action_id=self.id, dialog_size="extra-large")

    def action_open_preview(self):
        """:return: window action on the message as it would leave today"""
        self.ensure_one()
        preview = self.env["collection.message.preview"].create({"action_id": self.id})
        return {
            **open_dialog(preview._name, self.env._("As it would leave today")),
            "res_id": preview.id}


def _once_an_address(copied, written):
    """:param written: the ``res.partner`` who are written to anyway
    :return: those of the copied ``res.partner`` whose e-mail address nobody else of them has
    """
    known = set(written.mapped("email_normalized"))
    return (copied - written).filtered(lambda partner: not (
        partner.email_normalized in known or known.add(partner.email_normalized)))
