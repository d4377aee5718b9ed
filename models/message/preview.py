"""Messages as they would leave today, for a person to look at."""

from odoo.exceptions import UserError

from . import besides
from .gate import RATE_MISSING


def prepare_preview(action):
    """The message of an action as it would leave today.

    :param action: the one ``collection.action``, written besides or not
    :return: dict: problem, lacks_rate, recipient_id, address, to, copies, email_from, language,
        subject, files, page; without a page where it cannot be rendered
    """
    try:
        message = action._render_messages(attachments=False)[action.id]
    except UserError as fault:
        return {"problem": str(fault)}
    channel, recipient = action._get_channel(), message.recipient
    address = ", ".join(filter(None, map(
        str.strip, channel.get_address(recipient).splitlines())))
    lacks_rate = message.objection == RATE_MISSING
    return {
        "problem": action._find_address_problem(recipient) or (
            lacks_rate and action._describe_objection(message)),
        "lacks_rate": lacks_rate,
        "recipient_id": recipient,
        "address": address,
        "to": recipient and ", ".join(filter(None, (
            recipient.display_name,
            recipient.email_normalized if channel.takes_copies else address))),
        "copies": ", ".join(message.copies.mapped("name")),
        "email_from": message.email_from,
        "language": action.env["res.lang"]._get_data(code=message.lang).name,
        "subject": message.subject,
        "files": ", ".join(channel.describe_files(action.sudo(), message)),
        "page": channel.render_page(action.sudo(), message),
    }


def prepare_beside_preview(action):
    """What somebody besides would receive today.

    :param action: the one ``collection.action``
    :return: the same dict; empty where it goes to nobody else
    """
    others = besides.find_besides(action.sudo())
    if not others:
        return {}
    written = besides.write_besides(action, others)
    problem = besides.find_problems(
        written.sudo(), action.sudo()._get_message_recipients()).get(action.id)
    preview = prepare_preview(written) if others[action.id].partner else {}
    return {**preview, "problem": problem or preview.get("problem")}
