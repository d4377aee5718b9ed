"""Data files of the library as trees of XML: read, told what is there already, handed to the
platform, or drawn without being loaded.
"""

import io
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache

import polib
from lxml import etree

from odoo.fields import Command
from odoo.tools import convert_xml_import, file_path
from odoo.tools.safe_eval import safe_eval
from odoo.tools.translate import get_po_paths

MODULE = "account_collection"

#: The field by which a part belongs to a record: where the record is there, whatever the user made
#: of it, its parts are not loaded again.
OWNERS = {
    "collection.scenario.step": "scenario_id",
    "collection.sequence.step": "template_id",
    "collection.sequence.content": "step_id",
    "collection.sequence.transition": "step_id",
    "collection.template.check": "template_id",
    "collection.document.template.function": "template_id",
    "collection.document.template.item": "template_id",
    "collection.document.automation": "template_id",
}
#: What tells that a user has such a record already, under whatever external id.
NATURAL_KEYS = {
    "collection.function": "code",
    "collection.action.option": "code",
    "collection.sequence.template": "code",
    "collection.group": "name",
    "collection.label": "name",
    "collection.truce": "name",
    "collection.item.status": "name",
    "collection.dispute.reason": "name",
}
#: Records that a company has for itself: each company that loads the example gets its own.
OF_A_COMPANY = {"collection.assignment.rule"}


@dataclass(frozen=True)
class Entry:
    """A record that stands right in a file, and no part of another one.

    :ivar name: its external id, without the module
    :ivar texts: dict of its plain fields, as they stand in the file
    """

    name: str
    model: str
    texts: dict = field(hash=False)


@cache
def _parse(path):
    parser = etree.XMLParser(remove_comments=True, remove_blank_text=True)
    return etree.parse(file_path(f"{MODULE}/{path}"), parser).getroot()


def read_tree(paths, lang=None, company=None):
    """Read files as one.

    :param paths: iterable of str, from the add-on's root on
    :param str lang: code of the language for what the platform does not translate
    :param company: ``res.company`` whose own records they will be
    :return: the root element, which may be changed
    """
    root = etree.Element("odoo", noupdate="1")
    for path in paths:
        root.extend(deepcopy(_parse(path)))
    for record in root.iter("record"):
        _choose_language(record, lang)
        if company and record.get("model") in OF_A_COMPANY:
            record.set("id", f"{record.get('id')}_company_{company.id}")
    return root


def _choose_language(record, lang):
    """Put the fields of one language in the place of those that have its name before the @."""
    for node in record.xpath("field[contains(@name, '@')]"):
        name, _at, code = node.get("name").partition("@")
        if lang and lang.split("_")[0] == code:
            [source] = record.xpath("field[@name=$name]", name=name)
            record.remove(source)
            node.set("name", name)
        else:
            record.remove(node)


@cache
def read_entries(paths, company_id=None):
    """List what files hold, parts left out.

    :param tuple paths: as for :func:`read_tree`
    :param company_id: as for :func:`read_tree`
    :return: tuple of :class:`Entry`
    """
    return tuple(
        Entry(_get_name(record, company_id), record.get("model"), {
            node.get("name"): node.text for node in record.iterchildren("field")
            if node.text and not node.get("type")})
        for path in paths for record in _parse(path).iterchildren("record")
        if record.get("model") not in OWNERS)


def _get_name(record, company_id):
    name = record.get("id")
    own = company_id and record.get("model") in OF_A_COMPANY
    return f"{name}_company_{company_id}" if own else name


def remove_known(root, known):
    """Leave out of a tree what is there already, with all its parts.

    :param known: set of str, external ids without the module
    :return: list of str, the external ids of what is left, parts included
    """
    dropped = set(known)
    for record in root.findall("record"):
        owner = record.find(f"field[@name='{OWNERS.get(record.get('model'))}']")
        name = record.get("id")
        if name in known or owner is not None and owner.get("ref") in dropped:
            dropped.add(name)
            root.remove(record)
    return [record.get("id") for record in root.iter("record")]


def load(env, root, ids, name):
    """Let the platform create what a tree holds.

    :param env: the environment whose rights, company and context it takes
    :param dict ids: ids by external id, of what goes by another one here
    :param str name: what the platform calls the file when something is wrong with it
    """
    source = io.BytesIO(etree.tostring(root))
    source.name = name
    convert_xml_import(env, MODULE, source, dict(ids), "update", noupdate=True)


# === BEFORE LOADING === #

@cache
def read_terms(lang):
    """:return: dict of the translations of a language by their English term, of module and
        library"""
    terms = {}
    for path in get_po_paths(MODULE, lang) if lang else ():
        terms |= {entry.msgid: entry.msgstr for entry in polib.pofile(path)
                  if entry.msgstr and not entry.obsolete}
    return terms


def draw(env, root, known=None):
    """Make unsaved records of what a tree holds, in the environment's language.

    :param dict known: records by external id, to which the tree may refer
    :return: dict of records by external id; parts stand in their owners' fields
    """
    drawn = dict(known or {})
    for record in root.iterchildren("record"):
        _draw_record(env, record, drawn, {})
    return drawn


def _draw_record(env, node, drawn, vals):
    model = env[node.get("model")]
    parts = []
    for child in node.iterchildren("field"):
        target = model._fields[child.get("name")]
        parts += [(part, target.inverse_name) for part in child.iterchildren("record")
                  if target.type == "one2many"]
        if not (parts and target.type == "one2many"):
            vals[target.name] = _draw_value(env, child, target, drawn)
    drawn[node.get("id")] = made = model.new(vals)
    for part, inverse in parts:
        _draw_record(env, part, drawn, {inverse: made})


def _draw_value(env, node, target, drawn):
    """:return: the value of a field, as a new record takes it"""
    def find(name):
        full = name if "." in name else f"{MODULE}.{name}"
        return drawn[name] if name in drawn else env.ref(full)

    if node.get("ref"):
        return find(node.get("ref"))
    if node.get("eval"):
        names = {"ref": lambda name: find(name).id, "Command": Command}
        return _draw_links(env, safe_eval(node.get("eval"), names), target)
    text = node.text or ""
    if node.get("type") == "html":
        text = "".join(etree.tostring(part, method="html", encoding="unicode") for part in node)
    if target.translate:
        return _translate(text, target, read_terms(env.lang))
    return int(text) if target.type == "integer" else float(text) if target.type in (
        "float", "monetary") else text


def _draw_links(env, value, target):
    """Unsaved records are linked to unsaved ones: by themselves, since they have no id yet."""
    if target.type != "many2many":
        return value
    ids = [id_ for command in value for id_ in (
        command[2] if command[0] == Command.SET else command[1:2])]
    linked = env[target.comodel_name].browse([id_ for id_ in ids if id_ != 0])
    names = [part.split()[0] for part in linked._order.split(",")]
    return linked.sorted(lambda record: [record[name] for name in names if name != "id"])


def _translate(text, target, terms):
    if callable(target.translate):
        return target.translate(terms.get, text)
    return terms.get(text, text)
