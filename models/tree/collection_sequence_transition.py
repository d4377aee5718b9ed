from ast import literal_eval
from collections import Counter
from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import LazyTranslate

from ... import engine
from ...engine import End, Goto, LaunchChild, Row, Switch, dates
from ...engine.sequence import conditions
from ..event.events import EVENTS, get_selection

_lt = LazyTranslate(__name__)

#: What may hold for a customer, as a state of the world.
LEVEL_LABELS = {
    conditions.SETTLED: "Nothing is due any more",
    conditions.BALANCE: "Less is due than",
}

LEVELS = [(code, LEVEL_LABELS[code]) for code in conditions.LEVELS]

DELAY_UNIT_LABELS = {
    dates.DAYS: "days",
    dates.WEEKS: "weeks",
    dates.MONTHS: "months",
    dates.WORKING_DAYS: "working days (Monday to Friday)",
    dates.BUSINESS_DAYS: "working days (Monday to Saturday)",
}

#: The same for one of them.
DELAY_UNITS_ONE = {dates.DAYS: _lt("day"), dates.WEEKS: _lt("week"), dates.MONTHS: _lt("month")}

DELAY_UNITS = [(code, DELAY_UNIT_LABELS[code]) for code in dates.UNITS]

NATURE_LABELS = {
    conditions.INTERNAL: "Internal: freezes with a pause",
    conditions.LEGAL: "Legal: never freezes",
}

NATURES = [(code, NATURE_LABELS[code]) for code in conditions.NATURES]


