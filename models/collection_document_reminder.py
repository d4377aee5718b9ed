from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

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
        self._expire_items(today)
        if self._is_door_open():
            self._run_clock(today)
        self.reminded_on = today

    def _run_clock(self, today):
        """Do what the template's automations of the clock say for today."""
        automations = self.template_id._get_automations(*CLOCK)
        contributors = self._get_active_contributors().filtered(
            lambda contributor: contributor._is_owing()) if automations else ()
        messages, told = {}, self.env["collection.document.automation"]
        for contributor in contributors:
            due = contributor._get_due_automations(automations, today)
            activities = due.filtered(lambda automation: automation.action == "activity")
            contributor._note_told(activities)
            told |= activities
            if due - activities and contributor._is_mailable(today):
                same = messages.setdefault(tuple((due - activities).ids), contributor.browse())
                messages[tuple((due - activities).ids)] = same | contributor
        for ids, group in messages.items():
            due = automations.browse(ids)  # the latest says what fits today, and for the others
            group._write_mails("reminder", due[-1], covered=due, cause="cron")
        for automation in told:
            automation._tell_reviewers(self)

    def _expire_items(self, today):
        """An approved document that has expired is asked for again, and its giver is told."""
        items = self.item_ids.filtered(
            lambda item: item.state == "approved" and item.expiry and item.expiry < today)
        for contributor, own in items.grouped("contributor_id").items():
            langs = contributor.partner_id._get_collection_langs(self.company_id)
            words = own.with_context(lang=langs.get(contributor.partner_id.id))
            for item in words:
                item._expire()
            if contributor.state == "finished":
                contributor.state = "opened"
            if not contributor._automate("refused", own) and contributor.state != "removed":
                contributor._write_mails("news", cause="cron")


class CollectionDocumentContributor(models.Model):
    """When each contributor is to be reminded."""

    _inherit = "collection.document.contributor"

    invited_at = fields.Datetime(
        string="Invited on", readonly=True, required=True, default=fields.Datetime.now)

    def _is_owing(self):
        """Whether something required is still missing, or was refused, and may be given."""
        self.ensure_one()
        return self.state in ("invited", "opened") and self.can_provide and any(
            item.required or item.state == "refused" for item in self._get_owed_items())

    def _is_mailable(self, today):
        """Whether nothing was written to the contributor today, and the address did not fail."""
        self.ensure_one()
        notices = self.notice_ids.filtered(lambda notice: notice.kind != "activity")
        last = notices.sorted("id")[-1:]
        return today not in notices.mapped("day") and not (
            last.state == "bounced" and last.address == self.partner_id.email_formatted)

    def _note_told(self, automations):
        """Note that the clock tells the reviewer of this contributor, so that it tells once."""
        self.env["collection.document.notice"].create([self._prepare_notice_vals(
            {"kind": "activity", "automation_id": automation.id}, state="told", address=False,
            subject=automation._get_summary(), covered_ids=[(6, 0, automation.ids)],
        ) for automation in automations])

    def _get_due_automations(self, automations, today):
        """:return: what is due for this contributor, the latest to fall due last"""
        due = {automation: self._get_due_day(automation)
               for automation in automations if automation._pick(self)}
        found = [(day, automation.position, automation.id) for automation, day in due.items()
                 if day and day <= today]
        return automations.browse([key[-1] for key in sorted(found)])

    def _get_due_day(self, automation):
        """When the contributor is next to be reminded: later by as much as the last one was late.

        :return: a day, or None for never
        """
        self.ensure_one()
        every = timedelta(days=automation.repeat_days)
        sent = self.notice_ids.filtered(lambda notice: automation in notice.covered_ids)
        if sent:
            return max(sent.mapped("day")) + every if every else None
        invited = self._get_invited_day()
        day = (invited + timedelta(days=automation.days) if automation.trigger == "after"
               else self.request_id.due - timedelta(days=automation.days))
        if day > invited:
            return day
        return invited + every if every else None  # the invitation itself said it

    def _get_invited_day(self):
        """:return: the day of the invitation, in the company's time zone"""
        zone = self.company_id._get_collection_now().tzinfo
        return self.invited_at.replace(tzinfo=timezone.utc).astimezone(zone).date()


class CollectionDocumentItem(models.Model):
    _inherit = "collection.document.item"

    def _expire(self):
        """It was valid when it was approved, and is not any more: the contributor reads why."""
        self.ensure_one()
        reason = self.env._(
            "It expired on %(day)s: please give one that is still valid.",
            day=format_date(self.env, self.expiry))
        self.write({"state": "refused", "refusal": reason})
        self.request_id._trace("document_refused", new=self._get_full_name(), text=reason,
                               data={"item": self._get_full_name()}, cause="cron")
