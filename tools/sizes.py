"""Sizes of files, as a reader writes them."""

from __future__ import annotations

from typing import Any

from odoo.tools import formatLang


def describe_size(env: Any, size: int) -> str:
    """Say how large a file is.

    :param env: :class:`~odoo.api.Environment`
    :param size: in bytes
    :return: such as "417.8 kB", in the reader's language
    """
    _ = env._
    if size < 1000:
        return _("%(size)s bytes", size=size)
    if size < 1000 ** 2:
        return _("%(size)s kB", size=formatLang(env, size / 1000, digits=1))
    if size < 1000 ** 3:
        return _("%(size)s MB", size=formatLang(env, size / 1000 ** 2, digits=1))
    return _("%(size)s GB", size=formatLang(env, size / 1000 ** 3, digits=1))
