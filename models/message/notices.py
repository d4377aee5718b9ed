"""Formal notices: what is demanded item by item, how it is computed, by when, and what follows.

A content that is marked as a formal notice says all of it in the place of ``#formal_notice``, or
at the end of its text. The day on which notice was given is that on which what was sent to the
debtor really left; of a registered letter, on which it was first presented: see :func:`follow`.
"""

from collections import defaultdict
from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang

from ...engine import hashtags
from ...engine.hashtags import Column, Paragraph, Table
from ...tools import tracking
from ...tools.clauses import join_label
from ...tools.records import in_company_language
from . import besides
from .message import Notice

#: States of the outbox in which a formal notice counts as given.
GIVEN = ("sent", "replied")

#: The stages of a registered letter by which notice was given, the first that is known: in law a
#: notice is given when it is received, or first presented to an addressee who is away.
GIVING = (tracking.PRESENTED, tracking.ACCEPTED, tracking.REFUSED, tracking.DEPOSITED,
          tracking.UNCLAIMED)


def make_notices(actions, items, day):
    """What those of these actions demand that are formal notices, all read at once.

    :param actions: ``collection.action`` of one company, in superuser mode
    :param dict items: ``account.move.line`` that each is about, by action id
    :param date day: the company's day
    :return: dict of :class:`~.message.Notice` by action id
    """
    formal = actions.filtered("formal_notice")
    if not formal:
        return {}
    demanded = {action.id: _get_demanded(items[action.id], day) for action in formal}
    lines = actions.env["account.move.line"].sudo().union(*demanded.values())
    demands = lines._get_collection_demands(day)
    texts = actions.env["collection.notice.text"]._get_texts(actions.company_id)
    kinds = formal.customer_id._get_collection_debtor_kinds()
    nothing = actions.env["collection.notice.text"]
    return {
        action.id: Notice(
            items=demanded[action.id], demands=demands, day=day,
            until=day + timedelta(days=action.grace_days), kind=kinds[action.customer_id.id],
            text=texts.get(kinds[action.customer_id.id], nothing),
            is_reserved=bool(action.interest_reserved))
        for action in formal}


def _get_demanded(items, day):
    return items.filtered(lambda line: (
        line.amount_residual_currency < 0 or line._get_collection_due() < day
    )).with_prefetch(items._prefetch_ids)


# === WHAT IT SAYS === #


def add_to_text(action, data, names, content, is_html):
    """:param data: the :class:`~.message.MessageData`
    :param set names: of the hashtags of its text
    :param str content: its text, with values in the place of hashtags
    :return: str, the text, with what a formal notice says at its end where it names no other place
    """
    if not data.notice or "formal_notice" in names or not is_html:
        return content
    labels = action.env["collection.statement"]._get_labels(
        data.demanded, data.instalments)
    return content + hashtags.render_block(describe(action, data, labels))


def describe(action, data, labels):
    """What a formal notice says, in the language of the context.

    :param action: the ``collection.action``
    :param data: its :class:`~.message.MessageData`
    :param ItemLabels labels: names of items and days
    :return: tuple of :class:`~...engine.hashtags.Table` and ``Paragraph``
    """
    notice = data.notice
    if not notice:
        return ()
    parts = [
        *action.env["collection.statement"]._get_tables(
            notice.items, notice.day, labels, notice.claims),
        *_describe_interest(action, notice, labels),
        _sum_up(action, notice)]
    return tuple(filter(None, (
        *parts, _describe_reserve(action, notice), _describe_grace(action, notice),
        *_describe_law(action, notice), _describe_copy(action, data))))


def _describe_interest(action, notice, labels):
    """:return: list of ``Table``: the periods of each item that bears interest; none for none"""
    _ = action.env._
    rows = [(item, period) for item in notice.items
            for period in notice.demands[item.id].periods]
    if not rows:
        return []
    return [Table(
        columns=(
            Column(_("Interest on")), Column(_("First day"), number=True),
            Column(_("Last day"), number=True),
            Column(_("Days"), number=True), Column(_("Amount"), number=True),
            Column(_("Rate a year"), number=True), Column(_("Interest"), number=True)),
        rows=tuple(_get_interest_row(action, labels, item, period) for item, period in rows),
        lines=tuple(", ".join(_get_interest_row(action, labels, item, period))
                    for item, period in rows),
        notes=(_("Simple interest: amount × rate × days ÷ 365. The first day late is the one after "
                 "the due date, and the day of a payment still counts. The interest on an invoice "
                 "is rounded once, on the whole."),))]


