from odoo import models
from odoo.tools import SQL

from ...tools.records import in_company_language
from ..action.channels import get_channel
from .collection_dispatch import TROUBLE, WAITING

#: States in which the outbox hears of a new one; in others, what comes is late or known.
HEARD = {
    "claimed": ("pending",),
    "sent": (*WAITING, *TROUBLE, "cancelled"),
    "failed": (*WAITING, *TROUBLE, "sent"),
    "cancelled": ("pending", *TROUBLE),
}


class SmsTracker(models.Model):
    """Record in the outbox what became of SMS: what the queue says when it sends them, and what
    their operator reports later."""

    _inherit = "sms.tracker"

    def _action_update_from_sms_state(self, sms_state, failure_type=False, failure_reason=False):
        super()._action_update_from_sms_state(
            sms_state, failure_type=failure_type, failure_reason=failure_reason)
        state = get_channel("sms").provider_states.get(sms_state)
        if not state:
            return
        heard = self._find_dispatches(state)
        if sms_state == "pending":  # the operator has failed it since: this report is late
            heard = heard.filtered(
                lambda dispatch: dispatch.state != "failed" or not dispatch.sent_at)
        if state == "failed":
            self._record_failure(heard, failure_type, failure_reason)
        elif heard:
            heard._set_state(state)

    def _action_update_from_provider_error(self, provider_error):
        result = super()._action_update_from_provider_error(provider_error)
        _status, failure_type, failure_reason = result
        self._record_failure(self._find_dispatches("failed"), failure_type, failure_reason)
        return result

    def _find_dispatches(self, state):
        """:return: the ``collection.dispatch`` of these SMS that hear of a state"""
        dispatches = self.env["collection.dispatch"].sudo().search([
            ("sms_uuid", "in", self.mapped("sms_uuid")), ("state", "in", HEARD[state])])
        if dispatches:
            # whoever reports waits for the queue, should it be at them: were it to lose against
            # a report, it would send them twice
            self.env.execute_query(SQL(
                "SELECT FROM sms_sms WHERE uuid = ANY(%s) ORDER BY id FOR UPDATE",
                dispatches.mapped("sms_uuid")))
        return dispatches

    def _record_failure(self, dispatches, failure_type, reason):
        """These did not arrive; colleagues read why in their company's language.

        :param str failure_type: one of Odoo's
        :param str reason: what the operator said besides, if anything
        """
        for company, group in dispatches.grouped("company_id").items():
            group._set_state("failed", in_company_language(self, company)._describe_failure(
                failure_type or "unknown", reason))

    def _describe_failure(self, failure_type, reason):
        """:return: str, why an SMS did not arrive, in the language of the context"""
        known = {
            "sms_expired": self.env._("The operator could not deliver the SMS in time."),
            "sms_invalid_destination": self.env._("The operator does not reach this number."),
            "sms_not_allowed": self.env._("The operator does not allow SMS to this number."),
            "sms_not_delivered": self.env._("The operator could not deliver the SMS."),
            "sms_rejected": self.env._("The operator rejected the SMS."),
        }
        failures = self.env["mail.notification"]._fields["failure_type"]
        labels = dict(failures._description_selection(self.env))
        label = known.get(failure_type) or labels.get(failure_type, failure_type)
        return f"{label} ({reason})" if reason else label
