"""The events that sequences may wait for: one entry an event, and nothing else to change.

An event is an edge: something happens to a customer, and each sequence that waits for it uses
it once (B16). A new one needs a call of :func:`register` and its producer, the method that
posts it to the inbox with ``collection.signal._post`` or ``_post_where_open``; a hook into Odoo's
models stands in ``models/event/``, one into ours in its own domain. Decision tables, dry runs,
the inbox and the history then offer and name it.

Every domain may read this catalogue and post to the inbox, decision trees included.
"""

from dataclasses import dataclass

from odoo.tools import LazyTranslate
from odoo.tools.translate import LazyGettext

_lt = LazyTranslate(__name__)

#: The event that a person records under a name that the tree's author gave it.
MANUAL = "manual"


@dataclass(frozen=True)
class Event:
    """An event of the catalogue.

    :ivar code: stored in trees, in the inbox and in histories: it stays for ever
    :ivar label: its name, translated when it is shown
    :ivar producer: ``model.method`` that posts it
    :ivar has_amount: whether a row may ask for a smallest amount, in company currency
    :ivar is_named: whether each row gives it a name of its own
    """

    code: str
    label: LazyGettext
    producer: str
    has_amount: bool = False
    is_named: bool = False


#: Each event by its code, in the order in which they are offered.
EVENTS: dict[str, Event] = {}


def register(*events):
    """Add events to the catalogue.

    :param events: :class:`Event` values
    :raise ValueError: a code is taken
    """
    for event in events:
        if event.code in EVENTS:
            raise ValueError(f"the event {event.code!r} is registered already")
        EVENTS[event.code] = event


def get_selection(env):
    """The catalogue as a selection field offers it.

    :param env: the :class:`~odoo.api.Environment` whose language is read
    :return: list of (code, label)
    """
    return [(event.code, env._(event.label)) for event in EVENTS.values()]


register(
    Event("payment", _lt("Payment received"),
          "account.partial.reconcile.create", has_amount=True),
    Event("payment_reversed", _lt("Payment taken back"),
          "account.partial.reconcile.unlink", has_amount=True),
    Event("credit_note", _lt("Credit note applied"),
          "account.partial.reconcile.create", has_amount=True),
    Event("item_overdue", _lt("New item overdue"),
          "account.move.line._put_newly_overdue", has_amount=True),
    Event("dispute_opened", _lt("Dispute opened"), "collection.dispute._post_signals"),
    Event("dispute_closed", _lt("Dispute closed"), "collection.dispute._post_signals"),
    Event("promise_broken", _lt("Promise broken"), "collection.promise._notify_broken"),
    Event("notice_given", _lt("Formal notice given"), "collection.dispatch._set_state"),
    Event("plan_accepted", _lt("Payment plan accepted"),
          "collection.payment.plan._on_plan_accepted", has_amount=True),
    Event("mail_bounced", _lt("E-mail bounced"), "mail.thread._routing_handle_bounce"),
    Event("mail_replied", _lt("E-mail answered"), "mail.thread.message_update"),
    Event("letter_presented", _lt("Letter presented"), "collection.dispatch._record_tracking"),
    Event("letter_accepted", _lt("Letter accepted"), "collection.dispatch._record_tracking"),
    Event("letter_refused", _lt("Letter refused"), "collection.dispatch._record_tracking"),
    Event("letter_unclaimed", _lt("Letter unclaimed"), "collection.dispatch._record_tracking"),
    Event("limitation_near", _lt("Limitation near"), "account.move.line._warn_limitations",
          has_amount=True),
    Event("documents_complete", _lt("Documents complete"), "collection.document.request._end"),
    Event("documents_refused", _lt("Documents refused"), "collection.document.request._end"),
    Event("child_ended", _lt("Another sequence ended"), "collection.sequence._notify_waiting"),
    Event(MANUAL, _lt("Event recorded by hand"), "collection.sequence.record_event", is_named=True),
)
