from ast import literal_eval

from odoo import fields, models
from odoo.fields import Domain

from ... import engine


class CollectionSequenceWorld(models.Model):
    """The world around a sequence: gathered as plain facts before each command."""

    _inherit = "collection.sequence"

    markers = fields.Properties(
        definition="template_id.marker_definition", copy=False,
        help="Dates and facts of the case, as the template asks for them.")
    deadline_ids = fields.One2many("collection.deadline", "sequence_id")
    receipt_ids = fields.One2many("collection.signal.receipt", "sequence_id")
    next_deadline = fields.Date(compute="_compute_next_deadline", string="Next deadline")
    waiting_template_code = fields.Char(readonly=True, string="Waits for the end of")
    waiting_step_key = fields.Char(readonly=True)
    paused_on = fields.Date(readonly=True)
    resume_on = fields.Date(string="Resumes on", readonly=True)
    ticked_on = fields.Date(readonly=True, help="The day the clock was last looked at.")
    child_ids = fields.Many2many(
        "collection.sequence", "collection_sequence_child_rel", "parent_id", "child_id",
        string="Sequences launched", readonly=True)
    successor_id = fields.Many2one(
        "collection.sequence", string="Switched to", readonly=True, index="btree_not_null")

    def _compute_next_deadline(self):
        running = self.env["collection.deadline"].sudo()._read_group(
            [("sequence_id", "in", self.ids), ("visit_id.left_at", "=", False)],
            ["sequence_id"], ["due:min"])
        dues = {sequence.id: due for sequence, due in running}
        for sequence in self:
            sequence.next_deadline = dues.get(sequence.id)

    def _get_facts(self):
        """:return: the state of the world as the engine's :class:`~..engine.Facts`"""
        self.ensure_one()
        return engine.Facts(
            levels=self._get_levels(),
            markers=self._get_marker_dates(),
            guards=self._get_guards(),
            calendar=self._get_calendar(),
        )

    def _get_levels(self):
        """What holds for the sequence's items: nothing due any more, or how much is.

        Paid but not yet seen on the bank's statement is paid; an invoice that is back in draft
        is still due.
        """
        settled = self.item_ids.filtered(lambda item: (
            item.parent_state == "cancel"
            or item.move_id.payment_state in ("in_payment", "paid", "reversed")))
        due = sum((self.item_ids - settled).mapped("amount_residual"))
        return {
            "settled": bool(self.item_ids) and self.currency_id.compare_amounts(due, 0) <= 0,
            "balance": due,
        }

    def _get_marker_dates(self):
        """:return: dict of the dates that are filled, by technical name"""
        return {
            marker["name"]: fields.Date.to_date(marker["value"])
            for marker in self.read(["markers"])[0]["markers"]
            if marker["type"] in ("date", "datetime") and marker.get("value")
        }

    def _get_guards(self):
        """:return: (step key, row key) of the guarded rows whose guard holds"""
        rows = self.template_id.step_ids.transition_ids.filtered("guard")
        return frozenset(
            (row.step_id.key, row.key) for row in rows
            if self.filtered_domain(Domain(literal_eval(row.guard))))

    def _get_calendar(self):
        """:return: the company's holidays, as an :class:`~..engine.dates.Calendar`"""
        french = self.company_id.country_id.code == "FR"
        return engine.Calendar(country="FR" if french else None)
