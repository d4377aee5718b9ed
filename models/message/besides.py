"""Who receives a message besides its recipient: the holder of a function, with a text of its own.

It is written once what goes to the recipient is queued, in the same transaction, and passes the
same gate. Whoever cannot be reached is left out, with the reason; what was queued leaves all the
same. Actions that are *written besides* hold in their context to whom: see :func:`write_besides`.
"""

from dataclasses import replace

from odoo.tools import html2plaintext, is_html_empty

from ...tools.own_context import get_value, with_value
from ...tools.records import in_company_language
from ..history.trace import Trace, TraceRow
from .gate import WRONG_AMOUNT
from .message import Text

#: Key of the context that holds a dict of :class:`~..action.steering.Beside` by action id.
_BESIDES = "collection_besides"


def find_besides(actions):
    """:return: dict of the :class:`~..action.steering.Beside` of those ``collection.action`` that
        go to somebody besides their recipient, by action id"""
    besides = {}
    for steering in actions.filtered("beside_function_id")._get_steerings():
        besides |= steering.find_besides()
    return besides


def write_besides(actions, besides):
    """:param dict besides: as :func:`find_besides` returns it
    :return: those of the actions that it names, as they are written besides"""
    return with_value(
        actions.filtered(lambda action: action.id in besides), _BESIDES, besides)


def get_besides(actions):
    """:return: the dict that :func:`write_besides` was given; None for actions as they are"""
    return get_value(actions, _BESIDES)


def get_beside(action):
    """:return: to whom the one action is written besides; None as it is"""
    return (get_besides(action) or {}).get(action.id)


def send(actions, messages, by_person=False):
    """Queue what goes to somebody besides the recipients of these, and record it.

    :param dict messages: the :class:`~.message.Message` to their recipients, by action id
    :param bool by_person: whether the user sends them, not the system
    """
    besides = find_besides(actions)
    if not besides:
        return
    written, left_out = write_besides(actions, besides), {}
    recipients = {action_id: message.recipient for action_id, message in messages.items()}
    for company, group in written.grouped("company_id").items():  # for its colleagues to read
        left_out |= find_problems(in_company_language(group, company), recipients)
    ready = written.filtered(lambda action: action.id not in left_out)
    own = ready._render_messages()
    left_out |= _find_objections(ready, own, by_person)
    ready.filtered(lambda action: action.id not in left_out)._queue(own, by_person)
    _record(actions, besides, left_out, Trace("send", cause="person" if by_person else "cron"))


def find_problems(actions, recipients):
    """Why messages do not reach somebody besides, in the language of the context.

    :param actions: written besides
    :param dict recipients: the ``res.partner`` that each goes to anyway, by action id
    :return: dict of the sentence by action id
    """
    problems, env = {}, actions.env
    for action in actions:
        beside = get_beside(action)
        partner = beside.partner.with_env(env)
        if not partner:
            problems[action.id] = beside.function.with_env(env)._describe_vacancy(
                action.customer_id)
        elif beside.channel.reaches_both(partner, recipients[action.id]):
            problems[action.id] = env._(
                "%(holder)s has the address that the message goes to already.",
                holder=partner.name)
        elif problem := action._find_address_problem(partner):
            problems[action.id] = problem
    return problems


def _find_objections(actions, messages, by_person):
    """The gate holds for these texts too; a person is the judge of amounts, as ever.

    :param actions: written besides
    :param dict messages: the :class:`~.message.Message` by action id
    :return: dict of the sentence by action id of those that must not leave
    """
    return {
        action.id: in_company_language(
            action, action.company_id)._describe_objection(messages[action.id])
        for action in actions
        if messages[action.id].objection
        and not (by_person and messages[action.id].objection == WRONG_AMOUNT)}


def _record(actions, besides, left_out, trace):
    """Record who was written to besides, and who was not, with the reason.

    :param dict left_out: sentence by action id
    """
    rows = []
    for action in actions.filtered(lambda action: action.id in besides):
        beside, reason = besides[action.id], left_out.get(action.id)
        kind, new = ("beside_left_out", reason) if reason else (
            "beside_sent", beside.partner.display_name)
        function = in_company_language(beside.function, action.company_id)
        rows.append(TraceRow(action, kind, old=function.name, new=new))
        if reason:
            action.beside_note = reason
    actions._record(rows, trace)


def get_texts(actions, texts):
    """What messages say to somebody besides, in the language of the context.

    :param actions: ``collection.action``, written besides or not
    :param dict texts: :class:`~.message.Text` to their recipients, by action id
    :return: dict of the others by action id; empty for actions as they are
    """
    found = {}
    for action in actions if get_besides(actions) else ():
        own, is_html = texts[action.id], action._get_channel().is_html
        subject, body = action._get_steering().get_beside_text()
        found[action.id] = replace(own, subject=subject or own.subject)
        if not is_html_empty(body):
            found[action.id] = Text(
                subject or own.subject, body if is_html else html2plaintext(body), is_html)
    return found
