"""The logs of web requests name pages; those that are behind a personal link without its secret."""

import logging
import re

_TOKEN = re.compile(r"((?:/|%2F)collection(?:/|%2F))[\w-]{20,}", re.IGNORECASE)


class HideTokens(logging.Filter):
    """Takes the tokens of personal links out of what is logged."""

    def filter(self, record):
        if isinstance(record.args, tuple):
            record.args = tuple(map(_hide, record.args))
        record.msg = _hide(record.msg)
        return True


def _hide(value):
    return _TOKEN.sub(r"\1…", value) if isinstance(value, str) else value


#: the server's line of each request, and the framework's of forms that are refused
for name in ("werkzeug", "odoo.http"):
    logging.getLogger(name).addFilter(HideTokens())
