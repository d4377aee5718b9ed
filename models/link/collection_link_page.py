import logging
import re
from dataclasses import dataclass
from datetime import date, timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

#: Items shown at most: a page is read on a telephone.
MOST = 200

@dataclass(frozen=True, slots=True)
class Row:
    """An open item in words.

    :ivar late: how late, in words; empty where it is not
    :ivar printed: the document can be fetched as PDF
    :ivar payable: it can be paid online
    :ivar answerable: an answer may be given for it
    :ivar status: what colleagues know of it, for colleagues only, as ``comment``
    :ivar note: what the reader should know of it: an answer that is checked, a promise
    """

    item: models.BaseModel
    document: str
    due: str
    late: str
    amount: str
    printed: bool
    payable: bool
    answerable: bool
    note: str = ""
    status: str = ""
    comment: str = ""

@dataclass(frozen=True, slots=True)
class Section:
    """The items of one currency, the late ones first; never added to another's.

    :ivar overdue: what is late, net of credits; empty where nothing is
    :ivar claims: interest and indemnity to come on top; empty where there is none
    :ivar more: how many items are not shown
    """

    currency: models.BaseModel
    rows: tuple[Row, ...]
    total: str
    overdue: str
    claims: str
    more: int

_logger = logging.getLogger(__name__)

#: What each kind of link may answer.
ANSWERS = {"customer": ("paid", "promise", "dispute", "question"), "internal": ("comment",)}

#: Characters kept of a text, and answers of a link that may wait at a time.
LONGEST, MOST = 4000, 100

_KEY = re.compile(r"[\w-]{8,64}", re.ASCII)

@dataclass(frozen=True, slots=True)
class Form:
    """What a page sent: words that anybody may have written.

    :ivar key: tells this answer from every other one; sent twice, it is the same answer
    :ivar items: ids of open items
    :ivar proposal: of a colleague, ``status:ID`` or ``result:CODE``
    :ivar files: tuple of (file name, bytes)
    """

    key: str
    kind: str
    items: frozenset[int]
    day: str = ""
    amount: str = ""
    reason: str = ""
    proposal: str = ""
    text: str = ""
    files: tuple[tuple[str, bytes], ...] = ()


