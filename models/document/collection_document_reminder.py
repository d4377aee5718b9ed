from odoo import api, fields, models
from odoo.fields import Domain

from .collection_document_automation import CLOCK


class CollectionDocumentRequest(models.Model):
    """The clock of document requests: reminders until complete, and what expires meanwhile (E25).

    Each request is looked at once a day, in a transaction of its own. A contributor gets one
    message a day at most, however many reminders are due and however long the clock stood still.
    """

    _inherit = "collection.document.request"

    reminded_on = fields.Date(readonly=True, copy=False, help="Day of the last look at the clock.")

    #: read by the cron that reminds (_process_reminders)
    _remind_index = models.Index("(reminded_on NULLS FIRST, id) WHERE state = 'open'")

    @api.model
    def _process_reminders(self, limit=100):
        """Remind of what is missing; safe to run many times at once.

        :param int limit: requests taken at most; the cron comes back for the rest
        :return: number of requests looked at
        """
        requests, due = self.sudo(), self._get_remind_domain()
        return self.env["collection.sequence"]._process_batch(
            requests.search(due, limit=limit, order="reminded_on NULLS FIRST, id"),
            requests.search_count(due), lambda request: request._remind())

    @api.model
    def _get_remind_domain(self):
        """:return: domain of the open requests not looked at today, in their company's day"""
        return Domain("state", "=", "open") & Domain.OR([
            Domain("company_id", "=", company.id)
            & (Domain("reminded_on", "=", False) | Domain("reminded_on", "<", day))
            for company, day in self._get_company_days().items()])

    @api.model
    def _get_company_days(self):
        """:return: dict of the day it is, by company that has open requests"""
        groups = self.sudo()._read_group([("state", "=", "open")], ["company_id"])
        return {company: company._get_collection_day() for [company] in groups}

    def _is_due(self):
        """Whether it is open and was not looked at today; an empty one is another worker's."""
        return self.state == "open" and (
            not self.reminded_on or self.reminded_on < self.company_id._get_collection_day())

    def _postpone(self, _error):
        """A fault of one request waits for its next day."""
        self.reminded_on = self.company_id._get_collection_day()

    def _remind(self):
        """Do what is due today, in the request's turn."""
        self.ensure_one()
        self._raise_rev()
        if self.state != "open":  # ended since it was searched for
            return
        today = self.company_id._get_collection_day()
        if self._is_door_open():
            self._expire_items(today)
            self._run_clock(today)
        self.reminded_on = today

    def _run_clock(self, today):
        """Do what the template's automations of the clock say for today."""
        automations = self.template_id._get_automations(*CLOCK)
        contributors = self._get_active_contributors().filtered(
            lambda contributor: contributor._is_owing()) if automations else ()
        messages, told = {}, {}
        for contributor in contributors:
            due = contributor._get_due_automations(automations, today)
            told[contributor] = due.filtered(lambda automation: automation.action == "activity")
            due -= told[contributor]
            if due and contributor._is_mailable(today):
                messages[tuple(due.ids)] = messages.get(
                    tuple(due.ids), contributor.browse()) | contributor
        for ids, group in messages.items():
            due = automations.browse(ids)  # the latest says what fits today, and for the others
            group._write_mails("reminder", due[-1], covered=due, cause="cron")
        self._tell_of_silence(told)

    def _tell_of_silence(self, told):
        """Raise the activities that are due, and note them, so that each is raised once.

        :param dict told: ``collection.document.automation`` by contributor
        """
        self.env["collection.document.notice"].create([
            contributor._prepare_told_vals(automation)
            for contributor, automations in told.items() for automation in automations])
        for automation in self.env["collection.document.automation"].union(*told.values()):
            automation._tell_reviewers(self)
