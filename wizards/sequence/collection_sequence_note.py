from odoo import api, fields, models

from ...tools.dialogs import CLOSE, notify


class CollectionSequenceNote(models.TransientModel):
    """Dialog that notes an event: those of the template, and what each does at this step (D-059).
    """

    _name = "collection.sequence.note"
    _description = "Note an Event of a Collection Sequence"
    _inherit = ["collection.dialog"]

    sequence_id = fields.Many2one("collection.sequence", required=True, readonly=True)
    day = fields.Date(
        string="Happened on", default=lambda self: self.env.company._get_collection_day())
    note = fields.Text(help="Stays in the history.")
    line_ids = fields.One2many(
        "collection.sequence.note.line", "note_id", compute="_compute_line_ids", store=True,
        readonly=False, compute_sudo=False)

    @api.depends("sequence_id")
    def _compute_line_ids(self):
        for wizard in self:
            sequence = wizard.sequence_id
            sequence.check_access("read")
            heeded = sequence._get_manual_events() if sequence else []
            events = sequence._get_known_events() if sequence else {}
            wizard.line_ids = [fields.Command.clear()] + [fields.Command.create({
                "sequence_id": sequence.id, "name": name, "heeded": name in heeded,
                "effect": wizard._describe_effect(rows, name in heeded),
            }) for name, rows in sorted(events.items(), key=lambda item: item[0] not in heeded)]

    def _describe_effect(self, rows, heeded):
        """:return: str, translated: what noting an event does now

        :param rows: the ``collection.sequence.transition`` that wait for it
        :param bool heeded: whether one of them is read at the current step
        """
        here = rows.filtered(lambda row: row.step_id == self.sequence_id.step_id)
        if here:
            return self.env._("This step waits for it: %(target)s.",
                              target=here[0]._describe_move())
        if heeded:
            return self.env._("Counts at a later step: %(steps)s.",
                              steps=", ".join(rows.step_id.mapped("name")))
        return self.env._("This step does not wait for it: it is written down, nothing moves.")


class CollectionSequenceNoteLine(models.TransientModel):
    """One event that may be noted."""

    _name = "collection.sequence.note.line"
    _description = "Event to Note"
    _inherit = ["collection.dialog"]
    _order = "id"

    note_id = fields.Many2one("collection.sequence.note", ondelete="cascade")
    sequence_id = fields.Many2one("collection.sequence", required=True, readonly=True)
    name = fields.Char(required=True, readonly=True)
    heeded = fields.Boolean(readonly=True)
    effect = fields.Char(readonly=True)

    def action_note(self):
        """It has happened: record it, and say what followed.

        :raise UserError: the sequence has ended meanwhile, or the day is still to come
        """
        self.ensure_one()
        followed = self.sequence_id.record_event(
            self.name, day=self.note_id.day, note=self.note_id.note or "")
        return notify(self.env._(
            "“%(event)s” noted. %(followed)s", event=self.name, followed=followed), then=CLOSE)
