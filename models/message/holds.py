"""What keeps messages that are due from leaving by themselves, for a while.

Nothing is written for it: once it is over, they leave. A person may send them all the same.
"""

from collections.abc import Callable
from dataclasses import dataclass

from odoo.tools.translate import LazyGettext


@dataclass(frozen=True)
class Hold:
    """A reason for which messages wait.

    :ivar get_domain: function of an :class:`~odoo.api.Environment` in superuser mode that returns
        the ``Domain`` of the ``collection.action`` that wait now, in all companies
    :ivar sentence: why, translated when it is shown
    """

    get_domain: Callable
    sentence: LazyGettext


#: The reasons there are; of several, the first is shown.
HOLDS: list[Hold] = []


def register(hold):
    """Have messages wait for a reason of another domain.

    :param hold: :class:`Hold`
    """
    HOLDS.append(hold)
