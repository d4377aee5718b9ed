from ast import literal_eval
from dataclasses import dataclass, replace

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ... import engine
from ...engine.sequence import entries
from ...engine.sequence.errors import CommandRefused
from ...tools.records import as_record

#: What an open action follows of its counterpart: how it is closed. What it says, and whether
#: its step waits for it, stay as they were asked.
FOLLOWED = ("needs_validation", "validator_function_id", "option_ids")


@dataclass(frozen=True)
class Move:
    """What moving a sequence to another version would do.

    :param problem: why it cannot move, or None
    :param lost: the ``collection.action`` records without counterpart, to be cancelled
    :param missing: contents of the current step for which no action was created
    :param facts: the engine's entries, in order
    """

    problem: str | None
    lost: object
    missing: object
    facts: tuple = ()


class CollectionSequenceMigrate(models.Model):
    """Moving to another version of the template: by hand, by key, after a preview.

    The past stays as it was, on the steps of the version it happened on; the visit under way
    and what is open go on by the new one.
    """

    _inherit = "collection.sequence"

    def migrate_to(self, template, reason, *, anew=False):
        """Go on by another version of the same template.

        Open actions that it does not know are cancelled, with the reason.

        :param template: published ``collection.sequence.template``, of the same code
        :param str reason: stays in the history
        :param bool anew: count running deadlines anew from where they began, by the new
            version's rows; else they keep the day they had
        :raise UserError: no reason, another template, or no counterpart of the current step
        """
        self.ensure_one()
        self._check_steering()
        self._check_reason(reason)
        template = as_record(self.env, "collection.sequence.template", template)
        template.check_access("read")
        sequence = self.sudo()
        sequence._raise_rev()
        problem = sequence._find_migration_problem(template)
        if problem:
            raise UserError(problem)
        left = sequence.template_id.version
        lost = sequence._find_lost_actions(template)
        with self.env.cr.savepoint():
            sequence.template_id = template
            self._run_in_turn(engine.Migrate(left, anew), cause="migration", text=reason)
            lost.comment = reason

    def _preview_migration(self, template, anew=False):
        """:return: what moving there would do, as a :class:`Move`; nothing is written"""
        self.ensure_one()
        sequence = self.sudo()
        nothing = sequence.action_ids.browse()
        problem = sequence._find_migration_problem(template)
        if problem:
            return Move(problem, nothing, template.step_ids.content_ids.browse())
        facts = replace(sequence._get_facts(), guards=sequence._get_guards_of(template))
        try:
            decision = engine.decide(
                template._get_definition(), sequence._get_state(),
                engine.Migrate(sequence.template_id.version, anew), sequence._get_local_now(),
                facts)
        except CommandRefused as refusal:
            return Move(sequence._explain_refusal(refusal), nothing,
                        template.step_ids.content_ids.browse())
        return Move(
            None, sequence._find_lost_actions(template),
            sequence._find_unasked_contents(template), decision.entries)

    def _find_migration_problem(self, template):
        """:return: sentence that says why the sequence cannot move to a version, or None"""
        words = {"sequence": self.display_name, "template": template.display_name}
        states = dict(self._fields["state"]._description_selection(self.env))
        if self.state not in ("running", "paused"):
            return self.env._("%(sequence)s is in state “%(state)s”: it stays on its version.",
                              **words, state=states[self.state])
        if template.code != self.template_code or template == self.template_id:
            return self.env._("%(template)s is no other version of %(own)s.", **words,
                              own=self.template_id.display_name)
        if template.state != "published" or not template.active:
            return self.env._("%(template)s is not published.", **words)
        if template.company_id and template.company_id != self.company_id:
            return self.env._("%(template)s belongs to another company.", **words)
        key = self.waiting_step_key if self.waiting_template_code else self.step_id.key
        if key not in template.step_ids.mapped("key"):
            step = self.template_id.step_ids.filtered(lambda step: step.key == key)
            return self.env._(
                "%(template)s has no step “%(step)s”, where %(sequence)s stands: jump to another "
                "step first, or leave it on its version.", **words, step=step.name or key)
        return None

    def _find_lost_actions(self, template):
        """:return: the open actions that a version does not know"""
        orphans = engine.ways.find_orphans(template._get_definition(), self._get_state())
        numbers = {action.number for action in orphans}
        return self.action_ids.filtered(lambda action: action.number in numbers)

    def _find_unasked_contents(self, template):
        """:return: what a version asks for in the current step and the visit never asked"""
        if self.visit_id.left_at:
            return template.step_ids.content_ids.browse()
        asked = self.action_ids.filtered(lambda a: a.visit_id == self.visit_id)
        step = template.step_ids.filtered(lambda step: step.key == self.step_id.key)
        known = set(asked.mapped("content_key"))
        return step.content_ids.filtered(lambda content: content.key not in known)

    def _get_guards_of(self, template):
        """:return: (step key, row key) of a version's guarded rows whose guard holds"""
        return frozenset(
            (row.step_id.key, row.key) for row in template.step_ids.transition_ids
            if row.guard and self.filtered_domain(Domain(literal_eval(row.guard))))

    # -- writing ---------------------------------------------------------------------

    def _write_entries(self, facts, context):
        for fact in facts:
            if isinstance(fact, entries.Migrated):
                self._write_migrated(fact, facts)
        super()._write_entries(facts, context)

    def _write_migrated(self, fact, facts):
        """What is under way points to the new version; what is past stays where it was."""
        steps = {step.key: step for step in self.template_id.step_ids}
        visit = self.visit_id
        if not visit.left_at:
            visit.step_id = steps[visit.step_id.key]
        self._write_kept_deadlines(fact, facts, visit)
        for action in self.action_ids.filtered(lambda action: action.state != "closed"):
            step = steps.get(action.step_id.key)
            content = step and step.content_ids.filtered(
                lambda content, action=action: content.key == action.content_key)
            if content:
                self._write_migrated_action(action, content)

    def _write_kept_deadlines(self, fact, facts, visit):
        """Deadlines go on by the new rows; those without one are no more."""
        again = {f.row for f in facts if isinstance(f, entries.TimerSet) and f.visit == fact.visit}
        rows = {row.key: row for row in visit.step_id.transition_ids}
        for deadline in self.deadline_ids.filtered(lambda d: d.visit_id.number == fact.visit):
            key = deadline.transition_id.key
            if key in fact.timers and key not in again:
                deadline.unlink()
            else:
                deadline.transition_id = rows[key]

    def _write_migrated_action(self, action, content):
        vals = content._prepare_copy_vals()
        action.write({"content_id": content.id, **{name: vals[name] for name in FOLLOWED}})
        action.write(self._prepare_holder_vals(
            action.function_id, action._get_distinct_validator(), action.recipient_function_id,
            action.state, self._get_holders()))
