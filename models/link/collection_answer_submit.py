import logging
import re
from dataclasses import dataclass
from datetime import date, timedelta

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

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
    """From what a page sent to answers that wait."""

    _inherit = "collection.link"

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

    # -- what each kind says -----------------------------------------------------------------

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

    # -- words of strangers --------------------------------------------------------------------

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


class CollectionAnswer(models.Model):
    _inherit = "collection.answer"

    def _find_same(self, kind, items, common, amounts):
        """The same answers among these that wait: a page open twice sends them twice.

        :return: the answers, empty unless there is the same one for each item
        """
        same = self.filtered(lambda answer: (
            answer.kind == kind and answer.item_id in items
            and answer._says(common, amounts.get(answer.item_id, 0.0))))
        wanted = items.filtered(lambda item: not amounts or item in amounts)
        return same if same.item_id == wanted else self.browse()

    def _says(self, common, amount):
        """Whether it gives these values, and that amount."""
        said = {name: self._fields[name].convert_to_write(self[name], self) for name in common}
        return not self.currency_id.compare_amounts(self.amount, amount) and all(
            (said[name] or False) == (value or False) for name, value in common.items())
