import logging
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date, plaintext2html

from ...tools.clauses import join_label
from ...tools.dialogs import open_dialog
from ...tools.records import as_reason, in_company_language
from ..collection_upload import Sender
from ..item.holders import Holder, register
from ..specific.collection_dispute import RESULTS
from .link_kinds import KINDS

_logger = logging.getLogger(__name__)

#: Characters kept of a text.
LONGEST = 4000

#: Answers of one link that may wait at a time.
MOST_WAITING = 100

ANSWER_KINDS = [
    ("paid", "Paid"),
    ("promise", "Will pay"),
    ("dispute", "Disputed"),
    ("question", "Question"),
    ("comment", "Comment"),
    ("plan", "Payment plan refused"),
]

register(Holder("collection.answer", "item_id", (("state", "=", "waiting"),),
                unique=("link_id", "submission")))


class CollectionAnswer(models.Model):
    """An answer for one open item, given on the page behind a personal link.

    It waits until a collector accepts or refuses it; the account does not change before.
    """

    _name = "collection.answer"
    _description = "Answer to Check"
    _inherit = ["collection.portfolio", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _owner_fields = ("customer_id", "company_id", "link_id")
    _copied_texts = ("text", "refusal")

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
        "account.move.line", string="Open item", readonly=True, index=True,
        ondelete="set null", help="Empty when the item was deleted since.")
    item_name = fields.Char(
        string="Item then", readonly=True, help="Number of the item when it was answered.")
    move_id = fields.Many2one(related="item_id.move_id", string="Document")
    currency_id = fields.Many2one(related="item_id.currency_id")
    residual = fields.Monetary(related="item_id.amount_residual_currency", string="Amount due")
    kind = fields.Selection(ANSWER_KINDS, string="Answer", required=True, readonly=True)
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
        required=True, readonly=True, default="waiting")
    decided_by_id = fields.Many2one("res.users", string="Checked by", readonly=True)
    decided_at = fields.Datetime(string="Checked on", readonly=True)
    refusal = fields.Text(string="Why refused", readonly=True)
    promise_id = fields.Many2one("collection.promise", readonly=True)
    dispute_id = fields.Many2one("collection.dispute", readonly=True)

    excluding_action_id = fields.Many2one(
        "collection.action", string="Already in", compute="_compute_excluding_action_id",
        help="The specific action that the item is in; an accepted dispute takes it out of it.")

    #: read by the list and the counts of what is to check
    _waiting_index = models.Index("(customer_id) WHERE state = 'waiting'")
    _submission_unique = models.UniqueIndex(
        "(link_id, submission, item_id)", "This answer was received already.")

    # === COMPUTE === #

    @api.depends_context("lang")
    @api.depends("kind", "move_id")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for answer in self:
            answer.display_name = join_label(
                self.env, labels.get(answer.kind, ""), answer._get_item_name())

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

    def _get_item_name(self):
        """:return: str, number of the item; what it was, when the item was deleted since"""
        return self.sudo().item_id._name_items() or self.item_name or "–"

    def _describe(self):
        """:return: str, the answer in a line, in the reader's language"""
        self.ensure_one()
        answer, _ = self.sudo(), self.env._
        day = answer.date and format_date(self.env, answer.date)
        if answer.kind == "paid":
            return _("Paid on %(day)s", day=day)
        if answer.kind == "promise":
            currency = answer.currency_id or answer.company_id.currency_id
            return _("Will pay %(amount)s on %(day)s", day=day, amount=format_amount(
                self.env, answer.amount, currency))
        if answer.kind == "dispute":
            return _("Disputed: %(reason)s", reason=answer.reason_id.name)
        if answer.kind in ("question", "plan"):
            return _("Question") if answer.kind == "question" else _("Refuses the payment plan")
        if answer.result:
            labels = dict(self._fields["result"]._description_selection(self.env))
            return _("Dispute resolved: %(result)s", result=labels[answer.result])
        if answer.date:
            return _("%(status)s for %(day)s", status=answer.status_id.name, day=day)
        return answer.status_id.name or _("Comment")

    def _trace(self, kind, texts=None):
        """Record in the customer's history that these answers were received or decided.

        :param str kind: of the history row
        :param texts: dict of str by answer id; by default the answers' own texts
        """
        rows = {}
        for answer in self:
            rows.setdefault((answer.customer_id, answer.company_id), []).append({
                "kind": kind, "cause": "person",
                "new_value": in_company_language(answer, answer.company_id)._describe(),
                "command": "answer",
                "on_behalf": answer.partner_id.name if kind == "answer_received" else "",
                "text": (answer.text if texts is None else texts.get(answer.id)) or "",
                "data": {"answer": answer.id, "item": answer._get_item_name(),
                         "files": answer.attachment_ids.mapped("name")},
            })
        self.env["collection.history"]._append_many(rows)

    def _notify_collector(self):
        """Schedule an activity for whoever asked, else for the customer's collector: one for all
        answers of a submission."""
        first = self[:1]
        company = first.company_id
        user = first.link_id.user_id or (
            first.customer_id.with_company(company).collector_id
            or company._get_collection_manager())
        if not user:
            return
        translated = first.with_context(lang=user.lang)
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create({
            "res_model_id": self.env["ir.model"]._get_id(self._name),
            "res_id": first.id,
            "activity_type_id": self.env.ref("account_collection.mail_activity_type_answer").id,
            "user_id": user.id,
            "date_deadline": company._get_collection_day(),
            "automated": True,
            "summary": translated.env._(
                "Answer from %(who)s: %(answer)s", who=first.partner_id.name,
                answer=translated._describe()),
        })

    def _close_activities(self):
        """Mark as done the activity of submissions of which no answer waits any more."""
        kin = self.search([("link_id", "in", self.link_id.ids),
                           ("submission", "in", self.mapped("submission"))])
        waiting = {(answer.link_id, answer.submission)
                   for answer in kin if answer.state == "waiting"}
        done = kin.filtered(lambda answer: (answer.link_id, answer.submission) not in waiting)
        self.env["mail.activity"].search([
            ("res_model", "=", self._name), ("res_id", "in", done.ids),
            ("activity_type_id", "=", self.env.ref(
                "account_collection.mail_activity_type_answer").id)]).action_archive()

    # === RECEIVING === #
    # From what a page sent to answers that wait.

    @api.model
    def _receive(self, link, form):
        """Keep an answer for each of the items, and notify the collector.

        The link must be in use (``collection.link._use``), so that two at a time take turns.

        :param link: ``collection.link``, in superuser mode and its reader's language
        :param form: :class:`~.page.AnswerForm`
        :return: the answers; sent again, those that there are already
        :raise UserError: what the reader has to change, in the reader's language
        """
        link.ensure_one()
        if form.kind not in KINDS[link.kind].answers:
            raise UserError(self.env._("Choose an answer."))
        if not form.has_valid_key():
            raise UserError(self.env._("Reload the page, and try again."))
        answers = link.env[self._name].with_context(
            mail_create_nolog=True, mail_create_nosubscribe=True)
        known = answers.search([("link_id", "=", link.id), ("submission", "=", form.key)])
        if known:
            return known
        items = answers._get_answered_items(link, form)
        common = getattr(answers, f"_read_{form.kind}")(link, form, items)
        common["text"] = form.text[:LONGEST].replace("\0", "").strip()
        amounts = common.pop("amounts", {})
        files = link._check_files(form.files, sender=Sender(link.customer_id, link=link.id))
        waiting = answers.search([("link_id", "=", link.id), ("state", "=", "waiting")])
        if not files and (same := waiting._find_same(form.kind, items, common, amounts)):
            return same
        if len(waiting) + len(items) > MOST_WAITING:
            raise UserError(self.env._(
                "Many of your answers are still being checked. Please wait for our reply."))
        return answers._create_received(link, form, items, common, amounts, files)

    def _create_received(self, link, form, items, common, amounts, files):
        """:param dict common: values that all answers share
        :param dict amounts: what is promised of each item; empty for no promise
        :param files: list of :class:`..collection_upload.CheckedFile`
        """
        created = self.create([{
            **common, "link_id": link.id, "submission": form.key, "kind": form.kind,
            "customer_id": link.customer_id.id, "company_id": link.company_id.id,
            "partner_id": link.partner_id.id, "item_id": item.id,
            "item_name": item._name_items(),
            "amount": amounts.get(item, 0.0),
        } for item in items if not amounts or item in amounts])
        created._keep_files(files)
        created._trace("answer_received")
        created._notify_collector()
        return created

    def _get_answered_items(self, link, form):
        if not form.items:
            raise UserError(self.env._("Tick at least one invoice."))
        items = link._get_answerable_items().filtered(lambda item: item.id in form.items)
        if len(items) != len(form.items):
            _logger.warning("%s: answer for items %s refused, that it does not show or that are "
                            "settled", link, sorted(form.items - set(items.ids)))
            raise UserError(self.env._(
                "An invoice that you ticked is not open any more. Please look again."))
        return items

    # Each takes a link, the form and the items answered for, and returns the values of an answer
    # of that kind.

    def _read_paid(self, link, form, items):
        day, today = form.read_day(), link.company_id._get_collection_day()
        if not day or not today - timedelta(days=366) <= day <= today:
            raise UserError(self.env._("Say on which day you paid: today or earlier."))
        return {"date": day}

    def _read_promise(self, link, form, items):
        day, today = form.read_day(), link.company_id._get_collection_day()
        if not day or not today <= day <= today + timedelta(days=366):
            raise UserError(self.env._("Say on which day you will pay: today or later."))
        return {"date": day, "amounts": self._read_amounts(form, items)}

    def _read_amounts(self, form, items):
        """:return: dict of how much of each item will be paid: the oldest first"""
        due = {item: item.amount_residual_currency for item in items}
        if not form.amount.strip():
            return due
        if len(items.currency_id) > 1:
            raise UserError(self.env._(
                "Your invoices are in several currencies: answer for one currency at a time, or "
                "leave the amount empty."))
        left, currency = form.read_amount(), items.currency_id
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

    def _read_dispute(self, link, form, items):
        reason = self.env["collection.dispute.reason"].search(
            [("id", "=", form.read_reason_id())])
        if not reason:
            raise UserError(self.env._("Say why you do not agree: choose a reason."))
        return {"reason_id": reason.id}

    def _read_question(self, link, form, items):
        if not form.text.strip():
            raise UserError(self.env._("Write your question."))
        return {}

    def _read_comment(self, link, form, items):
        if form.read_result() in dict(RESULTS):
            return {"result": form.read_result()}
        status = link._get_proposable_statuses().filtered(
            lambda status: status.id == form.read_status_id())
        if not status:
            if not form.text.strip() and not form.files:
                raise UserError(self.env._("Write an answer, or propose a status."))
            return {}
        if status.kind != "promise":
            return {"status_id": status.id}
        return {"status_id": status.id, "date": self._read_promise(link, form, items)["date"]}

    def _find_same(self, kind, items, common, amounts):
        """Find the same answers among these, which wait: a page open twice sends them twice.

        :param str kind: of answer
        :param dict common: values that the answers share
        :param dict amounts: what is promised of each item; empty for no promise
        :return: ``collection.answer``, empty unless there is the same one for each item
        """
        same = self.filtered(lambda answer: (
            answer.kind == kind and answer.item_id in items
            and answer._has_values(common, amounts.get(answer.item_id, 0.0))))
        wanted = items.filtered(lambda item: not amounts or item in amounts)
        return same if same.item_id == wanted else self.browse()

    def _has_values(self, common, amount):
        """:return: bool, whether it has these values, and that amount"""
        values = {name: self._fields[name].convert_to_write(self[name], self) for name in common}
        currency = self.currency_id or self.company_id.currency_id
        return not currency.compare_amounts(self.amount, amount) and all(
            (values[name] or False) == (value or False) for name, value in common.items())

    def _keep_files(self, files):
        """Keep files with these answers; only who may read the answers may read them.

        :param files: list of :class:`..collection_upload.CheckedFile`
        """
        if not files:
            return
        kept = self.env["ir.attachment"].create([file.prepare_vals(self[0]) for file in files])
        self.write({"attachment_ids": [(6, 0, kept.ids)]})

    # === DECIDING === #
    # Accepted, answers become promise, dispute or comment.

    def accept(self):
        """Accept these answers as they were given.

        A payment that the customer reports becomes a promise for the day on which it should
        arrive: the scenario is silent until then, keeps the promise by itself when the payment
        comes, and resumes when it does not. A question becomes an activity of the collector.
        For an item settled in the meantime, only the acceptance is recorded.

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
        """Refuse these answers; the account does not change.

        :param str reason: stays in the history; whoever answered does not see it
        :raise UserError: no reason, or one of them was checked already
        :raise AccessError: a customer outside of the user's portfolio
        """
        reason = as_reason(self.env, reason)
        self._take_turn()._decide("refused", reason)

    def _take_turn(self):
        """Lock these answers to decide them.

        :return: the answers, in superuser mode
        :raise UserError: one was decided already
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.check_access("read")
        self._check_portfolio()
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
        """:return: tuple, the same for answers that are accepted as one"""
        self.ensure_one()
        return (self.link_id, self.submission, self.kind, self.currency_id,
                self.item_id.company_id)

    def _accept_paid(self, items):
        first, company = self[0], self.company_id
        due = max(first.date, company._get_collection_day()) + timedelta(
            days=company.collection_payment_days)
        report = self.env._("Paid on %(day)s, says %(who)s.",
                            day=format_date(self.env, first.date), who=first.partner_id.name)
        self.promise_id = items.env["collection.promise"]._make(
            items, due, promised_by=first.partner_id.id, source="customer",
            comment=f"{report} {first.text or ''}".strip())

    def _accept_promise(self, items):
        first = self[0]
        amount = sum(min(answer.amount, answer.residual) for answer in self)
        self.promise_id = items.env["collection.promise"]._make(
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
            note=plaintext2html(first.text or ""))

    def _accept_plan(self, items):
        """What was proposed in place of a plan becomes a task on the customer, as a question."""
        self._accept_question(items)

    def _accept_comment(self, items):
        """A colleague's answer becomes the items' status and comment."""
        first = self[0]
        if first.result:
            self._resolve_disputes(items)
        elif first.status_id.kind == "promise":
            self.promise_id = items.env["collection.promise"]._make(
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

    # === BUTTONS === #

    def action_accept(self):
        """Button *Accept*; see :meth:`accept`."""
        self.accept()

    def action_open_refuse(self):
        """:return: window action on the dialog that asks for a reason"""
        return open_dialog(
            "collection.answer.refuse", self.env._("Refuse"), default_answer_ids=self.ids)
