from odoo import api, models


class CollectionSequenceTransitionForm(models.Model):
    """What the form of a row proposes while it is being written."""

    _inherit = "collection.sequence.transition"

    @api.onchange("condition")
    def _onchange_condition(self):
        """Whoever waits for an event, a state or a deadline mostly wants it to interrupt."""
        waits = self.condition in ("event", "level", "deadline")
        self.timing = "at_once" if waits else "joined"

    @api.onchange("guard")
    def _onchange_guard(self):
        """A guard that every sequence passes is none: the row may be the default row."""
        if self.guard and self.guard.strip() == "[]":
            self.guard = False

    def _get_marker_label(self):
        """:return: the date that the row names as people call it, or what it names"""
        definition = self.template_id.marker_definition or ()
        return next((marker.get("string") for marker in definition
                     if self.marker in (marker["name"], marker.get("string"))), self.marker)
