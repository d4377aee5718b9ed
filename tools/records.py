"""Arguments of public methods, which a remote call can only name by their ids."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from odoo.exceptions import UserError
from odoo.fields import Date, Domain

if TYPE_CHECKING:
    from odoo.api import Environment
    from odoo.models import BaseModel


#: Beyond every id that the database gives.
_HIGHEST: Final = 2**31


def as_records(
        env: Environment, model: str,
        value: BaseModel | int | Sequence[int] | None) -> BaseModel:
    """Take records from what a caller gave.

    :param model: technical name of the records' model
    :param value: records of that model, their ids, one id, or nothing
    :return: records of that model, with the rights of ``env``; none for nothing
    :raise UserError: these are no ids
    """
    ids = getattr(value, "ids", value) or ()
    if _is_id(ids):
        ids = (ids,)
    if not isinstance(ids, (list, tuple)) or not all(map(_is_id, ids)):
        raise UserError(env._("“%(value)s” names no record. Give its id, a number.", value=value))
    return env[model].browse(ids)


def as_record(
        env: Environment, model: str,
        value: BaseModel | int | Sequence[int] | None) -> BaseModel:
    """The same where one is asked for.

    :return: record of that model, with the rights of ``env``; empty for nothing
    :raise UserError: it is no id, or these are several
    """
    records = as_records(env, model, value)
    if len(records) > 1:
        raise UserError(env._("These are %(count)s: choose one.", count=len(records)))
    return records


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < _HIGHEST


def as_text(env: Environment, value: str | None) -> str:
    """Take a text from what a caller gave.

    :param value: text, or nothing
    :return: the text without what stands around it, or what no database takes; empty for nothing
    :raise UserError: it is no text
    """
    if value and not isinstance(value, str):
        raise UserError(env._("“%(value)s” is no text.", value=value))
    return value.replace("\0", "").strip() if value else ""


def as_reason(env: Environment, value: str | None) -> str:
    """Take a reason from what a caller gave.

    :return: the reason
    :raise UserError: there is none
    """
    reason = as_text(env, value)
    if not reason:
        raise UserError(env._("Say why: the reason stays in the customer's history."))
    return reason


def as_amount(env: Environment, value: float | None) -> float:
    """Take an amount from what a caller gave.

    :param value: number, or nothing
    :return: the number; 0 for nothing
    :raise UserError: it is no number
    """
    number = value or 0
    if isinstance(number, bool) or not isinstance(number, (int, float)) or not isfinite(number):
        raise UserError(env._("“%(value)s” is no amount.", value=value))
    return number


def as_instalments(
        env: Environment, value: Sequence[Sequence[Any]] | None) -> list[tuple[date | None, float]]:
    """Take the instalments of a promise or plan from what a caller gave.

    :param value: pairs of a day and an amount, see :func:`as_day` and :func:`as_amount`
    :return: list of (day, amount)
    :raise UserError: these are no such pairs
    """
    pairs = value or ()
    if not isinstance(pairs, (list, tuple)) or not all(
            isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in pairs):
        raise UserError(env._("Give each instalment as a day and an amount."))
    return [(as_day(env, day), as_amount(env, amount)) for day, amount in pairs]


def as_integer(env: Environment, value: int | None) -> int:
    """Take a whole number from what a caller gave.

    :param value: zero or more, or nothing
    :return: the number; 0 for nothing
    :raise UserError: it is none, or none that the database takes
    """
    if value and not _is_id(value):
        raise UserError(env._("“%(value)s” is no whole number.", value=value))
    return value or 0


def as_mapping(env: Environment, value: dict[str, Any] | None) -> dict[str, Any]:
    """Take values by name from what a caller gave.

    :param value: dict, or nothing
    :return: the dict, whose values are not checked; empty for nothing
    :raise UserError: it is no dict
    """
    if value and not isinstance(value, dict):
        raise UserError(env._("“%(value)s” are no values by name.", value=value))
    return value or {}


def as_mappings(
        env: Environment, value: Sequence[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """The same several times.

    :param value: dicts, or nothing
    :return: list of them
    :raise UserError: these are no dicts
    """
    if value and not isinstance(value, (list, tuple)):
        raise UserError(env._("“%(value)s” is no list.", value=value))
    return [as_mapping(env, one) for one in value or ()]


def as_domain(records: BaseModel, value: Sequence[Any] | None) -> Domain:
    """Take conditions from what a caller gave.

    :param records: of the model that is searched
    :param value: a domain, or nothing
    :return: ``Domain``; true for nothing
    :raise UserError: it is no domain on the model
    """
    try:
        domain = Domain(value or Domain.TRUE)
        domain.validate(records)
    except (TypeError, ValueError) as error:
        raise UserError(records.env._(
            "“%(value)s” are no conditions on %(model)s.", value=value,
            model=records._description)) from error
    return domain


def as_values(records: BaseModel, values: dict[str, Any] | None) -> dict[str, Any]:
    """Take values of fields from what a caller gave, as Odoo would take them from a form.

    :param records: of the model whose fields they are
    :param values: by name of a field of that model
    :return: the same, checked; of what is no field of the model, nothing is said
    :raise UserError: these are no values, or one is none that its field takes
    """
    return {name: _as_value(records, name, value)
            for name, value in as_mapping(records.env, values).items()}


def as_rows(records: BaseModel, rows: Sequence[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """The same for several records.

    :param rows: values by name of a field, one dict a record; or nothing
    :return: list of the same, checked
    :raise UserError: these are no values, or one is none that its field takes
    """
    return [as_values(records, row) for row in as_mappings(records.env, rows)]


def _as_value(records: BaseModel, name: str, value: Any) -> Any:
    field, env = records._fields.get(name), records.env
    if field is None or not value:
        return value
    if field.relational:
        found = as_records(env, field.comodel_name, value)
        return found.ids if field.type != "many2one" else as_record(
            env, field.comodel_name, value).id
    if field.type in ("char", "text", "html"):
        return as_text(env, value)
    if field.type == "date":
        return as_day(env, value)
    try:
        field.convert_to_cache(value, records)
    except (AttributeError, TypeError, ValueError) as error:
        raise UserError(env._(
            "“%(value)s” is no value for %(field)s.", value=value,
            field=field._description_string(env) or name)) from error
    return value


def as_day(env: Environment, value: date | str | None) -> date | None:
    """Take a day from what a caller gave.

    :param value: a date, its ISO text, or nothing
    :return: date; None for nothing
    :raise UserError: it is no day
    """
    try:
        return Date.to_date(value)
    except (AttributeError, TypeError, ValueError) as error:
        raise UserError(env._(
            "“%(value)s” is no day. Give it as year, month and day: 2026-12-31.",
            value=value)) from error


def in_company_language(records: BaseModel, company: BaseModel) -> BaseModel:
    """Read records for what stays: history and chatter are written in the company's language.

    :param company: the ``res.company``
    :return: the same records, whose names, amounts and dates come in that language
    """
    return records.with_context(lang=company.sudo().partner_id.lang)
