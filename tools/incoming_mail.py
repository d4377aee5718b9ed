"""What an incoming e-mail says of itself: written by a person, by a machine, or a report.

Read from headers and from the report's own parts, never from wording: a person may well write
“automatic”, and machines write in every language. (One exception: old mail servers that send no
machine-readable report say in the subject that they are still trying.)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message

#: What came back: nothing but an answer; the message did not arrive; the server goes on trying;
#: the report of something else (it arrived, it was read); an answer that no person wrote; an answer
#: from an address that nothing was written to.
ANSWER, FAILED, DELAYED, REPORT, AUTOMATIC = "answer", "failed", "delayed", "report", "automatic"
FOREIGN = "foreign"

#: Headers that no person's e-mail has, whatever they say.
AUTOMATIC_HEADERS = (
    "X-Autoreply", "X-Auto-Reply", "X-Autorespond", "X-Autoresponder", "X-Autoreply-From",
    "X-AutoReply-For", "X-Mail-Autoreply", "X-Mail-Autorespond", "Auto-Generated",
    "X-MS-Exchange-Generated-Message-Source", "X-FC-MachineGenerated", "X-Vacation",
)

#: Values of ``Precedence`` of what is not written to one person.
AUTOMATIC_PRECEDENCE = frozenset({"bulk", "junk", "list", "auto_reply", "auto-reply"})

#: Values of ``X-Auto-Response-Suppress`` of automatic answers. The others only ask for no
#: out-of-office message, as also e-mails of persons do that a ticket system sends.
AUTOMATIC_SUPPRESS = frozenset({"all", "autoreply"})

#: Local parts of addresses from which mail servers write.
SERVERS = frozenset({"mailer-daemon", "postmaster"})

#: Fields of a delivery report (RFC 3464) that say whom it is about: where a message was forwarded,
#: the second one has the address that it was written to.
RECIPIENTS = ("Final-Recipient", "Original-Recipient")

_STILL_TRYING = re.compile(r"^\s*warning:|\bdelay(ed)?\b", re.IGNORECASE)


def classify(message: Message) -> str:
    """Say what an e-mail is that came in.

    :return: one of :data:`ANSWER`, :data:`FAILED`, :data:`DELAYED`, :data:`REPORT`,
        :data:`AUTOMATIC`
    """
    reported = {action for status in _get_statuses(message) for action in status}
    if reported:
        return FAILED if "failed" in reported else (
            DELAYED if "delayed" in reported else REPORT)
    if message.get_content_type() == "multipart/report":
        kind = str(message.get_param("report-type") or "").lower()
        return FAILED if kind in ("", "delivery-status") else REPORT
    if message.get("X-Failed-Recipients"):
        return FAILED
    if _get_local_part(message) in SERVERS:
        return DELAYED if _STILL_TRYING.search(str(message.get("Subject", ""))) else FAILED
    return AUTOMATIC if is_automatic(message) else ANSWER


def is_automatic(message: Message) -> bool:
    """Whether headers say that no person wrote this (RFC 3834, and what came before it)."""
    submitted = str(message.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    suppressed = str(message.get("X-Auto-Response-Suppress", "")).lower()
    return bool(
        submitted not in ("", "no")
        or AUTOMATIC_SUPPRESS & {value.strip() for value in suppressed.split(",")}
        or str(message.get("Precedence", "")).strip().lower() in AUTOMATIC_PRECEDENCE
        or any(message.get(name) is not None for name in AUTOMATIC_HEADERS)
        or "autoresponder" in str(message.get("X-POST-MessageClass", "")).lower()
        or str(message.get("Delivered-To", "")).strip().lower() == "autoresponder"
        or str(message.get("Return-Path", "")).strip() == "<>")


def get_recipients(message: Message) -> set[str]:
    """Say whom delivery reports (RFC 3464) are about.

    :return: e-mail addresses in lower case, those of forwarded messages as they were first
        written to too; empty where no report names one
    """
    found = set()
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            found |= {
                str(block[name] or "").rpartition(";")[2].strip().strip("<>").lower()
                for block in (blocks if isinstance(blocks, list) else ())
                if isinstance(block, Message) for name in RECIPIENTS}
    return found - {""}


def _get_statuses(message: Message) -> Iterator[list[str]]:
    """Yield of each delivery report (RFC 3464) what became of its recipients, in lower case."""
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            yield [
                str(block["Action"]).split("(")[0].strip().lower()
                for block in (blocks if isinstance(blocks, list) else ())
                if isinstance(block, Message) and block["Action"]]


def _get_local_part(message: Message) -> str:
    found = re.search(r"([^<\s\"]+)@", str(message.get("From", "")))
    if found:
        return found.group(1).lower()
    return str(message.get("From", "")).strip().strip("<>").lower()
