from dataclasses import replace

from odoo import api, fields, models
from odoo.tools import html2plaintext, is_html_empty

from ...tools.own_context import get_value, with_value
from ..history.trace import Trace, TraceRow
from .gate import WRONG_AMOUNT
from .message import BESIDES, Text


class CollectionAction(models.Model):
    """Who receives a message besides its recipient: the holder of a function, with a text of its
    own. It is written once what goes to the recipient is queued, and passes the same gate."""

    _inherit = "collection.action"

    beside_function_id = fields.Many2one(
        "collection.function", string="Also written to", readonly=True, ondelete="restrict",
        help="Whoever holds this function for the customer receives a text of its own.")
    beside_note = fields.Char(
        string="Not written to", readonly=True, copy=False,
        help="Why the message went to the customer alone.")
    beside_page = fields.Html(
        string="What the holder receives", compute="_compute_beside_preview", sanitize=False)
    beside_problem = fields.Char(
        string="Why the holder is not written to", compute="_compute_beside_preview")
    beside_to = fields.Char(string="Holder", compute="_compute_beside_preview")
    beside_subject = fields.Char(
        string="Subject for the holder", compute="_compute_beside_preview")

    # === COMPUTE === #

    @api.depends_context("lang")
    @api.depends("beside_function_id", "state", "kind")
    def _compute_beside_preview(self):
        for action in self:
            shown = action._origin
            open_message = shown and shown.is_sent and shown.state != "closed"
            preview = shown._prepare_beside_preview() if open_message else {}
            action.update({
                "beside_page": preview.get("page"), "beside_problem": preview.get("problem"),
                "beside_subject": preview.get("subject"), "beside_to": preview.get("to")})

    def _prepare_beside_preview(self):
        """What somebody besides would receive today.

        :return: dict as of :meth:`_prepare_preview`; empty where it goes to nobody else
        """
        self.ensure_one()
        besides = self.sudo()._find_besides()
        if not besides:
            return {}
        written = with_value(self, BESIDES, besides)
        problem = written.sudo()._find_beside_problems(
            self.sudo()._get_message_recipients()).get(self.id)
        preview = written._prepare_preview() if besides[self.id].partner else {}
        return {**preview, "problem": problem or preview.get("problem")}

    # === SENDING === #

    def _find_besides(self):
        """:return: dict of the :class:`~..action.steering.Beside` of those that go to somebody
            besides their recipient, by action id"""
        besides = {}
        for steering in self.filtered("beside_function_id")._get_steerings():
            besides |= steering.find_besides()
        return besides

    def _send_besides(self, messages, by_person=False):
        """Queue what goes to somebody besides the recipients of these.

        Whoever cannot be reached is left out, and what was queued leaves all the same.

        :param dict messages: the :class:`~.message.Message` to their recipients, by action id
        :param bool by_person: whether the user sends them, not the system
        """
        besides = self._find_besides()
        if not besides:
            return
        written = with_value(
            self.filtered(lambda action: action.id in besides), BESIDES, besides)
        recipients = {action_id: message.recipient for action_id, message in messages.items()}
        left_out = {}
        for company, group in written.grouped("company_id").items():  # for its colleagues to read
            left_out |= group.with_context(
                lang=company.partner_id.lang)._find_beside_problems(recipients)
        ready = written.filtered(lambda action: action.id not in left_out)
        own = ready._render_messages()
        left_out |= ready._find_beside_objections(own, by_person)
        ready.filtered(lambda action: action.id not in left_out)._queue(own, by_person)
        self._record_besides(besides, left_out, Trace(
            "send", cause="person" if by_person else "cron"))

    def _find_beside_problems(self, recipients):
        """Why these do not reach whom they go to besides.

        :param dict recipients: the ``res.partner`` that each goes to anyway, by action id
        :return: dict of the sentence by action id
        """
        problems, besides = {}, get_value(self, BESIDES)
        for action in self:
            beside = besides[action.id]
            partner = beside.partner.with_env(self.env)
            if not partner:
                problems[action.id] = self.env._(
                    "Nobody holds “%(function)s” for %(customer)s.",
                    function=beside.function.with_env(self.env).name,
                    customer=action.customer_id.name)
            elif beside.channel.reaches_both(partner, recipients[action.id]):
                problems[action.id] = self.env._(
                    "%(holder)s has the address that the message goes to already.",
                    holder=partner.name)
            elif problem := beside.channel.find_address_problem(partner):
                problems[action.id] = problem
        return problems

    def _find_beside_objections(self, messages, by_person):
        """The gate holds for these texts too; a person is the judge of amounts, as ever.

        :param dict messages: the :class:`~.message.Message` to whom they go to besides
        :return: dict of the sentence by action id of those that must not leave
        """
        return {
            action.id: action.with_context(
                lang=action.company_id.partner_id.lang)._describe_objection(messages[action.id])
            for action in self
            if messages[action.id].objection
            and not (by_person and messages[action.id].objection == WRONG_AMOUNT)}

    def _record_besides(self, besides, left_out, trace):
        """Record who was written to besides, and who was not, with the reason.

        :param dict left_out: sentence by action id
        """
        rows = []
        for action in self.filtered(lambda action: action.id in besides):
            beside, reason = besides[action.id], left_out.get(action.id)
            kind, new = ("beside_left_out", reason) if reason else (
                "beside_sent", beside.partner.display_name)
            rows.append(TraceRow(action, kind, old=beside.function.name, new=new))
            if reason:
                action.beside_note = reason
        self._record(rows, trace)

    def _get_beside_texts(self, texts):
        """What those say that are written to somebody besides.

        :param dict texts: :class:`~.message.Text` to the recipients, by action id
        :return: dict of the others by action id
        """
        found = {}
        for action in self if get_value(self, BESIDES) else ():
            own, is_html = texts[action.id], action._get_channel().is_html
            subject, body = action._get_steering().get_beside_text()
            found[action.id] = replace(own, subject=subject or own.subject)
            if not is_html_empty(body):
                found[action.id] = Text(
                    subject or own.subject, body if is_html else html2plaintext(body), is_html)
        return found
