from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime as format_mail_date

from odoo import api, models
from odoo.tools import html2plaintext

from ...tools.clauses import join_label
from .drawing import draw

#: Rows of the history that are printed; the ZIP holds all of them.
MOST_ROWS = 3000


class CollectionCaseStory(models.AbstractModel):
    """What was done in a case, chapter by chapter, as text in the file's language.

    Each method prepares the values of the template of one chapter.
    """

    _name = "collection.case.story"
    _description = "Story of a Case"

    # === PARTIES === #

    @api.model
    def _prepare_parties(self, case):
        """:return: dict: the company, the customer, their people and who holds which function"""
        customer, company = case.customer, case.company
        return {
            "company": self._describe_party(company.partner_id, company.company_registry),
            "customer": self._describe_party(customer, customer.company_registry),
            "reference": customer.ref,
            "collector": customer.collector_id and {
                **self._describe_person(customer.collector_id.partner_id),
                "function": customer._fields["collector_id"]._description_string(customer.env)},
            "contacts": [self._describe_person(contact)
                         for contact in customer.child_ids.filtered("active")],
            "participants": self._describe_participants(case),
        }

    def _describe_party(self, partner, registry):
        return {"name": partner.name, "address": self._get_lines(partner),
                "registry": registry or "",
                "vat": partner.vat or "", "email": partner.email or "",
                "phone": partner.phone or ""}

    def _describe_person(self, partner):
        return {"name": partner.name or partner.display_name or "",
                "part": partner.function or "", "email": partner.email or "",
                "phone": partner.phone or "",
                "address": ", ".join(self._get_lines(partner))}

    def _get_lines(self, partner):
        """:return: list of the lines of a postal address, without the name"""
        return [line for line in self.env["collection.print"]._get_address(partner)
                if line not in (partner.name, partner.commercial_company_name)]

    def _describe_participants(self, case):
        """:return: list of dicts: who holds which function, for the customer or a sequence"""
        own = case.customer.collection_participant_ids.filtered(
            lambda one: one.company_id == case.company and not one.sequence_id)
        held = (own | case.sequences.participant_ids).filtered("partner_id")
        return [{
            **self._describe_person(partner), "function": function.name,
            # of a holder of the customer's, what sequences say again is no news
            "sequence": "" if ones & own else ", ".join(
                dict.fromkeys(ones.sequence_id.mapped("template_id.name"))),
        } for (function, partner), ones in held.grouped(
            lambda one: (one.function_id, one.partner_id)).items()]

    # === COURSE === #

    @api.model
    def _prepare_course(self, case):
        """:return: dict: each sequence with its steps; its picture is drawn apart"""
        formats = case.formats
        return {"sequences": [{
            "name": sequence.template_id.name, "version": sequence.template_id.version,
            "situation": sequence.situation or "",
            "state": formats.choice(sequence, "state"), "end": sequence.end_label or "",
            "launched": formats.moment(sequence.launched_at),
            "launched_by": sequence.launched_by_id.name or "",
            "visits": [{
                "number": visit.number, "step": visit.step_id.name,
                "entered": formats.moment(visit.entered_at),
                "left": formats.moment(visit.left_at),
                "why": visit.transition_id.sentence or "",
            } for visit in sequence.visit_ids.sorted("number")],
        } for sequence in case.sequences]}

    @api.model
    def _draw_courses(self, case):
        """Draw the tree of each sequence with the path taken.

        :return: list of (title, :class:`~.drawing.Drawing`), one for each page
        """
        formats = case.formats

        def describe(box):
            entered = [visit["entered"] for visit in box["visits"]]
            last = formats.day(entered[-1][:10])
            return f"{last} (×{len(entered)})" if len(entered) > 1 else last

        return [
            page for sequence in case.sequences if sequence.picture
            for page in self._name_drawings(
                case, sequence.template_id.name, draw(sequence.picture, describe))]

    def _name_drawings(self, case, name, drawings):
        """:return: generator of (title, drawing) of one tree"""
        _, parts = case.customer.env._, [part for part in drawings if not part.whole]
        yield from ((_("%(name)s, at a glance", name=name), drawing)
                    for drawing in drawings if drawing.whole)
        for number, drawing in enumerate(parts, start=1):
            yield name if len(parts) == 1 else _(
                "%(name)s, part %(number)s of %(count)s", name=name, number=number,
                count=len(parts)), drawing

    # === ACTIONS AND AGREEMENTS === #

    @api.model
    def _prepare_actions(self, case):
        """:return: dict: every action with who answered it, when, and why"""
        formats = case.formats
        return {"actions": [{
            "day": formats.day(action.date), "name": action.name,
            "kind": formats.choice(action, "kind"), "origin": formats.choice(action, "origin"),
            "function": action.function_id.name or "",
            "holder": action.holder_name or action.user_id.name or (
                action.responsible_id.name or ""),
            "result": action.result_label or formats.choice(action, "state"),
            "by": action.closed_by_id.name or "", "at": formats.moment(action.closed_at),
            "reasons": [text for text in (action.comment, action.validation_comment) if text],
        } for action in case.actions]}

    @api.model
    def _prepare_agreements(self, case):
        """:return: dict: promises, disputes, and what the debtor answered and wrote"""
        formats = case.formats
        return {
            "promises": [{
                "day": formats.day(promise.made_on), "what": promise.display_name,
                "by": promise.promised_by_id.name or "", "noted": promise.user_id.name or "",
                "state": formats.choice(promise, "state"),
                "closed": formats.day(promise.closed_on), "text": promise.comment or "",
                "instalments": [
                    join_label(
                        case.customer.env, formats.day(line.date),
                        formats.money(line.amount, promise.currency_id))
                    for line in promise.line_ids] if len(promise.line_ids) > 1 else [],
            } for promise in case.promises],
            "disputes": [{
                "day": formats.day(dispute.opened_on), "what": dispute.reason_id.name,
                "amount": formats.money(dispute.amount, dispute.company_currency_id),
                "owner": dispute.owner_id.name or "",
                "state": formats.choice(dispute, "result") or formats.choice(dispute, "state"),
                "closed": formats.day(dispute.resolved_on),
                "texts": [text for text in (dispute.description, dispute.resolution) if text],
            } for dispute in case.disputes],
            "answers": [{
                "at": formats.moment(answer.create_date), "by": answer.partner_id.name or "",
                "what": answer.summary, "item": answer.item_name or "",
                "state": formats.choice(answer, "state"), "text": answer.text or "",
            } for answer in case.answers],
            "replies": [{
                "at": formats.moment(reply.received_at),
                "by": reply.email_from or reply.partner_id.name or "",
                "what": reply.subject or "", "text": reply.text or "",
                "state": formats.choice(reply, "result") or formats.choice(reply, "state"),
            } for reply in case.replies],
        }

    # === MESSAGES === #

    @api.model
    def _prepare_messages(self, case):
        """:return: dict: a list of the messages, in the order in which they were written; none
            where there is no message"""
        return case.dispatches and {"given": case.options.messages, "messages": [
            self._describe_message(case, number, dispatch)
            for number, dispatch in enumerate(case.dispatches, start=1)]}

    def _describe_message(self, case, number, dispatch):
        """:return: dict of what is known of a message: who, where, when, what became of it"""
        formats, links = case.formats, dispatch.link_ids.filtered("use_count")
        return {
            "number": number, "subject": dispatch.subject or dispatch.action_id.name or "",
            "channel": formats.choice(dispatch, "channel"),
            "to": dispatch.partner_id.display_name, "address": dispatch.address or "",
            "copies": dispatch.copies or "", "sender": dispatch.email_from or "",
            "author": dispatch.author_id.name or "",
            "post": formats.choice(dispatch, "post_by"),
            "queued": formats.moment(dispatch.create_date),
            "sent": formats.moment(dispatch.sent_at),
            "state": formats.choice(dispatch, "state"), "error": dispatch.error or "",
            "came_back": dispatch.came_back or "",
            "opened": formats.moment(max(links.mapped("used_at"), default=None)),
            "files": dispatch.attachment_ids.mapped("name"),
        }

    @api.model
    def _prepare_message(self, case, number, dispatch):
        """:return: dict: one message as it left"""
        return {"message": self._describe_message(case, number, dispatch),
                "body": dispatch.whole_body or dispatch.body or ""}

    @api.model
    def _get_message_file(self, number, dispatch):
        """:return: (name, bytes): an e-mail as EML, anything else as HTML; without its files,
            which are among the documents"""
        subject = dispatch.subject or dispatch.action_id.name or ""
        body = str(dispatch.whole_body or dispatch.body or "")
        name = f"messages/{number:03} {subject}"
        if dispatch.channel == "email":
            return f"{name}.eml", self._make_mail(dispatch, subject, body)
        page = ('<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>'
                f"{body}</body></html>")
        return f"{name}.html", page.encode()

    def _make_mail(self, dispatch, subject, body):
        mail = EmailMessage(policy=SMTP)
        for header, value in (
                ("From", dispatch.email_from), ("To", dispatch.address),
                ("Cc", dispatch.copies), ("Subject", subject),
                ("Message-ID", dispatch.mail_message_id.message_id),
                ("Date", dispatch.sent_at and format_mail_date(dispatch.sent_at))):
            if value:
                # addresses as they stood then, whatever was wrong with them
                mail.add_header(header, " ".join(value.split()))
        mail.set_content(html2plaintext(body))
        mail.add_alternative(body, subtype="html")
        return mail.as_bytes()

    # === HISTORY === #

    @api.model
    def _prepare_history(self, case):
        """:return: dict: the rows of the history, the last ones where there are very many"""
        formats = case.formats
        return {
            "left_out": max(len(case.rows) - MOST_ROWS, 0),
            "rows": [{
                "number": row.number, "at": formats.moment(row.at), "who": row.who or "",
                "cause": formats.choice(row, "cause"), "what": row.summary,
                "text": row.text or "",
            } for row in case.rows[-MOST_ROWS:]],
        }
