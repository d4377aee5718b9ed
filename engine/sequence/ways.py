"""How an action may be closed: asked by the closing dialog, enforced by the engine."""

from __future__ import annotations

from dataclasses import dataclass

from . import outcomes, state as states
from .definition import Content
from .errors import CommandRefused


@dataclass(frozen=True, slots=True)
class Ways:
    """What a person may answer.

    :param outcomes: outcomes that may be given, the expected ones first
    :param options: codes of which one must be chosen for a positive or refused outcome
    :param submits: a positive answer goes to the validating function first
    """

    outcomes: tuple[str, ...]
    options: tuple[str, ...] = ()
    submits: bool = False


_BY_DECISION = (outcomes.CANCELLED, outcomes.IGNORED)


def find_content(definition, step, key):
    """What an action asks for; one added by hand is not in the tree and asks to be done.

    :return: :class:`~.definition.Content`
    """
    return definition.step(step).content(key) or Content(key, None)


def find_orphans(definition, state):
    """The open actions that another version of their tree does not know.

    :return: tuple of :class:`~.state.Action`; one added by hand only needs its step
    """
    def is_known(action):
        step = definition.step(state.visits[action.visit - 1].step)
        added = action.content.startswith("added:")
        return step and (added or step.content(action.content))

    return tuple(action for action in state.open_actions if not is_known(action))


def ways_to_close(content, state):
    """How an action stands to be closed.

    :param Content content: what the action asks for
    :param str state: ``todo`` or ``validating``
    :return: :class:`Ways`
    """
    if state == states.VALIDATING:
        return Ways((outcomes.VALIDATED, outcomes.REFUSED, *_BY_DECISION))
    submits = content.validation and content.validator is not None
    if content.options:
        given = dict.fromkeys(option.outcome for option in content.options)
        codes = tuple(option.code for option in content.options)
        return Ways((*given, *_BY_DECISION), codes, submits)
    if content.validation and not submits:
        return Ways((outcomes.VALIDATED, outcomes.REFUSED, *_BY_DECISION))
    refusal = (outcomes.REFUSED,) if content.refusable else ()
    return Ways((outcomes.DONE, *refusal, *_BY_DECISION), submits=submits)


def read_answer(content, action, command):
    """Check a :class:`~.commands.Close` against what its action allows.

    :return: (outcome, option code or None, whether the validating function is next)
    :raise CommandRefused: ``unknown_option``, ``option_missing``, ``unknown_outcome`` or
        ``comment_missing``
    """
    ways = ways_to_close(content, action.state)
    outcome, option = command.outcome, command.option
    if outcome == outcomes.FAILED:  # a technical fault is a fact, whatever was asked for
        return outcome, None, False
    if option is not None and option not in ways.options:
        raise CommandRefused("unknown_option", action=action.number, option=option)
    if option is not None and outcome is None:
        outcome = content.option(option).outcome
    if outcome not in ways.outcomes:
        raise CommandRefused("unknown_outcome", action=action.number, outcome=outcome)
    if outcome in _BY_DECISION:
        option = None
    elif ways.options and option is None:
        raise CommandRefused("option_missing", action=action.number)
    elif option is not None and content.option(option).outcome != outcome:
        raise CommandRefused("unknown_outcome", action=action.number, outcome=outcome)
    if outcome in outcomes.NEED_REASON and not command.commented:
        raise CommandRefused("comment_missing", action=action.number, outcome=outcome)
    final = outcome in _BY_DECISION or (content.refusable and outcome == outcomes.REFUSED)
    return outcome, option, ways.submits and not final
