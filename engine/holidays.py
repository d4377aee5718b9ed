"""The public holidays of France, computed: there is no table to keep up each year."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from dateutil.easter import easter

#: Month and day of the holidays that never move (Labour Code, L. 3133-1).
FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
#: Easter Monday, Ascension and Whit Monday, in days after Easter Sunday (L. 3133-1).
AFTER_EASTER = (1, 39, 50)


@lru_cache(maxsize=256)
def french_holidays(year: int, alsace_moselle: bool = False) -> frozenset[date]:
    """The holidays of a year, by the law as it stands today.

    :param alsace_moselle: add Good Friday and 26 December (L. 3134-13). The law gives
        Good Friday only to towns with a Protestant or a mixed church: elsewhere there, leave
        it off.
    """
    sunday = easter(year)
    found = {date(year, month, day) for month, day in FIXED}
    found |= {sunday + timedelta(days=days) for days in AFTER_EASTER}
    if alsace_moselle:
        found |= {sunday - timedelta(days=2), date(year, 12, 26)}
    return frozenset(found)
