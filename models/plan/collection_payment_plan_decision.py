from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import LazyTranslate, format_date

from ...tools.activities import ToDo, hand_out
from ...tools.records import as_day, as_reason, as_text, in_company_language
from ..history.collection_history import MOST_TEXT
from ..link.page import AnswerForm

_lt = LazyTranslate(__name__)

#: Characters of the name by which somebody accepts.
SHORTEST_NAME, LONGEST_NAME = 3, 120
#: States in which the debtor may propose something else on its page.
PROPOSABLE = ("offered", "expired")


class CollectionPaymentPlan(models.Model):
    """What becomes of an offer: the debtor accepts or refuses it, it is withdrawn or lapses; and
    what follows."""

    _inherit = "collection.payment.plan"

    # === DECISION === #

    def _check_offered(self):
        for plan in self:
            if plan.state != "offered":
                states = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(self.env._(
                    "“%(plan)s” is not offered any more: %(state)s.", plan=plan.display_name,
                    state=states[plan.state]))

    @api.model
    def _get_shown(self, link):
        """:param link: ``collection.link``, in superuser mode
        :return: the plans that its reader may see: those offered to the customer, and those
            accepted whose promise is awaited"""
        if link.kind != "customer":
            return self.sudo().browse()
        return self.sudo().with_context(lang=link.env.lang).search([
            ("customer_id", "=", link.customer_id.id), ("company_id", "=", link.company_id.id),
            "|", ("state", "=", "offered"), "&", ("state", "=", "accepted"),
            ("promise_id.state", "in", ("open", "unmatched"))])

    @api.model
    def _find_of_link(self, link, plan_id):
        """:param link: ``collection.link``, in superuser mode; may be empty
        :param int plan_id: as a stranger gave it
        :return: the plan, if it is of the link's customer and company; whatever became of it"""
        plans = self.sudo().with_context(lang=link.env.lang)
        return plans.search([
            ("id", "=", plan_id), ("customer_id", "=", link.customer_id.id),
            ("company_id", "=", link.company_id.id)]) if link else plans.browse()

    def _get_next_instalment(self):
        """:return: the ``collection.payment.plan.line`` that is to be paid next; empty for none"""
        promise = self.promise_id
        return self.line_ids.filtered(lambda line: (
            promise.state in ("open", "unmatched") and line.date >= promise.date))[:1]

    def _get_payable_items(self, link):
        """:return: ``account.move.line`` of the plan that can be paid online, where it is accepted
            and Odoo's online payment takes them"""
        if self.state != "accepted":
            return self.item_ids.browse()
        return self.item_ids.filtered(
            lambda item: not item.reconciled and link._is_payable(item.move_id))

    def _find_hindrance(self):
        """:return: str, why it cannot be accepted any more, for the debtor to read; empty if it
            can"""
        self.ensure_one()
        if self.state == "refused":
            return self.env._(
                "You have answered that this plan does not suit you. We come back to you.")
        if self.state not in PROPOSABLE:
            return self.env._("This plan is not offered any more. Please contact us.")
        if self.state == "expired" or self.valid_until < self.company_id._get_collection_day():
            return self.env._(
                "This offer stood until %(day)s. Ask us for a new one.",
                day=format_date(self.env, self.valid_until))
        if self._filter_changed():
            return self.env._(
                "What you owe has changed since this plan was offered, by a payment or a "
                "correction. It cannot be accepted as it stands: we will send you a new one.")
        return ""

    def _filter_changed(self):
        """:return: those of these plans of which something else is owed now than was offered"""
        standing = self.env["account.move.line"].union(*(
            plans.item_ids.filtered_domain(
                self.env["account.move.line"]._get_open_item_domain(company))
            for company, plans in self.grouped("company_id").items()))
        owed = {(item.id, item.partner_id.commercial_partner_id): item.amount_residual_currency
                for item in standing}
        return self.filtered(lambda plan: plan._is_other_than({
            str(item): owed[item, plan.customer_id] for item in plan.item_ids.ids
            if (item, plan.customer_id) in owed}))

    def _is_other_than(self, owed):
        """:param dict owed: amounts by item id (as str)
        :return: bool, whether that is not what was offered"""
        return owed.keys() != self.residuals.keys() or any(
            self.currency_id.compare_amounts(amount, self.residuals[item])
            for item, amount in owed.items())

    def _accept_on_page(self, link, name):
        """The debtor accepts on its personal page.

        The link is in use (``collection.link._use``), so that two clicks take turns.

        :param link: ``collection.link``, in superuser mode
        :param str name: as whoever accepts wrote it
        :return: str, why it cannot be accepted any more; empty: it is accepted
        :raise UserError: no name
        """
        plan = self.sudo()
        plan.lock_for_update()
        plan.invalidate_recordset()
        if plan.state == "accepted":
            return ""  # a second click
        name = " ".join(name.replace("\0", "").split())
        if not SHORTEST_NAME <= len(name) <= LONGEST_NAME:
            raise UserError(self.env._("Write your first and last name: it stands for your "
                                       "signature."))
        hindrance = plan._find_hindrance()
        if hindrance:
            plan._end_hindered()
            return hindrance
        plan._accept({
            "accepted_by": name, "accepted_way": "page", "accepted_link_id": link.id,
            "accepted_on": plan.company_id._get_collection_day()}, link.partner_id)
        plan._notify_collector(_lt("%(name)s has accepted the payment plan", name=name))
        return ""

    def accept_on_paper(self, name, day, files):
        """Note that the debtor has signed this plan on paper.

        What was signed while the offer stood counts, also where the offer has ended by the clock
        before the paper was there.

        :param str name: who signed
        :param day: date or ISO string of the signature
        :param files: list of (file name, bytes): the signed copy
        :raise UserError: no name, day or file, a day to come or before the offer, a file that is
            not taken, or it cannot be accepted any more
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        self.check_access("read")
        self._check_portfolio()
        plan, day = self.sudo(), as_day(self.env, day)
        plan.lock_for_update()
        plan.invalidate_recordset()
        if plan.state != "expired":
            self._check_offered()
        name = as_text(self.env, name)
        plan._check_signed(name, day, files)
        checked = self.env["collection.upload"]._check_files(files)
        kept = self.env["ir.attachment"].sudo().with_context(image_no_postprocess=True).create(
            [file.prepare_vals(plan) for file in checked])
        plan._accept({
            "accepted_by": name, "accepted_way": "paper", "accepted_on": day,
            "signed_ids": [(6, 0, kept.ids)]}, plan.partner_id)

    def _check_signed(self, name, day, files):
        """:raise UserError: see :meth:`accept_on_paper`"""
        today, first = self.company_id._get_collection_day(), min(self.line_ids.mapped("date"))
        if not name or not files:
            raise UserError(self.env._("Say who signed, and attach the signed copy."))
        if not day or not self.offered_on <= day <= today:
            raise UserError(self.env._(
                "Say on which day it was signed: between its offer and today."))
        if day > self.valid_until:
            raise UserError(self.env._(
                "The offer stood until %(day)s: make a new version.",
                day=format_date(self.env, self.valid_until)))
        if self._filter_changed():
            raise UserError(self.env._(
                "What is owed on the items has changed since the offer: make a new version."))
        if first < today:
            raise UserError(self.env._(
                "The first instalment was due on %(day)s, and is not paid: make a new version.",
                day=format_date(self.env, first)))

    def _accept(self, vals, partner):
        """The plan becomes the promise that it is.

        :param dict vals: who accepted it, and how
        :param partner: the ``res.partner`` who promises
        """
        self.write({**vals, "state": "accepted", "accepted_at": fields.Datetime.now(),
                    "ended_because": False})
        on_behalf = self._get_on_behalf()
        self._find_offered(self.item_ids)._end("withdrawn", in_company_language(
            self, self.company_id).env._("Another plan was accepted."), on_behalf=on_behalf)
        schedule = [(line.date, line.amount) for line in self.line_ids.sorted("date")]
        promise = self.env["collection.promise"]._make(
            self.item_ids, instalments=schedule, promised_by=partner.id,
            source="customer" if on_behalf else "collector", on_behalf=on_behalf,
            grace_days=self.default_days,
            comment=in_company_language(self, self.company_id)._get_name())
        promise.user_id = False if on_behalf else self.env.uid
        self.promise_id = promise
        self._trace("plan_accepted", on_behalf=on_behalf, data={
            "link": self.accepted_link_id.id or None, "name": self.accepted_by,
            "way": self.accepted_way, "signed": self.signed_ids.mapped("checksum")})
        self._on_plan_accepted()

    def _get_on_behalf(self):
        """:return: str, name of who accepted it on the personal page; empty where a user noted
            it"""
        return self.accepted_by if self.accepted_way == "page" else ""

    def _on_plan_accepted(self):
        """Hook: the debtor has recognised the debt of these plans, and promised to pay it.

        Called in superuser mode, in the transaction of the acceptance, with the day of it in
        ``accepted_on`` and the debts in ``item_ids``. A domain for which a recognition of debt
        matters, as it interrupts the limitation, extends it and calls ``super()``.
        """
        self.env["collection.signal"]._post_where_open([{
            "key": f"plan_accepted:{plan.id}", "code": "plan_accepted",
            "customer_id": plan.customer_id.id, "company_id": plan.company_id.id,
            "amount": plan.amount,
            "about": in_company_language(plan, plan.company_id)._get_name(),
        } for plan in self])

    def _refuse_on_page(self, link, key, text):
        """The debtor refuses, or proposes something else: an answer that waits for the collector.

        An offer that stands no more ends no other way for that.

        :param link: ``collection.link``, in superuser mode
        :param str key: of the form; sent twice, it is the same answer
        :param str text: as the debtor wrote it
        :raise UserError: no reason, or the plan is decided already
        """
        plan = self.sudo()
        plan.lock_for_update()
        plan.invalidate_recordset()
        form = AnswerForm(key=key, kind="plan", items=frozenset(), text=text)
        words = text[:MOST_TEXT].replace("\0", "").strip()
        if not words or not form.has_valid_key():
            raise UserError(self.env._("Say why, or what would suit you."))
        if plan.state not in PROPOSABLE:
            raise UserError(self.env._("This plan is not offered any more. Please contact us."))
        if plan.state == "offered":
            plan._end("refused", words, on_behalf=link.partner_id.name)
        elif plan._is_proposed_already(link, key):
            return
        link.env["collection.answer"].with_context(
            mail_create_nolog=True, mail_create_nosubscribe=True)._create_received(
                link, form, plan.item_ids[:1], {"text": words}, {}, ())

    def _is_proposed_already(self, link, key):
        """:return: bool, whether this very proposal was received
        :raise UserError: another one for these items waits for the collector"""
        received = self.env["collection.answer"].search([
            ("link_id", "=", link.id), ("kind", "=", "plan"),
            ("item_id", "in", self.item_ids.ids or [False])])
        if key in received.mapped("submission"):
            return True
        if "waiting" in received.mapped("state"):
            raise UserError(self.env._(
                "We have received your proposal already, and come back to you."))
        return False

    def withdraw(self, reason):
        """Withdraw offers: they cannot be accepted any more.

        :param str reason: stays in the history
        :raise UserError: no reason, or one of them is no longer offered
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.check_access("read")
        self._check_portfolio()
        reason = as_reason(self.env, reason)
        self._check_offered()
        self.sudo()._end("withdrawn", reason)

    # === ENDING === #

    @api.model
    def _process_offers(self):
        """Cron: end the offers whose day has passed, and those whose debt is another one now."""
        offered = self.sudo().search([("state", "=", "offered")])
        days = {company: company._get_collection_day() for company in offered.company_id}
        expired = offered.filtered(lambda plan: plan.valid_until < days[plan.company_id])
        (expired | offered._filter_changed())._end_hindered()

    def _end_hindered(self):
        """End offers that cannot be accepted any more, and notify the collectors."""
        offered = self.filtered(lambda plan: plan.state == "offered")
        for company, plans in offered.grouped("company_id").items():
            day, _ = company._get_collection_day(), in_company_language(plans, company).env._
            expired = plans.filtered(lambda plan, day=day: plan.valid_until < day)
            expired._end("expired", _("Its day has passed."))
            expired._notify_collector(_lt(
                "A payment plan was not accepted in time: offer a new version"))
            changed = plans - expired
            changed._end("withdrawn", _("What is owed has changed since the offer."))
            changed._notify_collector(_lt("What is owed has changed: offer a new payment plan"))

    def _end(self, state, reason, on_behalf=""):
        """Offers end without being accepted.

        :param str state: ``refused``, ``expired`` or ``withdrawn``
        :param str on_behalf: name of the debtor who refuses, or accepts another one
        """
        self.write({"state": state, "ended_because": reason[:200]})
        self._trace(f"plan_{state}", text=reason, on_behalf=on_behalf)

    def _trace(self, kind, text="", on_behalf="", data=None):
        rows = defaultdict(list)
        cause = self.env["collection.history"]._get_own_cause(on_behalf)
        for plan in self:
            rows[plan.customer_id, plan.company_id].append({
                "kind": kind, "command": "plan", "cause": cause, "text": text,
                "on_behalf": on_behalf,
                "new_value": in_company_language(plan, plan.company_id)._describe(),
                "data": {"plan": plan.id, "version": plan.version, "sha256": plan.digest,
                         **(data or {})}})
        self.env["collection.history"]._append_many(rows)

    def _notify_collector(self, summary):
        """:param summary: of the activity on the customer, to be said in the collector's language
        """
        hand_out(self.env, [ToDo(
            plan.customer_id, plan.company_id._get_collector(plan.customer_id), plan.company_id,
            summary) for plan in self])
