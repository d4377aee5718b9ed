from odoo import fields, models


class CollectionPromise(models.Model):
    _inherit = "collection.promise"

    late = fields.Boolean(
        compute="_compute_late", help="Its day has passed, and it is not known to be kept.")

    def _compute_late(self):
        today = fields.Date.context_today(self)
        for promise in self:
            promise.late = promise.state == "open" and promise.date < today

    def action_open_cancel(self):
        """:return: window action on the dialog that asks why it is cancelled"""
        self.ensure_one()
        return _open_dialog("collection.promise.cancel", self.env._("Cancel the promise"),
                            default_promise_id=self.id)


class CollectionDispute(models.Model):
    _inherit = "collection.dispute"

    def action_open_resolve(self):
        """:return: window action on the dialog that asks how it ended"""
        self.ensure_one()
        return _open_dialog("collection.dispute.resolve", self.env._("Resolve the dispute"),
                            default_dispute_id=self.id)

    def action_open_follow_up(self):
        """:return: window action on the action that follows it up"""
        self.ensure_one()
        return self.action_id.action_open()


class CollectionAction(models.Model):
    _inherit = "collection.action"

    def action_open_keep(self):
        """:return: window action on the dialog that sends the message and keeps it open"""
        self.ensure_one()
        return _open_dialog("collection.action.keep", self.env._("Send and keep open"),
                            default_action_id=self.id)


def _open_dialog(model, name, **context):
    return {
        "type": "ir.actions.act_window", "name": name, "res_model": model,
        "views": [(False, "form")], "target": "new", "context": context}
