from odoo import models


class CollectionDocumentContributor(models.Model):
    """From what happens in a request to what its template does about it (C-011, C-024)."""

    _inherit = "collection.document.contributor"

    def _automate(self, trigger, items=None):
        """Do what the templates say for a trigger; the reviewer is told what is theirs to do.

        :param str trigger: one of :data:`~.collection_document_automation.TRIGGERS`
        :param items: ``collection.document.item`` that it is about, if any
        :return: whether an e-mail was written to each of these contributors (B37)
        """
        contributors = self.sudo()
        items = (items or self.env["collection.document.item"]).sudo()
        requests = contributors.request_id | items.request_id
        if not requests:
            return False
        contributors._note_answer(trigger)
        written, told = contributors.browse(), requests.browse()
        present = contributors.filtered(lambda contributor: contributor._may_be_written())
        for automation in requests.template_id._get_automations(trigger):
            concerned = automation._pick(
                contributors if automation.action == "activity" else present)
            if automation.action == "activity":
                told |= automation._tell_reviewers(concerned.request_id)
            elif concerned:
                written |= concerned._write_mails(automation._get_notice_kind(), automation)
        if trigger in ("provided", "finished"):
            (requests - told)._ask_review()
        return bool(contributors) and written == contributors

    def _may_be_written(self):
        """Whether an e-mail fits now: whoever was removed gets none, and a pause is silent (B12).

        The end of a request closes no door to what was given.
        """
        self.ensure_one()
        request = self.request_id
        ended = request.state == "complete" and request.sequence_id.state != "paused"
        return self.state != "removed" and (request._is_door_open() or ended)

    def _send_invitation(self):
        """Write to these contributors, with their personal links, although no automation does.

        :return: those who were written to
        """
        return self.sudo()._write_mails("invitation")

    def _note_answer(self, trigger):
        """What was sent to these contributors is answered by what they do."""
        if trigger in ("provided", "finished"):
            self.notice_ids.filtered(lambda notice: not notice.answered_at)._set_answered()


class CollectionDocumentAutomation(models.Model):
    _inherit = "collection.document.automation"

    def _get_notice_kind(self):
        """:return: what kind of message it writes"""
        self.ensure_one()
        return {"invited": "invitation", "after": "reminder", "before_due": "reminder"}.get(
            self.trigger, "news")

    def _get_summary(self):
        """:return: what its activity says, in the language of the context"""
        return self.subject or self.name

    def _tell_reviewers(self, requests):
        """Raise the automation's activity on these requests: one is open at most on each.

        :return: the requests
        """
        self.ensure_one()
        requests._open_activity(
            f"automation:{self.id}", lambda request: self.with_context(
                lang=request._get_reviewer().lang)._get_summary())
        return requests
