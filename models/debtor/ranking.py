"""Whom to see first: the pile of each debtor with its reason, and the points of its score.

Both are read by SQL from the facts of a debtor, whose columns :mod:`~.sources` lists. The pile
follows from the first situation that holds; the score adds up the points of what holds, each up
to a weight of the company's settings, so that a person can follow it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from odoo.tools import SQL

from ...engine import ladder
from ..limitation.account_move_line import NEAR

PILES = [("act", "Act now"), ("coming", "Coming"), ("leave", "Leave alone")]

#: Reasons of the engine for which nobody would ever chase a customer that has something to pay.
UNCHASED = (ladder.NO_SCENARIO, ladder.SCENARIO_ARCHIVED, ladder.NO_RATE, ladder.FINISHED)
#: Reasons that are somebody's will: the scenario's, the threshold's or the accountants'.
SPARED = (ladder.EMPTY, ladder.BELOW_MINIMUM, ladder.SMALL, ladder.OLD, ladder.BLOCKED)


@dataclass(frozen=True)
class Situation:
    """Why a debtor is in its pile.

    :ivar str code: stored value
    :ivar str label: in English
    :ivar str pile: one of :data:`PILES`
    :ivar str condition: SQL on a ``debtor``, with ``%(day)s``, ``%(near)s``, and reasons
    """

    code: str
    label: str
    pile: str
    condition: str


#: In the order in which they are looked at: what waits for a person comes before all else.
SITUATIONS = (
    Situation("answer", "A reply waits", "act", "debtor.answers > 0"),
    Situation("deadline", "Legal deadline near", "act", "debtor.deadline <= %(near)s"),
    Situation("limitation", "Limitation near", "act", "debtor.limitation_date <= %(lapses)s"),
    Situation("action", "Action due", "act", "debtor.actions_due > 0"),
    Situation("broken", "Promise broken", "act",
              "debtor.promises_broken > 0 AND debtor.collectable > 0"),
    Situation("archived", "Archived", "leave", "NOT debtor.is_active"),
    Situation("insolvent", "Insolvency proceedings", "leave", "debtor.insolvent_on <= %(day)s"),
    Situation("hold", "On hold", "leave", "debtor.hold_until >= %(day)s"),
    Situation("unchased", "Nobody chases", "act",
              "debtor.collectable > 0 AND NOT debtor.plans AND debtor.stop IN %(unchased)s"),
    Situation("planned", "Next step planned", "coming",
              "debtor.plans OR debtor.collectable > 0 AND debtor.stop IS NULL"),
    Situation("credits", "Credits to match", "leave",
              "debtor.collectable <= 0 AND debtor.credits > 0"
              " AND (debtor.chased > 0 OR debtor.overdue + debtor.not_due <= debtor.credits)"),
    Situation("dispute", "Disputed", "leave",
              "debtor.collectable <= 0 AND debtor.overdue > 0 AND debtor.disputed > 0"),
    Situation("promise", "Promise awaited", "leave",
              "debtor.collectable <= 0 AND debtor.overdue > 0 AND debtor.promised > 0"),
    Situation("treated", "Special treatment", "coming",
              "debtor.overdue > 0 AND debtor.treated > 0"
              " OR debtor.stop IN %(treated)s OR debtor.next_action_id IS NOT NULL"),
    Situation("spared", "Not chased by choice", "leave",
              "debtor.overdue > 0 OR debtor.stop IN %(spared)s AND debtor.not_due = 0"),
    Situation("not_due", "Not due yet", "coming", "debtor.not_due > 0"),
    Situation("nothing", "Nothing to collect", "leave", "TRUE"),
)


def get_situation(company: Any, day: date) -> SQL:
    """:return: SQL expression of the code of a ``debtor``'s situation"""
    known = {
        "day": day, "near": _get_near(company, day), "lapses": _get_lapsing(day),
        "unchased": UNCHASED, "spared": SPARED,
        "treated": (ladder.SUSPENDED, ladder.SPECIFIC, ladder.LITIGATION)}
    return SQL("CASE %s END", SQL(" ").join(
        SQL("WHEN %s THEN %s", _fill(situation.condition, known), situation.code)
        for situation in SITUATIONS))


def get_pile(situation: SQL) -> SQL:
    """:param situation: SQL expression of a situation's code
    :return: SQL expression of the pile that it belongs to
    """
    piles = {pile: tuple(found.code for found in SITUATIONS if found.pile == pile)
             for pile, _label in PILES}
    return SQL("CASE %s END", SQL(" ").join(
        SQL("WHEN %s IN %s THEN %s", situation, codes, pile) for pile, codes in piles.items()))


@dataclass(frozen=True)
class Part:
    """A reason for which a debtor gets points.

    :ivar str code: also names the company's setting, ``collection_score_<code>``
    :ivar str share: SQL on a ``debtor``: how much of the weight it gets, from 0 to 1
    """

    code: str
    share: str


#: The parts of a score, in the order in which they are shown.
PARTS = (
    Part("amount", "LEAST(debtor.collectable / %(full_amount)s, 1)"),
    Part("age", "CASE WHEN debtor.collectable > 0"
                " THEN LEAST(debtor.days_late / %(full_days)s::numeric, 1) END"),
    Part("broken", "CASE WHEN debtor.promises_broken > 0 THEN 1 END"),
    Part("answer", "CASE WHEN debtor.answers > 0 THEN 1 END"),
    Part("deadline", "CASE WHEN debtor.deadline <= %(near)s"
                     " OR debtor.limitation_date <= %(lapses)s THEN 1 END"),
    Part("silence", "CASE WHEN debtor.collectable > 0"
                    " AND COALESCE(debtor.contact_on, '-infinity') < %(silent)s THEN 1 END"),
)

#: The company's settings on which scores depend.
SETTINGS = (
    *(f"collection_score_{part.code}" for part in PARTS),
    "collection_score_full_amount", "collection_score_full_days",
    "collection_score_deadline_days", "collection_score_silence_days")


def get_points(company: Any, day: date) -> SQL:
    """:return: SQL expression of a JSON object of a ``debtor``'s points by part, none of them 0"""
    known = {
        "full_amount": company.collection_score_full_amount,
        "full_days": company.collection_score_full_days,
        "near": _get_near(company, day), "lapses": _get_lapsing(day),
        "silent": _back(day, company.collection_score_silence_days)}
    return SQL("jsonb_strip_nulls(jsonb_build_object(%s))", SQL(", ").join(
        SQL("%s, NULLIF(GREATEST(round(%s * (%s)), 0), 0)::int", part.code,
            company[f"collection_score_{part.code}"], _fill(part.share, known))
        for part in PARTS))


def _get_near(company: Any, day: date) -> date:
    return _back(day, -company.collection_score_deadline_days)


def _get_lapsing(day: date) -> date:
    """:return: what lapses until this day is near its limitation"""
    return _back(day, -NEAR)


def _back(day: date, days: int) -> date:
    return date.fromordinal(day.toordinal() - days)


def _fill(text: str, known: dict[str, Any]) -> SQL:
    return SQL(text, **{name: value for name, value in known.items() if f"%({name})s" in text})
