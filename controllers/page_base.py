import logging
from functools import cache
from hashlib import sha256
from secrets import token_urlsafe

from odoo.http import request
from odoo.tools import file_open

_logger = logging.getLogger(__name__)

_ASSETS = "/account_collection/static/src/link/page/"
_FILES = ("page.css", "page.js", "documents.css", "documents.js")
#: The page loads nothing from elsewhere, and does not reveal its address.
_POLICY = (
    "default-src 'none'; img-src 'self' data: blob:; script-src 'self'; connect-src 'self'; "
    "style-src 'self' 'nonce-%s'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'")
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "X-Robots-Tag": "noindex, nofollow",
}
#: What Odoo's own layout of the portal bears of that policy: its scripts stand in its pages.
_PORTAL_POLICY = (
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'")
#: A file is saved, never shown: even opened by mistake it can do nothing.
FILE_POLICY = "default-src 'none'; sandbox"


def harden(response, policy=None):
    """Give a response the headers of whatever outsiders see.

    :param str policy: Content-Security-Policy besides them
    :return: the response
    """
    response.headers.update(_HEADERS)
    if policy:
        response.headers["Content-Security-Policy"] = policy
    return response


def render_portal(template, values, status=200):
    """:return: response with a page of ours in the layout of the portal"""
    return harden(request.render(template, values, status=status), _PORTAL_POLICY)


class PageBase:
    """What the pages behind personal links share: access, language, layout and headers."""

    def _open(self, token, kinds):
        """Find the link of a token, in its company and its reader's language.

        :param str token: as a stranger gave it
        :param kinds: kinds of links that the page is for
        :return: ``collection.link`` in superuser mode; empty where nothing may be shown
        """
        link = request.env["collection.link"]._find(token)
        if link.kind not in kinds:
            link = link.browse()
        if not link:
            _logger.info("Personal link refused for %s", request.httprequest.remote_addr)
            return link
        return self._localize(link, link.company_id, link.partner_id)

    def _localize(self, record, company, partner):
        """:return: the record in a company and in the language of the page's reader"""
        lang = partner._get_collection_langs(company)[partner.id]
        request.update_context(lang=lang)
        return record.with_company(company).with_context(lang=lang)

    def _render_unknown(self):
        """The same page whether the link is unknown, expired, revoked or another's."""
        return self._render("account_collection.collection_page_unknown", 404)

    def _render(self, template, status, company=None, values=None):
        nonce, lang = token_urlsafe(12), request.env.lang or "en_US"
        page = request.env["ir.qweb"].sudo()._render(template, {
            "sheets": ("page",), "script": "page",
            **(values or {}), "company": company, "nonce": nonce, "assets": _ASSETS,
            "version": _get_version(), "lang": lang.replace("_", "-"),
            "direction": request.env["res.lang"]._get_data(code=lang).direction or "ltr",
            "csrf": request.csrf_token(),
            "colour": company._get_collection_colour() if company else "#374151",
        }, minimal_qcontext=True)
        return harden(request.make_response(page, status=status), _POLICY % nonce)

    def _read_files(self, name, most, limit):
        """Read uploaded files of the form, of each at most one byte more than is allowed.

        :param str name: of the form's field
        :param int most: number of files allowed; one more is read, so that it can be refused
        :param int limit: bytes of a file at most
        :return: tuple of (file name, bytes)
        """
        given = [file for file in request.httprequest.files.getlist(name) if file.filename]
        files = []
        for file in given[:most + 1]:
            file.seek(0)  # a call that is replayed after a conflict has read it once already
            files.append((file.filename, file.read(limit + 1)))
        return tuple(files)


@cache
def _get_version():
    """:return: str, changes whenever one of these styles and scripts does"""
    digest = sha256()
    for name in _FILES:
        with file_open(f"{_ASSETS[1:]}{name}", "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:8]
