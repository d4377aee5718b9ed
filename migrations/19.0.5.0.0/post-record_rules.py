"""Record rules ask for the collector in the record's company; one that was changed stays."""

import re

from lxml import etree

from odoo import SUPERUSER_ID, api
from odoo.tools import file_open

FILES = (
    "collection_rules.xml", "collection_analysis_rules.xml", "collection_document_rules.xml")
#: The collector, however a rule comes to it.
COLLECTOR = re.compile(r"'(?:\w+\.)*collector_id'")
#: What has been added to rules besides.
ADDED = {
    "collection_participant_rule_read": (
        "['|', '|', '|', '|', ",
        ", '&', ('company_id', 'not in', company_ids), ('customer_id.collector_id', '=', user.id)]",
        "['|', '|', '|', ", "]"),
}


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name in FILES:
        with file_open(f"account_collection/security/{name}", "rb") as file:
            tree = etree.parse(file)
        for record in tree.iter("record"):
            rule = env.ref(f"account_collection.{record.get('id')}", raise_if_not_found=False)
            [domain] = record.xpath("field[@name='domain_force']/text()")
            if rule and _is_former(record.get("id"), rule.domain_force or "", domain):
                rule.domain_force = domain


def _is_former(name, stored, domain):
    """:return: bool, whether a rule is as it was before: it differs by the way to the collector"""
    former = domain
    if name in ADDED:
        start, end, old_start, old_end = ADDED[name]
        former = old_start + former.removeprefix(start).removesuffix(end) + old_end
    return stored != domain and COLLECTOR.sub("'collector_id'", stored) == COLLECTOR.sub(
        "'collector_id'", former)
