"""What stands behind an action: whatever decided it says here how it is closed, moved and traced.

Nothing else asks why an action was created. An action of no other origin steers itself, as
:class:`Steering` has it; a domain that decides actions in its own way registers a class of its
own for its value of ``collection.action.origin``, with :func:`steers`.
"""

from dataclasses import dataclass

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ... import engine
from ...engine.sequence import outcomes, state as states
from ...engine.sequence.errors import CommandRefused
from ..history.trace import TraceRow
from .channels import Channel

#: Class of the steering by ``collection.action.origin``; see :func:`steers`.
STEERINGS = {}


def steers(origin):
    """Class decorator: this steering stands behind the actions of an origin.

    :param str origin: a value of ``collection.action.origin``
    """
    def register(steering):
        STEERINGS[origin] = steering
        return steering
    return register


@dataclass(frozen=True, slots=True)
class Beside:
    """Somebody to whom a message goes besides its recipient, with a text of its own.

    :ivar function: the ``collection.function`` for whose sake
    :ivar partner: the ``res.partner`` who holds it for the customer; empty for nobody
    :ivar channel: how it leaves for that holder
    """

    function: models.BaseModel
    partner: models.BaseModel
    channel: Channel


@steers("manual")
class Steering:
    """Actions that steer themselves; and the one interface to all others.

    Methods that say "these" take any number of actions of one origin, in a number of queries
    that does not grow with them unless the method says otherwise.

    :ivar actions: ``collection.action`` of one origin
    :ivar env: theirs
    """

    #: Whether an action has its activity from the start, not only from its day on.
    has_activity_ahead = False
    #: Whether each message is sent by itself, because closing its action runs a command.
    sends_apart = False
    #: Whether a message that is still to be sent closes when a colleague ticks its activity.
    closes_when_ticked = False
    #: Whether these are looked at again each day, for items that are settled meanwhile.
    follows_items = False
    #: Which of these are held: their day passes, and they stay to come.
    held = Domain.FALSE
    #: Whether messages leave out what the customer disputes, has promised and the like.
    leaves_out_excluded = False
    #: Whether these go to the customer that theirs becomes a part of, each by itself.
    follows_customer = True
    #: Whether messages claim interest and indemnity of invoices that were paid late: a person
    #: who writes by hand chooses the hashtags.
    claims_paid_late = True
    #: Whether the same message may leave several times.
    sends_repeatedly = False
    #: Whether each message is a reminder: it asks for money whatever its text says, and speaks of
    #: what falls due where nothing is overdue yet.
    is_reminder = False
    #: Whether a message that asks for money closes as settled where nothing is due. Otherwise a
    #: person is asked: what decided the action has just read that something is due.
    settles = True

    def __init__(self, actions):
        self.actions = actions
        self.env = actions.env

    # -- turn and rights -----------------------------------------------------------

    def take_turn(self):
        """Nobody else changes these, or what steers them, until the transaction ends."""
        self.actions.lock_for_update()

    def is_in_portfolio(self):
        """:return: whether the user steers the one action's customer: bool"""
        return self.actions._is_in_portfolio()

    def get_pilot(self):
        """:return: the ``res.users`` to whom the one action falls when nobody holds it"""
        return self.actions.company_id._get_collector(self.actions.customer_id)

    # -- what it asks for ----------------------------------------------------------

    def get_content(self):
        """:return: what the one action asks for, as an :class:`~..engine.Content`"""
        action = self.actions
        return engine.Content(
            key=action.content_key or "", function=action.function_id.code or None,
            required=action.required, keep=action.keep, validation=action.needs_validation,
            validator=action._get_distinct_validator().code or None,
            options=tuple(engine.Option(option.code, option.outcome)
                          for option in action.option_ids),
            refusable=action._is_refusable())

    def get_required_markers(self):
        """:return: list of dicts (name, string, type, value): the markers that the one action
            asks for, in order"""
        return []

    def describe(self):
        """:return: what made the one action, as a translated sentence or False"""
        return False

    # -- closing -------------------------------------------------------------------

    def answer(self, outcome, trace, option, markers=None):
        """Give the one action the result that a person or a request for documents has for it.

        The caller has taken its turn, and knows that it is open.

        :param outcome: code of the outcome; falsy takes the option's own
        :param Trace trace: its text is the comment
        :param option: the ``collection.action.option`` chosen, or an empty one
        :param dict markers: values by technical name
        :raise UserError: the result is not one that it allows; nothing has changed
        """
        action = self.actions
        command = engine.Close(action.id, outcome or None, option.code or None, bool(trace.text))
        try:
            given = engine.check_answer(self.get_content(), action._get_state(), command)
        except CommandRefused as refusal:
            raise UserError(action._get_answer_error(refusal.code)) from refusal
        option = option.filtered(lambda choice: choice.code == given.option)
        if given.submits:
            self.submit(option, trace)
            return
        if action.state == states.VALIDATING and given.outcome == outcomes.VALIDATED:
            option = action.option_id  # the validator confirms what was proposed
        self.close(given.outcome, trace, option)
        self.plan_next()

    def submit(self, option, trace):
        """The one action was done, and goes to whoever validates it."""
        action = self.actions
        action._write_submitted(option, trace.text)
        action._move_activities()
        action._record([TraceRow(
            action, "action_submitted", data={"option": option.code or None})], trace)

    def close(self, outcome, trace, option=None):
        """Close these with the same result, and record it.

        :param str outcome: code of the outcome
        :param Trace trace: its text is the comment
        :param option: the ``collection.action.option`` chosen, if one
        """
        actions, by_person = self.actions, trace.by_person
        represented = {action.id: action._get_represented().name or ""
                       for action in actions if by_person}
        actions._write_closed(outcome, option=option, comment=trace.text, by_person=by_person)
        actions._close_activities()
        actions._record([TraceRow(
            action, "action_closed", new=option.name or "" if option else "",
            data={"outcome": outcome, "option": option.code if option else None},
            on_behalf=trace.on_behalf or represented.get(action.id, "")) for action in actions],
            trace)

    def plan_next(self):
        """These are closed: decide at once what comes next."""

    def describe_followed(self):
        """:return: str, translated: what comes next after the one action, empty for nothing"""
        return ""

    # -- moving --------------------------------------------------------------------

    def move_deadline(self, day):
        """The one action was moved beyond its deadline, which moves along.

        :param date day: the new deadline
        """
        self.actions.deadline = day

    # -- tracing -------------------------------------------------------------------

    def prepare_history_vals(self):
        """:return: dict of the history's field values that say where the one action belongs"""
        return {"step_name": ""}

    def prepare_history_data(self):
        """:return: dict of what the data of each history row of the one action holds"""
        return {}

    # -- sending -------------------------------------------------------------------

    def get_post_by(self):
        """:return: how a letter of the one action is posted, a value of ``post_by``"""
        return "print"

    def get_copied_holders(self):
        """:return: dict of the ``res.partner`` that holds the function which each of these copies:
            for the customer, else as usual; by action id"""
        actions = self.actions
        rows = self.env["collection.participant"].search([
            ("customer_id", "in", actions.customer_id.ids), ("sequence_id", "=", False),
            ("company_id", "in", actions.company_id.ids),
            ("function_id", "in", actions.copy_function_id.ids)])
        found = {(row.customer_id, row.company_id, row.function_id): row.partner_id
                 for row in rows}
        return {
            action.id: found.get((action.customer_id, action.company_id, action.copy_function_id))
            or action.copy_function_id._get_usual_holder(action.customer_id)
            for action in actions}

    def get_receivers(self):
        """:return: dict of the ``res.partner`` who holds the function that receives each of these,
            by action id; empty for nobody"""
        return {action.id: action.recipient_ids[:1] for action in self.actions}

    def writes_to_stranger(self):
        """:return: bool, whether the one message goes to somebody who is not to answer for the
            customer: it carries no personal link"""
        return False

    def find_besides(self):
        """:return: dict of the :class:`Beside` of each of these that goes to somebody besides its
            recipient, by action id"""
        return {}

    def get_beside_text(self):
        """:return: (subject, HTML text) of the one message for whom it goes to besides, in the
            language of the context; what is empty is as for its recipient"""
        return "", ""

    def get_items(self):
        """:return: the ``account.move.line`` that the one action is about, empty for all"""
        return self.actions.item_ids

    def choose_items(self, account, day):
        """Narrow the customer's open items down to those that the one action's message is about.

        :param account: ``account.move.line``
        :param date day: the company's day
        :return: some of them
        """
        own = self.get_items()
        return account & own if own else account

    def check_again(self):
        """Read the debt again before these are sent; close or move what no longer stands.

        :return: the ``collection.action`` that may still be sent: some may be closed, or moved
        """
        return self.drop_settled()

    def find_channel(self, channel, recipient):
        """Another channel for the one action, whose own does not reach its recipient.

        :param Channel channel: its own
        :param recipient: ``res.partner``
        :return: the :class:`~.channels.Channel` to take instead; its own where there is none
        """
        return channel

    def gives_up(self, day):
        """:param date day: the company's day
        :return: bool, whether the one action, which can reach nobody, has waited long enough
        """
        return False

    def drop_settled(self):
        """Close those whose items are all settled.

        :return: the ``collection.action`` that stand
        """
        return self.actions
