"""Actions that are closed with an option that interrupts limitation."""

from odoo.fields import Date, Domain

from ..action.closings import register


@register
def interrupt_limitation(actions, option):
    """Note that closing these actions interrupts the limitation of what each is about."""
    if not option or not option.interrupts:
        return
    for action in actions:
        items = _find_items(action)
        if items:
            action.env["collection.limitation.interruption"]._note(
                items, option.interrupts, _get_day_of_act(action), action=action,
                note=f"{action.name}: {option.name}")


def _find_items(action):
    """:return: ``account.move.line``: the action's items, else its sequence's, else all that the
        customer owes the company past its due date"""
    items = action.item_ids or action.sequence_id.item_ids
    if items:
        return items.filtered(lambda line: (
            line.account_type == "asset_receivable" and line.company_id == action.company_id
            and line.partner_id.commercial_partner_id == action.customer_id))
    lines = action.env["account.move.line"].sudo()
    return lines.search(
        lines._get_overdue_item_domain(action.company_id)
        & Domain("partner_id.commercial_partner_id", "=", action.customer_id.id))


def _get_day_of_act(action):
    """:return: date of the act: the earliest one that the action asked for, else the day on which
        it was closed"""
    asked = [marker["value"] for marker in action._get_steering().get_required_markers()
             if marker["type"] == "date" and marker.get("value")]
    return min([action.closed_on, *map(Date.to_date, asked)])
