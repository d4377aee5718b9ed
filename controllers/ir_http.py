import re

from psycopg2 import OperationalError
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from odoo import models
from odoo.http import request

from ..models.link.link_kinds import KINDS
from .page_base import PageBase

_PATH = re.compile(r"/collection/([\w-]+)|/my/(?:documents|collection)/\d+", re.ASCII)
#: Errors before or after any page, with the reason that the page names and the HTTP status.
_REASONS = ((RequestEntityTooLarge, "large", 413), (BadRequest, "stale", 400),
            (OperationalError, "busy", 503))


class IrHttp(models.AbstractModel):
    """Explain to the sender that what was sent to a page was not kept.

    It was too much at once, the session had expired, the upload broke off, or more people sent
    at the same moment than can take turns. This model stands here because models know nothing
    of pages.
    """

    _inherit = "ir.http"

    @classmethod
    def _handle_error(cls, exception):
        path = _PATH.match(request.httprequest.path)
        if path and request.httprequest.method == "POST":
            for kind, reason, status in _REASONS:
                if isinstance(exception, kind):
                    return _render_not_kept(path, reason, status)
        return super()._handle_error(exception)


def _render_not_kept(path, reason, status):
    page = PageBase()
    link = page._open(path[1], KINDS) if path[1] else None
    limit = request.httprequest.max_content_length or 0
    return page._render(
        "account_collection.collection_page_not_kept", status, link and link.company_id, {
            "reason": reason, "base": path[0], "limit": limit // (1024 * 1024)})
