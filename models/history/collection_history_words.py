from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date

from ..selections import INCIDENTS, OUTCOMES


class CollectionHistoryWords(models.Model):
    """The facts in words, in the reader's language."""

    _inherit = "collection.history"

    summary = fields.Char(compute="_compute_summary")
    who = fields.Char("By", compute="_compute_who", help="The person, and on whose behalf.")

    @api.depends_context("lang")
    @api.depends("kind", "data", "step_name", "action_name", "old_value", "new_value")
    def _compute_summary(self):
        for row in self:
            row.summary = row._describe()

    @api.depends("summary")
    def _compute_display_name(self):
        for row in self:
            row.display_name = row.summary

    @api.depends_context("lang")
    @api.depends("user_name", "on_behalf")
    def _compute_who(self):
        for row in self:
            row.who = row.on_behalf and self.env._(
                "%(user)s, for %(holder)s", user=row.user_name, holder=row.on_behalf,
            ) or row.user_name

    def _describe(self):
        """:return: the fact in words, in the reader's language"""
        _, data = self.env._, self.data or {}
        outcome = self._get_label(OUTCOMES, "collection.action", "outcome", data.get("outcome"))
        incident = self._get_label(
            INCIDENTS, "collection.sequence", "incident", data.get("code"))
        words = {
            "outcome": outcome, "incident": incident, "old": self.old_value,
            "new": self.new_value, **self._get_names(), **self._get_dates(),
        }
        if self.kind == "setting_changed":
            words |= self._get_setting_words(data)
        if "item" in data and "request" not in data:
            nothing = self.env._("no status")
            words |= {"item": data["item"], "old": self.old_value or nothing,
                      "new": self.new_value or nothing}
        sentences = {
            "launched": _("Sequence launched"),
            "visit_entered": _("Step “%(step)s” entered"),
            "visit_left": _("Step “%(step)s” left"),
            "action_created": _("“%(action)s” created for %(date)s"),
            "action_submitted": _("“%(action)s” done, to be validated"),
            "action_closed": _("“%(action)s” closed: %(outcome)s%(option)s"),
            "action_reassigned": _("“%(action)s” passed from %(old)s to %(new)s"),
            "action_rescheduled": _("“%(action)s” moved from %(old)s to %(new)s"),
            "participant_changed": _("Participant changed: %(old)s → %(new)s"),
            "postpone_asked": _("Asked to postpone “%(action)s” from %(old)s to %(new)s"),
            "files_added": _("Files added to “%(action)s”: %(new)s"),
            "action_confirmed": _("Sending of “%(action)s” confirmed"),
            "message_sent": _("Message of “%(action)s” sent; it stays open"),
            "item_changed": _("%(item)s: %(old)s → %(new)s"),
            "items_detached": _("Taken out of “%(action)s”: %(new)s"),
            "promise_made": _("Promise made: %(new)s"),
            "promise_kept": _("Promise kept: %(new)s"),
            "promise_broken": _("Promise broken: %(new)s"),
            "promise_cancelled": _("Promise cancelled: %(new)s"),
            "dispute_opened": _("Dispute opened on %(item)s: %(new)s"),
            "dispute_resolved": _("Dispute resolved on %(item)s: %(new)s"),
            "internal_sent": _("%(new)s asked about %(item)s"),
            "answer_received": _("Answer on %(item)s: %(new)s"),
            "answer_accepted": _("Answer on %(item)s accepted: %(new)s"),
            "answer_refused": _("Answer on %(item)s refused: %(new)s"),
            "link_revoked": _("Personal link of %(new)s revoked"),
            **self._get_document_sentences(),
            "setting_changed": _("%(field)s: %(old)s → %(new)s"),
            "action_moved": _("Deadline of “%(action)s” moved to %(due)s"),
            "timer_set": _("Deadline of “%(step)s” runs until %(due)s: %(row)s"),
            "timer_frozen": _("Deadline frozen: %(row)s"),
            "timer_resumed": _("Deadline runs again, until %(due)s: %(row)s"),
            "legal_deadline_passed": _("Legal deadline passed during the pause: %(row)s"),
            "event_received": _("Event: %(event)s"),
            "event_used": _("Event used: %(row)s"),
            "child_started": _("Sequence of template %(template)s launched"),
            "switched": _("Switched to template %(template)s"),
            "migrated": _("Moved from version %(version_from)s to version %(version)s"),
            "markers_changed": _("%(new)s"),
            "paused": _("Sequence paused"),
            "resumed": _("Sequence resumed"),
            "ended": _("Sequence ended: %(label)s"),
            "stopped": _("Sequence stopped"),
            "incident_raised": _("Incident at “%(step)s”: %(incident)s"),
            "incident_cleared": _("Incident left"),
        }
        return sentences[self.kind] % words

    def _get_document_sentences(self):
        """:return: dict of what happened to a document request, by kind of fact"""
        _ = self.env._
        return {
            "documents_requested": _("Documents requested: %(old)s"),
            "contributor_invited": _("%(new)s invited to contribute to “%(old)s”"),
            "contributor_notified": _("%(new)s written to about “%(old)s”"),
            "contributor_reminded": _("%(new)s reminded of “%(old)s”"),
            "contributor_removed": _("%(new)s does not contribute to “%(old)s” any more"),
            "contributor_finished": _("%(new)s says that nothing more comes for “%(old)s”"),
            "document_provided": _("Provided: %(new)s"),
            "document_taken_back": _("File taken back: %(new)s"),
            "document_approved": _("Approved: %(new)s"),
            "document_refused": _("Refused: %(new)s"),
            "document_reopened": _("Review taken back: %(new)s"),
            "document_reset": _("Asked for anew: %(new)s"),
            "request_paused": _("Document request paused: %(old)s"),
            "request_resumed": _("Document request resumed: %(old)s"),
            "request_moved": _("Last day of the document request “%(old)s”: %(new)s"),
            "request_reopened": _("Document request reopened: %(old)s"),
            "request_completed": _("Documents complete: %(old)s"),
            "request_refused": _("Documents refused: %(old)s"),
            "request_expired": _("Documents not given in time: %(old)s"),
            "request_cancelled": _("Document request cancelled: %(old)s"),
        }

    def _get_label(self, selection, model, field, value):
        labels = dict(self.env[model]._fields[field]._description_selection(self.env))
        return labels.get(value, value)

    def _get_names(self):
        """:return: names in the reader's language; those kept with the fact stand in"""
        row, data = self.sudo(), self.data or {}
        option = self.kind == "action_closed" and (row.action_id.option_id.name or self.new_value)
        return {
            "step": row.visit_id.step_id.name or self.step_name,
            "action": row.action_id.name or self.action_name,
            "label": row.visit_id.transition_id.end_label or data.get("label") or "–",
            "option": f" ({option})" if option else "",
            "row": self._get_row_name(row, data), "event": self._get_event_name(data),
            "template": data.get("template"), "version": data.get("version"),
            "version_from": data.get("version_from"),
        }

    def _get_setting_words(self, data):
        """:return: the setting's name in the reader's language, and a word for no value"""
        field = self.env["res.partner"]._fields.get(data.get("field"))
        nothing = self.env._("none")
        return {
            "field": field._description_string(self.env) if field else data.get("field"),
            "old": self.old_value or nothing, "new": self.new_value or nothing,
        }

    def _get_row_name(self, row, data):
        rows = row.visit_id.step_id.transition_ids.filtered(lambda r: r.key == data.get("row"))
        return rows.sentence or "–"

    def _get_event_name(self, data):
        code, _colon, name = (data.get("code") or "").partition(":")
        return name or dict(self.env["collection.signal"]._fields["code"]
                            ._description_selection(self.env)).get(code, code)

    def _get_chatter_body(self):
        """:return: these facts as a note for the chatter, as markup"""
        lines = Markup().join(
            Markup("<li>%s%s</li>") % (
                row.summary, Markup(" — <i>%s</i>") % row.text if row.text else "")
            for row in self)
        return Markup("<ul>%s</ul>") % lines

    def _get_dates(self):
        """:return: dates as the reader writes them; facts keep them as ISO strings"""
        if self.kind in ("action_rescheduled", "postpone_asked"):
            return {"old": format_date(self.env, self.old_value),
                    "new": format_date(self.env, self.new_value)}
        if self.kind == "request_moved":
            return {"new": format_date(self.env, self.new_value)}
        data = self.data or {}
        return {name: format_date(self.env, data.get(name)) for name in ("date", "due")}
