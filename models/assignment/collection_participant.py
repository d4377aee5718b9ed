from odoo import api, fields, models

from ...tools.clauses import join_label
from ...tools.own_context import is_own
from ...tools.records import in_company_language
from .attributes import COLLABORATOR


class CollectionParticipant(models.Model):
    """Where a customer's holder of a function comes from."""

    _inherit = "collection.participant"

    collection_origins = fields.Json(string="Set by", compute="_compute_collection_origins")

    @api.depends_context("lang")
    @api.depends("customer_id", "function_id", "company_id", "user_id", "contact_id")
    def _compute_collection_origins(self):
        rows = self.env["collection.assignment"].search([
            ("customer_id", "in", self.customer_id.ids), ("attribute", "=", COLLABORATOR)])
        automatic = self.env["collection.assignment.rule"]._get_automatic_attributes()
        known = {(row.customer_id.id, row.company_id.id, row.value): row for row in rows}
        for participant in self:
            row = not participant.sequence_id and known.get((
                participant.customer_id.id, participant.company_id.id,
                participant.function_id.id))
            participant.collection_origins = {
                "origins": [row._describe(automatic)]} if row else {}

    @api.model_create_multi
    def create(self, vals_list):
        participants = super().create(vals_list)
        participants._record_holders({})
        return participants

    def write(self, vals):
        before = {row.id: row.partner_id.display_name or "" for row in self}
        result = super().write(vals)
        if not {"user_id", "contact_id", "function_id"}.isdisjoint(vals):
            self._record_holders(before)
        return result

    def unlink(self):
        gone = self.filtered(lambda row: not row.sequence_id)
        removed = [(row.customer_id, row.company_id, row.function_id,
                    row.partner_id.display_name or "", "") for row in gone]
        result = super().unlink()
        self._trace_holders(removed)
        return result

    def _record_holders(self, before):
        """Record that a person named these holders; a rule records and traces its own.

        :param dict before: holders' names by id, empty for new ones
        """
        if is_own(self, "collection_assigning"):
            return
        changed = self.filtered(lambda row: not row.sequence_id and (
            (row.partner_id.display_name or "") != before.get(row.id, "")))
        assignments = self.env["collection.assignment"].sudo()
        for (company, function), rows in changed.grouped(
                lambda row: (row.company_id, row.function_id)).items():
            assignments._record(company, COLLABORATOR, rows.customer_id.ids, value=function.id)
        # the first holder is no change, unless many customers are changed at once
        self._trace_holders([
            (row.customer_id, row.company_id, row.function_id, before.get(row.id, ""),
             row.partner_id.display_name or "") for row in changed
            if before.get(row.id) or self.env.context.get("collection_mass_change")])

    def _trace_holders(self, changes):
        """:param changes: list of (customer, company, function, old name, new name)"""
        rows = {}
        for customer, company, function, old, new in changes:
            function = in_company_language(function, company)
            rows.setdefault((customer, company), []).append({
                "kind": "setting_changed", "cause": "person", "command": "setting",
                "data": {"field": "collection_participant_ids"},
                "old_value": old and join_label(function.env, function.name, old),
                "new_value": new and join_label(function.env, function.name, new)})
        self.env["collection.history"].sudo()._append_many(rows)
