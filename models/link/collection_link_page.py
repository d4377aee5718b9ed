from dataclasses import dataclass

from odoo import models
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


class CollectionLink(models.Model):
    """What the page behind a link shows, in the language of the context."""

    _inherit = "collection.link"

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

    # -- words -------------------------------------------------------------------------------

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

    # -- files and payment ---------------------------------------------------------------------

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
