import math
from uuid import uuid4

from odoo import fields, models
from odoo.exceptions import UserError

from ... import engine

#: Set while a command fills dates and facts itself: it traces them and reads its table after.
FILLING = "collection_filling_markers"


def read_day(value):
    """Read a day that somebody typed.

    :raise ValueError: it is none, or one of which nobody can mean the year
    """
    day = fields.Date.to_date(value)
    if not day or not 1900 <= day.year < 2200:
        raise ValueError(value)
    return day


def _read_number(value):
    number = float(str(value).replace(",", "."))
    if not math.isfinite(number):
        raise ValueError(value)
    return number


CASTS = {
    "date": lambda value: fields.Date.to_string(read_day(value)),
    "integer": int,
    "float": _read_number,
    "boolean": lambda value: str(value).lower() not in ("", "0", "false"),
}


class CollectionSequenceMarker(models.Model):
    """The dates and facts of a case: each change is traced, and deadlines follow it."""

    _inherit = "collection.sequence"

    def write(self, vals):
        """Dates typed on the form are a command too: deadlines that count from them start."""
        if "markers" not in vals or self.env.context.get(FILLING):
            return super().write(vals)
        self.check_access("write")
        sequences = self.sudo()
        sequences._raise_rev()
        before = {sequence: sequence._get_markers() for sequence in sequences}
        result = super().write(vals)
        for sequence in sequences:
            if sequence._trace_markers(before[sequence]):
                sequence._run_in_turn(engine.Tick())
        return result

    def _get_markers(self):
        """:return: dict of what the template asks for, by technical name: string, type, value"""
        self.ensure_one()
        return {marker["name"]: marker for marker in self.read(["markers"])[0]["markers"]}

    def _fill_markers(self, values, action):
        """Note dates and facts within a command that goes on after it.

        :param dict values: by technical name; text is read as the kind of date or fact it is
        :param action: the ``collection.action`` that asked for them
        :raise UserError: a value is none of its kind
        """
        self.ensure_one()
        before = self._get_markers()
        filled = {
            name: self._cast_marker(before[name], value)
            for name, value in values.items() if name in before}
        stored = {name: marker.get("value") for name, marker in before.items()}
        self.with_context(**{FILLING: True}).markers = {**stored, **filled}
        self._trace_markers(before, action)

    def _cast_marker(self, marker, value):
        if value in (None, False, ""):
            return False
        try:
            if marker["type"] == "selection" and value not in dict(marker["selection"]):
                raise ValueError(value)
            return CASTS.get(marker["type"], str)(value)
        except ValueError as error:
            raise UserError(self.env._(
                "%(label)s: “%(value)s” cannot be read as its kind of value.",
                label=marker["string"], value=value)) from error

    def _trace_markers(self, before, action=None):
        """Add what has changed to the history.

        :param dict before: what :meth:`_get_markers` returned before the change
        :return: the new history rows
        """
        self.invalidate_recordset(["markers"])
        action = action or self.env["collection.action"]
        rows = [{
            "kind": "markers_changed", "data": {"marker": name},
            "visit": action.visit_id or self.visit_id, "action": action,
            "old": self._describe_marker(before.get(name)) if name in before else "",
            "new": self._describe_marker(marker),
        } for name, marker in self._get_markers().items()
            if (before.get(name, {}).get("value") or False) != (marker.get("value") or False)]
        if not rows:
            return self.env["collection.history"]
        history = self._append_history(rows, {
            "command": "markers", "command_ref": uuid4().hex, "cause": "person"})
        self._message_log(body=history._get_chatter_body())
        return history

    def _describe_marker(self, marker):
        """:return: "Label: value"; dates as ISO dates, since every language reads them"""
        value = marker.get("value")
        if marker["type"] == "boolean":
            value = self.env._("yes") if value else self.env._("no")
        elif marker["type"] == "selection":
            value = dict(marker.get("selection") or ()).get(value, value)
        return f"{marker['string']}: {value or '–'}"
