from odoo import models
from odoo.exceptions import UserError

from ... import engine
from ...engine.sequence.effects import Alert, StartChild, SwitchTo
from ...tools.records import as_record

ENDED = ("done", "stopped", "switched")


class CollectionSequenceFlow(models.Model):
    """From one sequence to another: switching, launching, telling the one that waits."""

    _inherit = "collection.sequence"

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
        self._check_reason(reason)
        template = as_record(self.env, "collection.sequence.template", template)
        with self.env.cr.savepoint():
            self._run(engine.Leave(template.code), text=reason)
            return self._launch_successor(
                template, participants=participants, situation=situation)

    def _launch_successor(self, template, *, participants=None, situation=None):
        """:return: the new sequence, carrying this one's participants and items"""
        successor = template.with_company(self.company_id).launch(
            self.customer_id, items=self.item_ids, parent=self,
            situation=self.situation if situation is None else situation,
            participants=self._prepare_carried_participants(template)
            if participants is None else participants)
        self.sudo().successor_id = successor
        return successor

    def _prepare_carried_participants(self, template):
        """This sequence's holders for the functions of another template, else the usual ones."""
        own = {row.function_id: row for row in self.sudo().participant_ids if row.partner_id}
        for vals in template._prepare_participant_vals(self.customer_id):
            row = own.get(self.env["collection.function"].browse(vals["function_id"]))
            yield vals if not row else {
                **vals, "user_id": row.user_id.id, "contact_id": row.contact_id.id}

    def _carry_out(self, effects):
        super()._carry_out(
            [e for e in effects if not isinstance(e, (Alert, StartChild, SwitchTo))])
        for effect in effects:
            if isinstance(effect, Alert):
                self._alert_legal_deadline(effect.row)
            elif isinstance(effect, StartChild):
                self._start_child(self._get_template(effect.template))
            elif isinstance(effect, SwitchTo):
                self._launch_successor(self._get_template(effect.template))

    def _get_template(self, code):
        """:return: the published version of a template, in this sequence's company
        :raise UserError: there is none
        """
        template = self.env["collection.sequence.template"].search([
            ("code", "=", code), ("state", "=", "published"),
            ("company_id", "in", (False, self.company_id.id)),
        ], limit=1)
        if not template:
            raise UserError(self.env._(
                "%(sequence)s leads to the template %(code)s, of which no version is published.",
                sequence=self.display_name, code=code))
        return template

    def _start_child(self, template):
        """Launch a template for the same customer; one already running is linked instead."""
        template = template.with_company(self.company_id)
        child = template._get_open_sequence(self.customer_id)
        if child:
            self._check_no_mutual_wait(child)
            child._raise_rev()  # else it might end meanwhile, and tell nobody
        child = child or template.launch(
            self.customer_id, items=self.item_ids, parent=self,
            participants=self._prepare_carried_participants(template))
        self.child_ids |= child
        if child.state in ENDED:  # its first step has led straight to an end
            child._tell_waiting()

    def _check_no_mutual_wait(self, child):
        """:raise UserError: the other sequence is this one, or waits for it in its turn"""
        waiting = found = child
        while waiting and self not in found:
            waiting = waiting.filtered("waiting_template_code").child_ids.filtered(
                lambda other: other.state not in ENDED) - found
            found |= waiting
        if self in found:
            raise UserError(self.env._(
                "%(sequence)s and %(other)s would wait for each other.",
                sequence=self.display_name, other=child.display_name))

    def _alert_legal_deadline(self, row):
        """A legal deadline passed during a pause: its pilot must know today."""
        step = self.step_id
        row = step.transition_ids.filtered(lambda transition: transition.key == row)
        pilot = self._get_pilot()
        self.activity_schedule(
            "mail.mail_activity_data_warning", user_id=pilot.id,
            summary=self.env._("A legal deadline passed during the pause"),
            note=self.env._("Step “%(step)s”: %(row)s", step=step.name, row=row.sentence))

    def _write_status(self, facts):
        super()._write_status(facts)
        if self.state in ENDED:
            self._tell_waiting()

    def _tell_waiting(self):
        """Let the sequences that launched or link this one know that it has ended."""
        parents = self.search([
            ("child_ids", "in", self.ids), ("state", "in", ("running", "paused"))])
        self.env["collection.signal"]._put([{
            "key": f"child_ended:{self.id}:{parent.id}",
            "code": "child_ended",
            "customer_id": parent.customer_id.id,
            "company_id": parent.company_id.id,
            "sequence_id": parent.id,
            "about": self.template_code,
        } for parent in parents])
