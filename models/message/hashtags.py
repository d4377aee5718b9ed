"""What stands in the place of each hashtag: one function each, registered with its description.

A hashtag is added here, or in the file of whoever knows what it says, and nowhere else: the
editor's list, the check of texts and the messages read this registry, and the engine's
``CATALOGUE`` is fed by it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from odoo.tools.translate import LazyGettext, LazyTranslate

from ...engine import hashtags
from ...engine.hashtags import AMOUNT, BLOCK, CONDITION, END, TEXT
from . import notices

_lt = LazyTranslate(__name__)


@dataclass(frozen=True, slots=True)
class Hashtag:
    """A hashtag.

    :ivar str kind: TEXT, AMOUNT, BLOCK, LINK, CONDITION or END of the engine
    :ivar description: what stands beside it in the list next to the editor
    :ivar get_value: function of an action (in the language of its context), its
        :class:`~.message.MessageData` and the names of items and days; returns str, of a BLOCK a
        tuple of ``Table`` and ``Paragraph``, of a LINK a ``Link``
    :ivar bool names_items: it calls items by their names, which are read for it
    :ivar str about: attribute of ``MessageData``: the items that it asks the money of, see
        :mod:`~.gate`; empty where it asks for none
    :ivar bool claims: it counts what is claimed of invoices that were paid late
    """

    kind: str
    description: LazyGettext | str
    get_value: Callable
    names_items: bool = False
    about: str = ""
    claims: bool = False


#: By name, in the order in which they are listed.
HASHTAGS = {}


def hashtag(kind, description, *, names_items=False, about="", claims=False):
    """Decorator: register a function as the hashtag of its name.

    :raise ValueError: the name is taken
    """
    def add(function):
        name = function.__name__
        hashtags.register(name, kind)
        HASHTAGS[name] = Hashtag(
            kind, description, function, names_items or kind == BLOCK, about, claims)
        return function
    return add


def get_values(actions, data, names=None):
    """What hashtags say, in the language of the context.

    :param actions: ``collection.action`` of one company
    :param dict data: :class:`~.message.MessageData` by action id
    :param set names: names of the hashtags wanted, known or not; None for all
    :return: dict of values by name (str, tuple of ``Table``, ``Link``), by action id
    """
    wanted = {
        name: tag for name, tag in HASHTAGS.items() if names is None or name in names}
    lines = actions.env["account.move.line"].sudo()
    instalments = {}
    if actions and any(tag.names_items for tag in wanted.values()):
        lines = lines.union(*(
            data[action.id].account | data[action.id].paid_late for action in actions))
        instalments = data[actions[:1].id].instalments
    labels = actions.env["collection.statement"]._get_labels(lines, instalments)
    return {
        action.id: {
            name: tag.get_value(action, data[action.id], labels) for name, tag in wanted.items()}
        for action in actions}


# === CUSTOMER AND COMPANY === #


@hashtag(TEXT, _lt("Name of the customer"))
def customer_name(action, data, labels):
    return action.customer_id.name or ""


@hashtag(TEXT, _lt("The customer's reference in your books"))
def customer_ref(action, data, labels):
    return action.customer_id.ref or ""


@hashtag(TEXT, _lt("Name of the contact who receives the message"))
def contact_name(action, data, labels):
    return data.recipient.name or action.customer_id.name or ""


@hashtag(TEXT, _lt(
    "Name of the guarantor, or other holder of the function to which its step is written too"))
def holder_name(action, data, labels):
    return (data.holder and data.holder.name) or ""


@hashtag(TEXT, _lt("Name of your company"))
def company_name(action, data, labels):
    return action.company_id.name


@hashtag(TEXT, _lt("The day on which the message leaves"))
def today(action, data, labels):
    return labels.date(data.day)


# === OPEN ITEMS === #


@hashtag(AMOUNT, _lt("What is overdue, credits taken off"), about="overdue")
def items_amount_overdue(action, data, labels):
    return _format_amounts(action, _sum(data.overdue))


@hashtag(BLOCK, _lt("List of what is overdue, with its total"), about="overdue")
def items_list_overdue(action, data, labels):
    return _list(action, data.overdue, data, labels)


@hashtag(AMOUNT, _lt("All that is owed, due or not yet, credits taken off"), about="account")
def items_amount_due(action, data, labels):
    return _format_amounts(action, _sum(data.account))


@hashtag(BLOCK, _lt("List of all that is owed, with its total"), about="account")
def items_list_due(action, data, labels):
    return _list(action, data.account, data, labels)


@hashtag(AMOUNT, _lt("What the items that the action is about come to"), about="items")
def items_amount_selected(action, data, labels):
    return _format_amounts(action, _sum(data.items))


@hashtag(BLOCK, _lt("List of the items that the action is about, and no others"), about="items")
def items_list_selected(action, data, labels):
    return _list(action, data.items, data, labels)


@hashtag(
    AMOUNT, _lt("What these items come to, with late-payment interest and indemnity"),
    about="items", claims=True)
def items_amount_selected_with_penalties(action, data, labels):
    return _format_total(action, data.items | data.paid_late, data)


@hashtag(AMOUNT, _lt("Late-payment interest on these items alone"), about="items", claims=True)
def penalties_amount(action, data, labels):
    statement = action.env["collection.statement"]
    items = data.items | data.paid_late
    missing = statement._get_missing_day(items, data.claims)
    if missing:
        return statement._describe_missing(missing)
    return _format_amounts(action, statement._sum_interest(items, data.claims))


@hashtag(AMOUNT, _lt("Fixed indemnity on these items alone"), about="items", claims=True)
def indemnity_amount(action, data, labels):
    items = data.items | data.paid_late
    return _format_amounts(
        action, action.env["collection.statement"]._sum_indemnities(items, data.claims))


@hashtag(
    CONDITION, _lt("What stands between this and #end_if is left out where neither interest nor "
                   "indemnity is claimed of these items, as of consumers"))
def if_claimed(action, data, labels):
    items = data.items | data.paid_late
    return "1" if any(data.claims[item.id].claims_anything for item in items) else ""


@hashtag(END, _lt("Where #if_claimed ends"))
def end_if(action, data, labels):
    return ""


@hashtag(
    BLOCK, _lt("List of invoices that were paid late, with what is claimed for each"),
    claims=True)
def claims_list_paid_late(action, data, labels):
    return _list(action, data.paid_late, data, labels)


@hashtag(
    AMOUNT, _lt("What is overdue, with late-payment interest and indemnity"), about="overdue",
    claims=True)
def total_amount(action, data, labels):
    return _format_total(action, data.overdue | data.paid_late, data)


@hashtag(TEXT, _lt("Number of the oldest item"), names_items=True)
def leader_number(action, data, labels):
    return labels.documents[data.leader.id] if data.leader else ""


@hashtag(TEXT, _lt("Due date of the oldest item"))
def leader_date(action, data, labels):
    return labels.date(data.leader._get_collection_due()) if data.leader else ""


@hashtag(TEXT, _lt("Days since the oldest item fell due"))
def days_late(action, data, labels):
    if not data.leader:
        return "0"
    return str(max((data.day - data.leader._get_collection_due()).days, 0))


# === FORMAL NOTICE === #


@hashtag(
    BLOCK, _lt("All that a formal notice says: items, interest and how it is computed, days of "
               "grace, what follows, the law; nothing in other messages"), about="demanded")
def formal_notice(action, data, labels):
    return notices.describe(action, data, labels)


@hashtag(TEXT, _lt("The day by which a formal notice wants to be paid"))
def notice_deadline(action, data, labels):
    return labels.date(data.notice.until) if data.notice else ""


@hashtag(TEXT, _lt("The day on which formal notice was given for the oldest item that was noticed"))
def notice_date(action, data, labels):
    given = data.items.filtered("collection_notice_date")[:1].collection_notice_date
    return labels.date(given) if given else ""


# === ACTION AND SENDER === #


@hashtag(TEXT, _lt("What this action is called"))
def step_name(action, data, labels):
    return action.name or ""


@hashtag(TEXT, _lt("Day of the scenario's next step, if this one changes nothing"))
def next_step_date(action, data, labels):
    step = action.scenario_step_id
    others = step.scenario_id.step_ids - step._origin  # its days may be changing in a form
    steps = others.filtered("active").sorted(
        lambda other: (other.offset, other.position, other.id))
    later = steps.filtered(lambda other: other.offset > step.offset)[:1]
    if not later:
        return ""
    return labels.date(data.day + timedelta(days=later.offset - step.offset))


@hashtag(TEXT, _lt("Name of the colleague who signs"))
def collector_name(action, data, labels):
    return data.sender.name


@hashtag(TEXT, _lt("Phone of the colleague who signs, else your company's"))
def collector_phone(action, data, labels):
    return data.sender.phone


@hashtag(TEXT, _lt("E-mail of the colleague who signs, else your company's"))
def collector_email(action, data, labels):
    return data.sender.email


# === HELPERS === #


def _sum(items):
    return items.env["collection.statement"]._sum_items(items)


def _format_amounts(action, *sums):
    return action.env["collection.statement"]._format_amounts(
        *sums, currency=action.company_id.currency_id)


def _format_total(action, items, data):
    """:return: str, what items come to with all claims; a missing rate is named, never guessed"""
    statement = action.env["collection.statement"]
    sums = [_sum(items), statement._sum_indemnities(items, data.claims)]
    missing = statement._get_missing_day(items, data.claims)
    if not missing:
        return _format_amounts(action, *sums, statement._sum_interest(items, data.claims))
    return action.env._(
        "%(amount)s plus late-payment interest (%(missing)s)",
        amount=_format_amounts(action, *sums), missing=statement._describe_missing(missing))


def _list(action, items, data, labels):
    return action.env["collection.statement"]._get_tables(items, data.day, labels, data.claims)
