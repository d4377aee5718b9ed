import logging
from functools import cache
from hashlib import sha256
from secrets import token_urlsafe

from odoo import http
from odoo.exceptions import UserError
from odoo.http import content_disposition, request
from odoo.tools import file_open, format_date

from ..models.collection_answer_submit import Form

_logger = logging.getLogger(__name__)

_ASSETS = "/account_collection/static/src/page/page"
#: The page loads nothing from elsewhere, and tells nobody where it stands.
_POLICY = (
    "default-src 'none'; img-src 'self' data:; script-src 'self'; "
    "style-src 'self' 'nonce-%s'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'")
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "X-Robots-Tag": "noindex, nofollow",
}


class CollectionPage(http.Controller):
    """The pages behind personal links: without login, for as long as the link lasts."""

    @http.route("/collection/<string:token>", type="http", auth="public", methods=["GET"],
                sitemap=False)
    def show(self, token, sent=None, **_query):
        link = self._open(token)
        if not link:
            return self._say_unknown()
        link._use()
        return self._show(link, token, sent=bool(sent))

    @http.route("/collection/<string:token>", type="http", auth="public", methods=["POST"],
                sitemap=False)
    def answer(self, token, **_post):
        link = self._open(token)
        if not link:
            return self._say_unknown()
        link._use()
        form = self._read_form()
        try:
            if self._is_read_only(link):
                raise UserError(link.env._("Only the customer answers here."))
            link._submit(form)
        except UserError as refusal:
            return self._show(link, token, form=form, error=str(refusal), status=422)
        return self._harden(request.redirect(f"/collection/{token}?sent=1", code=303))

    @http.route("/collection/<string:token>/invoice/<int:item_id>", type="http", auth="public",
                methods=["GET"], sitemap=False)
    def invoice(self, token, item_id, **_query):
        link = self._open(token)
        move = link and link._get_invoice(item_id)
        if not move:
            return self._say_unknown()
        name, content, mimetype = move._get_collection_pdfs()[move.id]
        return self._harden(request.make_response(content, headers=[
            ("Content-Type", mimetype),
            ("Content-Disposition", content_disposition(name, "inline"))]))

    @http.route("/collection/<string:token>/pay/<int:item_id>", type="http", auth="public",
                methods=["GET"], sitemap=False)
    def pay(self, token, item_id, **_query):
        link = self._open(token)
        address = link and link._get_payment_address(item_id)
        if not address:
            return self._say_unknown()
        return self._harden(request.redirect(address, code=303, local=False))

    # -- in and out ----------------------------------------------------------------------------

    def _open(self, token):
        """:return: the link of a token, in its company and its reader's language; empty for
        none that may be seen"""
        link = request.env["collection.link"]._find(token)
        if not link:
            _logger.info("Personal link refused for %s", request.httprequest.remote_addr)
            return link
        company = link.company_id
        lang = link.partner_id._get_collection_langs(company)[link.partner_id.id]
        request.update_context(lang=lang)
        return link.with_company(company).with_context(lang=lang)

    def _is_read_only(self, link):
        """What the customer says is the customer's to say: no colleague answers for it."""
        return link.kind == "customer" and request.env.user._is_internal()

    def _read_form(self):
        form, files = request.httprequest.form, request.httprequest.files
        return Form(
            key=form.get("key", ""), kind=form.get("kind", ""),
            items=frozenset(
                int(value) for value in form.getlist("item") if value.isascii()
                and value.isdigit() and len(value) < 10),
            day=form.get(f"{form.get('kind')}_day", ""), amount=form.get("amount", ""),
            reason=form.get("reason", ""), proposal=form.get("proposal", ""),
            text=form.get("text", ""),
            files=tuple((file.filename, file.read())
                        for file in files.getlist("files") if file.filename))

    def _show(self, link, token, *, form=None, error="", sent=False, status=200):
        env = link.env
        day = link.company_id._get_collection_day()
        sections = link._get_sections()
        answerable = [
            row.item.id for section in sections for row in section.rows if row.answerable]
        every = link.kind == "internal" or len(answerable) == 1
        return self._render("account_collection.collection_page", status, link.company_id, {
            "link": link, "token": token, "sections": sections, "error": error, "sent": sent,
            "form": form, "answerable": answerable,
            "ticked": form.items if form else answerable if every else (),
            "read_only": self._is_read_only(link), "contact": link._get_contact(),
            "key": form.key if form and len(form.key) > 7 else token_urlsafe(12),
            "today": day.isoformat(), "day": format_date(env, day, date_format="long"),
            "expires": format_date(env, link.expires_at, date_format="long"),
            "limit": link._get_upload_limit() // (1024 * 1024), **link._get_choices(),
        })

    def _say_unknown(self):
        """The same words whether the link is unknown, expired, revoked or another's."""
        return self._render("account_collection.collection_page_unknown", 404)

    def _render(self, template, status, company=None, values=None):
        nonce, lang = token_urlsafe(12), request.env.lang or "en_US"
        page = request.env["ir.qweb"].sudo()._render(template, {
            **(values or {}), "company": company, "nonce": nonce, "assets": _ASSETS,
            "version": _get_version(), "lang": lang.replace("_", "-"),
            "direction": request.env["res.lang"]._get_data(code=lang).direction or "ltr",
            "csrf": request.csrf_token(),
            "colour": company._get_collection_colour() if company else "#374151",
        }, minimal_qcontext=True)
        response = self._harden(request.make_response(page, status=status))
        response.headers["Content-Security-Policy"] = _POLICY % nonce
        return response

    def _harden(self, response):
        response.headers.update(_HEADERS)
        return response


@cache
def _get_version():
    """:return: what tells these styles and scripts from those of another release"""
    digest = sha256()
    for ending in ("css", "js"):
        with file_open(f"{_ASSETS[1:]}.{ending}", "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()[:8]