def _get_interest_row(action, labels, item, period):
    statement, currency = action.env["collection.statement"], item.currency_id
    return (
        labels.documents[item.id], labels.date(period.start), labels.date(period.end),
        str(period.days), statement._format_amount(float(period.amount), currency),
        f"{formatLang(action.env, float(period.percent), digits=2)} %",
        statement._format_amount(float(period.interest), currency))


def _sum_up(action, notice):
    """:return: ``Table`` of principal, interest and indemnity, with what they come to"""
    statement, _ = action.env["collection.statement"], action.env._
    currency, claims = action.company_id.currency_id, notice.claims
    principal = statement._sum_items(notice.items)
    interest = statement._sum_interest(notice.items, claims)
    indemnity = statement._sum_indemnities(notice.items, claims)
    missing = statement._get_missing_day(notice.items, claims)
    until = format_date(action.env, notice.day)
    rows = [(_("Principal"), statement._format_amounts(principal, currency=currency))]
    if missing:
        rows.append((_("Late-payment interest"), statement._describe_missing(missing)))
    elif interest:
        rows.append((_("Interest until %(day)s", day=until),
                     statement._format_amounts(interest, currency=currency)))
    if indemnity:
        rows.append((_("Fixed indemnity for recovery costs"),
                     statement._format_amounts(indemnity, currency=currency)))
    total = (_("Total due on %(day)s", day=until), statement._format_amounts(
        principal, {} if missing else interest, indemnity, currency=currency))
    return Table(
        columns=(Column(_("What you owe")), Column(_("Amount"), number=True)), rows=tuple(rows),
        totals=(total,), lines=tuple(join_label(action.env, *row) for row in (*rows, total)))


def _describe_reserve(action, notice):
    missing = notice.missing_from
    if not missing or not notice.is_reserved:
        return None
    return Paragraph(action.env._(
        "The interest from %(day)s on is reserved: its rate is not published yet. It will be "
        "claimed once it is known.", day=format_date(action.env, missing)))


def _describe_grace(action, notice):
    """:return: ``Paragraph``: by when it is to be paid, and that interest runs on"""
    _, until = action.env._, format_date(action.env, notice.until, date_format="long")
    if not action.grace_days:
        return Paragraph(_("We give you formal notice to pay this sum at once."), strong=True)
    sentence = _(
        "We give you formal notice to pay this sum within 1 day, by %(day)s at the latest.",
        day=until) if action.grace_days == 1 else _(
        "We give you formal notice to pay this sum within %(days)s days, by %(day)s at the latest.",
        days=action.grace_days, day=until)
    if notice.kind == "consumer":
        interest = _("Interest at the legal rate runs on it from the receipt of this notice.")
        sentence = f"{sentence} {interest}"
    return Paragraph(sentence, strong=True)


def _describe_law(action, notice):
    """:return: list of ``Paragraph``: what follows, and what the law says"""
    text = notice.text.with_context(lang=action.env.lang)
    return [Paragraph(words) for words in (text.consequence, text.statute) if words]


def _describe_copy(action, data):
    """:return: ``Paragraph`` that says who receives a copy, or of whose notice this is one"""
    _, beside = action.env._, besides.get_beside(action)
    if beside:
        return Paragraph(_(
            "This is a copy of the formal notice to %(customer)s, for %(holder)s (%(function)s).",
            customer=action.customer_id.name, holder=beside.partner.name,
            function=beside.function.with_context(lang=action.env.lang).name))
    if not action.beside_function_id or not data.holder:
        return None
    return Paragraph(_(
        "A copy goes to %(holder)s (%(function)s).", holder=data.holder.name,
        function=action.beside_function_id.name))


def describe_missing(action, notice):
    """:return: str, translated: why a formal notice does not leave, and what to do"""
    return action.env._(
        "“%(action)s” is a formal notice, and the rate of late-payment interest is missing for the "
        "days from %(start)s to %(end)s. Enter it under Configuration, Penalty rates; or reserve "
        "the interest of these days, and say why.", action=action.name,
        start=format_date(action.env, notice.missing_from),
        end=format_date(action.env, notice.day))


# === WHEN IT WAS GIVEN === #


def prepare_dispatch_vals(action, message):
    """:return: dict of what the outbox keeps of a formal notice to the debtor itself: one to its
        guarantor, or a copy, gives the debtor none"""
    notice = message.notice
    if not notice or besides.get_beside(action) or action._get_steering().writes_to_stranger() or (
            message.recipient.commercial_partner_id != action.customer_id):
        return {}
    return {"notice_day": notice.day, "notice_until": notice.until}


