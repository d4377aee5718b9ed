from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...tools.batches import process_batch
from ...tools.dialogs import RELOAD, notify
from ...tools.records import as_record
from .collection_document_automation import CLOCK


class CollectionDocumentRequest(models.Model):
    """Reminding of what is missing: by the clock until complete (E25), and by hand.

    Each request is looked at once a day, in a transaction of its own. A contributor gets one
    message a day at most, however many reminders are due and however long the clock stood still.
    """

    _inherit = "collection.document.request"

    reminded_on = fields.Date(readonly=True, copy=False, help="Day of the last look at the clock.")

    #: read by the cron that reminds (_process_reminders)
    _remind_index = models.Index("(reminded_on NULLS FIRST, id) WHERE state = 'open'")

    # === CRON === #

    @api.model
    def _process_reminders(self, limit=100):
        """Remind of what is missing; safe to run many times at once.

        :param int limit: requests taken at most; the cron comes back for the rest
        :return: number of requests looked at
        """
        requests, due = self.sudo(), self._get_remind_domain()
        return process_batch(
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
        """:return: dict of today (``date``), by company that has open requests and does not
            wait for its start"""
        groups = self.sudo()._read_group([("state", "=", "open")], ["company_id"])
        companies = self.env["res.company"].sudo().union(*(company for [company] in groups))
        return {company: company._get_collection_day()
                for company in companies - companies._filtered_waiting_for_start()}

    def _filtered_due(self):
        """:return: those of these locked records that are open and were not looked at today"""
        return self.filtered(lambda request: request.state == "open" and (
            not request.reminded_on
            or request.reminded_on < request.company_id._get_collection_day()))

    def _postpone(self, _error):
        """After a fault, a request is looked at again on the next day."""
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
        messages, silent = {}, {}
        for contributor in contributors:
            due = contributor._get_due_automations(automations, today)
            silent[contributor] = due.filtered(
                lambda automation: automation.action == "activity")
            due -= silent[contributor]
            if due and contributor._is_mailable(today):
                messages[tuple(due.ids)] = messages.get(
                    tuple(due.ids), contributor.browse()) | contributor
        for ids, group in messages.items():
            due = automations.browse(ids)  # the latest fits today, and stands for the others
            group._write_mails("reminder", due[-1], covered=due, cause="cron")
        self._notify_of_silence(silent)

    def _notify_of_silence(self, silent):
        """Raise the reviewer's activities that are due, and record them: each is raised once.

        :param dict silent: ``collection.document.automation`` records by contributor
        """
        self.env["collection.document.notice"].create([
            contributor._prepare_silence_vals(automation)
            for contributor, automations in silent.items() for automation in automations])
        for automation in self.env["collection.document.automation"].union(*silent.values()):
            automation._notify_reviewers(self)

    # === EXPIRY === #
    # Documents that expire while their request is under way.

    def _expire_items(self, today):
        """Ask again for approved documents that have expired; whoever gave them is notified."""
        items = self.item_ids.filtered(
            lambda item: item.state == "approved" and item.expiry and item.expiry < today)
        for contributor, own in items.grouped("contributor_id").items():
            langs = contributor.partner_id._get_collection_langs(self.company_id)
            for item in own.with_context(lang=langs.get(contributor.partner_id.id)):
                item._expire()
            if contributor.state == "finished":
                contributor.state = "opened"
            if not contributor._automate("refused", own) and contributor.state != "removed":
                contributor._write_mails("news", cause="cron")
        items._leave_removed()

    # === BY HAND === #

    def action_run_automation(self, automation):
        """Run an automation with the trigger "A colleague asks for it" now.

        :param automation: ``collection.document.automation`` of the request's template
        :return: client action that shows the user what was done
        :raise UserError: another automation, nobody whom it is for, nobody who can be reached; a
            request that has ended or is paused
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        request = self._take_turn()
        request._check_open()
        automation = as_record(request.env, "collection.document.automation", automation)
        if automation not in request.template_id._get_automations("button"):
            raise UserError(self.env._(
                "This is nothing that “%(request)s” offers to do.", request=request.name))
        contributors = automation._pick(request._get_active_contributors())
        if not contributors:
            raise UserError(self.env._(
                "“%(automation)s” is for nobody who contributes to “%(request)s”.",
                automation=automation.name, request=request.name))
        if automation.action == "activity":
            automation._notify_reviewers(request)
            return notify(self.env._("The reviewer has been notified."), then=RELOAD)
        contributors._check_reachable()
        return request._get_sent_notification(contributors._write_mails("news", automation))

    def _get_sent_notification(self, contributors):
        """:return: client action that names the contributors who were written to"""
        return notify(self.env._(
            "Written to %(names)s", names=", ".join(contributors.partner_id.mapped("name"))),
            then=RELOAD)
