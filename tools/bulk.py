"""One command on many records, batch by batch, while the web client shows how far it is.

A button does the first batch itself; what is left it hands to the client (``collection_bulk``),
which calls the server once a batch: each call is a transaction of its own and stays done,
whatever happens to the next one. Who is refused is named with the reason, and hinders nobody else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from odoo.exceptions import AccessError, UserError

from .dialogs import RELOAD, ClientAction, notify
from .records import as_records

#: Records that one call of the server deals with.
BATCH = 50


@dataclass
class Result:
    """What became of a batch.

    :ivar int done: records on which the command was carried out
    :ivar list refused: dicts of ``name`` and ``reason``, one for each other record
    """

    done: int = 0
    refused: list[dict[str, str]] = field(default_factory=list)


def run_batch(
        records: Any, execute: Callable[[Any], object], *, more: bool = False) -> dict[str, Any]:
    """Do something to all of these at once; where one is refused, to each alone.

    :param records: recordset, as many as one call deals with
    :param execute: called with records; its errors are for their reader: ``UserError``, and what
        is derived of it
    :param more: there are others, so that who may do it to none of these is not denied it yet
    :return: dict of the fields of a :class:`Result`
    :raise AccessError: the user may not read them, let alone name them, or may do it to none
    """
    records.check_access("read")
    if not records:
        return asdict(Result())
    try:
        with records.env.cr.savepoint():
            execute(records)
    except UserError:
        return asdict(_run_each(records, execute, more))
    return asdict(Result(done=len(records)))


def take(records: Any, ids: list[int]) -> Any:
    """:return: those of these records that the client names; others are left alone
    :raise UserError: it names none
    """
    return records & as_records(records.env, records._name, ids)


def _run_each(records: Any, execute: Callable[[Any], object], more: bool) -> Result:
    result, denied = Result(), []
    for record in records:
        try:
            with records.env.cr.savepoint():
                execute(record)
            result.done += 1
        except UserError as error:
            if isinstance(error, AccessError):
                denied.append(error)
            result.refused.append({"name": record.display_name, "reason": str(error.args[0])})
    if len(denied) == len(records) and not more:
        raise denied[0]
    return result


def start(
        records: Any, execute: Callable[[Any], object], *, owner: Any, method: str, title: str,
        message: Callable[[int], str]) -> ClientAction:
    """Do the first batch of a command, and have the client go on with what is left.

    One record alone is no batch: what refuses it is raised, and its dialog stays open.

    :param records: all that the command is for
    :param execute: see :func:`run_batch`
    :param owner: the dialog, or any recordset of the model on whose records the client calls it
    :param method: public method that runs a batch: of a dialog, with a list of ids
    :param title: of what shows the progress, translated
    :param message: what a notification says of so many that are done, translated
    :return: a notification, if that was all and nobody was refused; else the client's action
    """
    if len(records) == 1:
        execute(records)
        return notify(message(1), then=RELOAD)
    first, left = records[:BATCH], records[BATCH:]
    result = run_batch(first, execute, more=bool(left))
    if not left and not result["refused"]:
        return notify(message(result["done"]), then=RELOAD)
    return {
        "type": "ir.actions.client", "tag": "collection_bulk",
        "params": {
            "model": owner._name, "method": method, "title": title, "ids": left.ids,
            "args": [owner.ids] if owner._transient else [], "size": BATCH, **result,
            "context": {"allowed_company_ids": owner.env.companies.ids}},
    }
