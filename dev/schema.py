"""What a database consists of, as text that can be compared with another database's."""

import json

from . import paths
from .postgres import query

#: What to compare, by kind: a query of (name, what it is). Constraints of columns that are not
#: null stand with the columns; indexes and constraints are called by what they do, for Odoo numbers
#: long names in the order in which it makes them.
STRUCTURE = {
    "column": """
        SELECT format('%s.%s', c.relname, attname),
               format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END
          FROM pg_attribute JOIN pg_class AS c ON c.oid = attrelid
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'm')
           AND attnum > 0 AND NOT attisdropped""",
    "index": """
        SELECT regexp_replace(indexdef, 'INDEX .* ON', 'INDEX ON'), ''
          FROM pg_indexes WHERE schemaname = 'public'""",
    "constraint": """
        SELECT format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)), ''
          FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype <> 'n'""",
    "trigger": """
        SELECT format('%s.%s', tgrelid::regclass, tgname), pg_get_triggerdef(oid)
          FROM pg_trigger WHERE NOT tgisinternal""",
    "function": """
        SELECT oid::regprocedure::text, md5(prosrc) FROM pg_proc AS function
         WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS (
               SELECT FROM pg_depend AS d WHERE d.objid = function.oid AND d.deptype = 'e')""",
    "sequence": """
        SELECT relname, relkind FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'""",
}
#: External ids of the module's examples and demo data, which each version has its own of.
EXAMPLES = "^(demo|example)_"
_OF_OURS = (
    "JOIN ir_model_data AS data ON data.res_id = record.id AND data.model = '{model}'"
    f" AND data.module = '{paths.MODULE}' AND data.name !~ '{EXAMPLES}'")
#: What the module's files say, by kind; the database keeps most of it when they are loaded anew.
DEFINITIONS = {
    "rule": f"""
        SELECT data.name, concat_ws(' ', domain_force, active, perm_read, perm_write, perm_create,
                                    perm_unlink)
          FROM ir_rule AS record {_OF_OURS.format(model='ir.rule')}""",
    "access": f"""
        SELECT data.name, concat_ws(' ', perm_read, perm_write, perm_create, perm_unlink)
          FROM ir_model_access AS record {_OF_OURS.format(model='ir.model.access')}""",
    "cron": f"""
        SELECT data.name, concat_ws(' ', record.active, interval_number, interval_type, code)
          FROM ir_cron AS record
          JOIN ir_act_server AS server ON server.id = record.ir_actions_server_id
               {_OF_OURS.format(model='ir.cron')}""",
    "view": f"""
        SELECT data.name, concat_ws(' ', record.model, priority, active, md5(
                   regexp_replace(arch_db->>'en_US', '"[0-9]+"', '"id"', 'g')))
          FROM ir_ui_view AS record {_OF_OURS.format(model='ir.ui.view')}""",
    "menu": f"""
        SELECT data.name, concat_ws(' ', record.name->>'en_US', sequence, active)
          FROM ir_ui_menu AS record {_OF_OURS.format(model='ir.ui.menu')}""",
    "template": f"""
        SELECT data.name, concat_ws(' ', md5(body_html->>'en_US'), subject->>'en_US')
          FROM mail_template AS record {_OF_OURS.format(model='mail.template')}""",
    "group": f"""
        SELECT data.name, record.name->>'en_US'
          FROM res_groups AS record {_OF_OURS.format(model='res.groups')}""",
}


def read(database, queries):
    """Read one sort of things.

    :param queries: dict of SQL by kind, STRUCTURE or DEFINITIONS
    :return: dict of texts by (kind, name)
    """
    found = {}
    for kind, statement in queries.items():
        for line in query(f"SELECT to_json(row) FROM ({statement}) AS row (name, what)", database):
            row = json.loads(line)
            found[kind, row["name"]] = row["what"]
    return found


def compare(expected, actual):
    """Yield how two readings differ, one line each: `-` is missing, `+` is left, `~` differs."""
    for key in sorted(expected.keys() | actual.keys()):
        kind, name = key
        if key not in actual:
            yield f"- {kind} {name}: {expected[key]}"
        elif key not in expected:
            yield f"+ {kind} {name}: {actual[key]}"
        elif expected[key] != actual[key]:
            yield f"~ {kind} {name}: {actual[key]} instead of {expected[key]}"


def count_rows(database, tables):
    """Count the rows of tables.

    :param str tables: a regular expression of their names
    :return: dict of numbers by table
    """
    names = query(f"""
        SELECT relname FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname ~ '{tables}'
         ORDER BY relname""", database)
    counts = [f"""SELECT '{name}', count(*) FROM "{name}" """ for name in names]
    lines = [line.split("|") for line in query(" UNION ALL ".join(counts), database)]
    return {name: int(count) for name, count in lines}
