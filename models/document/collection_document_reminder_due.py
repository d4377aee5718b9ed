from datetime import timedelta, timezone

from odoo import fields, models


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

    def _prepare_told_vals(self, automation):
        """:return: values of the notice that the reviewer is told of this contributor's silence"""
        return self._prepare_notice_vals(
            {"kind": "activity", "automation_id": automation.id}, state="told", address=False,
            subject=automation._get_summary(), covered_ids=[(6, 0, automation.ids)])

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
