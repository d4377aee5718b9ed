"""Copies of a text of the history, which are erased along with it.

A comment or reason stands in the history once, and again where people read it: on the action, the
promise, the dispute, in the chatter, in a message as it left. Models say where they keep such
copies: ``_copied_texts`` names plain fields that hold the text as it is, ``_copied_pages`` names
fields of HTML in which it stands somewhere; ``_copied_customer`` names the field of the customer.
"""

from dataclasses import dataclass

from lxml import html
from lxml.etree import ParserError
from markupsafe import Markup, escape

from odoo.tools import SQL

#: A text of fewer characters is looked for where it stands alone, not within another text.
TELLING = 20


@dataclass(frozen=True, slots=True)
class Gone:
    """A text that is erased.

    :ivar customer: id of the ``res.partner`` in whose history it stands
    :ivar text: as it stands there
    """

    customer: int
    text: str


def erase_copies(rows):
    """Erase the copies of the texts of these rows.

    :param rows: ``collection.history`` that still have their texts
    """
    env = rows.env
    gone = [Gone(row.customer_id.id, row.text.strip()) for row in rows]
    env.flush_all()
    for model in env.registry.values():
        if model._abstract or model._transient or not model._auto:
            continue
        for name in getattr(model, "_copied_texts", ()):
            _erase_fields(env[model._name], name, gone)
        for name in getattr(model, "_copied_pages", ()):
            _erase_pages(env, _find_pages(env[model._name], name, gone))
    _erase_pages(env, _find_messages(env, gone))
    env.invalidate_all()


def _erase_fields(records, name, gone):
    """Empty a field wherever it holds one of the texts, of the same customer."""
    records.env.cr.execute(SQL(
        "UPDATE %(table)s AS record SET %(field)s = NULL"
        "  FROM unnest(%(customers)s::int[], %(texts)s::text[]) AS gone (customer, text)"
        "  JOIN res_partner AS partner ON partner.commercial_partner_id = gone.customer"
        " WHERE %(owner)s = partner.id AND btrim(%(own)s, E' \\n\\r\\t') = gone.text",
        table=SQL.identifier(records._table), field=SQL.identifier(name),
        own=SQL.identifier("record", name), owner=_get_owner(records),
        customers=[one.customer for one in gone], texts=[one.text for one in gone]))


def _get_owner(records):
    return SQL.identifier("record", getattr(records, "_copied_customer", "customer_id"))


def _find_pages(records, name, gone):
    """:return: list of (table, field, id, HTML, text) of the customer's pages"""
    return [(records._table, name, *found) for found in records.env.execute_query(SQL(
        "SELECT record.id, %(own)s, gone.text FROM %(table)s AS record"
        "  JOIN unnest(%(customers)s::int[], %(texts)s::text[]) AS gone (customer, text)"
        "    ON gone.customer = %(owner)s WHERE %(own)s IS NOT NULL",
        own=SQL.identifier("record", name), table=SQL.identifier(records._table),
        owner=_get_owner(records), customers=[one.customer for one in gone],
        texts=[one.text for one in gone]))]


def _find_messages(env, gone):
    """:return: list of (table, field, id, HTML, text) of the chatter of everything that belongs
        to the customers, and of the e-mails that it has become"""
    threads = [SQL(
        "SELECT %s AS model, record.id, partner.commercial_partner_id AS customer FROM %s AS record"
        "  JOIN res_partner AS partner ON partner.id = %s"
        " WHERE partner.commercial_partner_id = ANY(%s)",
        name, SQL.identifier(model._table), SQL.identifier("record", owner),
        [one.customer for one in gone]) for name, model, owner in _get_threads(env)]
    messages = env.execute_query(SQL(
        """
        WITH thread AS (%(threads)s),
             said AS (
        SELECT message.id, message.body, gone.text
          FROM thread
          JOIN unnest(%(customers)s::int[], %(texts)s::text[]) AS gone (customer, text)
            ON gone.customer = thread.customer
          JOIN mail_message AS message
            ON message.model = thread.model AND message.res_id = thread.id)
        SELECT 'mail_message', 'body', id, body, text FROM said WHERE body IS NOT NULL
         UNION ALL
        SELECT 'mail_mail', 'body_html', mail.id, mail.body_html, said.text
          FROM said JOIN mail_mail AS mail ON mail.mail_message_id = said.id
         WHERE mail.body_html IS NOT NULL
        """, threads=SQL(" UNION ALL ").join(threads),
        customers=[one.customer for one in gone], texts=[one.text for one in gone]))
    return [tuple(message) for message in messages]


def _get_threads(env):
    """:return: list of (name, model, field of the customer) of what has a chatter and belongs to a
        customer"""
    found = [("res.partner", env.registry["res.partner"], "id")]
    for name, model in sorted(env.registry.items()):
        own = getattr(model, "_copied_customer", name.startswith("collection.") and "customer_id")
        if own and model._auto and not model._abstract and not model._transient and (
                "message_ids" in model._fields and own in model._fields
                and model._fields[own].store):
            found.append((name, model, own))
    return found


def _erase_pages(env, pages):
    """:param pages: list of (table, field, id, HTML, text)"""
    notice = escape(env._("This text was erased. The history says when and why."))
    changed = {}
    for table, name, id_, page, text in pages:
        key = table, name, id_
        cleaned = strip_text(changed.get(key, page), text, notice)
        if cleaned is not None:
            changed[key] = cleaned
    for (table, name, id_), page in changed.items():
        env.cr.execute(SQL(
            "UPDATE %s SET %s = %s WHERE id = %s", SQL.identifier(table), SQL.identifier(name),
            page, id_))


def strip_text(page, text, notice):
    """Take a text out of HTML: from where it stands alone; where it runs over several paragraphs,
    with all of the page.

    :param str page: HTML
    :param str text: as a person wrote it
    :param str notice: what stands in for a whole page
    :return: str, HTML without it; None where it is not there
    """
    wanted = _squeeze(text)
    if not wanted or not page.strip():
        return None
    try:
        tree = html.fragment_fromstring(page, create_parent="div")
    except ParserError:
        return None
    found = False
    for node in tree.iter():
        for part in ("text", "tail"):
            if _squeeze(getattr(node, part) or "") == wanted:
                setattr(node, part, None)
                found = True
    if len(wanted) >= TELLING and wanted in _squeeze(" ".join(tree.itertext())):
        return Markup("<p>%s</p>") % notice
    inner = html.tostring(tree, encoding="unicode")
    return inner[len("<div>"):-len("</div>")] if found else None


def _squeeze(text):
    return " ".join(text.split())
