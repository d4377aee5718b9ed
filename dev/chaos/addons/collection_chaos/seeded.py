"""Ten faults, each of which the auditor must find."""

import itertools
import os

from odoo.addons.account_collection.engine.sequence import conditions
from odoo.addons.account_collection.models.document import collection_document_item
from odoo.addons.account_collection.models.event import account_partial_reconcile
from odoo.addons.account_collection.models.history import (
    collection_history,
    collection_history_chain,
)
from odoo.addons.account_collection.models.message import (
    channels,
    collection_action_sending,
    collection_dispatch,
)
from odoo.addons.account_collection.models.sequence import (
    collection_sequence_flow,
    collection_sequence_writing,
)

FAULTS = {}
CALLS = itertools.count()


def fault(number, owner, name):
    """Register a function that gets the original one first, in the place of `owner.name`."""
    def register(function):
        FAULTS[number] = (owner, name, function)
        return function
    return register


def put(number):
    """Put a fault into the code."""
    owner, name, function = FAULTS[number]
    original = vars(owner)[name]
    is_static = isinstance(original, staticmethod)
    original = original.__func__ if is_static else original

    def changed(*args, **kwargs):
        return function(original, *args, **kwargs)

    for attribute in ("_api_model", "_api_private", "_ondelete"):
        if hasattr(original, attribute):
            setattr(changed, attribute, getattr(original, attribute))
    setattr(owner, name, staticmethod(changed) if is_static else changed)


@fault(1, channels.Email, "queue")
def queue_twice(original, channel, dispatches):
    """Each e-mail is put into the mail queue twice."""
    original(channel, dispatches)
    original(channel, dispatches)


@fault(2, collection_dispatch.CollectionDispatch, "_hand_over")
def feign(original, dispatches):
    """Some messages are said to be sent, and never are."""
    feigned = dispatches.filtered(lambda dispatch: dispatch.id % 3 == 0)
    original(dispatches - feigned)
    feigned._set_state("sent")


@fault(3, collection_dispatch.CollectionDispatch, "_hand_over")
def forget(original, dispatches):
    """Some messages wait for a carrier that never hears of them."""
    original(dispatches.filtered(lambda dispatch: dispatch.id % 3))


@fault(4, collection_sequence_writing.CollectionSequence, "_append_history")
def leave_out(original, sequence, rows, trace):
    """The history does not say that a step was left."""
    return original(sequence, [row for row in rows if row["kind"] != "visit_left"] or rows, trace)


@fault(5, collection_history.CollectionHistory, "_insert")
def forge(original, history, rows):
    """Now and then a row names somebody else than the one whom its seal covers."""
    return original(history, [
        {**row, "user_name": "Somebody"} if row["number"] % 4 == 0 else row for row in rows])


@fault(6, collection_history_chain.CollectionHistoryChain, "_set_heads")
def keep_head(original, chains, heads):
    """Now and then the head of a chain is not raised: the next row follows from another."""
    return original(chains, heads) if next(CALLS) % 3 else None


@fault(7, collection_sequence_flow.CollectionSequence, "_deliver")
def swallow(original, sequences, signals):
    """Payments are said to be delivered, and reach nobody."""
    payments = signals.filtered(lambda signal: signal.code == "payment")
    for signal in payments:
        signal.write({"delivered_at": signal.create_date})
    return original(sequences, signals - payments)


@fault(8, conditions, "is_joined")
def hang(original, step, actions):
    """A step of two actions is never left by their results."""
    return len(actions) < 2 and original(step, actions)


@fault(9, account_partial_reconcile.AccountPartialReconcile, "create")
def shave(original, partials, vals_list):
    """A cent is left of whatever is matched."""
    return original(partials, [
        {**vals, **{name: round(vals[name] - 0.01, 2) for name in (
            "amount", "debit_amount_currency", "credit_amount_currency") if vals.get(name, 0) > 1}}
        for vals in vals_list])


@fault(10, collection_document_item.CollectionDocumentItem, "_provide")
def lose_file(original, item, *args, **kwargs):
    """What a contributor gave is thrown away once it was thanked for."""
    result = original(item, *args, **kwargs)
    attachments = result.sudo().attachment_id
    paths = [attachments._full_path(name) for name in attachments.mapped("store_fname")]

    def remove():
        for path in paths:
            if os.path.exists(path):
                os.unlink(path)

    item.env.cr.postcommit.add(remove)
    return result


@fault(11, collection_action_sending.CollectionAction, "_execute")
def poison(original, actions):
    """No fault for the auditor: the actions of one customer always fail, the others go on."""
    if any(ref == "C-0-0." for ref in actions.customer_id.mapped("ref")):
        raise ValueError("poison")
    return original(actions)
