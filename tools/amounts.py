"""Amounts of money as text, to the letter as Odoo's ``formatLang`` writes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from odoo.tools import float_round
from odoo.tools.misc import NON_BREAKING_SPACE

from odoo.addons.base.models.res_lang import intersperse

#: Groups of three digits, as Odoo notes them.
THOUSANDS = [3, 0]


@dataclass(frozen=True, slots=True)
class Notation:
    """How a language writes numbers.

    :ivar grouping: digits in each group, from the right, as Odoo notes them
    """

    point: str
    separator: str
    grouping: Sequence[int]


def make_format(
    notation: Notation, rounding: float, digits: int, symbol: str, is_after: bool,
) -> Callable[[float], str]:
    """:param rounding: the smallest amount of the currency
    :param digits: decimal places of it
    :param symbol: of the currency, maybe empty
    :param is_after: whether the symbol stands behind the number
    :return: function that rounds an amount and writes it
    """
    before = "" if is_after or not symbol else f"{symbol}{NON_BREAKING_SPACE}"
    after = f"{NON_BREAKING_SPACE}{symbol}" if is_after and symbol else ""

    def format_amount(amount: float) -> str:
        rounded = float_round(amount, precision_rounding=rounding) + 0.0  # no negative zero
        whole, *decimals = f"{rounded:.{digits}f}".split(".")
        if notation.grouping == THOUSANDS:
            whole = f"{int(whole):,}".replace(",", notation.separator) if (
                whole[:2] != "-0") else whole
        else:
            whole, _groups = intersperse(whole, notation.grouping, notation.separator)
        return f"{before}{notation.point.join((whole, *decimals))}{after}"

    return format_amount
