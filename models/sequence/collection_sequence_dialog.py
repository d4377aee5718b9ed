from odoo import models


class CollectionSequenceDialog(models.Model):
    """The dialogs that a sequence's buttons open."""

    _inherit = "collection.sequence"

    def action_open_resume(self):
        """:return: window action on the dialog that shows what resuming leads to"""
        self.ensure_one()
        return self._get_dialog_action(
            self.env._("Resume"), "collection.sequence.resume",
            {"default_sequence_id": self.id})

    def action_open_add_action(self):
        """:return: window action on the dialog that adds an action to the current step"""
        self.ensure_one()
        return self._get_dialog_action(
            self.env._("Add an action"), "collection.sequence.add.action",
            {"default_sequence_id": self.id})

    def action_open_switch(self):
        """:return: window action on the dialog that switches to another template"""
        self.ensure_one()
        view = self.env.ref("account_collection.collection_sequence_switch_view_form")
        action = self._get_dialog_action(
            self.env._("Switch to another template"), "collection.sequence.launch", {
                "default_switch_from_id": self.id,
                "default_customer_id": self.customer_id.id,
                "default_company_id": self.company_id.id,
                "default_situation": self.situation,
                "default_save_participants": False,
                "dialog_size": "extra-large",
            })
        return {**action, "views": [(view.id, "form")]}

    def _get_dialog_action(self, name, model, context):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, "form")],
            "target": "new",
            "context": context,
        }

    def action_open_successor(self):
        """:return: window action on the sequence that took over"""
        self.ensure_one()
        return self.successor_id.action_open()

    def action_open_children(self):
        """:return: window action on the sequences that this one launched or linked"""
        self.ensure_one()
        return self.child_ids._get_records_action(
            name=self.env._("Sequences launched"), context={})
