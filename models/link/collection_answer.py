from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

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

    _submission_unique = models.UniqueIndex(
        "(link_id, submission, item_id)", "This answer was received already.")

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

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("An answer is part of the customer's history: refuse it."))

    # -- tracing and telling ---------------------------------------------------------------

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
