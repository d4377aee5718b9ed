"""The gate: what a message must pass before it leaves, whatever decided it and whoever sends it.

A message *asks for money* when its text names what open items come to, or lists them, or when it
is a reminder or a formal notice. The items are those read for this very message, so the debt is
read again each time.
"""

from collections import defaultdict

from odoo.tools import is_html_empty

from .hashtags import HASHTAGS

#: It asks for money, and nothing is due of what it speaks of.
NOTHING_DUE = "nothing_due"
#: Something is due, but one of the amounts that it names is none that can be asked for.
WRONG_AMOUNT = "wrong_amount"
#: It says nothing.
NO_TEXT = "no_text"
#: A formal notice that would claim interest of days whose rate is missing.
RATE_MISSING = "rate_missing"


def find_objection(action, data, names, content, *, is_html):
    """Why a message must not leave.

    :param action: the ``collection.action``
    :param MessageData data: what the message speaks of
    :param names: names of the hashtags of its subject and text
    :param str content: its text, with values in the place of hashtags
    :param bool is_html: the text is HTML
    :return: str, one of the constants above; None: it may leave
    """
    if is_html_empty(content) if is_html else not content.strip():
        return NO_TEXT
    is_reminder = action._get_steering().is_reminder
    spoken_of = [getattr(data, about) for about in _get_subjects(names)]
    if is_reminder:
        spoken_of.append(data.items)
    if data.notice:
        spoken_of.append(data.demanded)
    if not spoken_of:
        return None
    due = {items: is_due(items) for items in dict.fromkeys(spoken_of)}
    missing = [items for items in spoken_of if not due[items]]
    if len(missing) == len(spoken_of) and (is_reminder or not _claims_something(data, names)):
        return NOTHING_DUE
    if data.notice and not due[data.demanded]:
        return NOTHING_DUE
    if any(is_reminder or _is_credit(items) for items in missing):
        return WRONG_AMOUNT
    if data.notice and data.notice.missing_from and not data.notice.is_reserved:
        return RATE_MISSING
    return None


def is_due(items):
    """Whether there is something to ask for: items come to more than nothing, credits netted.

    Of one currency, that currency decides; of several, the company's does, too.

    :param items: ``account.move.line``
    :return: bool
    """
    sums = _sum_by_currency(items)
    if not any(currency.compare_amounts(amount, 0) > 0 for currency, amount in sums.items()):
        return False
    if len(sums) == 1:
        return True
    residual = sum(item._get_collection_residual() for item in items)
    return items.company_id.currency_id.compare_amounts(residual, 0) > 0


def _claims_something(data, names):
    """Whether it claims interest or indemnity of invoices that were paid late: that is due."""
    return bool(data.paid_late) and any(
        HASHTAGS[name].claims for name in names if name in HASHTAGS)


def _is_credit(items):
    return any(currency.compare_amounts(amount, 0) < 0
               for currency, amount in _sum_by_currency(items).items())


def _sum_by_currency(items):
    sums = defaultdict(float)
    for item in items:
        sums[item.currency_id] += item.amount_residual_currency
    return sums


def _get_subjects(names):
    """:return: the attributes of ``MessageData`` that these hashtags speak of, each once"""
    return dict.fromkeys(
        HASHTAGS[name].about for name in names if name in HASHTAGS and HASHTAGS[name].about)