def follow(dispatches):
    """These formal notices were given, or were not after all: keep it on what they demand.

    An item keeps the day of the first notice that was really given. Of a registered letter its
    tracking says when that was, whoever marks it as posted when.

    :param dispatches: ``collection.dispatch`` whose state has changed, in superuser mode
    """
    notices = dispatches.filtered("notice_day")
    if not notices:
        return
    fresh = notices.filtered(lambda notice: notice.state in GIVEN and not notice.notice_given_on)
    failed = notices.filtered(lambda notice: notice.state not in GIVEN and notice.notice_given_on)
    days = {company: company._get_collection_day() for company in fresh.company_id}
    for day, own in fresh.grouped(lambda notice: find_given_day(
            {stage: notice[f"{stage}_on"] for stage in tracking.STAGES})
            or days[notice.company_id]).items():
        own.notice_given_on = day
    failed.notice_given_on = False
    changed = fresh | failed
    _put_days(changed._get_noticed_items())
    _record(changed)
    changed.env["collection.signal"]._post_where_open([{
        "key": f"notice_given:{notice.id}", "code": "notice_given",
        "customer_id": notice.customer_id.id, "company_id": notice.company_id.id,
        "about": notice.subject,
    } for notice in fresh])


def find_given_day(days):
    """:param dict days: dates, or nothing, by stage of a registered letter
    :return: date on which it gave notice, as far as is known; None where nobody knows"""
    return next((days[stage] for stage in GIVING if days[stage]), None)


def redate(days, reason=""):
    """These formal notices were given on another day than it seemed: traced, and kept on what
    they demand.

    :param dict days: dates by ``collection.dispatch``, in superuser mode; those that were not
        given, and those of which it is known, stay as they are
    :param str reason: of whoever corrects it
    """
    wrong = {notice: day for notice, day in days.items()
             if notice.notice_given_on and notice.notice_given_on != day}
    if not wrong:
        return
    notices, rows = next(iter(wrong)).union(*wrong), defaultdict(list)
    for notice, day in wrong.items():
        own = in_company_language(notice, notice.company_id).env
        rows[notice.customer_id, notice.company_id].append({
            "kind": "notice_redated", "command": "notice", "text": reason,
            "old_value": format_date(own, notice.notice_given_on),
            "new_value": format_date(own, day),
            "data": {"dispatch": notice.id, "given": day.isoformat()},
            "action_id": notice.action_id.id, "action_name": notice.action_id.name,
            "cause": own["collection.history"]._get_own_cause()})
        notice.notice_given_on = day
    _put_days(notices._get_noticed_items())
    notices.env["collection.history"]._append_many(rows)


def check_given_day(notice, day):
    """:raise UserError: this ``collection.dispatch`` is no formal notice that was given, or cannot
        have left on that day"""
    _ = notice.env._
    if not notice.notice_given_on:
        raise UserError(_("“%(subject)s” is no formal notice that has left.",
                          subject=notice.subject or ""))
    check_day(notice, day)


def check_day(notice, day):
    """:raise UserError: this formal notice cannot have left on that day"""
    if not day or not notice.notice_day <= day <= notice.company_id._get_collection_day():
        raise UserError(notice.env._(
            "The notice bears the day %(day)s: choose that day or a later one, until today.",
            day=format_date(notice.env, notice.notice_day)))


def _put_days(items):
    """Keep on items the day on which formal notice was first given, by all that was sent."""
    given = items.env["collection.dispatch"].search([
        ("notice_given_on", "!=", False), ("state", "in", GIVEN),
        ("action_id.item_ids", "in", items.ids)], order="notice_given_on") if items else ()
    days = {}
    for notice in given:
        for item in notice._get_noticed_items():
            days.setdefault(item.id, notice.notice_given_on)
    groups = defaultdict(items.browse)
    for item in items:
        if item.collection_notice_date != days.get(item.id, False):
            groups[days.get(item.id, False)] |= item
    for day, group in groups.items():
        group.collection_notice_date = day


def _record(notices):
    rows = defaultdict(list)
    for notice in notices:
        given = notice.notice_given_on
        rows[notice.customer_id, notice.company_id].append({
            "kind": "notice_given" if given else "notice_failed",
            "new_value": in_company_language(
                notice._get_noticed_items(), notice.company_id)._name_items(),
            "data": {"dispatch": notice.id, "due": notice.notice_until.isoformat()},
            "action_id": notice.action_id.id, "action_name": notice.action_id.name,
            "command": "notice", "text": "" if given else notice.error or "",
            "cause": notices.env["collection.history"]._get_own_cause()})
    notices.env["collection.history"]._append_many(rows)
