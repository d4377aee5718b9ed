"""`make upgrade`: databases of each landed version, with work under way, upgraded to today's files.

The version works for a night on its demo data before. The database is one of production: what
is there stays as it is, and today's demo data are not loaded beside it.
"""

import json
import re

from . import database, odoo, paths, process, schema, templates, versions
from .postgres import query
from .ui import Failure, tell

#: What must be there after an upgrade as before, by a regular expression of tables.
COUNTED = "^(res_partner|res_company|account_|collection_|mail_message$|mail_activity$)"
#: Tables whose rows become more or less with a reason.
EXPLAINED = {
    "collection_debtor": "the list of debtors is made from what there is",
    "collection_debtor_mark": "marks are used up",
    "collection_plan_mark": "marks are used up",
    "collection_history": "each history gets a row that seals what came before it",
    "collection_reply": "answers that wait become replies",
    "collection_outcome": "outcomes are the module's own data",
    "mail_message": "counted by what they are about",
}
LAST_MESSAGE = "SELECT COALESCE(max(id), 0) FROM mail_message"
NEW_MESSAGES = """
    SELECT model, message_type, count(*), left(min(body), 80)
      FROM mail_message WHERE id > {} AND model NOT LIKE 'ir.%'
     GROUP BY model, message_type ORDER BY 1, 2"""
#: Differences from a database with today's files alone that are no fault, and why.
TOLERATED = {
    r"collection_history_chain.*(create|write)_(uid|date)":
        "Odoo leaves the columns of a log that a model does not keep any more",
    r"account_move_line_collection_action_rel":
        "declared from its other side once: the same key and index, the columns in turn",
}

#: What is rightly found in a version's own demo data, by a regular expression, and why.
OWN_FAULTS = {
    "19.0.6.0.0": {
        r"^check: history \d+:\d+: There is no history, .*: Promise to Pay\.$":
            "a promise that was broken long ago is put in ready made, and leaves no history"},
}


def run(steps, names):
    """Upgrade databases of all landed versions, or of some.

    :param steps: gets :func:`count_steps` steps
    :param names: list of str, versions; all when it is empty
    :return: exit code
    :raise Failure: no such version has landed
    """
    landed = {one.name: one for one in versions.read_all()}
    if unknown := [name for name in names if name not in landed]:
        raise Failure(f"{', '.join(unknown)} has not landed", f"one of {', '.join(landed)}")
    chosen = [landed[name] for name in names or landed]
    today = templates.ensure(steps, demo=True)
    expected = {**schema.read(today, schema.STRUCTURE), **schema.read(today, schema.DEFINITIONS)}
    results = {}
    for version in chosen:
        template = version.ensure(steps)
        with steps.step(f"Upgrade of {version.name}"):
            results[version.name] = result = _upgrade(version, template, expected)
            steps.say(_describe(result))
        for fault in result["faults"]:
            tell(f"    {fault}")
    tell(json.dumps(results, sort_keys=True))
    return int(any(result["faults"] for result in results.values()))


def count_steps(names):
    """How many steps :func:`run` takes."""
    return 2 + 3 * (len(names) or len(versions.read_all()))


def _describe(result):
    return "{histories} histories, {sequences} sequences, {rows} rows: {count} faults".format(
        count=len(result["faults"]), **{"histories": 0, "sequences": 0, "rows": 0, **result})


def _upgrade(version, template, expected):
    name = templates.copy(lambda: template, "upgrade")
    try:
        versions.work("night", name, version.addons, log=f"version-{version.name}-night")
        query("UPDATE ir_module_module SET demo = false", name)
        before, [last] = schema.count_rows(name, COUNTED), query(LAST_MESSAGE, name)
        log = odoo.call(
            f"upgrade-{version.name}", f"{version.name} could not be upgraded",
            *("server", "-d", name, "-u", paths.MODULE, "--no-http", "--stop-after-init"))
        faults = [f"log: {entry}" for entry in read_troubles(log)]
        faults += _compare_counts(before, schema.count_rows(name, COUNTED))
        faults += [f"message about {line}" for line in query(NEW_MESSAGES.format(last), name)]
        faults += _compare_with_today(name, expected)
        return _ask(version, name, faults)
    finally:
        database.drop(name)


def _ask(version, name, faults):
    """Check the database, pass a night, check it again."""
    result = {}
    for task, arguments in (("check", {}), ("night", {"days": 1}), ("check", {})):
        result, log = versions.work(
            task, name, paths.ADDONS, log=f"upgrade-{version.name}-{task}", **arguments)
        faults += [f"{task}: {fault}" for fault in result["faults"]]
        faults += [f"{task}: {entry}" for entry in read_troubles(log)]
    own = OWN_FAULTS.get(version.name, ())
    return {**result, "faults": [
        fault for fault in dict.fromkeys(faults)
        if not any(re.search(one, fault) for one in own)]}


def read_troubles(log):
    """What Odoo warned of, one text an entry.

    :param log: path
    """
    with log.open(errors="replace") as lines:
        text = "".join(process.troubles(lines))
    starts = [found.start() for found in re.finditer(process.ODOO_LOG_LINE.pattern, text)]
    return [text[start:end].strip() for start, end in zip(starts, [*starts[1:], len(text)])]


def _compare_counts(before, after):
    for table, count in before.items():
        if table not in EXPLAINED and after.get(table) != count:
            yield f"rows: {table} had {count}, has {after.get(table)}"


def _compare_with_today(name, expected):
    actual = {**schema.read(name, schema.STRUCTURE), **schema.read(name, schema.DEFINITIONS)}
    for difference in schema.compare(expected, actual):
        if not any(re.search(one, difference) for one in TOLERATED):
            yield f"not as installed today: {difference}"
