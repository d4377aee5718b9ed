from odoo import fields, models
from odoo.exceptions import UserError

_NOT_REVIEWED = {"reviewed_at": False, "reviewed_by_id": False}


class CollectionDocumentItem(models.Model):
    """Reviewing a document: approve, refuse with a reason, reopen (C-023)."""

    _inherit = "collection.document.item"

    def action_approve(self):
        """These documents are what was asked; the request may be complete with them.

        :raise UserError: one of them does not wait for a review
        :raise AccessError: a customer outside of the user's portfolio
        """
        items = self._take_review(("review",))
        items._write_reviewed("approved", False)
        items._trace_all("document_approved")
        for contributor, own in items.grouped("contributor_id").items():
            contributor._automate("approved", own)
        items.request_id._check_complete()

    def refuse(self, reason):
        """These are not what was asked; the contributor reads why, and may give others.

        :param str reason: in words that the contributor understands
        :raise UserError: no reason, or one of them does not wait for a review
        :raise AccessError: a customer outside of the user's portfolio
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Say why: the contributor reads it."))
        items = self._take_review(("review",))
        items._write_reviewed("refused", reason.strip())
        items._trace_all("document_refused", reason)
        items._reopen_contributors()
        for contributor, own in items.grouped("contributor_id").items():
            contributor._automate("refused", own)
        items._leave_removed()

    def action_reopen(self):
        """Take an approval or a refusal back: the document waits for its review again.

        :raise UserError: it was not reviewed, or its request has reported its outcome
        :raise AccessError: a customer outside of the user's portfolio
        """
        items = self._take_review(("approved", "refused"), ended=True)
        for request in items.request_id:
            request._reopen()
        items.write({"state": "review", "refusal": False, **_NOT_REVIEWED})
        items.filtered(lambda item: not item.file_ids).write({"state": "missing"})
        items._trace_all("document_reopened")
        items.filtered(lambda item: item.state == "review").request_id._ask_review()
        items._leave_removed()

    def action_reset(self):
        """Ask for the document anew: what was given is set aside, it is missing again.

        :raise UserError: nothing was given, or its request has reported its outcome
        :raise AccessError: a customer outside of the user's portfolio
        """
        items = self._take_review(("review", "approved", "refused"), ended=True)
        for request in items.request_id:
            request._reopen()
        items.file_ids._set_aside()
        items.write({"state": "missing", "refusal": False, "expiry": False, **_NOT_REVIEWED})
        items._trace_all("document_reset")
        items._reopen_contributors()
        items._leave_removed()
        items.request_id._check_complete()

    def _take_review(self, states, ended=False):
        """:return: these documents in superuser mode, ours to review

        :param states: in which they must be
        :param bool ended: also of requests that are complete
        """
        items = self.sudo()
        self.request_id._take_turn()
        labels = dict(self._fields["state"]._description_selection(self.env))
        for item in items:
            if item.state not in states:
                raise UserError(self.env._(
                    "“%(item)s” is in state “%(state)s”%(who)s: nothing has changed.",
                    item=item.name, state=labels[item.state],
                    who=item.reviewed_by_id and f" ({item.reviewed_by_id.name})" or ""))
        if not ended:
            items.request_id._check_open(paused=True)
        return items

    def _write_reviewed(self, state, refusal):
        self.write({"state": state, "refusal": refusal, "reviewed_by_id": self.env.uid,
                    "reviewed_at": fields.Datetime.now()})

    def _reopen_contributors(self):
        """Who said finished has something to give again, and is reminded of it."""
        self.contributor_id.filtered(
            lambda contributor: contributor.state == "finished").write({"state": "opened"})

    def _trace_all(self, kind, text=""):
        """Add the same fact of each of these documents, all at once; a request has one note.

        :param str kind: of the fact
        :param str text: what is said besides
        """
        facts = {}
        for item in self:
            request, name = item.request_id, item._get_full_name()
            facts.setdefault((request.customer_id, request.company_id), []).append(
                request._prepare_trace_vals(kind, new=name, text=text, data={"item": name}))
        rows = self.env["collection.history"]._append_many(facts)
        self.request_id._message_log_batch(bodies={
            request.id: rows.filtered(
                lambda row, request=request: row.data["request"] == request.id
            )._get_chatter_body() for request in self.request_id})
