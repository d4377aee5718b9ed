"""Actions that are closed with an option that interrupts limitation."""

from odoo.fields import Date, Domain

from ...tools.clauses import join_label
from ...tools.records import in_company_language
from ..action.closings import register
from .collection_limitation_interruption import Fact


@register
def interrupt_limitation(actions, option):
    """Note that closing these actions interrupts the limitation of what each is about."""
    if not option or not option.interrupts:
        return
    items = _find_items(actions)
    actions.env["collection.limitation.interruption"]._note_all([Fact(
        items[action], option.interrupts, _get_day_of_act(action), action=action,
        note=_describe_closing(action, in_company_language(option, action.company_id)))
        for action in actions if items[action]])


def _describe_closing(action, option):
    """:return: str, what was closed and how, in the language of the option's context"""
    return join_label(option.env, action.name, option.name)


def _find_items(actions):
    """:return: dict of ``account.move.line`` by action: the action's items, else its sequence's,
        else all that the customer owes the company past its due date"""
    found = {action: action.item_ids or action.sequence_id.item_ids for action in actions}
    chosen = {action: items.filtered(lambda line, action=action: (
        line.account_type == "asset_receivable" and line.company_id == action.company_id
        and line.partner_id.commercial_partner_id == action.customer_id))
        for action, items in found.items()}
    others, lines = actions.filtered(lambda action: not found[action]), actions.env[
        "account.move.line"].sudo()
    for company, own in others.grouped("company_id").items():
        overdue = lines.search(
            lines._get_overdue_item_domain(company)
            & Domain("partner_id.commercial_partner_id", "in", own.customer_id.ids))
        owed = overdue.grouped(lambda line: line.partner_id.commercial_partner_id)
        chosen |= {action: owed.get(action.customer_id, lines) for action in own}
    return chosen


def _get_day_of_act(action):
    """:return: date of the act: the earliest one that the action asked for, else the day on which
        it was closed"""
    asked = [marker["value"] for marker in action._get_steering().get_required_markers()
             if marker["type"] == "date" and marker.get("value")]
    return min([action.closed_on, *map(Date.to_date, asked)])
