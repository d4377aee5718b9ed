from datetime import timedelta

from odoo import models
from odoo.tools.translate import LazyTranslate

from ...engine import hashtags

_lt = LazyTranslate(__name__)

#: What stands beside each hashtag in the list next to the editor.
DESCRIPTIONS = {
    "customer_name": _lt("Name of the customer"),
    "customer_ref": _lt("The customer's reference in your books"),
    "contact_name": _lt("Name of the contact who receives the message"),
    "company_name": _lt("Name of your company"),
    "today": _lt("The day on which the message leaves"),
    "items_amount_overdue": _lt("What is overdue, credits taken off"),
    "items_list_overdue": _lt("List of what is overdue, with its total"),
    "items_amount_due": _lt("All that is owed, due or not yet, credits taken off"),
    "items_list_due": _lt("List of all that is owed, with its total"),
    "items_amount_selected": _lt("What the items that the action is about come to"),
    "items_list_selected": _lt("List of the items that the action is about, and no others"),
    "items_amount_selected_with_penalties": _lt(
        "What these items come to, with late-payment interest and indemnity"),
    "penalties_amount": _lt("Late-payment interest on these items alone"),
    "indemnity_amount": _lt("Fixed indemnity on these items alone"),
    "total_amount": _lt("What is overdue, with late-payment interest and indemnity"),
    "leader_number": _lt("Number of the oldest item"),
    "leader_date": _lt("Due date of the oldest item"),
    "days_late": _lt("Days since the oldest item fell due"),
    "step_name": _lt("What this action is called"),
    "next_step_date": _lt("Day of the scenario's next step, if this one changes nothing"),
    "collector_name": _lt("Name of the colleague who signs"),
    "collector_phone": _lt("Phone of the colleague who signs, else your company's"),
    "collector_email": _lt("E-mail of the colleague who signs, else your company's"),
    "portal_link": _lt(
        "Link to the customer's account: a page without login for customers with the option "
        "“Interactive message”, else the invoices on your portal"),
}

#: The hashtags that call items by their names.
_NAMING = {"leader_number"} | {
    name for name, kind in hashtags.CATALOGUE.items() if kind == hashtags.BLOCK}


class CollectionAction(models.Model):
    """What stands in the place of the hashtags, for many actions at once."""

    _inherit = "collection.action"

    # === COLLECTION_MESSAGE_TAG === #

    def _get_tag_values(self, facts=None, names=None):
        """What each hashtag says, in the language of the context.

        :param dict facts: :class:`~.collection_message_fact.Facts` by action id; read when not
            given
        :param names: names of the hashtags wanted; all when not given
        :return: dict of values by name (str, tuple of tables, link), by action id
        """
        facts = facts or self._get_message_facts()
        wanted = set(hashtags.CATALOGUE if names is None else names) & set(hashtags.CATALOGUE)
        lines = self.env["account.move.line"].sudo()
        numbers = {}
        if self and wanted & _NAMING:
            lines = lines.union(*(facts[action.id].account for action in self))
            numbers = facts[self[:1].id].instalments
        words = self.env["collection.statement"]._get_labels(lines, numbers)
        getters = {name: getattr(self, f"_get_tag_{name}") for name in wanted}
        return {
            action.id: {
                name: getter(action, facts[action.id], words)
                for name, getter in getters.items()}
            for action in self}

    # Each takes an action, its facts, and what items and days are called.

    def _get_tag_customer_name(self, action, facts, words):
        return action.customer_id.name or ""

    def _get_tag_customer_ref(self, action, facts, words):
        return action.customer_id.ref or ""

    def _get_tag_contact_name(self, action, facts, words):
        return facts.recipient.name or action.customer_id.name or ""

    def _get_tag_company_name(self, action, facts, words):
        return action.company_id.name

    def _get_tag_today(self, action, facts, words):
        return words.date(facts.day)

    def _get_tag_items_amount_overdue(self, action, facts, words):
        return self._say_amounts(action, self._sum(facts.overdue))

    def _get_tag_items_list_overdue(self, action, facts, words):
        return self._list(facts.overdue, facts, words)

    def _get_tag_items_amount_due(self, action, facts, words):
        return self._say_amounts(action, self._sum(facts.account))

    def _get_tag_items_list_due(self, action, facts, words):
        return self._list(facts.account, facts, words)

    def _get_tag_items_amount_selected(self, action, facts, words):
        return self._say_amounts(action, self._sum(facts.items))

    def _get_tag_items_list_selected(self, action, facts, words):
        return self._list(facts.items, facts, words)

    def _get_tag_items_amount_selected_with_penalties(self, action, facts, words):
        return self._say_total(action, facts.items, facts)

    def _get_tag_penalties_amount(self, action, facts, words):
        statement = self.env["collection.statement"]
        missing = statement._get_missing_day(facts.items, facts.claims)
        if missing:
            return statement._describe_missing(missing)
        return self._say_amounts(action, statement._sum_interest(facts.items, facts.claims))

    def _get_tag_indemnity_amount(self, action, facts, words):
        return self._say_amounts(
            action, self.env["collection.statement"]._sum_indemnities(facts.items, facts.claims))

    def _get_tag_total_amount(self, action, facts, words):
        return self._say_total(action, facts.overdue, facts)

    def _get_tag_leader_number(self, action, facts, words):
        return words.documents[facts.leader.id] if facts.leader else ""

    def _get_tag_leader_date(self, action, facts, words):
        return words.date(facts.leader._get_collection_due()) if facts.leader else ""

    def _get_tag_days_late(self, action, facts, words):
        if not facts.leader:
            return "0"
        return str(max((facts.day - facts.leader._get_collection_due()).days, 0))

    def _get_tag_step_name(self, action, facts, words):
        return action.name or ""

    def _get_tag_next_step_date(self, action, facts, words):
        step = action.scenario_step_id
        steps = step.scenario_id.step_ids.filtered("active").sorted(
            lambda other: (other.offset, other.position, other.id))
        later = steps.filtered(lambda other: other.offset > step.offset)[:1]
        if not later:
            return ""
        return words.date(facts.day + timedelta(days=later.offset - step.offset))

    def _get_tag_collector_name(self, action, facts, words):
        return facts.sender.name

    def _get_tag_collector_phone(self, action, facts, words):
        return facts.sender.phone

    def _get_tag_collector_email(self, action, facts, words):
        return facts.sender.email

    def _get_tag_portal_link(self, action, facts, words):
        url = f"{action.company_id.get_base_url()}/my/invoices"
        return hashtags.Link(url, self.env._("your invoices"))

    def _sum(self, items):
        return self.env["collection.statement"]._sum_items(items)

    def _say_amounts(self, action, *sums):
        return self.env["collection.statement"]._format_amounts(
            *sums, currency=action.company_id.currency_id)

    def _say_total(self, action, items, facts):
        """:return: what items come to with all claims; a missing rate is said, never guessed"""
        statement = self.env["collection.statement"]
        sums = [self._sum(items), statement._sum_indemnities(items, facts.claims)]
        missing = statement._get_missing_day(items, facts.claims)
        if not missing:
            return self._say_amounts(
                action, *sums, statement._sum_interest(items, facts.claims))
        return self.env._(
            "%(amount)s plus late-payment interest (%(missing)s)",
            amount=self._say_amounts(action, *sums),
            missing=statement._describe_missing(missing))

    def _list(self, items, facts, words):
        return self.env["collection.statement"]._get_tables(
            items, facts.day, words, facts.claims)
