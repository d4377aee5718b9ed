from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ...tools.dialogs import open_dialog
from ..specific.collection_dispute import RESULTS

KINDS = [
    ("paid", "Paid"),
    ("promise", "Will pay"),
    ("dispute", "Disputed"),
    ("question", "Question"),
    ("comment", "Comment"),
]


class CollectionAnswer(models.Model):
    """What somebody answered for an open item on the page behind a personal link.

    It waits until a collector accepts or refuses it; nothing of the account changes before.
    """

    _name = "collection.answer"
    _description = "Answer to Check"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    link_id = fields.Many2one(
        "collection.link", required=True, readonly=True, index=True, ondelete="restrict")
    link_kind = fields.Selection(related="link_id.kind")
    submission = fields.Char(
        required=True, readonly=True,
        help="The same for all answers that were sent together, and for the same ones sent again.")
    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner", string="Answered by", required=True, readonly=True, ondelete="restrict",
        help="Whom the link was sent to.")
    item_id = fields.Many2one(
        "account.move.line", string="Open item", required=True, readonly=True, index=True,
        ondelete="restrict")
    move_id = fields.Many2one(related="item_id.move_id", string="Document")
    currency_id = fields.Many2one(related="item_id.currency_id")
    residual = fields.Monetary(related="item_id.amount_residual_currency", string="Amount due")
    kind = fields.Selection(KINDS, string="Answer", required=True, readonly=True)
    date = fields.Date(readonly=True, help="The day it was paid, or will be paid.")
    amount = fields.Monetary(readonly=True, help="How much of it will be paid on that day.")
    reason_id = fields.Many2one("collection.dispute.reason", readonly=True, ondelete="restrict")
    status_id = fields.Many2one(
        "collection.item.status", string="Proposed status", readonly=True, ondelete="restrict")
    result = fields.Selection(RESULTS, string="Dispute resolved", readonly=True)
    text = fields.Text(readonly=True)
    attachment_ids = fields.Many2many("ir.attachment", string="Files", readonly=True)
    summary = fields.Char(compute="_compute_summary")
    state = fields.Selection(
        [("waiting", "To check"), ("accepted", "Accepted"), ("refused", "Refused")],
        required=True, readonly=True, default="waiting", index=True)
    decided_by_id = fields.Many2one("res.users", string="Checked by", readonly=True)
    decided_at = fields.Datetime(string="Checked on", readonly=True)
    refusal = fields.Text(string="Why refused", readonly=True)
    promise_id = fields.Many2one("collection.promise", readonly=True)
    dispute_id = fields.Many2one("collection.dispute", readonly=True)

    excluding_action_id = fields.Many2one(
        "collection.action", string="Already in", compute="_compute_excluding_action_id",
        help="The specific action that the item is in; an accepted dispute takes it out of it.")

    _submission_unique = models.UniqueIndex(
        "(link_id, submission, item_id)", "This answer was received already.")

    # === COMPUTE === #

    @api.depends("kind", "move_id")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for answer in self:
            answer.display_name = (
                f"{labels.get(answer.kind, '')}: {answer.sudo().item_id._name_items()}")

    @api.depends_context("lang")
    @api.depends("kind", "date", "amount", "reason_id", "status_id", "result")
    def _compute_summary(self):
        for answer in self:
            answer.summary = answer._describe()

    @api.depends("kind", "item_id", "state")
    def _compute_excluding_action_id(self):
        disputes = self.sudo().filtered(
            lambda answer: answer.kind == "dispute" and answer.state == "waiting")
        actions = self.env["collection.action"].sudo()._find_excluding(disputes.item_id)
        for answer in self:
            answer.excluding_action_id = answer in disputes and actions.filtered(
                lambda action, answer=answer: answer.sudo().item_id in action.item_ids)[:1]

    # === CRUD === #

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("An answer is part of the customer's history: refuse it."))

    # === ANSWERS === #

    def _describe(self):
        """:return: the answer in a line, in the reader's language"""
        self.ensure_one()
        answer, _ = self.sudo(), self.env._
        day = answer.date and format_date(self.env, answer.date)
        if answer.kind == "paid":
            return _("Paid on %(day)s", day=day)
        if answer.kind == "promise":
            return _("Will pay %(amount)s on %(day)s", day=day, amount=format_amount(
                self.env, answer.amount, answer.currency_id))
        if answer.kind == "dispute":
            return _("Disputed: %(reason)s", reason=answer.reason_id.name)
        if answer.kind == "question":
            return _("Question")
        if answer.result:
            labels = dict(self._fields["result"]._description_selection(self.env))
            return _("Dispute resolved: %(result)s", result=labels[answer.result])
        if answer.date:
            return _("%(status)s for %(day)s", status=answer.status_id.name, day=day)
        return answer.status_id.name or _("Comment")

    def _trace(self, kind, texts=None):
        """Note in the customer's history what became of these answers.

        :param texts: dict of what is said besides, by answer id; by default what was answered
        """
        facts = {}
        for answer in self:
            facts.setdefault((answer.customer_id, answer.company_id), []).append({
                "kind": kind, "new_value": answer._describe(), "cause": "person",
                "command": "answer",
                "on_behalf": answer.partner_id.name if kind == "answer_received" else "",
                "text": (answer.text if texts is None else texts.get(answer.id)) or "",
                "data": {"answer": answer.id, "item": answer.item_id._name_items(),
                         "files": answer.attachment_ids.mapped("name")},
            })
        self.env["collection.history"]._append_many(facts)

    def _tell(self):
        """An activity for whoever asked, or collects from the customer: one a submission."""
        first = self[:1]
        company = first.company_id
        user = first.link_id.user_id or (
            first.customer_id.with_company(company).collector_id or company.collection_manager_id)
        if not user:
            return
        words = first.with_context(lang=user.lang)
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create({
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": first.id,
            "activity_type_id": self.env.ref("account_collection.mail_activity_type_answer").id,
            "user_id": user.id,
            "date_deadline": company._get_collection_day(),
            "automated": True,
            "summary": words.env._(
                "Answer of %(who)s: %(answer)s", who=first.partner_id.name,
                answer=words._describe()),
        })

    def _close_activities(self):
        """Of submissions of which nothing waits any more, the activity is done."""
        kin = self.search([("link_id", "in", self.link_id.ids),
                           ("submission", "in", self.mapped("submission"))])
        waiting = {(answer.link_id, answer.submission)
                   for answer in kin if answer.state == "waiting"}
        done = kin.filtered(lambda answer: (answer.link_id, answer.submission) not in waiting)
        self.env["mail.activity"].search([
            ("res_model", "=", self._name), ("res_id", "in", done.ids),
            ("activity_type_id", "=", self.env.ref(
                "account_collection.mail_activity_type_answer").id)]).action_archive()

    # === DECIDING === #
    # What a collector makes of answers: accepted, they become promise, dispute or comment.

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

    # === FILES === #

    def _keep_files(self, files):
        """Keep files with these answers; only who may read the answers may read them.

        :param files: list of (file name, bytes, MIME type)
        """
        if not files:
            return
        kept = self.env["ir.attachment"].create([{
            "name": name, "raw": content, "mimetype": kind, "public": False,
            "res_model": self._name, "res_id": self[0].id,
        } for name, content, kind in files])
        self.write({"attachment_ids": [(6, 0, kept.ids)]})

    # === ANSWER FORM === #

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

    # === BUTTONS === #

    def action_accept(self):
        self.accept()

    def action_open_refuse(self):
        """:return: window action on the dialog that asks for a reason"""
        return open_dialog(
            "collection.answer.refuse", self.env._("Refuse"), default_answer_ids=self.ids)
