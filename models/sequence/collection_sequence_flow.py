import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import plaintext2html

from ... import engine
from ...tools.batches import process_batch
from ...tools.clauses import join_clauses
from ...tools.records import as_record, as_rows, as_text, in_company_language
from .collection_sequence import ENDED

_logger = logging.getLogger(__name__)

#: Open actions that a notification names.
MOST_TURNS = 2

#: Events, or sequences, that share a transaction and what is read in it. Whoever acts on one of
#: these sequences meanwhile waits until all are done.
TOGETHER = 20


class CollectionSequence(models.Model):
    """What moves a sequence besides its own actions: other sequences, events, and the clock."""

    _inherit = "collection.sequence"

    # === FROM ONE SEQUENCE TO ANOTHER === #
    # Switching, launching, and notifying whoever waits.

    def switch_to(self, template, reason, *, participants=None, situation=None):
        """End this sequence as switched and launch another template in its place (D-031).

        One transaction: participants and items are carried over, both are linked; if the new
        one cannot start, nothing has changed.

        :param template: published ``collection.sequence.template``
        :param str reason: stays in the history
        :param participants: see ``collection.sequence.template.launch``; by default this
            sequence's own
        :param situation: of the new sequence; by default this one's
        :return: the new ``collection.sequence``
        :raise UserError: no reason, this one has ended, or the new one cannot start
        """
        self.ensure_one()
        self._check_steering()
        reason = self._take_reason(reason)
        template = as_record(self.env, "collection.sequence.template", template)
        if not template:
            raise UserError(self.env._("Choose the template that takes its place."))
        if participants is not None:
            participants = as_rows(self.env["collection.participant"], participants)
        if situation is not None:
            situation = as_text(self.env, situation)
        with self.env.cr.savepoint():
            self._run(engine.EndAsSwitched(template.code), text=reason)
            return self._launch_successor(
                template, self.env.user, participants=participants, situation=situation)

    def _launch_successor(self, template, launcher, *, participants=None, situation=None):
        """Launch the sequence that takes over, with this one's participants and items.

        :param template: published ``collection.sequence.template``
        :param launcher: ``res.users`` who answers for it: the person who switches, else whoever
            launched this one
        :param participants: see :meth:`switch_to`
        :param situation: see :meth:`switch_to`
        :return: the new ``collection.sequence``
        """
        successor = template.with_company(self.company_id)._launch(
            self.customer_id, items=self.item_ids, parent=self, launcher=launcher,
            situation=self.situation if situation is None else situation,
            participants=self._prepare_carried_participants(template)
            if participants is None else participants)
        self.sudo().successor_id = successor
        return successor

    def _prepare_carried_participants(self, template):
        """This sequence's holders for the functions of another template, else the usual ones.

        :return: generator of dicts: function_id, user_id, contact_id
        """
        own = {row.function_id: row for row in self.sudo().participant_ids if row.partner_id}
        for vals in template._prepare_participant_vals(self.customer_id):
            row = own.get(self.env["collection.function"].browse(vals["function_id"]))
            yield vals if not row else {
                **vals, "user_id": row.user_id.id, "contact_id": row.contact_id.id}

    def _get_template(self, code):
        """:return: the published version of a template, in this sequence's company
        :raise UserError: there is none
        """
        template = self.env["collection.sequence.template"].search([
            ("code", "=", code), ("state", "=", "published"),
            ("company_id", "in", (False, *self.company_id._get_collection_lineage())),
        ], limit=1)
        if not template:
            raise UserError(self.env._(
                "%(sequence)s leads to the template %(code)s, of which no version is published.",
                sequence=self.display_name, code=code))
        return template

    def _start_child(self, template):
        """Launch a template for the same customer; a sequence of it that runs is linked instead."""
        template = template.with_company(self.company_id)
        child = template._get_open_sequence(self.customer_id)
        if child and self.waiting_template_code == template.code:
            self._check_no_mutual_wait(child)
        if child:
            child._raise_rev()  # else it might end meanwhile, and notify nobody
        child = child or template._launch(
            self.customer_id, items=self.item_ids, parent=self, launcher=self.launched_by_id,
            participants=self._prepare_carried_participants(template))
        self.child_ids |= child - self
        if child.state in ENDED:  # its first step has led straight to an end
            child._notify_waiting()

    def _check_no_mutual_wait(self, child):
        """:raise UserError: the other sequence is this one, or waits for it"""
        waiting = found = child
        while waiting and self not in found:
            waiting = waiting._get_waited_for() - found
            found |= waiting
        if self in found:
            raise UserError(self.env._(
                "%(sequence)s and %(other)s would wait for each other.",
                sequence=self.display_name, other=child.display_name))

    def _get_waited_for(self):
        """:return: the customer's open ``collection.sequence`` whose ends these wait for"""
        return self.search([
            ("customer_id", "in", self.customer_id.ids), ("company_id", "in", self.company_id.ids),
            ("template_code", "in", self.mapped("waiting_template_code")),
            ("state", "in", ("running", "paused"))])

    def _notify_waiting(self):
        """Put the end of this sequence into the inbox of those that launched or link it."""
        parents = self.search([
            ("child_ids", "in", self.ids), ("state", "in", ("running", "paused"))])
        self.env["collection.signal"]._post([{
            "key": f"child_ended:{self.id}:{parent.id}",
            "code": "child_ended",
            "customer_id": parent.customer_id.id,
            "company_id": parent.company_id.id,
            "sequence_id": parent.id,
            "about": self.template_code,
            "ending": self._get_ending(),
        } for parent in parents])

    def _get_ending(self):
        """:return: str, the label of the end that was reached, else the state it ended in"""
        row = self.visit_id.transition_id.with_context(lang=None)
        return (self.state == "done" and row.end_label) or self.state

    # === WHAT FOLLOWED === #

    def _describe_followed(self):
        """:return: str, translated: where a command has left this sequence, and what comes next"""
        self.ensure_one()
        sequence, _ = self.sudo(), self.env._
        states = dict(self._fields["state"]._description_selection(self.env))
        if sequence.incident and sequence.state == "running":
            return _("The sequence needs you: choose one of its ways out.")
        if sequence.state in ENDED:
            return _("The sequence has ended: %(end)s.",
                     end=sequence.end_label or states[sequence.state].lower())
        if sequence.state == "paused":
            return _("The sequence is paused: nothing moves until it is resumed.")
        return sequence._describe_waiting() or sequence._describe_next_turns()

    def _describe_next_turns(self):
        """:return: str, translated: the first of its open actions, each with whose turn it is;
            what former steps have left open comes last"""
        coming = self.action_ids.filtered(lambda action: action.state != "closed").sorted(
            lambda action: (action.visit_id != self.visit_id, action.date, action.number))
        if not coming:
            return self.env._("Nothing is to be done now: step “%(step)s” waits.",
                              step=self.step_id.name)
        turns = join_clauses(
            self.env, (action._describe_turn() for action in coming[:MOST_TURNS]))
        if len(coming) > MOST_TURNS:
            return self.env._("Next: %(turns)s; and more: %(count)s.", turns=turns,
                              count=len(coming) - MOST_TURNS)
        return self.env._("Next: %(turn)s.", turn=turns)

    # === ITEMS THAT ARE GONE === #

    def _react_to_replaced_items(self, move, names):
        """A sequence about nothing any more says so, and asks whoever pilots it.

        Rows that wait for nothing to be due hold from now on; they are read every night, so that
        no sequence ever costs the accountants what they do.

        :param move: the ``account.move``, empty when it was deleted
        :param str names: of its former items
        """
        for sequence in self.filtered(lambda sequence: not sequence.item_ids):
            sequence.items_gone = names
            pilot = sequence._get_pilot()
            reader = sequence.with_context(lang=pilot.lang, mail_activity_quick_update=True)
            reader.activity_schedule(
                "mail.mail_activity_data_warning", user_id=pilot.id,
                summary=reader.env._("Nothing is left of the items of this sequence"),
                note=plaintext2html(reader.env._(
                    "%(items)s is gone, and nothing takes its place: choose other items, or stop "
                    "the sequence.", items=names)))

    # === CRONS === #
    # The crons: events are delivered, deadlines and levels are looked at, pauses end.
    #
    # Some records share a transaction. Those of a killed worker are simply still due; where a race
    # is lost, each has its own. A fault is rolled back alone, shown on its sequence as an incident,
    # and the batch goes on.

    @api.model
    def _process_signals(self, limit=100):
        """Deliver the events of the inbox to the sequences that wait for them.

        :param int limit: events taken at most; the cron comes back for the rest
        :return: number of events delivered
        """
        signals, due = self.env["collection.signal"].sudo(), [("delivered_at", "=", False)]
        signals._reopen_missed()
        return process_batch(
            signals.search(due, limit=limit, order="attempts NULLS FIRST, id"),
            signals.search_count(due), self._deliver, TOGETHER)

    @api.model
    def _process_deadlines(self, limit=100):
        """Look at the clock and the world for the open sequences, once a day each.

        :param int limit: sequences taken at most; the cron comes back for the rest
        :return: number of sequences looked at
        """
        self.env["account.move.line"]._put_newly_overdue()
        sequences, due = self.sudo(), self._get_tick_domain()
        return process_batch(
            sequences.search(due, limit=limit, order="ticked_on NULLS FIRST, id"),
            sequences.search_count(due), lambda found: found._tick(), TOGETHER)

    @api.model
    def _get_tick_domain(self):
        """:return: domain of the open sequences not looked at today, in their company's day"""
        return Domain("state", "in", ("running", "paused")) & Domain.OR([
            Domain("company_id", "=", company.id)
            & (Domain("ticked_on", "=", False) | Domain("ticked_on", "<", day))
            for company, day in self._get_company_days().items()])

    @api.model
    def _get_company_days(self):
        """:return: dict of today (``date``), by company that has open sequences"""
        groups = self.sudo()._read_group(
            [("state", "in", ("running", "paused"))], ["company_id"])
        return {company: company._get_collection_day() for [company] in groups}

    def _filtered_due(self):
        """:return: those of these that are open and were not looked at today, as
            :meth:`_get_tick_domain` finds them"""
        return self.filtered(lambda sequence: sequence.state in ("running", "paused") and (
            not sequence.ticked_on or sequence.ticked_on < sequence._get_local_now().date()))

    def _postpone(self, _error):
        self.ticked_on = self._get_local_now().date()

    def _tick(self):
        """Look at the clock and the world for each; whoever fails has an incident."""
        for today, sequences in self._take_turns().grouped(
                lambda sequence: sequence._get_local_now().date()).items():
            for sequence in sequences:
                sequence._tick_in_turn(today)
            sequences.ticked_on = today

    def _tick_in_turn(self, today):
        """:param date today: the day of the company"""
        if self.state == "paused" and self.resume_on and self.resume_on <= today and (
                self.customer_id.active):
            self._run_alone(engine.Resume(), "cron")
        if self.state != "paused" and self.pause_reason:
            self.pause_reason = False
        self._run_alone(engine.Tick(), "cron")

    def _deliver(self, signals):
        """Deliver events to their listeners, one after the other; whoever fails has an incident.

        An event may end a sequence, or launch one that listens to the next: who listens is asked
        for each. One that is launched here is nobody else's yet, so that all have their turn.
        """
        listeners = signals._get_listeners()._take_turns()
        for signal in signals:
            command = signal._get_command()
            for sequence in signal._get_listeners().with_prefetch(listeners.ids):
                sequence._receive(command)
        signals.write({"delivered_at": fields.Datetime.now(), "error": False})

    def _take_turns(self):
        """Take the turns of these, and read for all of them what is not read along by itself.

        :return: the same sequences; what is read of one is read of all
        """
        self._raise_rev()
        self.fetch(["customer_id", "company_id", "markers"])
        return self.with_prefetch()

    def _receive(self, command):
        """Receive an event; one that no row waits for may still have made a level true.

        :param command: the engine's command that receives it
        """
        decision = self._run_alone(command, "signal")
        if not decision:  # with its incident the sequence moves no more, but keeps the event
            self._run_alone(command, "signal")
        elif not decision.entries and self.template_id._get_definition().reads_levels:
            self._run_alone(engine.Tick(), "signal")

    def _run_alone(self, command, cause):
        """Run a command whose fault must stay this sequence's own; its turn is taken already.

        What a fault says stays in the history: it comes in the company's language.

        :return: the engine's :class:`~..engine.Decision`, or None after a fault
        """
        own = in_company_language(self, self.company_id)
        try:
            with self.env.cr.savepoint():
                return own._run_in_turn(command, cause=cause)
        except OperationalError:  # a lost race is no fault of the sequence
            raise
        except Exception as fault:
            _logger.warning("%s, %s: %s", self, command, fault, exc_info=True)
            self._fail(fault, cause)
        return None

    def _fail(self, fault, cause):
        """What a row led to could not be executed: stay at the step, with an incident."""
        self.invalidate_recordset()
        if self.state == "running" and not self.incident:
            self._run_in_turn(engine.Fail(None), cause=cause, text=str(fault))