class CollectionSequenceTransition(models.Model):
    """An edge of the tree: one row of a step's decision table. The first that holds fires."""

    _name = "collection.sequence.transition"
    _inherit = ["collection.template.part"]
    _description = "Collection Sequence Transition"
    _order = "step_id, position, id"
    #: the label of an end says how a sequence ended, and others may wait for it
    _translated_fields = frozenset({"end_label"})
    _rec_name = "sentence"

    step_id = fields.Many2one(
        "collection.sequence.step", required=True, index=True, ondelete="cascade")
    template_id = fields.Many2one(related="step_id.template_id")
    key = fields.Char(
        required=True, default=lambda self: uuid4().hex[:8],
        help="Stays the same in every version and copy of the template.",
    )
    position = fields.Integer(default=10)
    position_label = fields.Char(compute="_compute_position_label")
    timing = fields.Selection(
        [("at_once", "At once"), ("joined", "When the step is complete")],
        string="Looked at", default="joined", required=True,
        help="At once: whenever something happens, also while actions of the step are open; where "
        "the row holds, the step ends there. When the step is complete: once it has the results "
        "that it waits for.",
    )
    condition = fields.Selection(
        [("outcome", "Result of an action"), ("joined", "Whatever the results"),
         ("event", "Event"), ("level", "State of the account"), ("deadline", "Deadline")],
        default="outcome", required=True,
        help="“Whatever the results” is the default row, for when no other row holds.",
    )
    content_key = fields.Char(help="Key of the action looked at; survives copies.")
    content_id = fields.Many2one(
        "collection.sequence.content", string="Action", compute="_compute_content_id",
        inverse="_inverse_content_id", store=True, domain="[('step_id', '=', step_id)]")
    outcome_ids = fields.Many2many(
        "collection.outcome", string="Outcomes", help="Outcomes that make the row hold.")
    option_ids = fields.Many2many(
        "collection.action.option", string="Options", help="Decisions that make the row hold.")
    target = fields.Selection(
        [("step", "Go to step"), ("end", "End"), ("switch", "Switch to another template"),
         ("launch", "Launch another template")],
        default="step", required=True)
    target_key = fields.Char(help="Key of the step entered; survives copies.")
    target_step_id = fields.Many2one(
        "collection.sequence.step", string="Step to enter", compute="_compute_target_step_id",
        inverse="_inverse_target_step_id", store=True,
        domain="[('template_id', '=', template_id)]")
    target_template_code = fields.Char(
        string="Other template", help="Code of the template that takes over or is launched.")
    wait = fields.Boolean(
        string="Wait for it", help="Enter the next step only when the other sequence has ended.")
    end_label = fields.Char(translate=True, help="How this end is called, e.g. Regularised.")
    sentence = fields.Char(compute="_compute_sentence")
    positive = fields.Boolean(
        string="All successful", help="Only when no result of the step is a failure.")
    event_code = fields.Selection("_selection_event_code", string="Event")
    event_is_named = fields.Boolean(compute="_compute_event")
    event_has_amount = fields.Boolean(compute="_compute_event")
    event_name = fields.Char(
        string="Called", help="For an event recorded by hand: the label of its button.")
    since = fields.Selection(
        [("visit", "While the step is current"), ("launch", "Since the launch")],
        default="visit", string="Counts")
    minimum = fields.Float(string="At least", help="In the company's currency.")
    ended_template_code = fields.Char(
        string="Of template",
        help="Code of the template whose sequence must have ended; empty: of any.")
    ending = fields.Char(
        string="Ended as",
        help="Label of the end that it must have reached, or “stopped”; empty: any end.")
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

    _key_unique = models.Constraint(
        "UNIQUE(step_id, key)", "Two rows of a decision table cannot share a key.")
    _delay_check = models.Constraint(
        "CHECK(delay_amount >= 0)", "The delay of a row cannot be negative.")

    @api.model
    def _selection_event_code(self):
        return get_selection(self.env)

    # === COMPUTE === #

    @api.depends("event_code")
    def _compute_event(self):
        for row in self:
            event = EVENTS.get(row.event_code)
            row.event_is_named = bool(event and event.is_named)
            row.event_has_amount = bool(event and event.has_amount)

    @api.depends("step_id.content_ids.key", "content_key")
    def _compute_content_id(self):
        for row in self:
            row.content_id = row.step_id.content_ids.filtered(
                lambda content, row=row: content.key == row.content_key)[:1]

    def _inverse_content_id(self):
        for row in self:
            row.content_key = row.content_id.key

    @api.depends("step_id.template_id.step_ids.key", "target_key")
    def _compute_target_step_id(self):
        for row in self:
            row.target_step_id = row.step_id.template_id.step_ids.filtered(
                lambda step, row=row: step.key == row.target_key)[:1]

    def _inverse_target_step_id(self):
        for row in self:
            row.target_key = row.target_step_id.key

    @api.depends("step_id.transition_ids.position")
    def _compute_position_label(self):
        for row in self:
            rows = row.step_id.transition_ids.sorted(lambda r: (r.position, r.id))
            row.position_label = str(list(rows).index(row) + 1) if row in rows else ""

    @api.depends_context("lang", "company")
    @api.depends(
        "timing", "condition", "content_id.name", "outcome_ids.name", "option_ids.name",
        "target", "target_step_id.name", "end_label", "positive", "event_code", "event_name",
        "ended_template_code", "ending", "level_code", "below", "delay_amount", "delay_unit",
        "base", "marker", "guard", "target_template_code")
    def _compute_sentence(self):
        for row in self:
            row.sentence = self.env._(
                "%(condition)s, %(move)s",
                condition=row._describe_condition(), move=row._describe_move())

    # === CONSTRAINTS === #

    @api.constrains("guard")
    def _check_guard(self):
        for row in self.filtered("guard"):
            try:
                Domain(literal_eval(row.guard)).validate(self.env["collection.sequence"])
            except (ValueError, SyntaxError, TypeError, RecursionError) as error:
                raise ValidationError(self.env._(
                    "Step “%(step)s”, row %(row)s: its guard is no domain on sequences: %(error)s",
                    step=row.step_id.name, row=row.position_label, error=error)) from error

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

    # === DEFINITION === #

    def _describe_target(self):
        step, template = self.target_step_id.name or "?", self.target_template_code or "?"
        if self.target == "end":
            return self.env._("end: %(label)s", label=self.end_label or "–")
        if self.target == "switch":
            return self.env._("switch to %(template)s", template=template)
        if self.target == "launch":
            return self.env._("launch %(template)s, then %(step)s", template=template, step=step)
        return step

    def _get_definition(self):
        """:return: the row as a plain :class:`~..engine.Row`"""
        self.ensure_one()
        return Row(
            key=self.key,
            condition=self._get_condition(),
            target=self._get_target(),
            at_once=self._is_at_once(),
            guarded=bool(self.guard),
        )

    def _is_at_once(self):
        """:return: bool, whether it interrupts the step; results that are whatever they may be can
            only be read once they are complete"""
        return self.timing == "at_once" and self.condition != "joined"

    def _get_target(self):
        template, step = self.target_template_code or "", self.target_key or ""
        return {
            "step": Goto(step), "end": End(self.end_label or ""), "switch": Switch(template),
            "launch": LaunchChild(template, step, self.wait),
        }[self.target]

    # === CONDITIONS === #
    # What a row waits for: results, events, levels, deadlines; and its guard.

    def _get_event_code(self):
        """:return: code of the event; one recorded by hand carries its name"""
        return engine.EventCode(self.event_code or "", self.event_name or "").format()

    def _get_ended(self):
        """:return: (code of the template, how it ended) that the end of another sequence must have,
            None for whatever it has
        """
        if self.event_code != engine.CHILD_ENDED:
            return None, None
        return self.ended_template_code or None, self.ending or None

    def _describe_move(self):
        """:return: str, translated: where the row leads, to stand within a sentence"""
        if self.target == "step":
            return self.env._("go to %(step)s", step=self.target_step_id.name or "?")
        return self._describe_target()

    def _get_delay(self):
        return engine.Delay(self.delay_amount, self.delay_unit or "days", self.procedural)

    def _get_base(self):
        """:return: what the row's deadline counts from, as the engine's :class:`~..engine.Base`"""
        match self.base:
            case "action":
                return engine.Base(self.base, self.content_key or "")
            case "marker":
                return engine.Base(self.base, self._get_marker_name() or "")
            case _:
                return engine.Base()

    def _get_marker_name(self):
        """:return: technical name of the date that the row names, or what it names"""
        return self.template_id._get_marker_names().get(self.marker, self.marker)

    def _get_condition(self):
        """:return: what the row waits for, as one of the engine's conditions"""
        match self.condition:
            case "joined":
                return engine.Joined(self.positive)
            case "event":
                about, ending = self._get_ended()
                return engine.Event(
                    self._get_event_code(), self.since, self.minimum, about, ending)
            case "level":
                is_amount = self.level_code == conditions.BALANCE
                return engine.Level(self.level_code or "", self.below if is_amount else None)
            case "deadline":
                return engine.Deadline(
                    self._get_delay(), self._get_base(), self.nature,
                    self.truce_id._get_definition())
            case _:
                return engine.Outcome(
                    self.content_key or "",
                    frozenset(self.outcome_ids.mapped("code")),
                    frozenset(self.option_ids.mapped("code")))

    def _describe_wait(self):
        """:return: str, what the row waits for, translated, without its timing"""
        match self.condition:
            case "event" if self.event_is_named:
                return self.env._("“%(event)s”", event=self.event_name or "?")
            case "event":
                ended = ", ".join(filter(None, self._get_ended()))
                event = _lower(self._get_label("event_code"))
                return f"{event} ({ended})" if ended else event
            case "level" if self.level_code == conditions.BALANCE:
                currency = (self.template_id.company_id or self.env.company).currency_id
                return self.env._("less than %(amount)s is due",
                                  amount=currency.format(self.below))
            case "level":
                return _lower(self._get_label("level_code"))
        return self._describe_delay()

    def _describe_delay(self):
        """:return: str, translated, e.g. 8 days after entering the step"""
        start = {"action": self.content_id.name and self.env._(
            "closing “%(action)s”", action=self.content_id.name),
            "marker": self._get_marker_label()}.get(self.base)
        one = self.delay_amount == 1 and DELAY_UNITS_ONE.get(self.delay_unit)
        return self.env._(
            "%(amount)s %(unit)s after %(base)s", amount=self.delay_amount,
            unit=self.env._(one) if one else self._get_label("delay_unit"),
            base=start or self._get_label("base"))

    def _get_label(self, name):
        """:return: label of the value of a selection field, in the user's language"""
        return dict(self._fields[name]._description_selection(self.env)).get(self[name]) or "?"

    def _describe_condition(self):
        """:return: str, what the row waits for and when it is read, in the user's language"""
        timing = "at_once" if self._is_at_once() else "joined"
        sentence = self._get_condition_sentences()[f"{self.condition}_{timing}"] % {
            "what": self.condition in ("event", "level", "deadline") and self._describe_wait(),
            "action": self.content_id.name or "?", "results": self._describe_results()}
        return self.env._(
            "%(condition)s, where its guard holds", condition=sentence
        ) if self.guard else sentence

    def _get_condition_sentences(self):
        """:return: dict of sentences, translated, by condition and timing, as ``event_joined``"""
        _ = self.env._
        return {
            "outcome_at_once": _("As soon as “%(action)s”: %(results)s"),
            "outcome_joined": _("When the step is complete, if “%(action)s”: %(results)s"),
            "joined_joined": _("When the step is complete and all went well")
            if self.positive else _("Otherwise, when the step is complete"),
            "event_at_once": _("As soon as this happens: %(what)s"),
            "event_joined": _("When the step is complete, if this has happened: %(what)s"),
            "level_at_once": _("As soon as %(what)s"),
            "level_joined": _("When the step is complete, if %(what)s"),
            "deadline_at_once": _("As soon as this has passed: %(what)s"),
            "deadline_joined": _(
                "When the step is complete, if this has passed: %(what)s"),
        }

    def _describe_results(self):
        """:return: str, the results that the row looks for, translated"""
        return ", ".join([
            *map(_lower, self.outcome_ids.mapped("name")), *self.option_ids.mapped("name"),
        ]) or "?"

    # === FORM === #
    # What the form of a row proposes while it is being written.

    def _get_marker_label(self):
        """:return: the date that the row names as people call it, or what it names"""
        definition = self.template_id.marker_definition or ()
        return next((marker.get("string") for marker in definition
                     if self.marker in (marker["name"], marker.get("string"))), self.marker)

    # === PICTURE === #

    def _get_labels(self):
        """What a picture says beside the steps: of rows of one step that would read the same, such
        as two that differ in their guards, also which ones of the table they are.

        :return: dict of str, translated, by row
        """
        labels = {row: row._describe_briefly() for row in self}
        count = Counter((row.step_id, label) for row, label in labels.items())
        return {
            row: self.env._("%(label)s (row %(row)s)", label=label, row=row.position_label)
            if count[row.step_id, label] > 1 else label for row, label in labels.items()}

    def _describe_briefly(self):
        """:return: str, the condition, short and translated, for a label beside its step"""
        self.ensure_one()
        table = self.step_id.transition_ids
        if self.condition == "joined" and not (self.positive or self.guard):
            return self.env._("otherwise") if len(table) > 1 else self.env._("then")
        if self.condition != "outcome" or not (self.outcome_ids or self.option_ids):
            return self._describe_condition()
        label = self._describe_results()
        if len(table.content_id) > 1:  # the step's other rows look at other actions
            label = self.env._(
                "%(action)s: %(results)s", action=self.content_id.name, results=label)
        return self.env._("as soon as: %s", label) if self._is_at_once() else label


def _lower(text):
    """:return: str, a label as it stands within a sentence"""
    return text[:1].lower() + text[1:]
