from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ... import engine
from ..selections import DELAY_UNITS, EVENTS, LEVELS, NATURES


class CollectionSequenceTransitionCondition(models.Model):
    """What a row waits for besides results: events, levels, deadlines, a guard."""

    _inherit = "collection.sequence.transition"

    condition = fields.Selection(selection_add=[
        ("event", "Event"), ("level", "State of the account"), ("deadline", "Deadline"),
    ], ondelete={"event": "cascade", "level": "cascade", "deadline": "cascade"})
    positive = fields.Boolean(
        string="All successful", help="Only when no result of the step is a failure.")
    event_code = fields.Selection(EVENTS, string="Event")
    event_name = fields.Char(
        string="Called", help="For an event noted by hand: the word on its button.")
    since = fields.Selection(
        [("visit", "While the step is current"), ("launch", "Since the launch")],
        default="visit", string="Counts")
    minimum = fields.Float(string="At least", help="In the company's currency.")
    level_code = fields.Selection(LEVELS, string="State")
    below = fields.Float(string="Less than", help="In the company's currency.")
    delay_amount = fields.Integer(string="Delay")
    delay_unit = fields.Selection(DELAY_UNITS, default="days")
    procedural = fields.Boolean(
        string="French procedural counting",
        help="CPC 640 to 642: the day of the act does not count, and a last day that is a "
        "Saturday, a Sunday or a holiday moves to the next working day.",
    )
    base = fields.Selection(
        [("visit", "entering the step"), ("action", "closing the action"),
         ("marker", "a date of the sequence")],
        default="visit", string="Counted from")
    marker = fields.Char(
        string="Date", help="Name of the date, as the template's list of dates has it.")
    nature = fields.Selection(NATURES, default="internal")
    truce_id = fields.Many2one(
        "collection.truce", ondelete="restrict", help="It cannot fall in this part of the year.")
    guard = fields.Char(
        string="Only if", help="Domain on the sequence; the row holds only where it does.")

    @api.constrains("guard")
    def _check_guard(self):
        for row in self.filtered("guard"):
            try:
                Domain(literal_eval(row.guard)).validate(self.env["collection.sequence"])
            except (ValueError, SyntaxError) as error:
                raise ValidationError(self.env._(
                    "Step “%(step)s”, row %(row)s: its guard is no domain on sequences: %(error)s",
                    step=row.step_id.name, row=row.position_label, error=error)) from error

    def _get_event_code(self):
        """:return: code of the event; one noted by hand carries its name"""
        if self.event_code == "manual":
            return f"manual:{self.event_name or ''}"
        return self.event_code or ""

    def _get_delay(self):
        return engine.Delay(self.delay_amount, self.delay_unit or "days", self.procedural)

    def _get_base(self):
        names = {"action": self.content_key, "marker": self._get_marker_name()}
        return f"{self.base}:{names[self.base] or ''}" if self.base in names else "visit"

    def _get_marker_name(self):
        """:return: technical name of the date that the row names, or what it names"""
        return self.template_id._get_marker_names().get(self.marker, self.marker)

    def _get_condition(self):
        if self.condition == "joined":
            return engine.Joined(self.positive)
        if self.condition == "event":
            return engine.Event(self._get_event_code(), self.since, self.minimum)
        if self.condition == "level":
            return engine.Level(
                self.level_code or "", self.below if self.level_code == "balance" else None)
        if self.condition == "deadline":
            return engine.Deadline(
                self._get_delay(), self._get_base(), self.nature,
                self.truce_id._get_definition())
        return super()._get_condition()

    def _describe_wait(self):
        """:return: what the row waits for, in words, without its timing"""
        labels = {
            name: dict(self._fields[name]._description_selection(self.env)).get(self[name]) or "?"
            for name in ("event_code", "level_code", "delay_unit", "base")}
        if self.condition == "event":
            return self.event_name if self.event_code == "manual" else labels["event_code"]
        if self.condition == "level":
            amount = f" {self.below:g}" if self.level_code == "balance" else ""
            return labels["level_code"] + amount
        start = {"action": self.content_id.name, "marker": self._get_marker_label()}.get(self.base)
        return self.env._(
            "%(amount)s %(unit)s after %(base)s", amount=self.delay_amount,
            unit=labels["delay_unit"], base=start or labels["base"])

    def _describe_condition(self):
        words = super()._describe_condition()
        if self.condition == "joined" and self.positive:
            words = self.env._("when joined, all successful")
        elif self.condition in ("event", "level", "deadline"):
            wait = {"what": self._describe_wait()}
            words = (self.env._("as soon as: %(what)s", **wait) if self.timing == "at_once"
                     else self.env._("when joined and: %(what)s", **wait))
        return self.env._("%(condition)s, if guarded", condition=words) if self.guard else words
