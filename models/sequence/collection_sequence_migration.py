from dataclasses import dataclass

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ... import engine
from ...engine.sequence.conditions import LEGAL
from ...engine.sequence.entries import (
    ActionMoved,
    ChildStarted,
    DeadlineResumed,
    DeadlineSet,
    Ended,
    IncidentRaised,
    Switched,
    VisitEntered,
)
from ...engine.sequence.errors import CommandRefused
from ...tools.records import as_record

#: What an open action follows of its counterpart: how it is closed. What it says, and whether
#: its step waits for it, stay as they were asked.
FOLLOWED = ("needs_validation", "validator_function_id", "option_ids")

#: Kinds of history rows that a preview of resuming lists as recorded meanwhile.
RECORDED = ("action_submitted", "action_closed", "event_received", "markers_changed")


@dataclass(frozen=True, slots=True)
class MigrationPreview:
    """What moving a sequence to another version would do.

    :ivar problem: translated sentence that says why it cannot move, or None
    :ivar lost: the ``collection.action`` records without counterpart, to be cancelled
    :ivar missing: ``collection.sequence.content`` records of the current step for which no
        action was created
    :ivar entries: the engine's entries, in order
    """

    problem: str | None
    lost: models.BaseModel
    missing: models.BaseModel
    entries: tuple = ()


