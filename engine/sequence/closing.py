"""How an action may be closed: asked by the closing dialog, enforced by the engine."""

from __future__ import annotations

from dataclasses import dataclass

from . import outcomes
from .commands import Close
from .definition import Content
from .errors import CommandRefused
from .state import VALIDATING, Action


@dataclass(frozen=True, slots=True)
class AllowedAnswers:
    """What a person may answer.

    :param outcomes: outcomes that may be given, the expected ones first
    :param options: codes of which one must be chosen for a positive or refused outcome
    :param submits: a positive answer goes to the validating function first
    """

    outcomes: tuple[str, ...]
    options: tuple[str, ...] = ()
    submits: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person answered, checked.

    :param option: code of the option chosen, or None
    :param submits: it is a proposal, and the validating function is next
    """

    outcome: str
    option: str | None = None
    submits: bool = False


_BY_DECISION = (outcomes.CANCELLED, outcomes.IGNORED)


def get_allowed_answers(content: Content, state: str) -> AllowedAnswers:
    """How an action stands to be closed.

    :param content: what the action asks for
    :param state: ``todo`` or ``validating``
    """
    if state == VALIDATING:
        return AllowedAnswers((outcomes.VALIDATED, outcomes.REFUSED, *_BY_DECISION))
    submits = content.validation and content.validator is not None
    if content.options:
        given = dict.fromkeys(option.outcome for option in content.options)
        codes = tuple(option.code for option in content.options)
        return AllowedAnswers((*given, *_BY_DECISION), codes, submits)
    if content.validation and not submits:
        return AllowedAnswers((outcomes.VALIDATED, outcomes.REFUSED, *_BY_DECISION))
    refusal = (outcomes.REFUSED,) if content.refusable else ()
    return AllowedAnswers((outcomes.DONE, *refusal, *_BY_DECISION), submits=submits)


def check_answer(content: Content, action: Action, command: Close) -> Answer:
    """Check an answer against what its action allows.

    :param content: what the action asks for
    :raise CommandRefused: ``unknown_option``, ``option_missing``, ``unknown_outcome`` or
        ``comment_missing``
    """
    # a technical fault, or that nothing is due any more, is recorded, whatever was asked for
    if command.outcome == outcomes.FAILED:
        return Answer(command.outcome)
    if command.by_system and command.outcome == outcomes.SETTLED:
        return Answer(command.outcome)
    allowed = get_allowed_answers(content, action.state)
    outcome, option = _read_answer(content, allowed, action, command)
    if outcome in outcomes.NEED_REASON and not command.commented:
        raise CommandRefused("comment_missing", action=action.number, outcome=outcome)
    final = outcome in _BY_DECISION or (content.refusable and outcome == outcomes.REFUSED)
    return Answer(outcome, option, allowed.submits and not final)


def _read_answer(
        content: Content, allowed: AllowedAnswers, action: Action,
        command: Close) -> tuple[str, str | None]:
    """:return: the outcome, and the code of the option if it is one's"""
    outcome, option = command.outcome, command.option
    if option is not None and option not in allowed.options:
        raise CommandRefused("unknown_option", action=action.number, option=option)
    chosen = content.option(option)
    if chosen and outcome is None:
        outcome = chosen.outcome
    if outcome is None or outcome not in allowed.outcomes:
        raise CommandRefused("unknown_outcome", action=action.number, outcome=outcome)
    if outcome in _BY_DECISION:
        return outcome, None
    if allowed.options and option is None:
        raise CommandRefused("option_missing", action=action.number)
    if chosen and chosen.outcome != outcome:
        raise CommandRefused("unknown_outcome", action=action.number, outcome=outcome)
    return outcome, option
