from ast import literal_eval
from dataclasses import dataclass, replace

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ... import engine
from ...engine.sequence import entries
from ...engine.sequence.conditions import LEGAL
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

#: What the history calls news, in a preview of resuming.
RECORDED = ("action_submitted", "action_closed", "event_received", "markers_changed")


class CollectionSequence(models.Model):
    """Moving to another version of the template: by hand, by key, after a preview.

    The past stays as it was, on the steps of the version it happened on; the visit under way
    and what is open go on by the new one.
    """

    _inherit = "collection.sequence"

    # === MIGRATION === #

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

    # === PREVIEW OF RESUMING === #
    # What a command would do, computed without doing it.

    def _preview_resume(self):
        """What resuming now leads to (D-029). Nothing is written.

        :return: dict of lists of words: ``legal`` deadlines passed, ``moved`` dates,
            ``recorded`` results and events, ``follows`` what comes next
        """
        self.ensure_one()
        sequence = self.sudo()
        state, now = sequence._get_state(), sequence._get_local_now()
        decision = engine.decide(
            sequence.template_id._get_definition(), state, engine.Resume(), now,
            sequence._get_facts())
        return {
            "legal": sequence._describe_passed(state, now.date()),
            "moved": sequence._describe_moved(decision.entries),
            "recorded": sequence._describe_recorded(),
            "follows": sequence._describe_follows(decision.entries),
        }

    def _describe_passed(self, state, today):
        over = {timer.row for timer in state.visit_timers
                if timer.nature == LEGAL and timer.is_over(today)}
        return [
            self.env._("%(row)s: last day was %(date)s", row=deadline.transition_id.sentence,
                       date=format_date(self.env, deadline.due))
            for deadline in self.deadline_ids
            if deadline.visit_id == self.visit_id and deadline.transition_id.key in over]

    def _describe_moved(self, facts):
        """:return: list of dicts what, old, new: deadlines of rows, then of actions"""
        deadlines = {deadline.transition_id.key: deadline for deadline in self.deadline_ids
                     if deadline.visit_id == self.visit_id}
        actions = {action.number: action for action in self.action_ids}
        moved = []
        for fact in facts:
            if isinstance(fact, entries.TimerResumed):
                deadline = deadlines[fact.row]
                moved.append((deadline.transition_id.sentence, deadline.due, fact.due))
            elif isinstance(fact, entries.ActionMoved):
                action = actions[fact.action]
                moved.append((action.name, action.deadline, fact.due))
        return [{"what": what, "old": format_date(self.env, old), "new": format_date(self.env, new)}
                for what, old, new in moved]

    def _describe_recorded(self):
        """:return: what was recorded since the pause began, in the history's words"""
        history = self.env["collection.history"].sudo()
        paused = history.search(
            [("sequence_id", "=", self.id), ("kind", "=", "paused")], limit=1,
            order="id desc")
        rows = history.search([
            ("sequence_id", "=", self.id), ("id", ">", paused.id),
            ("kind", "in", RECORDED)], order="id")
        return [f"{row.summary} ({row.who})" for row in rows]

    def _describe_follows(self, facts):
        """:return: what comes next, one line a move; empty where it stays as it is"""
        steps = {step.key: step for step in self.template_id.step_ids}
        lines = []
        for fact in facts:
            if isinstance(fact, entries.VisitEntered):
                step = steps[fact.step]
                lines.append(self.env._(
                    "Step “%(step)s” is entered: %(actions)s", step=step.name,
                    actions=", ".join(step.content_ids.mapped("name")) or "–"))
            elif isinstance(fact, entries.Ended):
                lines.append(self.env._("The sequence ends: %(label)s", label=fact.label or "–"))
            elif isinstance(fact, entries.Switched):
                lines.append(self.env._("It switches to %(template)s", template=fact.template))
            elif isinstance(fact, entries.ChildStarted):
                lines.append(self.env._("%(template)s is launched", template=fact.template))
            elif isinstance(fact, entries.IncidentRaised):
                lines.append(self.env._("An incident: nothing can move it, and you must decide"))
        return lines
