from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL

from ...tools.customers import find_following, follow, move_some
from ...tools.records import in_company_language

OPEN = ("new", "running", "paused")


class ResPartner(models.Model):
    """Customers are searched by the number of their open sequences."""

    _inherit = "res.partner"

    collection_sequence_count = fields.Integer(search="_search_collection_sequence_count")

    def _search_collection_sequence_count(self, operator, value):
        """Count the sequences that the user may read, as the field does."""
        self._check_field_access(self._fields["collection_sequence_count"], "read")
        sequences = self.env["collection.sequence"]
        query = sequences._search([("state", "in", ("running", "paused"))])
        query.groupby = customer = sequences._field_to_sql(query.table, "customer_id", query)
        figures = query.select(
            SQL("%s AS customer_id", customer), SQL("count(*) AS under_way"))
        return self._search_figure(SQL("(%s)", figures), "under_way", operator, value, 0)

    # === IDENTITY === #
    # Sequences follow the customer; two of one template are both kept, for a person to choose.

    @api.model
    def _move_collection(self, changes):
        sequences = self.env["collection.sequence"].search([
            ("state", "in", OPEN), ("customer_id", "in", [
                id_ for change in changes for id_ in (change.former, change.current)])])
        if sequences:
            sequences._raise_rev()
        holders = {sequence: sequence._get_holders() for sequence in sequences}
        formers = {sequence.id: sequence.customer_id.id for sequence in sequences}
        super()._move_collection(changes)
        moved = self._move_sequences(changes, sequences)
        self._release_items_of_sequences(changes, sequences - moved)
        for sequence, before in holders.items():
            sequence._apply_holders(before)
        self._trace_moved_sequences(moved & sequences, formers)
        sequences._ask_to_stop_duplicates()

    def _follow_archiving(self, active):
        """A customer that is archived is not pursued; whoever brings it back resumes. What was
        paused until a day goes on then, not before (``_tick_in_turn``)."""
        super()._follow_archiving(active)
        if not active:
            running = self.env["collection.sequence"].search([
                ("customer_id", "in", self.ids), ("state", "=", "running")])
            for company, sequences in running.grouped("company_id").items():
                own = in_company_language(self, company)
                sequences.action_pause(own.env._("The customer is archived."))

    def _move_sequences(self, changes, open_sequences):
        """:return: the ``collection.sequence`` that changed hands, ended ones as well"""
        sequences = self.env["collection.sequence"]
        currents = {change.former: change.current for change in changes if change.whole}
        following = find_following(sequences, changes)
        following |= {sequence.id: currents[sequence.customer_id.id]
                      for sequence in sequences.search([("customer_id", "in", list(currents))])}
        open_sequences._mark_duplicates(following)
        moved = move_some(sequences, following)
        for name in ("collection.participant", "collection.action"):
            follow(self.env[name], changes, "sequence_id")
        self._move_dispatches(changes)
        return moved

    def _release_items_of_sequences(self, changes, sequences):
        """Sequences that stay with a customer let go of the items that went to another one."""
        split = {change.former for change in changes if not change.whole}
        rows = {}
        for sequence in sequences.filtered(lambda s: s.customer_id.id in split):
            foreign = sequence.item_ids.filtered(lambda item, sequence=sequence: (
                item.partner_id.commercial_partner_id != sequence.customer_id))
            if foreign:
                sequence.item_ids = [Command.unlink(item.id) for item in foreign]
                rows.setdefault((sequence.customer_id, sequence.company_id), []).append({
                    "kind": "items_detached", "cause": "person", "command": "identity",
                    "sequence_id": sequence.id, "action_name": sequence.display_name,
                    "data": {}, "new_value": foreign._name_items()})
        self.env["collection.history"]._append_many(rows)

    def _trace_moved_sequences(self, moved, formers):
        history = self._trace_moved(moved, formers, lambda sequence: {
            "sequence_id": sequence.id, "visit_id": sequence.visit_id.id,
            "step_name": sequence.step_id.name,
            "data": {"about": sequence.template_id.name}})
        self.env["collection.sequence"]._message_log_batch(bodies={
            sequence.id: row._get_chatter_body() for sequence, row in history.items()})
