from dataclasses import dataclass

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, plaintext2html

from ...engine.sequence import outcomes
from ...tools.dialogs import open_dialog
from ...tools.records import as_text, in_company_language
from ..history.trace import Trace
from .mail_activity import REVIEW

STATES = [
    ("open", "Under way"),
    ("paused", "Paused"),
    ("complete", "Complete"),
    ("refused", "Refused"),
    ("expired", "Without answer"),
    ("cancelled", "Cancelled"),
]

#: States in which nothing more is awaited.
ENDED = ("complete", "refused", "expired", "cancelled")


@dataclass(frozen=True, slots=True)
class Ending:
    """What follows when a request ends in one state (B40).

    :ivar str history_kind: kind of the history row
    :ivar str event: code of the event that its sequence may wait for; empty for none
    :ivar str outcome: of the action that asked for it; empty: the action stays as it is
    """

    history_kind: str
    event: str = ""
    outcome: str = ""


ENDINGS = {
    "complete": Ending("request_completed", "documents_complete", outcomes.DONE),
    "refused": Ending("request_refused", "documents_refused", outcomes.REFUSED),
    "cancelled": Ending("request_cancelled"),
    "expired": Ending("request_expired"),
}


class CollectionDocumentRequest(models.Model):
    """A file of documents that several people fill, each seeing only what is theirs (C-002).

    It copies its template when it starts. People provide through their personal pages, colleagues
    review; what becomes of it is the outcome of the action that asked for it (B40).
    """

    _name = "collection.document.request"
    _description = "Document Request"
    _copied_texts = ("end_reason", "pause_reason")
    _inherit = ["collection.portfolio", "mail.thread", "mail.activity.mixin"]
    _order = "due, id desc"
    _mail_post_access = "read"
    _owner_fields = ("customer_id", "company_id", "action_id")
    _traced_where = "TRUE"

    name = fields.Char(required=True)
    template_id = fields.Many2one(
        "collection.document.template", required=True, readonly=True, index=True,
        ondelete="restrict")
    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    action_id = fields.Many2one(
        "collection.action", readonly=True, index="btree_not_null", ondelete="restrict",
        help="The action that it answers: it closes when the request ends.")
    sequence_id = fields.Many2one(related="action_id.sequence_id")
    partner_id = fields.Many2one(
        "res.partner", string="Primary recipient", required=True, readonly=True,
        ondelete="restrict")
    rev = fields.Integer(
        default=0, readonly=True,
        help="Raised by every command, so that two of them never decide on the same state.")
    user_id = fields.Many2one(
        "res.users", string="Reviewer", domain="[('share', '=', False)]",
        default=lambda self: self.env.user, help="Is notified of what comes in.")
    introduction = fields.Html(help="What contributors read at the top of their page.")
    due = fields.Date(string="Due on", required=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="open")
    ended_at = fields.Datetime(string="Ended on", readonly=True)
    end_reason = fields.Char(readonly=True)
    pause_reason = fields.Char(readonly=True)
    contributor_ids = fields.One2many("collection.document.contributor", "request_id")
    item_ids = fields.One2many("collection.document.item", "request_id", string="Documents")
    notice_ids = fields.One2many(
        "collection.document.notice", "request_id", string="Messages to contributors",
        readonly=True)
    history_ids = fields.One2many(
        "collection.history", string="History", compute="_compute_history_ids")

    asked_count = fields.Integer("Documents asked", compute="_compute_counts")
    missing_count = fields.Integer("Missing", compute="_compute_counts")
    review_count = fields.Integer("To review", compute="_compute_counts")
    approved_count = fields.Integer("Approved", compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts", help="Approved, in percent.")
    late = fields.Boolean(compute="_compute_late", search="_search_late")
    file_count = fields.Integer(string="Files", compute="_compute_file_count")
    available_line_ids = fields.Many2many(
        "collection.document.template.function", string="Still to invite",
        compute="_compute_available_line_ids",
        help="Functions that take one more contributor.")

    #: read by lists of what is under way, and late
    _due_index = models.Index("(due) WHERE state IN ('open', 'paused')")
    #: one request under way answers an action: two would close it twice
    _action_unique = models.UniqueIndex(
        "(action_id) WHERE action_id IS NOT NULL AND state IN ('open', 'paused')",
        "A request of this action is under way already. Open that one.")

    # === COMPUTE === #

    @api.depends("item_ids.state")
    def _compute_counts(self):
        groups = self.env["collection.document.item"]._read_group(
            [("request_id", "in", self.ids), ("state", "!=", "cancelled")],
            ["request_id", "state"], ["__count"])
        counts = {}
        for request, state, count in groups:
            counts.setdefault(request.id, {})[state] = count
        for request in self:
            found = counts.get(request._origin.id, {})
            request.asked_count = sum(found.values())
            request.missing_count = found.get("missing", 0) + found.get("refused", 0)
            request.review_count = found.get("review", 0)
            request.approved_count = found.get("approved", 0)
            request.progress = 100 * request.approved_count / (request.asked_count or 1)

    @api.depends("due", "state")
    def _compute_late(self):
        days = {company: company._get_collection_day() for company in self.company_id}
        for request in self:
            request.late = (
                request.state == "open" and request.due
                and request.due < days.get(request.company_id, request.due))

    def _search_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("state", "=", "open") & self.env["res.company"]._get_past_domain("due")

    @api.depends("item_ids.file_ids")
    def _compute_file_count(self):
        counts = dict(self.env["collection.document.file"]._read_group(
            [("request_id", "in", self.ids), ("set_aside", "=", False)],
            ["request_id"], ["__count"]))
        for request in self:
            request.file_count = counts.get(request._origin, 0)

    @api.depends("template_id.function_ids", "contributor_ids.state", "state")
    def _compute_available_line_ids(self):
        for request in self:
            available = request._get_available_functions() if request.state == "open" else []
            request.available_line_ids = request.template_id.function_ids.filtered(
                lambda line, available=available: line.function_id in available)

    def _compute_history_ids(self):
        """Rows name their request in their data: those of all requests are found in one query."""
        history = self.env["collection.history"]
        query = history._search([
            ("customer_id", "in", self.customer_id.ids), ("command", "=", "documents")])
        names = SQL("(%s ->> 'request')", SQL.identifier(query.table, "data"))
        query.add_where(SQL("%s IN %s", names, tuple(str(id_) for id_ in [*self.ids, 0])))
        rows = history.browse(query).grouped(lambda row: row.data["request"])
        for request in self:
            request.history_ids = rows.get(request.id, history)

    # === CONSTRAINTS === #

    @api.constrains("user_id", "company_id")
    def _check_user(self):
        for request in self:
            user = request.user_id
            if user and not (request.company_id in user.company_ids and user.has_group(
                    "account_collection.group_collection_user")):
                raise ValidationError(self.env._(
                    "%(user)s cannot review “%(request)s”: reviewers have a right of Collection "
                    "in its company.", user=user.name, request=request.name))

    def _get_launched_sequence(self):
        return self.sequence_id

    # === CRUD === #

    def write(self, vals):
        if not self.env.su and not set(vals) <= self._get_editable_fields():
            raise AccessError(self.env._(
                "A request changes by its buttons (invite, review, pause, cancel), never by "
                "editing %(fields)s.",
                fields=", ".join(sorted(set(vals) - self._get_editable_fields()))))
        before = {request: request.due for request in self} if "due" in vals else {}
        result = super().write(vals)
        for request, day in before.items():
            if request.due != day:
                request.sudo()._move_due(day)
        if vals.get("state") in ENDED:
            self._get_document_activities().action_archive()
        elif "user_id" in vals:
            for request in self.filtered(lambda request: request._get_reviewer()):
                request._get_document_activities().write(
                    {"user_id": request._get_reviewer().id})
        return result

    def _get_editable_fields(self):
        """:return: names of the fields that whoever sees a request may edit"""
        return {"name", "user_id", "introduction", "due", "message_follower_ids",
                "message_partner_ids", "message_main_attachment_id", "activity_ids"}

    def _move_due(self, day):
        """The last day was changed: documents that were due with the request still are.

        :param day: the last day before
        """
        self.item_ids.filtered(lambda item: item.due == day).write({"due": self.due})
        self._trace("request_moved", new=fields.Date.to_string(self.due))

    def _creation_message(self):
        return in_company_language(self, self.company_id).env._("Documents requested")

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._(
            "“%(request)s” is part of the customer's history and is never deleted. Cancel it "
            "instead.", request=self[:1].name))

    # === TURN AND TRACE === #
    # Every command takes the request's turn first, and leaves a row in the customer's history.

    def _take_turn(self):
        """Take the turn of these requests, as their reviewer or as who collects.

        :return: the requests in superuser mode
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.check_access("write")
        self.filtered(
            lambda request: request.user_id != self.env.user)._check_portfolio()
        requests = self.sudo()
        requests._raise_rev()
        return requests

    def _raise_rev(self):
        """Take the turn of these requests. Must come before what a command decides on is read.

        Two people who approve the last two documents would each see the other's waiting, and
        the request would never be complete. Whoever raises ``rev`` second fails with a
        serialization error instead, and the call is replayed.
        """
        self.env.flush_all()
        if self.ids:
            self.env.cr.execute(SQL(
                "UPDATE collection_document_request SET rev = rev + 1 WHERE id IN %s",
                tuple(self.ids)))
        self.invalidate_recordset()
        self.env["collection.document.item"].invalidate_model()
        self.env["collection.document.contributor"].invalidate_model()

    def _check_open(self, paused=False):
        """Whether something may still change.

        :param bool paused: for colleagues, whom a pause does not keep out (C-025)
        :raise UserError: the request has ended, or is paused
        """
        labels = dict(self._fields["state"]._description_selection(self.env))
        allowed = ("open", "paused") if paused else ("open",)
        for request in self:
            if request.state not in allowed:
                raise UserError(self.env._(
                    "“%(request)s” is in state “%(state)s”: this is not possible now.",
                    request=request.name, state=labels[request.state]))
            if not paused and not request._is_door_open():
                raise UserError(self.env._(
                    "The sequence of “%(request)s” is paused: this is not possible now.",
                    request=request.name))

    def _is_door_open(self):
        """Whether contributors may provide now: a pause closes the door to them (C-025, B12)."""
        self.ensure_one()
        return self.state == "open" and self.sequence_id.state != "paused"

    def _trace(self, kind, *, new="", text="", on_behalf="", data=None, cause="person"):
        """Add a row to the customer's history, and mirror it in the chatter.

        :param str kind: of the row; the rest as :meth:`_prepare_trace_vals` has it
        :return: the new ``collection.history`` row
        """
        self.ensure_one()
        row = self.env["collection.history"]._append(
            self.customer_id, self.company_id, [self._prepare_trace_vals(
                kind, new=new, text=text, on_behalf=on_behalf, data=data, cause=cause)])
        self._message_log(body=row._get_chatter_body(self.company_id))
        return row

    def _prepare_trace_vals(self, kind, *, new="", text="", on_behalf="", data=None,
                            cause="person"):
        """Values of a history row of this request.

        :param str kind: of the row
        :param str new: what it is about now, e.g. the name of a document
        :param str text: reason or comment
        :param str on_behalf: name of the person for whom the user acts, if another
        :param data: dict of what the row keeps besides the request's id
        :param str cause: person or cron
        :return: dict, for ``collection.history._append``
        """
        self.ensure_one()
        action = in_company_language(self.action_id, self.company_id)
        return {
            **Trace("documents", cause, text, on_behalf).prepare_vals(),
            "kind": kind, "new_value": new, "action_id": action.id,
            "action_name": action.name, "sequence_id": self.sequence_id.id,
            "visit_id": action.visit_id.id, "step_name": action.step_id.name,
            "old_value": self.name, "data": {"request": self.id, **(data or {})}}

    # === PAUSE AND END === #
    # Pausing, resuming and ending a request, and what follows for its action (B40, C-025).

    def action_pause(self, reason=""):
        """Close the door to contributors until resumed; colleagues go on (C-025).

        :raise UserError: a request is not under way
        :raise AccessError: a customer outside of the user's portfolio
        """
        requests, reason = self._take_turn(), as_text(self.env, reason)
        requests._check_open()
        requests.write({"state": "paused", "pause_reason": reason})
        for request in requests:
            request._trace("request_paused", text=reason)

    def action_resume(self):
        """Open the door again.

        :raise UserError: a request is not paused
        :raise AccessError: a customer outside of the user's portfolio
        """
        requests = self._take_turn()
        for request in requests:
            if request.state != "paused":
                raise UserError(self.env._("“%(request)s” is not paused.", request=request.name))
        requests.write({"state": "open", "pause_reason": False})
        for request in requests:
            request._trace("request_resumed")
            # a pause is silent: contributors now learn what was refused meanwhile
            request._get_active_contributors().filtered(lambda contributor: (
                "refused" in contributor._get_own_items().mapped("state")))._write_mails("news")
        requests._check_complete()

    def action_refuse(self, reason):
        """End requests as refused: what was asked will not come, or is not what it should be.

        :raise UserError: no reason, or a request that has ended
        :raise AccessError: a customer outside of the user's portfolio
        """
        self._end_by_person("refused", reason)

    def action_cancel(self, reason):
        """End requests: the documents are not needed any more. Their actions stay open.

        :raise UserError: no reason, or a request that has ended
        :raise AccessError: a customer outside of the user's portfolio
        """
        self._end_by_person("cancelled", reason)

    def _end_by_person(self, state, reason):
        """End these requests because somebody says so, with a reason.

        :raise UserError: no reason, or a request that has ended
        """
        reason = as_text(self.env, reason)
        if not reason:
            raise UserError(self.env._("Say why: the reason stays in the history."))
        requests = self._take_turn()
        for request in requests:
            if request.state not in ("open", "paused"):
                raise UserError(self.env._(
                    "“%(request)s” has ended already.", request=request.name))
            request._end(state, reason)

    def _end_by_action(self, outcome):
        """Its action closed in another way: nobody waits for the documents any more.

        :param str outcome: of the action; ``expired`` says that nobody answered in time
        """
        self.ensure_one()
        own = in_company_language(self, self.company_id)
        labels = dict(self.env["collection.action"]._fields[
            "outcome"]._description_selection(own.env))
        self._end("expired" if outcome == outcomes.EXPIRED else "cancelled", own.env._(
            "“%(action)s” closed: %(outcome)s", action=own.action_id.name,
            outcome=labels.get(outcome, outcome)))

    def _check_complete(self):
        """End what is complete: nothing waits for a review or was refused and is awaited anew,
        all that is required is approved."""
        for request in self.filtered(lambda request: request.state == "open"):
            items = request.item_ids.filtered(lambda item: item.state != "cancelled")
            required = items.filtered("required") or items
            if not {"review", "refused"} & set(items.mapped("state")) and set(
                    required.mapped("state")) == {"approved"}:
                request._end("complete")

    def _end(self, state, reason="", cause="person"):
        """End a request: its sequence, its action and its contributors are notified.

        :param str state: one of :data:`ENDED`
        :param str reason: stays in the history
        :param str cause: person or cron
        """
        self.ensure_one()
        self.write({"state": state, "ended_at": fields.Datetime.now(), "end_reason": reason,
                    "pause_reason": False})
        ending = ENDINGS[state]
        self._trace(ending.history_kind, text=reason, cause=cause)
        if ending.event:
            self.env["collection.signal"]._post_where_open([{
                "key": f"{ending.event}:{self.id}:{self.ended_at.isoformat()}",
                "code": ending.event, "customer_id": self.customer_id.id,
                "company_id": self.company_id.id, "about": str(self.id)}])
            self._answer_action(ending.outcome, reason, cause)
        if state == "complete":
            self._get_active_contributors()._automate("completed")

    def _answer_action(self, outcome, reason, cause="person"):
        """Close the action that asked for the documents with their result (B40).

        One that also asks for a decision, or for dates that are missing, keeps waiting for them:
        documents decide nothing.

        :param str outcome: of the action, one of :mod:`~...engine.sequence.outcomes`
        :param str reason: reason; by default the name of the request
        """
        action, own = self.action_id, in_company_language(self, self.company_id)
        if not action or action.state in ("closed", "validating"):
            return
        steering = action._get_steering()
        missing = [marker for marker in steering.get_required_markers()
                   if not marker.get("value") and marker["type"] != "boolean"]
        if action.option_ids or (missing and outcome in outcomes.POSITIVE):
            action._message_log(body=own.env._(
                "“%(request)s” has ended: %(state)s. What else the action asks for is still "
                "awaited.", request=self.name, state=dict(self._fields[
                    "state"]._description_selection(own.env))[self.state]))
            return
        text = reason or own.env._("Documents: %(request)s", request=self.name)
        action._take_turn()
        steering.answer(
            outcome, Trace("close", cause, text), self.env["collection.action.option"])

    def _reopen(self):
        """A review that is taken back makes a complete request wait again.

        :raise UserError: it was refused or cancelled, or its action is closed
        """
        self.ensure_one()
        if self.state in ("open", "paused"):
            return
        if self.state != "complete" or self.action_id.state in ("closed", "validating"):
            raise UserError(self.env._(
                "“%(request)s” has ended and its outcome was acted upon: start a new request.",
                request=self.name))
        self.write({"state": "open", "ended_at": False})
        self._trace("request_reopened")

    # === ACTIVITIES === #
    # What the reviewer of a request is notified of: what to review, what went wrong.
    #
    # One open activity for each thing and request, however often it happens; none is left of a
    # request that has ended.

    def _get_reviewer(self):
        """:return: whom the request's affairs concern now: its reviewer, else who collects, else
        the credit manager"""
        self.ensure_one()
        request = self.sudo()
        collector = request.customer_id.with_company(request.company_id).collector_id
        for user in (request.user_id, collector, request.company_id._get_collection_manager()):
            if user.active:
                return user
        return request.user_id.browse()

    def _ask_review(self):
        """Something waits for these requests' reviewers."""
        self._open_activity(REVIEW, lambda request: request.env._("Documents to review"))

    def _close_review(self):
        """Of requests of which nothing waits for a review, the activity is done."""
        waiting = self.env["collection.document.item"].sudo().search(
            [("request_id", "in", self.ids), ("state", "=", "review")]).request_id
        (self - waiting)._get_document_activities(REVIEW).action_archive()

    def _open_activity(self, key, get_summary, get_note=None):
        """Raise an activity for the reviewers of these requests, where none is open for it.

        :param str key: what it stands for
        :param get_summary: function of a request in the reviewer's language
        :param get_note: the same of its note, a text that never becomes markup
        """
        known = self.browse(self._get_document_activities(key).mapped("res_id"))
        kind = self.env.ref("account_collection.mail_activity_type_documents")
        prepared = []
        for request in self - known:
            user = request._get_reviewer()
            translated = request.with_context(lang=user.lang)
            if user:
                prepared.append({
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": request.id, "activity_type_id": kind.id, "user_id": user.id,
                    "summary": get_summary(translated),
                    "note": get_note and plaintext2html(get_note(translated)),
                    "date_deadline": request.company_id._get_collection_day(),
                    "automated": True, "collection_key": key})
        self.env["mail.activity"].sudo().with_context(
            mail_activity_quick_update=True).create(prepared)

    def _get_document_activities(self, key=None):
        """:return: the open activities of these requests that were raised by what happened"""
        return self.env["mail.activity"].sudo().search([
            ("res_model", "=", self._name), ("res_id", "in", self.ids),
            ("collection_key", "=", key) if key else ("collection_key", "!=", False)])

    # === BUTTONS === #

    def action_open(self):
        """:return: window action on this request"""
        self.ensure_one()
        return self._get_records_action(context={})

    def action_open_steering(self):
        """:return: window action on the dialog that asks why, for the context's command"""
        command = self.env.context.get("steer_command", "pause")
        titles = {
            "pause": self.env._("Pause"), "refuse": self.env._("Refuse"),
            "cancel": self.env._("Cancel the request"),
        }
        return open_dialog(
            "collection.document.steer", titles.get(command, titles["pause"]),
            default_request_ids=self.ids, default_purpose=command)

    def action_open_items(self):
        """:return: window action on the board of the request's documents"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.collection_document_item_action")
        return {**action, "domain": [("request_id", "=", self.id)], "context": {},
                "display_name": self.name}

    def action_open_review(self):
        """:return: window action on the first document that waits for its review"""
        self.ensure_one()
        waiting = self.item_ids.filtered(lambda item: item.state == "review")
        return waiting[:1]._get_records_action(context={})

    def action_open_files(self):
        """:return: window action on the request's files"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.collection_document_file_action")
        return {**action, "domain": [("request_id", "=", self.id)]}

    def action_open_asking(self):
        """:return: window action on the action that asked for the documents"""
        self.ensure_one()
        return self.action_id.action_open()

    def action_open_sequence(self):
        """:return: window action on the sequence that asked for the documents"""
        self.ensure_one()
        return self.sequence_id.action_open()

    def action_open_customer(self):
        """:return: window action on the customer"""
        self.ensure_one()
        return self.customer_id.action_open_collection_customer()

    def action_download_zip(self):
        """:return: download of all files, a folder a contributor (C-021)"""
        return self._get_download_action("zip")

    def action_download_pdf(self):
        """:return: download of all files as one PDF (C-021)"""
        return self._get_download_action("pdf")

    def _get_download_action(self, ending):
        """:return: download of all files

        :param str ending: ``zip`` or ``pdf``
        """
        self.ensure_one()
        return {
            "type": "ir.actions.act_url", "target": "download",
            "url": f"/collection/requests/{self.id}/files.{ending}",
        }
