"""Arguments of public methods, which a remote call can only name by their ids."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from odoo.exceptions import UserError
from odoo.fields import Date

if TYPE_CHECKING:
    from odoo.api import Environment
    from odoo.models import BaseModel


def as_record(
        env: Environment, model: str,
        value: BaseModel | int | Sequence[int] | None) -> BaseModel:
    """Take a record from what a caller gave.

    :param model: technical name of the record's model
    :param value: a record of that model, its id, or nothing
    :return: record of that model, with the rights of ``env``; empty for nothing
    """
    ids = getattr(value, "ids", value)
    return env[model].browse(ids or ())


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
