from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class CollectionAnswerDecide(models.Model):
    """What a collector makes of answers: accepted, they become promise, dispute or comment."""

    _inherit = "collection.answer"

    excluding_action_id = fields.Many2one(
        "collection.action", string="Already in", compute="_compute_excluding_action_id",
        help="The specific action that the item is in; an accepted dispute takes it out of it.")

    @api.depends("kind", "item_id", "state")
    def _compute_excluding_action_id(self):
        disputes = self.sudo().filtered(
            lambda answer: answer.kind == "dispute" and answer.state == "waiting")
        actions = self.env["collection.action"].sudo()._find_excluding(disputes.item_id)
        for answer in self:
            answer.excluding_action_id = answer in disputes and actions.filtered(
                lambda action, answer=answer: answer.sudo().item_id in action.item_ids)[:1]

    def accept(self):
        """Take these answers as they were given.

        A payment that the customer says was made becomes a promise for when it should have
        arrived: so the scenario is silent meanwhile, the payment is found by itself, and the
        chase goes on where it never arrives. A question becomes an activity of the collector.
        Of an item that is settled meanwhile, nothing but the acceptance is noted.

        :raise UserError: one of them was checked already, or cannot become what it says
        :raise AccessError: a customer outside of the user's portfolio
        """
        answers = self._take_turn()
        still_open = answers.item_id.filtered(lambda item: not item.reconciled)
        groups = defaultdict(answers.browse)
        for answer in answers.filtered(lambda answer: answer.item_id in still_open):
            groups[answer._get_group()] |= answer
        for group in groups.values():
            getattr(group, f"_accept_{group[0].kind}")(group.item_id.with_env(self.env))
        answers._decide("accepted")

    def refuse(self, reason):
        """Do not take these answers; nothing of the account changes.

        :param str reason: stays in the history; whoever answered does not see it
        :raise UserError: no reason, or one of them was checked already
        :raise AccessError: a customer outside of the user's portfolio
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Say why: the reason stays in the customer's history."))
        self._take_turn()._decide("refused", reason)

    def _take_turn(self):
        """:return: these answers in superuser mode, ours to decide"""
        self.check_access("read")
        for company, own in self.grouped("company_id").items():
            own.customer_id.with_company(company)._check_collection_portfolio()
        answers = self.sudo()
        answers.lock_for_update()
        answers.invalidate_recordset(["state", "decided_by_id"])
        states = dict(self._fields["state"]._description_selection(self.env))
        for answer in answers.filtered(lambda answer: answer.state != "waiting"):
            raise UserError(self.env._(
                "“%(answer)s” is checked already: %(state)s by %(user)s on %(day)s.",
                answer=answer.display_name, state=states[answer.state],
                user=answer.decided_by_id.name,
                day=format_date(self.env, answer.decided_at)))
        return answers

    def _decide(self, state, reason=""):
        self.write({
            "state": state, "refusal": reason, "decided_by_id": self.env.uid,
            "decided_at": fields.Datetime.now()})
        self._trace(f"answer_{state}", {answer.id: reason for answer in self})
        self._close_activities()

    def _get_group(self):
        """:return: what answers that are accepted as one have in common"""
        self.ensure_one()
        return (self.link_id, self.submission, self.kind, self.currency_id,
                self.item_id.company_id)

    # -- by kind; the items come with the collector's rights ---------------------------------

    def _accept_paid(self, items):
        first, company = self[0], self.company_id
        due = max(first.date, company._get_collection_day()) + timedelta(
            days=company.collection_payment_days)
        said = self.env._("Paid on %(day)s, says %(who)s.",
                          day=format_date(self.env, first.date), who=first.partner_id.name)
        self.promise_id = items.env["collection.promise"].make(
            items, due, promised_by=first.partner_id.id, source="customer",
            comment=f"{said} {first.text or ''}".strip())

    def _accept_promise(self, items):
        first = self[0]
        amount = sum(min(answer.amount, answer.residual) for answer in self)
        self.promise_id = items.env["collection.promise"].make(
            items, first.date, amount, promised_by=first.partner_id.id, source="customer",
            comment=first.text or "")

    def _accept_dispute(self, items):
        first = self[0]
        self.dispute_id = items.env["collection.dispute"].open(
            items, first.reason_id.id, description=first.text or "", move=True)

    def _accept_question(self, items):
        """The question becomes a task on the customer."""
        first = self[0]
        user = first.customer_id.with_company(first.company_id).collector_id or items.env.user
        first.customer_id.with_context(mail_activity_quick_update=True).activity_schedule(
            "mail.mail_activity_data_todo", user_id=user.id,
            date_deadline=first.company_id._get_collection_day(),
            summary=first.with_context(lang=user.lang).env._(
                "Answer the question of %(who)s on %(items)s", who=first.partner_id.name,
                items=self.item_id._name_items()),
            note=first.text)

    def _accept_comment(self, items):
        """What a colleague found out: it becomes the items' status and comment."""
        first = self[0]
        if first.result:
            self._resolve_disputes(items)
        elif first.status_id.kind == "promise":
            self.promise_id = items.env["collection.promise"].make(
                items, first.date, source="collector", comment=first.text or "")
        elif first.status_id:
            items.set_collection_status(first.status_id.id, comment=first.text or "")
        if first.text:
            self.item_id.filtered(
                lambda item: item.collection_comment != first.text
            ).write({"collection_comment": first.text})

    def _resolve_disputes(self, items):
        disputes = self.env["collection.dispute"].search(
            [("state", "=", "open"), ("item_ids", "in", self.item_id.ids)])
        if not disputes:
            raise UserError(self.env._(
                "No dispute is open any more on %(items)s.", items=self.item_id._name_items()))
        disputes.with_env(items.env).resolve(self[0].result, comment=self[0].text or "")
        self.dispute_id = disputes[0]

    # -- buttons -----------------------------------------------------------------------------

    def action_accept(self):
        self.accept()

    def action_open_refuse(self):
        """:return: window action on the dialog that asks for a reason"""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refuse"),
            "res_model": "collection.answer.refuse",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_answer_ids": self.ids},
        }
