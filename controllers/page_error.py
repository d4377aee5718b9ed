import re

from psycopg2 import OperationalError
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from odoo import models
from odoo.http import request

from .page_base import PageBase

_PATH = re.compile(r"/collection/([\w-]+)|/my/(?:documents|collection)/\d+", re.ASCII)
#: What an error that comes before or after any page says, and its status.
_REASONS = ((RequestEntityTooLarge, "large", 413), (BadRequest, "stale", 400),
            (OperationalError, "busy", 503))


class IrHttp(models.AbstractModel):
    """What was sent to a page and not kept, for a reason that no page sees, is told in words.

    Too much at once, a page that stood open longer than its session, a sending that broke off,
    or more people sending at the same moment than can take turns: whoever sent it must know that
    nothing was kept. It stands here, beside the pages: models know of none.
    """

    _inherit = "ir.http"

    @classmethod
    def _handle_error(cls, exception):
        path = _PATH.match(request.httprequest.path)
        if path and request.httprequest.method == "POST":
            for kind, reason, status in _REASONS:
                if isinstance(exception, kind):
                    return _say_not_kept(path, reason, status)
        return super()._handle_error(exception)


def _say_not_kept(path, reason, status):
    page = PageBase()
    link = page._open(path[1], ("customer", "internal", "documents")) if path[1] else None
    limit = request.httprequest.max_content_length or 0
    return page._render(
        "account_collection.collection_page_not_kept", status, link and link.company_id, {
            "reason": reason, "base": path[0], "limit": limit // (1024 * 1024)})
