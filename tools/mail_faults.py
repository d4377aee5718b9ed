"""What a fault of the outgoing mail server says of an e-mail: did it leave, is it worth a retry.

Read from the fault itself, never from its text. A reply of 4xx is a refusal for now and one of 5xx
for good (RFC 5321, 4.2.1); without a connection nothing has left. Once the text of the message is
on its way, a connection that ends says nothing of what the server did with it.
"""

from __future__ import annotations

import smtplib
import ssl
import traceback
from datetime import timedelta
from typing import Final

#: It did not leave, and may later; it did not leave and never will; nobody knows.
TEMPORARY: Final = "temporary"
PERMANENT: Final = "permanent"
UNKNOWN: Final = "unknown"

#: How long to wait before each further try. Greylisting lasts minutes, an outage or a full mailbox
#: hours. All in all it is a working day: what a message asks for is of the day on which it was
#: written, and a person is to hear of it before the next one.
DELAYS: Final = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 30, 60, 120, 240))


def judge(fault: BaseException | None) -> str:
    """What became of the one e-mail that was being sent.

    :param fault: what the connection to the mail server raised; None where it is not known
    :return: TEMPORARY, PERMANENT or UNKNOWN
    """
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        codes = {code for code, _reply in fault.recipients.values()}
        return TEMPORARY if codes and all(map(_is_temporary, codes)) else PERMANENT
    if isinstance(fault, smtplib.SMTPResponseException):
        if isinstance(fault, smtplib.SMTPDataError) and not _is_refusal(fault.smtp_code):
            return UNKNOWN  # a reply that is none
        return TEMPORARY if _is_temporary(fault.smtp_code) else PERMANENT
    if isinstance(fault, (ssl.SSLCertVerificationError, smtplib.SMTPNotSupportedError)):
        return PERMANENT
    if isinstance(fault, smtplib.SMTPServerDisconnected):
        return UNKNOWN if _was_transmitting(fault) else TEMPORARY
    # no host of that name, no connection, no answer; what smtplib itself refuses stays refused
    is_network = isinstance(fault, OSError) and not isinstance(fault, smtplib.SMTPException)
    return TEMPORARY if is_network else PERMANENT


def _is_temporary(code: int) -> bool:
    return 400 <= code < 500


def _is_refusal(code: int) -> bool:
    return 400 <= code < 600


def _was_transmitting(fault: BaseException) -> bool:
    """Whether the server had been told that the text comes: the fault came from ``SMTP.data``."""
    return any(frame.f_code is smtplib.SMTP.data.__code__
               for frame, _line in traceback.walk_tb(fault.__traceback__))
