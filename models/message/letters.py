"""What became of registered letters: said by a person or a carrier, of one or of a whole list.

What is said is compared with what is known, letter by letter; what is new is then written, traced
and posted for all of them together.
"""

from dataclasses import dataclass

from odoo.exceptions import UserError
from odoo.fields import Date
from odoo.models import BaseModel
from odoo.tools import format_date

from ...tools import tracking
from ...tools.clauses import join_label
from ...tools.records import in_company_language
from ..history.trace import Trace, TraceRow
from . import notices

#: States that a letter leaves once somebody knows what became of it.
NOT_SENT = ("pending", "claimed", "to_verify", "failed")


@dataclass(frozen=True, slots=True)
class News:
    """What is newly known of a registered letter.

    :ivar letter: the one ``collection.dispatch``
    :ivar known: dates, or False, by stage, before
    :ivar days: those that change: dates, or nothing where one is taken back
    :ivar former_number: of the letter, before
    :ivar number: of the letter, from now on
    :ivar receipts: ``ir.attachment`` to keep with it
    """

    letter: BaseModel
    known: dict
    days: dict
    former_number: str | bool
    number: str | bool
    receipts: BaseModel

    @property
    def all_days(self):
        """Dates, or nothing, by stage, from now on."""
        return {**self.known, **self.days}

    @property
    def last(self):
        """The stage that it came to last, or False."""
        return next((stage for stage in reversed(tracking.STAGES) if self.all_days[stage]), False)


def find_news(letter, days, *, number=None, receipts=None, before=None):
    """Compare what is said of a letter with what is known.

    :param letter: the one ``collection.dispatch``
    :param dict days: dates by stage, None for one that is taken back
    :param receipts: ``ir.attachment``
    :param before: :class:`News` of the same letter that is not written yet
    :return: :class:`News`; None where all of it is known
    :raise UserError: it is no registered letter, or the days contradict one another
    """
    known = before.all_days if before else {
        stage: letter[f"{stage}_on"] for stage in tracking.STAGES}
    former = before.number if before else letter.registered_number
    news = News(
        letter, known, {stage: day for stage, day in days.items()
                        if (day or False) != (known[stage] or False)},
        former, tracking.clean_number(number or "") or former,
        (receipts - letter.receipt_ids) if receipts else letter.env["ir.attachment"])
    _check(news)
    return news if news.days or news.receipts or news.number != former else None


def _check(news):
    """:raise UserError: see :func:`find_news`"""
    letter, days, _ = news.letter, news.all_days, news.letter.env._
    if letter.post_by != "registered":
        raise UserError(_("“%(subject)s” is no registered letter.", subject=letter.subject or ""))
    today = letter.company_id._get_collection_day()
    if any(day and day > today for day in news.days.values()):
        raise UserError(_("What is noted has happened: today, or before."))
    first_day = min(filter(None, days.values()), default=None)
    if letter.notice_day and first_day:  # interest may count from it
        notices.check_day(letter, first_day)
    if sum(bool(days[stage]) for stage in tracking.ENDS) > 1:
        raise UserError(_(
            "A registered letter is accepted, refused or unclaimed: one of them. Empty the "
            "date that is wrong."))
    ordered = [days[stage] for stage in tracking.STAGES if days[stage]]
    if ordered != sorted(ordered):
        raise UserError(_(
            "A letter is deposited, then presented, then accepted, refused or unclaimed: "
            "correct the dates."))


def write_news(found):
    """Write down what is new of letters; traced, and events for the sequences that wait for it.

    In a number of queries that does not depend on the letters.

    :param found: list of :class:`News`, in the order in which they were said
    """
    if not found:
        return
    first, left = found[0].letter, found[0].letter.browse()
    actions = {action.id: action for action in first.union(
        *(news.letter for news in found)).action_id}  # read for all at once
    first.action_id._record(
        [row for news in found for row in _trace(news, actions[news.letter.action_id.id])],
        Trace("track", cause=first.env["collection.history"]._get_own_cause()))
    for news in found:  # kept by the ORM, and written for all together
        letter = news.letter
        news.receipts.filtered(lambda file: not file.res_id and not file.public).write(
            {"res_model": letter._name, "res_id": letter.id})
        letter.write({
            **{f"{stage}_on": day or False for stage, day in news.days.items()},
            "registered_number": news.number, "tracking": news.last,
            **({"receipt_ids": [(4, file.id) for file in news.receipts]}
               if news.receipts else {})})
        left |= letter if news.last and letter.state in NOT_SENT else left.browse()
    if left:
        left._set_state("sent")
    # what is newly known of that day decides, not what a later stage brings
    notices.redate({
        news.letter: given for news in found
        if (given := notices.find_given_day(news.all_days))
        and given != notices.find_given_day(news.known)})
    _post(found)


def _trace(news, action):
    """:return: generator of :class:`~..history.trace.TraceRow`"""
    letter = news.letter
    own = in_company_language(letter, letter.company_id)
    labels = dict(letter._fields["tracking"]._description_selection(own.env))

    def describe(stage, day):
        return join_label(own.env, labels[stage], format_date(own.env, day)) if day else ""

    def make_row(new, old="", **data):
        return TraceRow(action, "letter_tracked", {"dispatch": letter.id, **data},
                        old=old, new=new)
    for stage, day in news.days.items():
        yield make_row(
            describe(stage, day) or own.env._("%(stage)s: taken back", stage=labels[stage]),
            describe(stage, news.known[stage]), stage=stage, day=day and Date.to_string(day))
    if news.number != news.former_number:
        yield make_row(own.env._("no. %(number)s", number=news.number), news.former_number or "")
    if news.receipts:
        yield make_row(", ".join(news.receipts.mapped("name")))


def _post(found):
    """Sequences that wait for a letter go on: the letter's own, else the customer's."""
    found[0].letter.env["collection.signal"]._post_where_open([{
        # of one letter once: a date that is corrected is no other event
        "key": f"letter_{stage}:{news.letter.id}", "code": f"letter_{stage}",
        "customer_id": news.letter.customer_id.id, "company_id": news.letter.company_id.id,
        "sequence_id": news.letter.action_id.sequence_id.id, "about": news.letter.subject,
    } for news in found for stage, day in news.days.items()
        if day and stage != tracking.DEPOSITED])
