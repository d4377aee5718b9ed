from odoo import api, fields, models

from ... import engine
from ...engine.sequence.timers import missing_markers


class CollectionSequenceOutlook(models.Model):
    """What a sequence waits for, and what may come: read from its tree, never stored."""

    _inherit = "collection.sequence"

    waits_for = fields.Char(compute="_compute_waits_for")
    manual_events = fields.Json(
        compute="_compute_manual_events", help="Events that a person may note now, by name.")
    to_come = fields.Html(
        compute="_compute_to_come", string="What may follow", sanitize=False,
        help="The actions of the steps that the current one may lead to, and who would get them.")
    child_count = fields.Integer(compute="_compute_child_count")

    @api.depends_context("lang")
    @api.depends("state", "visit_id", "waiting_template_code", "markers")
    def _compute_waits_for(self):
        for sequence in self:
            sequence.waits_for = sequence.state in ("running", "paused") and (
                sequence._describe_waiting() or sequence._describe_missing_dates())

    def _describe_waiting(self):
        """:return: which other sequence it waits for, in words, or False"""
        code = self.waiting_template_code
        if not code:
            return False
        child = self.sudo().child_ids.filtered(lambda c: c.template_code == code)[-1:]
        return self.env._(
            "Waits for the end of %(sequence)s, then goes on by itself.",
            sequence=child.template_id.display_name or code)

    def _describe_missing_dates(self):
        """:return: which dates its deadlines still need, in words, or False"""
        sequence = self.sudo()
        step = sequence.template_id._get_definition().step(sequence.step_id.key)
        if not step or not step.deadline_rows:
            return False
        missing = missing_markers(step, engine.Facts(markers=sequence._get_marker_dates()))
        if not missing:
            return False
        markers = sequence._get_markers()
        labels = [markers[name]["string"] for name in missing if name in markers]
        return self.env._(
            "A deadline waits for a date to count from: %(dates)s. Fill it in the tab Deadlines.",
            dates=", ".join(labels or missing))

    @api.depends("state", "visit_id")
    def _compute_manual_events(self):
        for sequence in self:
            sequence.manual_events = sequence._get_manual_events()

    def _compute_child_count(self):
        for sequence in self:
            sequence.child_count = len(sequence.child_ids)

    @api.depends_context("lang")
    @api.depends("state", "visit_id", "participant_ids.user_id", "participant_ids.contact_id")
    def _compute_to_come(self):
        for sequence in self:
            rows = sequence._prepare_to_come()
            sequence.to_come = rows and self.env["ir.qweb"]._render(
                "account_collection.to_come", {"rows": rows})

    def _prepare_to_come(self):
        """Project the rows of the current step: where each leads, and what that would ask for.

        :return: list of dicts, one a row of its table: because, actions
        """
        self.ensure_one()
        sequence = self.sudo()
        if sequence.state not in ("running", "paused"):
            return []
        holders = sequence._get_holders()
        rows = sequence.step_id.transition_ids.sorted(lambda row: (row.position, row.id))
        return [{
            "because": row.sentence,
            "actions": [sequence._prepare_projection(content, holders)
                        for content in row.target_step_id.content_ids],
        } for row in rows]

    def _prepare_projection(self, content, holders):
        """:return: dict of what an action to come would be: name, function, owner, recipient"""
        nobody = self.env["res.partner"]
        receives = content.recipient_function_id
        return {
            "name": content.name,
            "function": content.function_id.name,
            "owner": holders.get(content.function_id, nobody).name,
            "recipient_function": receives.name,
            "recipient": holders.get(receives, nobody).name,
        }
