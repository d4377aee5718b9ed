"""What rules assign to customers: one entry an attribute (M-001 to M-006).

A *switch* needs its entry here; the customer's field, a Boolean with ``company_dependent=True``
and ``groups=COLLECTORS``, in ``res_partner.py`` of the domain that acts on it (as
``models/link/`` has the interactive message); and its line in
``views/people/res_partner_views.xml``. Rules then set it, the customer's form shows its origin
and lock beside the field, the mass change offers it, and its changes are traced.

An attribute of *one* record, company-dependent too, or of *many* needs, besides:

* on the rule (``models/assignment/collection_assignment_rule.py``), a many2one to the records,
  named in ``value``, and its line in ``views/assignment/collection_assignment_rule_views.xml``,
  shown where ``value_field`` is its name; two attributes may share one field, as collector and
  collaborator share a user;
* on the dialog of the mass change (``wizards/assignment/``): ``<code>_change`` and ``<code>_id``
  of one, ``added_<code>_ids`` and ``removed_<code>_ids`` of many, and their lines in its view.

Whoever manages rules must be able to read the records.
"""

from dataclasses import dataclass

from odoo.tools import LazyTranslate
from odoo.tools.translate import LazyGettext

_lt = LazyTranslate(__name__)

#: How an attribute takes a value: one at a time, added to those there are, or on and off.
ONE, MANY, SWITCH, HOLDER = "one", "many", "switch", "holder"

#: The attribute whose values are holders of functions.
COLLABORATOR = "collaborator"


@dataclass(frozen=True)
class Attribute:
    """An attribute of customers that rules may set.

    :ivar code: stored in rules and origins: it stays for ever
    :ivar label: its name, translated when it is shown
    :ivar how: ``ONE``, ``MANY``, ``SWITCH``, or ``HOLDER`` of a function
    :ivar field: the customer's field; none for a holder
    :ivar value: the rule's field that holds the value
    """

    code: str
    label: LazyGettext
    how: str
    field: str | None = None
    value: str = "enabled"


#: Each attribute by its code. Automatic runs go through them in this order: groups first, since
#: what follows may be searched by them.
ATTRIBUTES: dict[str, Attribute] = {}


def register(*attributes):
    """Add attributes to those that rules assign.

    :param attributes: :class:`Attribute` values
    :raise ValueError: a code is taken
    """
    for attribute in attributes:
        if attribute.code in ATTRIBUTES:
            raise ValueError(f"the attribute {attribute.code!r} is registered already")
        ATTRIBUTES[attribute.code] = attribute


def get_selection(env):
    """The attributes as a selection field offers them.

    :param env: the :class:`~odoo.api.Environment` whose language is read
    :return: list of (code, label)
    """
    return [(attribute.code, env._(attribute.label)) for attribute in ATTRIBUTES.values()]


def get_switches():
    """:return: list of the codes of the attributes that are on or off"""
    return [attribute.code for attribute in ATTRIBUTES.values() if attribute.how == SWITCH]


def get_codes_by_field():
    """:return: dict of attribute codes by the customer's field"""
    return {attribute.field: attribute.code for attribute in ATTRIBUTES.values()
            if attribute.field}


register(
    Attribute("group", _lt("Groups"), MANY, "collection_group_ids", "group_id"),
    Attribute("scenario", _lt("Scenario"), ONE, "collection_scenario_id", "scenario_id"),
    Attribute("collector", _lt("Collector"), ONE, "collector_id", "user_id"),
    Attribute(COLLABORATOR, _lt("Collaborators"), HOLDER, value="function_id"),
    Attribute("interactive", _lt("Interactive message"), SWITCH, "collection_interactive_email"),
    Attribute("penalties", _lt("Late-payment interest"), SWITCH, "collection_penalties"),
    Attribute("indemnity", _lt("Fixed indemnity"), SWITCH, "collection_indemnity"),
)
