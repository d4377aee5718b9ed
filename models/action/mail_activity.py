from odoo import api, models
from odoo.exceptions import UserError

from ...tools.own_context import is_own
from .collection_action import FROM_ACTION


class MailActivity(models.Model):
    """Activities of collection actions: ticking or moving one moves its action."""

    _inherit = "mail.activity"

    def _get_collection_actions(self):
        """:return: dict of ``collection.action`` by activity, for those that stand for one"""
        if is_own(self, FROM_ACTION):
            return {}
        kind = self.env.ref("account_collection.mail_activity_type_action",
                            raise_if_not_found=False)
        actions = self.env["collection.action"]
        return {
            activity: actions.browse(activity.res_id)
            for activity in self.sudo()
            if activity.active and activity.activity_type_id == kind
            and activity.res_model == actions._name
        }

    def _action_done(self, feedback=False, attachment_ids=None):
        for action in self._get_collection_actions().values():
            action._answer_activity(feedback)
        return super()._action_done(feedback=feedback, attachment_ids=attachment_ids)

    def write(self, vals):
        actions = self._get_collection_actions() if {
            "user_id", "date_deadline"} & set(vals) else {}
        for activity, action in actions.items():
            if vals.get("user_id", activity.user_id.id) != activity.user_id.id:
                raise UserError(action._explain_owed())
            if vals.get("date_deadline"):
                action._reschedule_from_activity(vals["date_deadline"])
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_open_action(self):
        for action in self._get_collection_actions().values():
            if action.exists() and action.sudo().state != "closed":
                raise UserError(self.env._(
                    "“%(action)s” is still open. Cancel or skip the action itself, with a "
                    "reason.", action=action.name))
