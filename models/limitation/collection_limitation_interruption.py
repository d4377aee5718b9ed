from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.models import BaseModel
from odoo.tools import format_date

from ...engine import limitation
from ...tools.dialogs import open_dialog
from ...tools.records import as_day, as_reason, as_records, as_text, in_company_language
from ..action.collection_action_option import INTERRUPTIONS
from ..item.holders import Holder, register

SUSPENSION = "suspension"
KINDS = [*INTERRUPTIONS, (SUSPENSION, "Suspension")]
#: What the engine makes of each kind.
EFFECTS = {SUSPENSION: limitation.SUSPEND, "title": limitation.TITLE}

register(Holder("collection.limitation.interruption", "item_ids",
                (("withdrawn_at", "=", False),)))


@dataclass(frozen=True, slots=True)
class Fact:
    """What is to be noted.

    :ivar items: ``account.move.line`` of one customer and one company
    :ivar kind: one of :data:`KINDS`
    :ivar day: of the act; None: the company's today
    :ivar until: last day for which it has effect, or None
    :ivar note: what proves it
    :ivar action: the ``collection.action`` that was closed with a marked option, or None
    :ivar on_behalf: name of who did it on a personal page, empty for what a user notes
    """

    items: BaseModel
    kind: str
    day: date | None
    until: date | None = None
    note: str = ""
    action: BaseModel | None = None
    on_behalf: str = ""


