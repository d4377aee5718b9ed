from odoo import models
from odoo.fields import Domain


class CollectionAction(models.Model):
    """Actions that are closed with an option that interrupts limitation."""

    _inherit = "collection.action"

    def _write_closed(self, outcome, *, option=None, **kwargs):
        super()._write_closed(outcome, option=option, **kwargs)
        if option and option.interrupts:
            for action in self:
                action._interrupt_limitation(option)

    def _interrupt_limitation(self, option):
        """Note that closing the one action interrupts the limitation of what it is about."""
        items = self._find_interrupted_items()
        if items:
            self.env["collection.limitation.interruption"]._note(
                items, option.interrupts, self._get_day_of_act(), action=self,
                note=f"{self.name}: {option.name}")

    def _find_interrupted_items(self):
        """:return: ``account.move.line``: the action's items, else its sequence's, else all that
            the customer owes the company past its due date"""
        items = self.item_ids or self.sequence_id.item_ids
        if items:
            return items.filtered(lambda line: (
                line.account_type == "asset_receivable" and line.company_id == self.company_id
                and line.partner_id.commercial_partner_id == self.customer_id))
        lines = self.env["account.move.line"].sudo()
        return lines.search(
            lines._get_overdue_item_domain(self.company_id)
            & Domain("partner_id.commercial_partner_id", "=", self.customer_id.id))

    def _get_day_of_act(self):
        """:return: date of the act: the earliest one that the action asked for, else the day on
            which it was closed"""
        asked = [marker["value"] for marker in self._get_steering().get_required_markers()
                 if marker["type"] == "date" and marker.get("value")]
        return min([self.closed_on, *map(self._fields["date"].to_date, asked)])
