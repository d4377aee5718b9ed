"""What rules assign: one row an attribute, and nothing else to change for a new one."""

from dataclasses import dataclass

#: How an attribute takes a value: one at a time, added to those there are, or on and off.
ONE, MANY, SWITCH, HOLDER = "one", "many", "switch", "holder"


@dataclass(frozen=True)
class Attribute:
    """An attribute of customers that rules may set (M-001 to M-006).

    :ivar str label: as people know it
    :ivar str how: ``ONE``, ``MANY``, ``SWITCH``, or ``HOLDER`` of a function
    :ivar str value: the rule's field that holds the value
    :ivar str field: the customer's field; none for a holder
    """

    label: str
    how: str
    value: str
    field: str | None = None


ATTRIBUTES = {
    "group": Attribute("Groups", MANY, "group_id", "collection_group_ids"),
    "scenario": Attribute("Scenario", ONE, "scenario_id", "collection_scenario_id"),
    "collector": Attribute("Collector", ONE, "user_id", "collector_id"),
    "collaborator": Attribute("Collaborators", HOLDER, "function_id"),
    "interactive": Attribute(
        "Interactive message", SWITCH, "enabled", "collection_interactive_email"),
    "penalties": Attribute("Late-payment interest", SWITCH, "enabled", "collection_penalties"),
    "indemnity": Attribute("Fixed indemnity", SWITCH, "enabled", "collection_indemnity"),
}

#: The attribute that a field of the customer stands for.
BY_FIELD = {attribute.field: code for code, attribute in ATTRIBUTES.items() if attribute.field}

SELECTION = [(code, attribute.label) for code, attribute in ATTRIBUTES.items()]