class CollectionLimitationInterruption(models.Model):
    """An act that interrupts or suspends the limitation of items: the debt was recognised, a claim
    was brought, the debtor's goods were seized.

    A fact: written down once, by a person or by an action that was closed with a marked option.
    It is never changed nor deleted; whoever finds it wrong withdraws it, with a reason.
    """

    _name = "collection.limitation.interruption"
    _description = "Interruption of Limitation"
    _copied_texts = ("note", "withdrawn_reason")
    _inherit = ["collection.portfolio"]
    _order = "date desc, id desc"
    _owner_fields = ("customer_id", "company_id")

    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    item_ids = fields.Many2many(
        "account.move.line", "collection_limitation_item_rel", "interruption_id", "item_id",
        string="Items", readonly=True)
    items = fields.Char(string="Documents", readonly=True, help="The items, as they were named.")
    kind = fields.Selection(KINDS, string="What happened", required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    until = fields.Date(
        readonly=True, help="Until this day the time does not run, as during proceedings.")
    note = fields.Text(string="Proof", readonly=True)
    action_id = fields.Many2one(
        "collection.action", string="By action", readonly=True, index="btree_not_null",
        ondelete="restrict")
    withdrawn_at = fields.Datetime(string="Withdrawn on", readonly=True)
    withdrawn_by_id = fields.Many2one("res.users", string="Withdrawn by", readonly=True)
    withdrawn_reason = fields.Text(string="Why withdrawn", readonly=True)

    _until_check = models.Constraint(
        "CHECK(until >= date)", "An interruption ends after it has begun.")
    _suspension_check = models.Constraint(
        "CHECK(kind <> 'suspension' OR until IS NOT NULL)",
        "A suspension has a last day.")
    #: read where items' limitation is worked out
    _item_index = models.Index("(company_id, id) WHERE withdrawn_at IS NULL")

    @api.depends_context("lang")
    @api.depends("kind", "date", "until", "items")
    def _compute_display_name(self):
        for interruption in self:
            interruption.display_name = interruption._describe()

    # === CRUD === #

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._(
            "What interrupts limitation is a fact: it is withdrawn, never deleted."))

    # === NOTING === #

    @api.model
    def note_interruption(self, items, kind, day=None, *, until=None, note=""):
        """Note that an act interrupts or suspends the limitation of items.

        :param items: ``account.move.line``, or ids, of one customer and one company
        :param str kind: one of :data:`KINDS`
        :param day: date or ISO string of the act, by default the company's today
        :param until: last day for which it has effect, as a date or ISO string
        :param str note: what proves it
        :return: the new ``collection.limitation.interruption``
        :raise UserError: no items, a day that is still to come, or no proof
        :raise AccessError: a customer outside of the user's portfolio
        """
        items = as_records(self.env, "account.move.line", items)
        items.check_access("read")
        items._check_collection_portfolio()
        note = as_text(self.env, note)
        if not note:
            raise UserError(self.env._(
                "Say what proves it: a signed recognition, a receipt of the court, a deed."))
        return self._note_all([Fact(
            items, kind, as_day(self.env, day), as_day(self.env, until), note)])

    @api.model
    def _note_all(self, facts):
        """The same for commands of the module, which have checked who may.

        In a number of queries that does not depend on the facts.

        :param facts: list of :class:`Fact`
        :return: the new records
        """
        interruptions = self.sudo().create([self._prepare_vals(fact) for fact in facts])
        interruptions._trace("limitation_interrupted", on_behalf=[
            fact.on_behalf for fact in facts])
        for company, own in interruptions.grouped("company_id").items():
            own.item_ids._work_out_limitations(company)
        return interruptions.with_env(self.env)

    def _prepare_vals(self, fact):
        """:raise UserError: see :meth:`note_interruption`"""
        items = fact.items.sudo()
        lines = items.filtered(lambda line: line.account_type == "asset_receivable")
        if not items or lines != items:
            raise UserError(self.env._("Choose items of the customer's account."))
        customer, company = lines._get_single_customer()
        day = fact.day or company._get_collection_day()
        self._check_days(fact.kind, day, fact.until, company)
        return {
            "customer_id": customer.id, "company_id": company.id, "kind": fact.kind,
            "date": day, "until": fact.until, "note": fact.note,
            "item_ids": [(6, 0, lines.ids)], "items": lines._name_items(),
            "action_id": fact.action.id if fact.action else False}

    def _check_days(self, kind, day, until, company):
        if kind not in dict(KINDS):
            raise UserError(self.env._("Say what interrupts limitation."))
        if day > company._get_collection_day():
            raise UserError(self.env._("What is noted has happened: today, or before."))
        if until and until < day:
            raise UserError(self.env._("It ends on its day or later: correct its last day."))
        if kind == SUSPENSION and not until:
            raise UserError(self.env._("Say until when limitation is suspended."))

    def withdraw(self, reason):
        """Say that these do not interrupt: they stay to be seen, and count no more.

        :param str reason: why
        :return: True
        :raise UserError: no reason, or withdrawn already
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.check_access("read")
        self._check_portfolio()
        reason = as_reason(self.env, reason)
        if gone := self.filtered("withdrawn_at"):
            raise UserError(self.env._(
                "“%(what)s” was withdrawn on %(day)s already.", what=gone[0].display_name,
                day=format_date(self.env, gone[0].withdrawn_at)))
        facts = self.sudo()
        facts.write({
            "withdrawn_at": fields.Datetime.now(), "withdrawn_by_id": self.env.uid,
            "withdrawn_reason": reason})
        facts._trace("limitation_withdrawn", text=reason)
        for company, own in facts.grouped("company_id").items():
            own.item_ids._work_out_limitations(company)
        return True

    def _trace(self, kind, text="", on_behalf=None):
        """:param str text: why; by default what proves each
        :param on_behalf: list of str, for whom each was done, see :class:`Fact`"""
        history, rows = self.env["collection.history"], defaultdict(list)
        field = "old_value" if kind == "limitation_withdrawn" else "new_value"
        for fact, name in zip(self, on_behalf or [""] * len(self), strict=True):
            rows[fact.customer_id, fact.company_id].append({
                "kind": kind, "data": {"interruption": fact.id},
                field: in_company_language(fact, fact.company_id)._describe(),
                "text": text or fact.note, "command": "limitation",
                "on_behalf": name, "cause": history._get_own_cause(name)})
        history._append_many(rows)

    def _describe(self):
        """:return: str, translated: what, when, of which items"""
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        day, until = (format_date(self.env, value) for value in (self.date, self.until))
        when = self.env._("%(day)s to %(until)s", day=day, until=until) if until else day
        return ", ".join(filter(None, (kinds.get(self.kind), when, self.items)))

    def _get_act(self):
        """:return: the fact as the engine's :class:`~..engine.limitation.Act`"""
        return limitation.Act(
            self.id, EFFECTS.get(self.kind, limitation.RESTART), self.date, self.until or None)

    @api.model
    def _find_by_item(self, items):
        """Find what bears on the limitation of items, in two queries.

        :param items: ``account.move.line``
        :return: dict of recordsets by item id, of those that have any
        """
        facts = self.sudo().search_fetch(
            [("item_ids", "in", items.ids), ("withdrawn_at", "=", False)],
            ["kind", "date", "until", "note", "item_ids"], order="date, id") if items else self
        found = defaultdict(self.sudo().browse)
        for fact in facts:
            for item_id in fact.item_ids._ids:
                found[item_id] |= fact
        return found

    # === BUTTONS === #

    def action_open_withdraw(self):
        """:return: window action on the dialog that asks why it is withdrawn"""
        self.ensure_one()
        return open_dialog(
            "collection.limitation.withdraw", self.env._("Withdraw an interruption"),
            default_interruption_id=self.id)