class CollectionLink(models.Model):
    """What the page behind a link shows, in the language of the context."""

    _inherit = "collection.link"

    # === PAGE === #

    def _get_shown_items(self):
        """:return: what the link shows: the customer's account, or what a colleague is asked
        about, settled or not"""
        self.ensure_one()
        if self.kind == "internal":
            return self.item_ids.sorted(lambda item: (item._get_collection_due(), item.id))
        return self.customer_id._get_collection_items(self.company_id)

    def _get_sections(self):
        """:return: list of :class:`Section`"""
        self.ensure_one()
        items, day = self._get_shown_items(), self.company_id._get_collection_day()
        statement = self.env["collection.statement"]
        documents = statement._get_words(items, statement._get_instalments(items))
        claims = items._get_collection_penalties(day)
        notes, open_items = self._get_notes(items), self._get_answerable_items()
        return [
            self._get_section(own, day, documents, claims, notes, open_items)
            for own in items.grouped("currency_id").values()]

    def _get_section(self, items, day, documents, claims, notes, open_items):
        statement, currency = self.env["collection.statement"], items.currency_id
        late = items.filtered(
            lambda item: item.amount_residual_currency > 0 and item._get_collection_due() < day)
        credits = items.filtered(lambda item: item.amount_residual_currency < 0)
        ordered = late + (items - late - credits) + credits
        overdue = statement._sum_items(late + credits).get(currency, 0.0)
        shown = ordered[:MOST]
        words = statement._get_rows(shown, day, documents)
        return Section(
            currency=currency, more=len(ordered) - len(shown),
            total=statement._format_amounts(statement._sum_items(items), currency=currency),
            overdue=late and currency.compare_amounts(overdue, 0) > 0
            and statement._format_amount(overdue, currency) or "",
            claims=self._say_claims(late, claims),
            rows=tuple(
                self._get_row(item, row, notes.get(item.id, ""), item in open_items)
                for item, row in zip(shown, words)))

    def _get_row(self, item, words, note, answerable):
        document, _date, due, late, amount = words
        move = item.move_id
        internal = self.kind == "internal"
        return Row(
            item=item, document=document, due=due, amount=amount, note=note,
            late=late and self._say_late(int(late)) or "",
            printed=move.is_sale_document(), answerable=answerable,
            payable=not internal and answerable and self._is_payable(move),
            status=internal and self._say_status(item) or "",
            comment=internal and item.collection_comment or "")

    def _is_payable(self, move):
        """Whether Odoo's online payment, where it is installed, takes this invoice."""
        return hasattr(move, "_has_to_be_paid") and move._has_to_be_paid()

    def _say_late(self, days):
        return self.env._("1 day late") if days == 1 else self.env._(
            "%(days)s days late", days=days)

    def _say_claims(self, late, claims):
        """:return: what may be claimed for being late, besides what is owed"""
        statement = self.env["collection.statement"]
        sums = [statement._sum_interest(late, claims), statement._sum_indemnities(late, claims)]
        if not any(sums):
            return ""
        return statement._format_amounts(*sums, currency=self.company_id.currency_id)

    def _say_status(self, item):
        if item.reconciled:
            return self.env._("Settled")
        return item._describe_said() or self.env._("Normal")

    def _get_notes(self, items):
        """:return: dict of what the reader should know of items, by id"""
        last = {
            answer.item_id: answer for answer in self.env["collection.answer"].search([
                ("item_id", "in", items.ids), ("link_kind", "=", self.kind),
                *([("partner_id", "=", self.partner_id.id)] if self.kind == "internal" else []),
            ], order="id")}
        return {item.id: self._say_note(item, last.get(item)) for item in items}

    def _say_note(self, item, answer):
        if answer and answer.state == "waiting":
            return self.env._(
                "Your answer of %(day)s is being checked: %(answer)s",
                day=format_date(self.env, answer.create_date), answer=answer._describe())
        if self.kind == "internal":
            return ""
        if item.collection_status_id.kind == "promise" and item.collection_promise_date:
            return self.env._("Payment promised for %(day)s. Thank you.", day=format_date(
                self.env, item.collection_promise_date))
        if item.collection_status_id.kind == "dispute":
            return self.env._("You do not agree with it: we are looking into it.")
        if answer and answer.state == "refused":
            return self.env._(
                "We could not accept your answer of %(day)s (%(answer)s). Please contact us.",
                day=format_date(self.env, answer.create_date), answer=answer._describe())
        return ""

    def _get_contact(self):
        """:return: the ``res.partner`` to turn to: whoever asked, or collects, or the company"""
        self.ensure_one()
        collector = self.customer_id.with_company(self.company_id).collector_id
        user = self.user_id or collector.filtered("active") or (
            self.company_id.collection_manager_id)
        return user.partner_id or self.company_id.partner_id

    def _get_choices(self):
        """:return: dict of what the page offers to choose from"""
        self.ensure_one()
        if self.kind == "customer":
            return {"reasons": self.env["collection.dispute.reason"].search([])}
        disputed = self.env["collection.dispute"].search_count(
            [("state", "=", "open"), ("item_ids", "in", self.item_ids.ids)], limit=1)
        return {
            "statuses": self._get_proposable_statuses(),
            "results": disputed and self.env["collection.answer"]._fields[
                "result"]._description_selection(self.env) or [],
        }

    def _get_invoice(self, item_id):
        """:return: the invoice of an item that the link shows; empty for any other"""
        item = self._get_shown_items().filtered(lambda item: item.id == item_id)
        return item.move_id.filtered(lambda move: move.is_sale_document())

    def _get_payment_address(self, item_id):
        """:return: where an invoice that the link shows is paid online; None for any other"""
        move = self._get_invoice(item_id)
        if self.kind == "customer" and move and self._is_payable(move):
            return move._get_portal_payment_link()
        return None

    # === ANSWER FORM === #
    # From what a page sent to answers that wait.

    def _submit(self, form):
        """Keep an answer for each of the items; the collector is told.

        The link must be in use (:meth:`_use`), so that two at a time take turns.

        :param form: :class:`Form`
        :return: the answers; those that there are when it is sent again
        :raise UserError: what the reader has to change, in the reader's language
        """
        self.ensure_one()
        if form.kind not in ANSWERS[self.kind]:
            raise UserError(self.env._("Choose an answer."))
        if not _KEY.fullmatch(form.key):
            raise UserError(self.env._("Reload the page, and try again."))
        answers = self.env["collection.answer"].with_context(
            mail_create_nolog=True, mail_create_nosubscribe=True)
        known = answers.search([("link_id", "=", self.id), ("submission", "=", form.key)])
        if known:
            return known
        items = self._get_answered_items(form)
        common = getattr(self, f"_read_{form.kind}")(form, items)
        common["text"] = form.text[:LONGEST].replace("\0", "").strip()
        amounts = common.pop("amounts", {})
        files = self._check_files(form.files)
        waiting = answers.search([("link_id", "=", self.id), ("state", "=", "waiting")])
        if not files and (same := waiting._find_same(form.kind, items, common, amounts)):
            return same
        if len(waiting) + len(items) > MOST:
            raise UserError(self.env._(
                "Many of your answers are still being checked. Please wait for our reply."))
        created = answers.create([{
            **common, "link_id": self.id, "submission": form.key, "kind": form.kind,
            "customer_id": self.customer_id.id, "company_id": self.company_id.id,
            "partner_id": self.partner_id.id, "item_id": item.id,
            "amount": amounts.get(item, 0.0),
        } for item in items if not amounts or item in amounts])
        created._keep_files(files)
        created._trace("answer_received")
        created._tell()
        return created

    def _get_answerable_items(self):
        """:return: open items that the link's reader may answer for, the oldest first"""
        self.ensure_one()
        open_items = self.env["account.move.line"]._get_open_item_domain(self.company_id)
        if self.kind == "internal":
            return self.item_ids.filtered_domain(open_items)
        return self.customer_id._get_collection_items(self.company_id).filtered(
            lambda item: item.amount_residual_currency > 0)

    def _get_answered_items(self, form):
        if not form.items:
            raise UserError(self.env._("Tick at least one invoice."))
        items = self._get_answerable_items().filtered(lambda item: item.id in form.items)
        if len(items) != len(form.items):
            _logger.warning("%s: answer for items %s refused, that it does not show or that are "
                            "settled", self, sorted(form.items - set(items.ids)))
            raise UserError(self.env._(
                "An invoice that you ticked is not open any more. Please look again."))
        return items

    def _read_paid(self, form, items):
        day, today = self._read_day(form.day), self.company_id._get_collection_day()
        if not day or not today - timedelta(days=366) <= day <= today:
            raise UserError(self.env._("Say on which day you paid: today or earlier."))
        return {"date": day}

    def _read_promise(self, form, items):
        day, today = self._read_day(form.day), self.company_id._get_collection_day()
        if not day or not today <= day <= today + timedelta(days=366):
            raise UserError(self.env._("Say on which day you will pay: today or later."))
        return {"date": day, "amounts": self._read_amounts(form.amount, items)}

    def _read_amounts(self, amount, items):
        """:return: dict of how much of each item will be paid: the oldest first"""
        due = {item: item.amount_residual_currency for item in items}
        if not amount.strip():
            return due
        if len(items.currency_id) > 1:
            raise UserError(self.env._(
                "Your invoices are in several currencies: answer for one currency at a time, or "
                "leave the amount empty."))
        left, currency = self._read_amount(amount), items.currency_id
        if left is None or currency.compare_amounts(left, 0) <= 0 or currency.compare_amounts(
                left, sum(due.values())) > 0:
            raise UserError(self.env._(
                "Say how much you will pay: at most %(amount)s.",
                amount=self.env["collection.statement"]._format_amount(
                    sum(due.values()), currency)))
        amounts = {}
        for item, residual in due.items():
            part = currency.round(min(left, residual))
            if currency.compare_amounts(part, 0) > 0:
                amounts[item] = part
            left -= part
        return amounts

    def _read_dispute(self, form, items):
        reason = self.env["collection.dispute.reason"].search(
            [("id", "=", self._read_id(form.reason))])
        if not reason:
            raise UserError(self.env._("Say why you do not agree: choose a reason."))
        return {"reason_id": reason.id}

    def _read_question(self, form, items):
        if not form.text.strip():
            raise UserError(self.env._("Write your question."))
        return {}

    def _read_comment(self, form, items):
        what, _colon, value = form.proposal.partition(":")
        if what == "result" and value in dict(
                self.env["collection.answer"]._fields["result"].selection):
            return {"result": value}
        status = self._get_proposable_statuses().filtered(
            lambda status: what == "status" and status.id == self._read_id(value))
        if not status:
            if not form.text.strip() and not form.files:
                raise UserError(self.env._("Write an answer, or propose a status."))
            return {}
        if status.kind != "promise":
            return {"status_id": status.id}
        return {"status_id": status.id, "date": self._read_promise(form, items)["date"]}

    def _get_proposable_statuses(self):
        """:return: statuses that a colleague may propose; disputes need more than a status"""
        return self.env["collection.item.status"].search(
            Domain("kind", "not in", ("dispute", "resolved")))

    @staticmethod
    def _read_day(text):
        try:
            return date.fromisoformat(text.strip())
        except ValueError:
            return None

    @staticmethod
    def _read_amount(text):
        if not re.fullmatch(r"\d{1,12}([.,]\d{1,3})?", text.strip(), re.ASCII):
            return None
        return float(text.strip().replace(",", "."))

    @staticmethod
    def _read_id(text):
        return int(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else 0
