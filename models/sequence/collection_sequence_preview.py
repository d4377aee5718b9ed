from odoo import models
from odoo.tools import format_date

from ... import engine
from ...engine.sequence import entries
from ...engine.sequence.conditions import LEGAL

#: What the history calls news, in a preview of resuming.
RECORDED = ("action_submitted", "action_closed", "event_received", "markers_changed")


class CollectionSequencePreview(models.Model):
    """What a command would do, computed without doing it."""

    _inherit = "collection.sequence"

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
            order="number desc")
        rows = history.search([
            ("sequence_id", "=", self.id), ("number", ">", paused.number),
            ("kind", "in", RECORDED)], order="number")
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
