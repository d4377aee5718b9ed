from odoo import fields, models
from odoo.exceptions import UserError

from ... import engine
from ...engine.sequence import outcomes

#: What the end of a request makes of the action that asked for it (B40).
OUTCOMES = {"complete": outcomes.DONE, "refused": outcomes.REFUSED}
EVENTS = {"complete": "documents_complete", "refused": "documents_refused"}
FACTS = {"complete": "request_completed", "refused": "request_refused",
         "cancelled": "request_cancelled", "expired": "request_expired"}


class CollectionDocumentRequest(models.Model):
    """Pausing, resuming and ending a request, and what follows for its action (B40, C-025)."""

    _inherit = "collection.document.request"

    def action_pause(self, reason=""):
        """Close the door to contributors until resumed; colleagues go on (C-025).

        :raise UserError: a request is not under way
        :raise AccessError: a customer outside of the user's portfolio
        """
        requests = self._take_turn()
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
            # a pause is silent: what was refused meanwhile is told now
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
        if not (reason or "").strip():
            raise UserError(self.env._("Say why: the reason stays in the history."))
        requests = self._take_turn()
        for request in requests:
            if request.state not in ("open", "paused"):
                raise UserError(self.env._(
                    "“%(request)s” has ended already.", request=request.name))
            request._end(state, reason)

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
        """End a request, tell its contributors' automation, and what waits for it."""
        self.ensure_one()
        self.write({"state": state, "ended_at": fields.Datetime.now(), "end_reason": reason,
                    "pause_reason": False})
        self._trace(FACTS[state], text=reason, cause=cause)
        if state in EVENTS:
            self.env["collection.signal"]._put_where_open([{
                "key": f"{EVENTS[state]}:{self.id}:{self.ended_at.isoformat()}",
                "code": EVENTS[state], "customer_id": self.customer_id.id,
                "company_id": self.company_id.id, "about": str(self.id)}])
            self._answer_action(OUTCOMES[state], reason, cause)
        if state == "complete":
            self._get_active_contributors()._automate("completed")

    def _answer_action(self, outcome, reason, cause="person"):
        """Give the action that asked for the documents its result (B40).

        One that also asks for a decision, or for dates that are missing, keeps waiting for them:
        documents decide nothing.
        """
        action = self.action_id
        if not action or action.state in ("closed", "validating"):
            return
        missing = [marker for marker in action._get_required_markers()
                   if not marker.get("value") and marker["type"] != "boolean"]
        if action.option_ids or (missing and outcome in outcomes.POSITIVE):
            action._message_log(body=self.env._(
                "“%(request)s” has ended: %(state)s. What else the action asks for is still "
                "awaited.", request=self.name, state=dict(self._fields[
                    "state"]._description_selection(self.env))[self.state]))
            return
        text = reason or self.env._("Documents: %(request)s", request=self.name)
        action._take_turn()
        if action.sequence_id:
            action.sequence_id._run_in_turn(
                engine.Close(action.number, outcome, None, True), text=text, action=action,
                cause=cause)
        else:
            action._close_alone(outcome, self.env["collection.action.option"], text)

    def _end_by_action(self, outcome):
        """Its action closed in another way: nobody waits for the documents any more.

        :param str outcome: of the action; ``expired`` says that nobody answered in time
        """
        self.ensure_one()
        labels = dict(self.env["collection.action"]._fields[
            "outcome"]._description_selection(self.env))
        self._end("expired" if outcome == outcomes.EXPIRED else "cancelled", self.env._(
            "“%(action)s” closed: %(outcome)s", action=self.action_id.name,
            outcome=labels.get(outcome, outcome)))

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
