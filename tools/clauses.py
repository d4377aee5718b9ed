"""Short texts side by side, as the reader's language joins them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from odoo.api import Environment


def join_label(env: Environment, label: str, value: str) -> str:
    """Put a label before what it names: in French a space goes before the colon.

    :param env: in the reader's language
    :return: one text
    """
    return env._("%(label)s: %(value)s", label=label, value=value)


def join_clauses(env: Environment, clauses: Iterable[str]) -> str:
    """Join texts that may hold commas themselves: in French a space goes before the semicolon.

    :param env: in the reader's language
    :param clauses: translated texts
    :return: one text; empty for none
    """
    clauses = list(clauses)
    return reduce(lambda text, clause: env._(
        "%(text)s; %(clause)s", text=text, clause=clause), clauses) if clauses else ""
