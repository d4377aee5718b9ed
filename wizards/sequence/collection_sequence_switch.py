from odoo import api, fields, models


class CollectionSequenceSwitch(models.TransientModel):
    """The launch wizard also switches: another template takes over from a sequence (D-031)."""

    _inherit = "collection.sequence.launch"

    switch_from_id = fields.Many2one(
        "collection.sequence", readonly=True, help="The sequence that ends as switched.")
    switch_reason = fields.Text(string="Reason")
    closed_count = fields.Integer(compute="_compute_closed_count")

    @api.depends("switch_from_id")
    def _compute_closed_count(self):
        for wizard in self:
            old = wizard.switch_from_id
            wizard.closed_count = old.action_todo_count + old.action_coming_count

    @api.depends("switch_from_id")
    def _compute_item_ids(self):
        switching = self.filtered("switch_from_id")
        for wizard in switching:
            wizard.item_ids = wizard.switch_from_id.item_ids
        return super(CollectionSequenceSwitch, self - switching)._compute_item_ids()

    @api.depends("switch_from_id")
    def _compute_line_ids(self):
        """Start from the people of the sequence left, where they hold the same functions."""
        switching = self.filtered(lambda wizard: wizard.switch_from_id and wizard.template_id)
        for wizard in switching:
            carried = wizard.switch_from_id._prepare_carried_participants(wizard.template_id)
            wizard.line_ids = [fields.Command.clear()] + [fields.Command.create({
                name: vals[name] for name in ("function_id", "user_id", "contact_id")
            }) for vals in carried]
        return super(CollectionSequenceSwitch, self - switching)._compute_line_ids()

    @api.depends("switch_from_id")
    def _compute_open_sequence_id(self):
        """The sequence left ends with it, so it does not stand in the way."""
        result = super()._compute_open_sequence_id()
        for wizard in self:
            if wizard.open_sequence_id == wizard.switch_from_id:
                wizard.open_sequence_id = False
        return result

    def action_switch(self):
        """End the sequence as switched, launch the template in its place, and open that.

        :return: window action on the new sequence
        :raise UserError: no reason or template, or the new one cannot start: nothing changed
        """
        self.ensure_one()
        participants = self.line_ids._get_participant_vals()
        sequence = self.switch_from_id.switch_to(
            self.template_id, self.switch_reason or "", participants=participants,
            situation=self.situation or "")
        if self.save_participants:
            self.customer_id._save_collection_participants(participants)
        return sequence.action_open()
