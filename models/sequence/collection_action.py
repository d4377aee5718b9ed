from odoo import models
from odoo.exceptions import UserError

from ...engine.sequence import outcomes


class CollectionAction(models.Model):
    """The dates and facts that an action needs before it can be done."""

    _inherit = "collection.action"

    def _get_required_markers(self):
        """:return: list of dicts (name, string, type, value) that the action asks for, in order"""
        self.ensure_one()
        action = self.sudo()
        asked = [name.strip() for name in (action.content_id.required_markers or "").split(",")]
        markers = action.sequence_id._get_markers() if any(asked) else {}
        by_label = {marker["string"]: marker for marker in markers.values()}
        found = [markers.get(name) or by_label.get(name) for name in asked]
        return [marker for marker in found if marker]

    def _fill_required_markers(self, outcome, option, markers):
        """Note what was filled on closing, and refuse what is still missing.

        A refusal or a cancelled action may leave them empty: what could not be served has no
        date of service.

        :param dict markers: values by technical name; others than those asked for are left out
        :raise UserError: the action would be done, and something is missing
        """
        asked = self._get_required_markers()
        names = {marker["name"] for marker in asked}
        values = {name: value for name, value in (markers or {}).items() if name in names}
        if values:
            self.sudo().sequence_id._fill_markers(values, self.sudo())
            asked = self._get_required_markers()
        missing = [marker["string"] for marker in asked
                   if not marker.get("value") and marker["type"] != "boolean"]
        if missing and (outcome or (option and option.outcome)) in outcomes.POSITIVE:
            raise UserError(self.env._(
                "“%(action)s” cannot be closed yet. Fill first: %(markers)s.",
                action=self.name, markers=", ".join(missing)))
