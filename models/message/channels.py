"""The channels that come with the module: e-mail, letter, SMS."""

from types import MappingProxyType
from uuid import uuid4

from markupsafe import Markup

from odoo.tools import SQL, format_list, html2plaintext
from odoo.tools.translate import LazyTranslate

from ...engine import hashtags
from ..action.channels import Channel, register
from .attachments import get_statement_files, name_statement_files
from .message import PDF, MessageFile

_lt = LazyTranslate(__name__)


@register
class Email(Channel):
    """An e-mail in the company's layout, carried by Odoo's mail queue.

    It belongs to the customer's thread, where the answers come back.
    """

    code = "email"
    label = _lt("E-mail")
    takes_files = True
    takes_mail_template = True
    takes_copies = True
    carries_links = True

    def get_address(self, partner):
        return partner.email_formatted if partner.email_normalized else ""

    def describe_missing_address(self, partner):
        _ = partner.env._
        if not partner.email:
            return _("%(partner)s has no e-mail address.", partner=partner.display_name)
        return _("The e-mail address of %(partner)s is not valid: %(email)s",
                 partner=partner.display_name, email=partner.email)

    def reaches_both(self, partner, other):
        return super().reaches_both(partner, other) or (
            bool(partner.email_normalized) and partner.email_normalized == other.email_normalized)

    def find_address_problem(self, partner, post_by=False):
        """An address from which messages came back is none until somebody confirms it."""
        problem = super().find_address_problem(partner, post_by)
        if not problem and partner._is_collection_address_blocked():
            return partner.env._(
                "A message to %(email)s came back. Correct the address of %(partner)s, or confirm "
                "on its form that it works.", email=partner.email_normalized,
                partner=partner.display_name)
        return problem

    def render_bodies(self, actions, texts, contents, data):
        before, after = actions.company_id._get_collection_mail_layout()
        bodies = super().render_bodies(actions, texts, contents, data)
        return {
            action.id: before + bodies[action.id] + action._get_mail_ending(
                bodies[action.id], data[action.id]) + after
            for action in actions}

    def make_files(self, actions, messages, data, invoices):
        """Its template's files, the invoices and the statement."""
        statements = get_statement_files(actions, data)
        return {
            action.id: [
                *(MessageFile(file.name, file.raw, file.mimetype)
                  for file in action.mail_template_id.attachment_ids | action.added_file_ids),
                *invoices.get(action.id, ()), *statements.get(action.id, ())]
            for action in actions}

    def describe_files(self, action, message):
        yield from (action.mail_template_id.attachment_ids | action.added_file_ids).mapped("name")
        yield from super().describe_files(action, message)
        yield from name_statement_files(action, message.lang)

    def prepare_dispatch_vals(self, action, message):
        return {"whole_body": message.body}

    def queue(self, dispatches):
        """One ``mail.mail`` each; and one for its copies, the first time it leaves. Those of them
        that did not leave go with what is sent again."""
        env = dispatches.env
        _queue_copies_again(dispatches.mail_message_id)
        copied = dispatches.filtered(
            lambda dispatch: dispatch.copy_partner_ids and not dispatch.mail_message_id)
        mails = env["mail.mail"].sudo()
        note = env["ir.model.data"]._xmlid_to_res_id("mail.mt_note")
        bodies = dispatches._get_leaving_bodies()
        for company, group in dispatches.grouped("company_id").items():
            replies = group.customer_id.with_company(company)._notify_get_reply_to()
            created = mails.with_company(company).create([
                _prepare_mail_vals(
                    dispatch, replies.get(dispatch.customer_id.id), note, bodies[dispatch.id])
                for dispatch in group])
            for dispatch, mail in zip(group, created):
                dispatch.mail_message_id = mail.mail_message_id
        _show_in_thread(dispatches)
        _queue_copies(copied)
        cron = env.ref("mail.ir_cron_mail_scheduler_action", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    def follow(self, env):
        """What a worker was sending when it died is for a person to verify."""
        env["mail.mail"]._record_interrupted()

    def cancel(self, dispatches):
        self._find_unsent(dispatches).cancel()

    def take_back(self, dispatches):
        self._find_unsent(dispatches)._get_originals().cancel()

    def _find_unsent(self, dispatches):
        """:return: ``mail.mail`` of these that still may leave, some when somebody says so"""
        return dispatches.env["mail.mail"].sudo().search([
            ("mail_message_id", "in", dispatches.mail_message_id.ids),
            ("state", "in", ("outgoing", "exception"))])


def _prepare_mail_vals(dispatch, reply_to, subtype_id, body):
    return {
        "model": "res.partner",
        "res_id": dispatch.customer_id.id,
        "record_name": dispatch.customer_id.display_name,
        "message_type": "email_outgoing",
        "subtype_id": subtype_id,
        "subject": dispatch.subject,
        "body_html": body,
        "author_id": dispatch.author_id.id,
        "email_from": dispatch.email_from,
        "reply_to": reply_to or dispatch.email_from,
        "recipient_ids": [(4, dispatch.partner_id.id)],
        "attachment_ids": [(4, attachment.id) for attachment in dispatch.attachment_ids],
        "auto_delete": True,
        # or the message would go with the mail, and no answer would find its thread
        "is_notification": True,
        "record_company_id": dispatch.company_id.id,
    }


def _queue_copies(dispatches):
    """Copies belong to the message of which they are one, and never carry its personal link."""
    if not dispatches:
        return
    bodies = dispatches._get_copy_bodies()
    dispatches.env["mail.mail"].sudo().create([{
        "mail_message_id": dispatch.mail_message_id.id,
        "body_html": Markup('<p style="color: #666666;">%s</p>') % dispatch.with_context(
            lang=dispatch.lang).env._("Copy of what was sent to %(recipient)s.",
                                      recipient=dispatch.partner_id.display_name)
        + Markup(bodies[dispatch.id]),
        "recipient_ids": [(6, 0, dispatch.copy_partner_ids.ids)],
        "auto_delete": True,
        "is_notification": True,
        "is_collection_copy": True,
    } for dispatch in dispatches])


def _queue_copies_again(messages):
    """:param messages: the former ``mail.message`` of what is sent again"""
    copies = messages.env["mail.mail"].sudo().search([
        ("mail_message_id", "in", messages.ids), ("is_collection_copy", "=", True),
        "|", ("state", "=", "cancel"),
        "&", ("state", "=", "exception"), ("failure_type", "!=", False),
    ]) if messages else ()
    if copies:
        copies.write({"state": "outgoing", "scheduled_date": False, "collection_tries": 0})


def _show_in_thread(dispatches):
    """Let the customer's thread show what was written.

    By SQL: the ORM would sanitize each text again, a third of the time that a message takes.
    They were sanitized when they were written, and what stands in the place of hashtags is
    escaped.
    """
    dispatches.flush_recordset(["body", "mail_message_id"])
    dispatches.env.cr.execute(SQL(
        "UPDATE mail_message SET body = dispatch.body FROM collection_dispatch AS dispatch"
        " WHERE dispatch.mail_message_id = mail_message.id AND dispatch.id IN %s",
        tuple(dispatches.ids)))
    dispatches.mail_message_id.invalidate_recordset(["body"])


@register
class Letter(Channel):
    """A sheet of paper: the company prints and posts it, or Odoo's letter service does.

    A letter is one file, with what is enclosed and its invoices behind it, ready for the envelope.
    """

    code = "letter"
    label = _lt("Letter")
    takes_files = True
    is_posted = True
    provider_states = MappingProxyType({
        "pending": "claimed", "sent": "sent", "error": "failed", "canceled": "cancelled"})

    def get_address(self, partner):
        if not (partner.street and partner.city):
            return ""
        return partner._display_address(without_company=True).strip()

    def describe_missing_address(self, partner):
        return partner.env._(
            "The postal address of %(partner)s lacks its street or city.",
            partner=partner.display_name)

    def find_address_problem(self, partner, post_by=False):
        """The letter service takes no letter without postcode and country; it says so the day
        after."""
        missing = _find_missing_for_service(partner) if post_by == "snailmail" else ()
        if not missing:
            return super().find_address_problem(partner, post_by)
        return partner.env._(
            "The postal address of %(partner)s is not complete for Odoo's letter service. "
            "Missing: %(missing)s.", partner=partner.display_name,
            missing=format_list(partner.env, missing))

    def render_bodies(self, actions, texts, contents, data):
        """What stands on a letter below its subject.

        Where the text lists no items and the statement is to be joined, the statement stands
        below the text.
        """
        bodies = super().render_bodies(actions, texts, contents, data)
        return {
            action.id: action.env["ir.qweb"]._render("account_collection.collection_letter_body", {
                "content": bodies[action.id], "sender": data[action.id].sender,
                "company": action.company_id,
                "tables": [
                    Markup(hashtags.render_table(table))
                    for table in _get_letter_tables(action, texts[action.id], data[action.id])],
            }, minimal_qcontext=True)
            for action in actions}

    def make_files(self, actions, messages, data, invoices):
        """The letters, all printed in one run of the PDF program, with their invoices behind."""
        prints = actions.env["collection.print"]
        printed = prints._print_sheets([
            _prepare_letter_sheet(action, messages[action.id], data[action.id].day)
            for action in actions])
        return {
            action.id: [MessageFile(_get_letter_filename(action, data[action.id]), prints._merge(
                [pdf, *map(prints._take_pages, _get_enclosures(action)),
                 *(file.content for file in invoices.get(action.id, ()))]))]
            for action, pdf in zip(actions, printed)}

    def describe_files(self, action, message):
        yield from _get_enclosures(action).mapped("name")
        yield from super().describe_files(action, message)

    def render_page(self, action, message):
        sheet = _prepare_letter_sheet(action, message, action.company_id._get_collection_day())
        return action.env["collection.print"]._render_document([sheet], screen=True)

    def get_post_by(self, action):
        return action._get_steering().get_post_by()

    def prepare_dispatch_vals(self, action, message):
        return {"post_by": self.get_post_by(action)}

    def queue(self, dispatches):
        """Letters wait to be printed; those of the letter service are handed to it."""
        posted = dispatches.filtered(lambda dispatch: dispatch.post_by == "snailmail")
        if not posted or "snailmail.letter" not in dispatches.env:
            return
        letters = dispatches.env["snailmail.letter"].sudo().create([{
            "partner_id": dispatch.partner_id.id,
            "model": "res.partner",
            "res_id": dispatch.customer_id.id,
            "user_id": dispatches.env.uid,
            "company_id": dispatch.company_id.id,
            "attachment_id": dispatch.attachment_ids[:1].id,
            "state": "pending",
        } for dispatch in posted])
        for dispatch, letter in zip(posted, letters):
            dispatch.write({"letter_ref": letter.id, "state": "claimed"})

    def follow(self, env):
        """Ask the letter service's outbox what became of the letters that it was handed.

        What it could not send is taken out of it: it would try again by itself, while a person
        who is told that the letter failed sends it otherwise.
        """
        if "snailmail.letter" not in env:
            return
        waiting = env["collection.dispatch"].sudo().search(
            [("letter_ref", ">", 0), ("state", "=", "claimed")])
        letters = env["snailmail.letter"].sudo().browse(waiting.mapped("letter_ref")).exists()
        news = {letter.id: (self.provider_states[letter.state], _describe_letter_error(letter))
                for letter in letters}
        unknown = "to_verify", env._("The letter service no longer knows this letter.")
        for (state, error), dispatches in waiting.grouped(
                lambda dispatch: news.get(dispatch.letter_ref, unknown)).items():
            if state != "claimed":
                dispatches._set_state(state, error)
        self.cancel(waiting.filtered(lambda dispatch: dispatch.state == "failed"))

    def cancel(self, dispatches):
        if "snailmail.letter" in dispatches.env:
            letters = dispatches.env["snailmail.letter"].sudo().browse(
                [ref for ref in dispatches.mapped("letter_ref") if ref]).exists()
            letters.filtered(lambda letter: letter.state in ("pending", "error")).cancel()


def _find_missing_for_service(partner):
    """:return: list of str, what Odoo's letter service needs to know of where a ``res.partner``
        lives and is not known; empty where the service is not in use"""
    if not partner or "snailmail.letter" not in partner.env:
        return []
    needed = {"street": partner.env._("street"), "zip": partner.env._("postcode"),
              "city": partner.env._("city"), "country_id": partner.env._("country")}
    return [label for name, label in needed.items() if not partner[name]]


def _describe_letter_error(letter):
    """:return: str, what the letter service says of a ``snailmail.letter`` that it could not send,
        without the links to its shop, which carry its account's key; False where there is nothing
    """
    if not letter.error_code:
        return False
    return html2plaintext(
        letter.info_msg or letter._get_error_message(letter.error_code), include_references=False)


def _get_letter_tables(action, text, data):
    """:return: tuple of ``Table``: the statement below a letter that lists nothing itself"""
    lists = any(hashtags.CATALOGUE.get(name) == hashtags.BLOCK
                for name in hashtags.find(text.body, html=True))
    if lists or not action.attach_statement:
        return ()
    statement = action.env["collection.statement"]
    return statement._get_tables(
        data.account, data.day, statement._get_labels(data.account, data.instalments), data.claims)


def _prepare_letter_sheet(action, message, day):
    """:return: a letter as a :class:`~...report.collection_print.Sheet`"""
    template = "collection_notice_sheet" if message.notice else "collection_letter_sheet"
    return action.env["collection.print"]._prepare_sheet(
        f"account_collection.{template}", action.company_id, message.lang,
        message.recipient, day, message=message, customer=action.customer_id,
        registered=action._get_channel().get_post_by(action) == "registered")


def _get_enclosures(action):
    """:return: ``ir.attachment`` that can be printed behind the letter"""
    return action.added_file_ids.filtered(lambda file: file.mimetype == PDF)


def _get_letter_filename(action, data):
    env = action.with_context(lang=data.lang).env
    return env._("Letter %(date)s.pdf", date=data.day.isoformat())


@register
class RegisteredLetter(Letter):
    """A letter that is registered, with receipt: the company prints and posts it.

    Its number and what became of it (deposited, presented, accepted, refused, unclaimed) are
    entered by hand, or come from a carrier's list
    (``wizards/message/collection_letter_import.py``).
    What follows in law from a letter that nobody claimed is the reader's to judge.
    """

    code = "registered"
    label = _lt("Registered letter")

    def get_post_by(self, action):
        return "registered"

    def follow(self, env):
        """Nobody is asked: a provider is a channel of its own."""


@register
class Sms(Channel):
    """A text message, carried by Odoo's SMS queue."""

    code = "sms"
    label = _lt("SMS")
    has_subject = False
    is_html = False
    carries_links = True
    provider_states = MappingProxyType({
        "process": "claimed", "pending": "sent", "sent": "sent", "error": "failed",
        "canceled": "cancelled"})

    def get_address(self, partner):
        return partner._phone_format(fname="phone") or ""

    def reaches_both(self, partner, other):
        return super().reaches_both(partner, other) or (
            bool(self.get_address(partner))
            and self.get_address(partner) == self.get_address(other))

    def describe_missing_address(self, partner):
        return partner.env._(
            "%(partner)s has no telephone number that can be written to.",
            partner=partner.display_name)

    def queue(self, dispatches):
        """One ``sms.sms`` each, and a tracker that the operator's reports reach."""
        bodies = dispatches._get_leaving_bodies()
        for dispatch in dispatches:
            dispatch.sms_uuid = uuid4().hex
        dispatches.env["sms.tracker"].sudo().create(
            [{"sms_uuid": dispatch.sms_uuid} for dispatch in dispatches])
        dispatches.env["sms.sms"].sudo().create([{
            "uuid": dispatch.sms_uuid,
            "number": dispatch.address,
            "body": html2plaintext(bodies[dispatch.id]),
            "partner_id": dispatch.partner_id.id,
        } for dispatch in dispatches])

    def cancel(self, dispatches):
        dispatches.env["sms.sms"].sudo().search([
            ("uuid", "in", [uuid for uuid in dispatches.mapped("sms_uuid") if uuid]),
            ("state", "in", ("outgoing", "error"))]).action_set_canceled()
