"""Record rules are read again: they ask for the collector in the record's company."""

from lxml import etree

from odoo import SUPERUSER_ID, api
from odoo.tools import file_open

FILES = ("collection_rules.xml", "collection_document_rules.xml")


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name in FILES:
        with file_open(f"account_collection/security/{name}", "rb") as file:
            tree = etree.parse(file)
        for record in tree.iter("record"):
            rule = env.ref(f"account_collection.{record.get('id')}", raise_if_not_found=False)
            [domain] = record.xpath("field[@name='domain_force']/text()")
            if rule and rule.domain_force != domain:
                rule.domain_force = domain
