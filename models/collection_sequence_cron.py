import logging

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .. import engine

_logger = logging.getLogger(__name__)

#: What one sequence may be at fault with, without stopping the others.
FAULTS = (UserError, ValidationError, ValueError, KeyError)


class CollectionSequenceCron(models.Model):
    """The crons: events are delivered, deadlines and levels are looked at, pauses end.

    Each sequence is a transaction of its own. Rows of a killed worker are simply still due; a
    fault is rolled back alone, shown on its sequence as an incident, and the batch goes on.
    """

    _inherit = "collection.sequence"

    @api.model
    def _process_signals(self, limit=100):
        """Deliver the events of the inbox to the sequences that wait for them.

        :param int limit: events taken at most
        :return: number of events delivered
        """
        signals = self.env["collection.signal"].sudo().search(
            [("delivered_at", "=", False)], limit=limit)
        for number, signal in enumerate(signals, start=1):
            locked = signal.try_lock_for_update()
            if locked and not locked.delivered_at:
                self._deliver(locked)
            self.env["ir.cron"]._commit_progress(1, remaining=len(signals) - number)
        return len(signals)

    def _deliver(self, signal):
        """Deliver one event to its listeners, in a row; whoever fails has an incident."""
        for sequence in signal._get_listeners()[signal]:
            sequence._run_alone(signal._get_command(), "signal")
        signal.delivered_at = fields.Datetime.now()

    @api.model
    def _process_deadlines(self, limit=100):
        """Look at the clock and the world for the sequences that something may move today.

        :param int limit: sequences taken at most
        :return: number of sequences looked at
        """
        sequences = self.sudo().search(self._get_tick_domain(), limit=limit, order="ticked_on")
        for number, sequence in enumerate(sequences, start=1):
            locked = sequence.try_lock_for_update()
            if locked:
                locked._tick()
            self.env["ir.cron"]._commit_progress(1, remaining=len(sequences) - number)
        return len(sequences)

    def _get_tick_domain(self):
        """:return: domain of the open sequences not looked at today"""
        return [
            ("state", "in", ("running", "paused")),
            "|", ("ticked_on", "=", False), ("ticked_on", "<", fields.Date.today()),
        ]

    def _tick(self):
        self.ensure_one()
        if self.state == "paused" and self.resume_on and (
                self.resume_on <= self._get_local_now().date()):
            self._run_alone(engine.Resume(), "cron")
        self._run_alone(engine.Tick(), "cron")
        self.ticked_on = fields.Date.today()

    def _run_alone(self, command, cause):
        """Run a command whose fault must stay this sequence's own."""
        try:
            with self.env.cr.savepoint():
                self._run(command, cause=cause)
        except FAULTS as fault:
            _logger.warning("collection sequence %s: %s", self.id, fault)
            self.env.invalidate_all()
            self._fail(fault, cause)

    def _fail(self, fault, cause):
        """What a row led to could not be carried out: stay at the step, and say so."""
        if self.state == "running" and not self.incident:
            self._run(engine.Fail(""), cause=cause, text=str(fault))
