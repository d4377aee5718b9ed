from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ...engine.sequence.entries import DeadlineSet, Ended, IncidentRaised, Migrated, VisitEntered
from ...tools.dialogs import CLOSE, notify

#: Refusals that concern one sequence and leave the others free to move.
REFUSALS = (UserError,)


class CollectionSequenceMigration(models.TransientModel):
    """Dialog that moves sequences to the newest version, after showing what that does."""

    _name = "collection.sequence.migration"
    _description = "Move Sequences to another Version"
    _inherit = ["collection.dialog"]

    template_id = fields.Many2one("collection.sequence.template", required=True, readonly=True)
    reason = fields.Char()
    deadlines = fields.Selection(
        [("keep", "Keep the days they have"), ("anew", "Count anew, by the new version")],
        required=True, default="keep", string="Running deadlines")
    line_ids = fields.One2many("collection.sequence.migration.line", "wizard_id")
    movable_count = fields.Integer(compute="_compute_movable_count")

    @api.depends("line_ids.movable", "line_ids.chosen")
    def _compute_movable_count(self):
        for wizard in self:
            wizard.movable_count = len(wizard.line_ids.filtered(
                lambda line: line.movable and line.chosen))

    @api.model
    def _open(self, template, sequences):
        """:return: window action on a dialog that shows these sequences"""
        wizard = self.create({
            "template_id": template.id,
            "line_ids": [Command.create({"sequence_id": sequence.id}) for sequence in sequences],
        })
        return {
            **wizard._get_records_action(context={}), "target": "new",
            "name": self.env._("Move to %(template)s", template=template.display_name),
        }

    def action_apply(self):
        """Move the chosen sequences, each on its own: one that is refused stops no other.

        :raise UserError: no reason is given, or none of them could be moved
        """
        self.ensure_one()
        chosen = self.line_ids.filtered(lambda line: line.chosen and line.movable)
        if not chosen:
            raise UserError(self.env._("Choose at least one sequence that can move."))
        chosen.sequence_id._take_reason(self.reason)
        refused = [message for line in chosen for message in line._move()]
        if len(refused) == len(chosen):
            raise UserError("\n".join(refused))
        moved = len(chosen) - len(refused)
        message = self.env._("Sequences moved to %(template)s: %(count)s.", count=moved,
                             template=self.template_id.display_name)
        return notify(
            "\n".join([message, *refused]), "warning" if refused else "success",
            sticky=bool(refused), then=CLOSE)


class CollectionSequenceMigrationLine(models.TransientModel):
    """One sequence of the dialog: what moving it would do."""

    _name = "collection.sequence.migration.line"
    _description = "Sequence to move to another Version"
    _inherit = ["collection.dialog"]

    wizard_id = fields.Many2one(
        "collection.sequence.migration", required=True, ondelete="cascade")
    sequence_id = fields.Many2one("collection.sequence", required=True, readonly=True)
    customer_id = fields.Many2one(related="sequence_id.customer_id", related_sudo=False)
    step_id = fields.Many2one(related="sequence_id.step_id", related_sudo=False)
    version = fields.Integer(
        related="sequence_id.template_id.version", related_sudo=False, string="From version")
    chosen = fields.Boolean(default=True, string="Move")
    movable = fields.Boolean(compute="_compute_preview")
    preview = fields.Text(compute="_compute_preview", string="What that does")

    @api.depends_context("lang")
    @api.depends("sequence_id", "wizard_id.template_id", "wizard_id.deadlines")
    def _compute_preview(self):
        for line in self:
            wizard = line.wizard_id
            preview = line.sequence_id._preview_migration(
                wizard.template_id, wizard.deadlines == "anew")
            line.movable = not preview.problem
            line.preview = preview.problem or "\n".join(line._describe(preview)) or self.env._(
                "Goes on where it is.")

    def _describe(self, preview):
        """:return: generator of translated sentences

        :param preview: ``MigrationPreview``
        """
        env, steps = self.env, self.wizard_id.template_id.step_ids
        for action in preview.lost:
            yield env._("“%(action)s” has no counterpart: cancelled", action=action.name)
        for content in preview.missing:
            yield env._("“%(action)s” is not asked in the step under way: add it by hand if needed",
                    action=content.name)
        for entry in preview.entries:
            yield from self._describe_deadlines(entry)
            if isinstance(entry, VisitEntered):
                step = steps.filtered(lambda step, entry=entry: step.key == entry.step)
                yield env._("Step “%(step)s” is entered at once", step=step.name)
            elif isinstance(entry, Ended):
                yield env._("It ends at once: %(label)s", label=entry.label or "–")
            elif isinstance(entry, IncidentRaised):
                yield env._("Incident: a person must decide how it goes on")

    def _describe_deadlines(self, entry):
        """:return: generator of translated sentences, on deadlines that an entry sets or leaves"""
        step = self.sequence_id.step_id
        if isinstance(entry, Migrated):
            for key in entry.timers:
                row = step.transition_ids.filtered(lambda row, key=key: row.key == key)
                yield self.env._("Deadline left: %(row)s", row=row.sentence)
        elif isinstance(entry, DeadlineSet):
            yield self.env._("Deadline set to %(due)s", due=format_date(self.env, entry.due))

    def _move(self):
        """Move the sequence.

        :return: list of one error message, empty when it moved
        """
        wizard = self.wizard_id
        try:
            with self.env.cr.savepoint():
                self.sequence_id.migrate_to(
                    wizard.template_id, wizard.reason, anew=wizard.deadlines == "anew")
        except REFUSALS as refusal:
            self.env.invalidate_all()
            return [str(refusal)]
        return []
