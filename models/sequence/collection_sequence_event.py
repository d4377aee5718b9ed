from uuid import uuid4

from odoo import fields, models
from odoo.exceptions import UserError


class CollectionSequenceEvent(models.Model):
    """Events that people note by hand: each name that a row waits for is a button."""

    _inherit = "collection.sequence"

    def note_event(self, name):
        """Note that something happened, and go on at once with what follows from it.

        :param str name: one of :meth:`_get_manual_events`
        :raise UserError: nothing waits for such an event
        """
        self.ensure_one()
        self._check_steering()
        if name not in self._get_manual_events():
            raise UserError(self.env._(
                "%(sequence)s does not wait for “%(event)s”.",
                sequence=self.display_name, event=name))
        signal = self.env["collection.signal"]._put([{
            "key": f"manual:{uuid4().hex}",
            "code": "manual",
            "event_name": name,
            "customer_id": self.customer_id.id,
            "company_id": self.company_id.id,
            "sequence_id": self.id,
        }])
        self._run(signal._get_command(), text=name)
        signal.delivered_at = fields.Datetime.now()

    def _get_manual_events(self):
        """:return: list of the names that rows of this step, or of any since launch, wait for"""
        self.ensure_one()
        if self.state not in ("running", "paused"):
            return []
        rows = self.sudo().template_id.step_ids.transition_ids.filtered(lambda row: (
            row.condition == "event" and row.event_code == "manual" and row.event_name
            and (row.step_id == self.step_id or row.since == "launch")))
        return list(dict.fromkeys(rows.mapped("event_name")))
