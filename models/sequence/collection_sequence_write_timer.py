from odoo import models

from ...engine.sequence import entries


class CollectionSequenceWriteTimer(models.Model):
    """Writing down deadlines and received events."""

    _inherit = "collection.sequence"

    def _write_timers(self, facts):
        deadlines = {
            (deadline.visit_id.number, deadline.transition_id.key): deadline
            for deadline in self.deadline_ids
        }
        for fact in facts:
            if isinstance(fact, entries.TimerSet):
                deadline = self._write_timer_set(fact, deadlines.get((fact.visit, fact.row)))
                deadlines[fact.visit, fact.row] = deadline
            elif isinstance(fact, entries.TimerFrozen):
                deadlines[fact.visit, fact.row].write(
                    {"frozen": True, "remaining": fact.remaining})
            elif isinstance(fact, entries.TimerResumed):
                deadlines[fact.visit, fact.row].write({"frozen": False, "due": fact.due})
            elif isinstance(fact, entries.LegalDeadlinePassed):
                deadlines[fact.visit, fact.row].alerted = True

    def _write_timer_set(self, fact, deadline):
        """Set a row's deadline; set again on another base, its first due date is kept.

        :return: the ``collection.deadline``
        """
        vals = {"base": fact.base, "due": fact.due, "nature": fact.nature, "frozen": False,
                "alerted": False}
        if deadline:
            deadline.write(vals)
            return deadline
        visit = self.visit_ids.filtered(lambda visit: visit.number == fact.visit)
        row = visit.step_id.transition_ids.filtered(lambda row: row.key == fact.row)
        return self.env["collection.deadline"].create({
            **vals, "sequence_id": self.id, "visit_id": visit.id, "transition_id": row.id,
            "original_due": fact.due})

    def _write_events(self, facts):
        self.env["collection.signal.receipt"].create([{
            "sequence_id": self.id, "key": fact.key, "code": fact.code,
            "visit_number": fact.visit, "amount": fact.amount, "about": fact.about,
        } for fact in facts if isinstance(fact, entries.EventReceived)])
        used = {fact.key for fact in facts if isinstance(fact, entries.EventUsed)}
        if used:
            self.receipt_ids.filtered(lambda receipt: receipt.key in used).used = True
