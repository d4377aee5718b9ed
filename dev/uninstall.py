"""`make uninstall`: the module leaves a database with work under way; what is left of it?

The core goes on, its tables are those of a database that never had the module, and nothing names
what is gone.
"""

import json

from . import database, odoo, paths, schema, templates, versions
from .postgres import query
from .ui import tell
from .upgrade import read_troubles

#: What our models, fields, files and module are called.
OURS = r"\m(account_collection|collection\.[a-z]+|collection_[a-z]+)"
#: Tables of what is forgotten after a day anyway.
PASSING = ("bus_bus",)
#: How many steps :func:`run` takes.
STEPS = 6


def run(steps):
    """Uninstall the module from a database with demo data; returns the exit code.

    :param steps: gets :data:`STEPS` steps
    """
    never = templates.ensure_base(steps, demo=True)
    name = templates.copy(lambda: templates.ensure(steps, demo=True), "uninstall")
    try:
        with steps.step("A night of work"):
            versions.work("night", name, paths.ADDONS, log="uninstall-night")
            # in production nothing of this is the module's, people have made it
            query(f"DELETE FROM ir_model_data WHERE module = '{paths.MODULE}'"
                  " AND name LIKE 'demo\\_%'", name)
        with steps.step(f"{paths.MODULE} leaves"):
            log = odoo.call(
                "uninstall", f"{paths.MODULE} could not be uninstalled",
                *("module", "uninstall", "-d", name, paths.MODULE))
        faults = [f"log: {entry}" for entry in read_troubles(log)]
        faults += _find_left(never, name)
        with steps.step("The core's business and views"):
            result, log = versions.work("core", name, versions.CORE, log="uninstall-core")
        faults += result["faults"]
        faults += [f"core: {entry}" for entry in read_troubles(log)]
    finally:
        database.drop(name)
    for fault in faults:
        tell(f"    {fault}")
    tell(json.dumps({"views": result["views"], "faults": faults}, sort_keys=True))
    return int(bool(faults))


def _find_left(never, name):
    """Yield what a database has, and one that never had the module has not."""
    before, after = schema.read(never, schema.STRUCTURE), schema.read(name, schema.STRUCTURE)
    for difference in schema.compare(before, after):
        yield f"not as without the module: {difference}"
    known = _count_naming(never)
    for table, count in _count_naming(name).items():
        if table not in PASSING and count > known.get(table, 0):
            lines = query(
                f"""SELECT left(t::text, 300) FROM "{table}" AS t WHERE t::text ~ '{OURS}'"""
                " ORDER BY 1 LIMIT 3", name)
            yield f"{table}: {count} rows name what is gone, such as {'; '.join(lines)}"


def _count_naming(name):
    """:return: dict of the number of rows that name something of ours, by table"""
    tables = query(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind = 'r' ORDER BY relname", name)
    counts = [f"""SELECT '{table}', count(*) FROM "{table}" AS t WHERE t::text ~ '{OURS}'"""
              for table in tables]
    lines = [line.split("|") for line in query(" UNION ALL ".join(counts), name)]
    return {table: int(count) for table, count in lines}
