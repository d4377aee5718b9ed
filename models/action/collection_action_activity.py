from odoo import fields, models
from odoo.exceptions import UserError

from ..selections import SENT_KINDS

#: Set by our own moves of an activity, so that it does not come back as a user's move.
FROM_ACTION = "collection_from_action"


class CollectionActionActivity(models.Model):
    """The activity of an action owed by a colleague; each follows the other."""

    _inherit = "collection.action"

    def _get_activities(self):
        """:return: the open activities that stand for these actions"""
        return self.env["mail.activity"].sudo().search([
            ("res_model", "=", self._name), ("res_id", "in", self.ids),
            ("activity_type_id", "=", self._get_activity_type().id),
        ]).with_context(**{FROM_ACTION: True})

    def _get_activity_type(self):
        return self.env.ref("account_collection.mail_activity_type_action")

    def _open_activities(self):
        """Give each action an activity for the colleague whose turn it is."""
        owed = self.filtered(lambda action: action.user_id and action.state != "closed")
        if not owed:
            return
        model = self.env["ir.model"]._get_id(self._name)
        kind = self._get_activity_type()
        self.env["mail.activity"].sudo().with_context(**{FROM_ACTION: True}).create([{
            "res_model_id": model,
            "res_id": action.id,
            "activity_type_id": kind.id,
            "summary": action.with_context(lang=action.user_id.lang).name,
            "note": action.with_context(lang=action.user_id.lang).description,
            "date_deadline": action._get_activity_date(),
            "user_id": action.user_id.id,
            "automated": True,
        } for action in owed])

    def _get_activity_date(self):
        """:return: the day the activity falls due"""
        return self.date if self.state == "scheduled" else self.deadline or self.date

    def _close_activities(self):
        """The action is closed, or passes to somebody else: the activity is done."""
        if self:
            self._get_activities().action_archive()

    def _move_activities(self):
        """Bring the open activities in line with whose turn it is, and when."""
        activities = self._get_activities().grouped("res_id")
        stale = self.env["mail.activity"]
        for action in self:
            activity = activities.get(action.id)
            if not activity:
                continue
            day = action._get_activity_date()
            if not action.user_id:
                stale |= activity
            elif (activity.user_id, activity.date_deadline) != (action.user_id, day):
                activity.write({"user_id": action.user_id.id, "date_deadline": day})
        stale.action_archive()
        self.filtered(lambda action: action.id not in activities)._open_activities()

    def _answer_activity(self, feedback):
        """A colleague ticked the activity: close the action, if that says enough.

        :raise UserError: the action asks for a decision or a validation
        """
        self.ensure_one()
        if self.kind in SENT_KINDS and not self.sequence_id:
            raise UserError(self.env._(
                "Ticking would not send “%(action)s”. Send it from the action; or close it "
                "there, if it left in another way.", action=self.name))
        self.close("done", comment=feedback or "")

    def _explain_owed(self):
        """:return: why the activity cannot be given to somebody else, and what can be done"""
        if self.function_id:
            return self.env._(
                "“%(action)s” is owed by a function, not by a person. To give it to somebody "
                "else, change who holds %(function)s in its sequence.",
                action=self.name, function=self.function_id.name)
        return self.env._(
            "“%(action)s” is owed by the collector of %(customer)s. To give it to somebody else, "
            "change the customer's collector.", action=self.name,
            customer=self.customer_id.name)

    def _reschedule_from_activity(self, date):
        self.ensure_one()
        self.reschedule(fields.Date.to_date(date))
