from markupsafe import Markup

from odoo import models
from odoo.tools import format_date

#: The activity of whoever answers a partner who asks for more time.
ACTIVITY = "account_collection.mail_activity_type_postponement"


class CollectionActionPortalPostpone(models.Model):
    """A partner outside asks for more time: the pilot decides, by moving the action or not."""

    _inherit = "collection.action"

    def _plan_postponement(self):
        """Let the pilot know, once: a new wish takes the place of an older one."""
        self.ensure_one()
        self._end_postponement_activities()
        pilot = self._get_pilot() or self.company_id.collection_manager_id
        if not pilot:
            return
        words = self.with_context(lang=pilot.lang)
        words.activity_schedule(
            ACTIVITY, user_id=pilot.id, date_deadline=self.company_id._get_collection_day(),
            summary=words.env._(
                "%(partner)s asks to postpone to %(date)s", partner=self.env.user.name,
                date=format_date(words.env, self.postpone_to)),
            note=Markup("<p>%s</p>") % self.postpone_reason)

    def _end_postponement(self):
        """The office has answered, or the action is closed: the wish is settled."""
        asked = self.filtered("postpone_to")
        if asked:
            asked.write({"postpone_to": False, "postpone_reason": False})
            asked._end_postponement_activities()

    def _end_postponement_activities(self):
        self.env["mail.activity"].sudo().search([
            ("res_model", "=", self._name), ("res_id", "in", self.ids),
            ("activity_type_id", "=", self.env.ref(ACTIVITY).id)]).action_archive()

    def write(self, vals):
        """A wish for more time, and the reminder of a deadline, are the holder's who had them."""
        passed = self.filtered(lambda action: action.responsible_id.id != vals["responsible_id"]) \
            if "responsible_id" in vals else self.browse()
        result = super().write(vals)
        passed._end_postponement()
        passed.filtered("late_told").late_told = False
        return result

    def _close_activities(self):
        self._end_postponement()
        return super()._close_activities()

    def _write_rescheduled(self, date):
        asked = self.postpone_to
        result = super()._write_rescheduled(date)
        if asked:
            self._end_postponement()
            self._say_rescheduled()
        return result

    def _say_rescheduled(self):
        """Tell the partner who asked for it which day it is now."""
        self.ensure_one()
        partners = self._get_portal_partners()[self.id]
        if not partners:
            return
        words = self.with_context(
            lang=partners[0].lang, mail_post_autofollow=False,
            mail_post_autofollow_author_skip=True)
        words.message_post(
            body=words.env._(
                "“%(action)s” is now to be done by %(date)s.", action=words.name,
                date=format_date(words.env, self._get_portal_due())),
            message_type="comment", subtype_xmlid="mail.mt_comment", partner_ids=partners.ids)