class CollectionSequence(models.Model):
    """Moving to another version of the template: by hand, by key, after a preview.

    The past stays as it was, on the steps of the version it happened on; the visit under way
    and what is open go on by the new one. The preview of resuming stands here too.
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
        reason = self._take_reason(reason)
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
        """Preview :meth:`migrate_to`; nothing is written.

        :param template: ``collection.sequence.template``
        :param bool anew: see :meth:`migrate_to`
        :return: :class:`MigrationPreview`
        """
        self.ensure_one()
        sequence = self.sudo()
        no_action, no_content = sequence.action_ids.browse(), template.step_ids.content_ids.browse()
        problem = sequence._find_migration_problem(template)
        if problem:
            return MigrationPreview(problem, no_action, no_content)
        try:
            decision = engine.decide(
                template._get_definition(), sequence._get_state(),
                engine.Migrate(sequence.template_id.version, anew), sequence._get_local_now(),
                sequence._get_world(template))
        except CommandRefused as refusal:
            return MigrationPreview(sequence._get_error_message(refusal), no_action, no_content)
        return MigrationPreview(
            None, sequence._find_lost_actions(template),
            sequence._find_unasked_contents(template), decision.entries)

    def _find_migration_problem(self, template):
        """:return: translated sentence, why the sequence cannot move to a version; or None"""
        names = {"sequence": self.display_name, "template": template.display_name}
        states = dict(self._fields["state"]._description_selection(self.env))
        if self.state not in ("running", "paused"):
            return self.env._("%(sequence)s is in state “%(state)s”: it stays on its version.",
                              **names, state=states[self.state])
        if template.code != self.template_code or template == self.template_id:
            return self.env._("%(template)s is no other version of %(own)s.", **names,
                              own=self.template_id.display_name)
        if template.state != "published" or not template.active:
            return self.env._("%(template)s is not published.", **names)
        if not self.company_id._takes_collection_from(template.company_id):
            return self.env._("%(template)s belongs to another company.", **names)
        key = self.waiting_step_key if self.waiting_template_code else self.step_id.key
        if key not in template.step_ids.mapped("key"):
            step = self.template_id.step_ids.filtered(lambda step: step.key == key)
            return self.env._(
                "%(template)s has no step “%(step)s”, where %(sequence)s stands: jump to another "
                "step first, or leave it on its version.", **names, step=step.name or key)
        return None

    def _find_lost_actions(self, template):
        """:return: the open actions that a version does not know"""
        orphans = engine.find_orphans(template._get_definition(), self._get_state())
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

    def _write_migrated(self, entry, entries):
        """What is under way points to the new version; what is past stays where it was.

        :param entry: the engine's :class:`Migrated`
        :param entries: all of its command, in order
        """
        steps = {step.key: step for step in self.template_id.step_ids}
        visit = self.visit_id
        if not visit.left_at:
            visit.step_id = steps[visit.step_id.key]
        self._write_kept_deadlines(entry, entries, visit)
        for action in self.action_ids.filtered(lambda action: action.state != "closed"):
            step = steps.get(action.step_id.key)
            content = step and step.content_ids.filtered(
                lambda content, action=action: content.key == action.content_key)
            if content:
                self._write_migrated_action(action, content)

    def _write_kept_deadlines(self, entry, entries, visit):
        """Deadlines go on by the new rows; those without one are no more."""
        again = {f.row for f in entries if isinstance(f, DeadlineSet) and f.visit == entry.visit}
        rows = {row.key: row for row in visit.step_id.transition_ids}
        for deadline in self.deadline_ids.filtered(lambda d: d.visit_id.number == entry.visit):
            key = deadline.transition_id.key
            if key in entry.timers and key not in again:
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
    # What resuming would do, computed without doing it.

    def _preview_resume(self):
        """What resuming now leads to (D-029). Nothing is written.

        :return: dict of lists of translated text: ``legal`` deadlines passed, ``recorded`` results
            and events, ``follows`` what comes next; and ``moved``, a list of dicts of text:
            what, old and new date
        """
        self.ensure_one()
        sequence = self.sudo()
        state, now = sequence._get_state(), sequence._get_local_now()
        decision = engine.decide(
            sequence.template_id._get_definition(), state, engine.Resume(), now,
            sequence._get_world(sequence.template_id))
        return {
            "legal": sequence._describe_passed(state, now.date()),
            "moved": sequence._describe_moved(decision.entries),
            "recorded": sequence._describe_recorded(),
            "follows": sequence._describe_follows(decision.entries),
        }

    def _describe_passed(self, state, today):
        """:return: list of str, one a legal deadline of the visit that is over today"""
        over = {running.row for running in state.visit_deadlines
                if running.nature == LEGAL and running.is_over(today)}
        return [
            self.env._("%(row)s: last day was %(date)s", row=deadline.transition_id.sentence,
                       date=format_date(self.env, deadline.due))
            for deadline in self.deadline_ids
            if deadline.visit_id == self.visit_id and deadline.transition_id.key in over]

    def _describe_moved(self, entries):
        """:return: list of dicts what, old, new: deadlines of rows, then of actions"""
        deadlines = {deadline.transition_id.key: deadline for deadline in self.deadline_ids
                     if deadline.visit_id == self.visit_id}
        actions = {action.number: action for action in self.action_ids}
        moved = []
        for entry in entries:
            if isinstance(entry, (DeadlineResumed, DeadlineSet)) and entry.row in deadlines:
                deadline = deadlines[entry.row]
                moved.append((deadline.transition_id.sentence, deadline.due, entry.due))
            elif isinstance(entry, ActionMoved):
                action = actions[entry.action]
                if entry.due:
                    moved.append((action.name, action.deadline, entry.due))
                if entry.date:
                    moved.append((action.name, action.date, entry.date))
        return [{"what": what, "old": format_date(self.env, old), "new": format_date(self.env, new)}
                for what, old, new in moved]

    def _describe_recorded(self):
        """:return: list of str, what was recorded since the pause began, as the history has it"""
        history = self.env["collection.history"].sudo()
        paused = history.search(
            [("sequence_id", "=", self.id), ("kind", "=", "paused")], limit=1,
            order="id desc")
        rows = history.search([
            ("sequence_id", "=", self.id), ("id", ">", paused.id),
            ("kind", "in", RECORDED)], order="id")
        return [f"{row.summary} ({row.who})" for row in rows]

    def _describe_follows(self, entries):
        """:return: list of str, what comes next, one an entry; empty where it stays as it is"""
        steps = {step.key: step for step in self.template_id.step_ids}
        lines = []
        for entry in entries:
            if isinstance(entry, VisitEntered):
                step = steps[entry.step]
                lines.append(self.env._(
                    "Step “%(step)s” is entered: %(actions)s", step=step.name,
                    actions=", ".join(step.content_ids.mapped("name")) or "–"))
            elif isinstance(entry, Ended):
                lines.append(self.env._("The sequence ends: %(label)s", label=entry.label or "–"))
            elif isinstance(entry, Switched):
                lines.append(self.env._("It switches to %(template)s", template=entry.template))
            elif isinstance(entry, ChildStarted):
                lines.append(self.env._("%(template)s is launched", template=entry.template))
            elif isinstance(entry, IncidentRaised):
                lines.append(self.env._("An incident: nothing can move it, and you must decide"))
        return lines
