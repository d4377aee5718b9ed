from secrets import token_urlsafe

from odoo import http
from odoo.exceptions import UserError
from odoo.http import content_disposition, request
from odoo.tools import format_date

from ..models.collection_upload import MOST
from ..models.link.link_kinds import ACCOUNT_KINDS, KINDS
from ..models.link.page import AnswerForm
from .document_commands import DocumentCommands
from .page_base import harden


class CollectionPage(DocumentCommands, http.Controller):
    """The pages behind personal links: without login, for as long as the link lasts."""

    @http.route("/collection/<string:token>", type="http", auth="public", methods=["GET"],
                sitemap=False)
    def show(self, token, sent=None, **_query):
        link = self._open(token, KINDS)
        if not link:
            return self._render_unknown()
        link._use()
        if link.kind == "documents":
            return self._enter_by_link(
                link, token, lambda access: self._show_documents(access, sent=sent))
        return self._show(link, token, sent=bool(sent))

    @http.route("/collection/<string:token>", type="http", auth="public", methods=["POST"],
                sitemap=False)
    def answer(self, token, **_post):
        link = self._open(token, KINDS)
        if not link:
            return self._render_unknown()
        if link.kind == "documents":
            return self._enter_by_link(link, token, self._take_documents)
        form = self._read_form(link)
        try:
            link._try_upload_turn(link)
            link._use()
            if self._is_read_only(link):
                raise UserError(link.env._("Only the customer answers here."))
            link.env["collection.answer"]._receive(link, form)
        except UserError as refusal:
            return self._show(link, token, form=form, error=str(refusal), status=422)
        return harden(request.redirect(f"/collection/{token}?sent=1", code=303))

    @http.route("/collection/<string:token>/invoice/<int:item_id>", type="http", auth="public",
                methods=["GET"], sitemap=False)
    def invoice(self, token, item_id, **_query):
        link = self._open(token, ACCOUNT_KINDS)
        move = link and link._get_invoice(item_id)
        if not move:
            return self._render_unknown()
        try:
            link._try_print_turn(link.customer_id)
        except UserError as refusal:
            return self._show(link, token, error=str(refusal), status=429)
        name, content, mimetype = move._get_collection_pdfs()[move.id]
        return harden(request.make_response(content, headers=[
            ("Content-Type", mimetype),
            ("Content-Disposition", content_disposition(name, "inline"))]))

    @http.route("/collection/<string:token>/pay/<int:item_id>", type="http", auth="public",
                methods=["GET"], sitemap=False)
    def pay(self, token, item_id, **_query):
        link = self._open(token, ACCOUNT_KINDS)
        address = link and link._get_payment_address(item_id)
        if not address:
            return self._render_unknown()
        return harden(request.redirect(address, code=303, local=False))

    # === IN AND OUT === #

    def _is_read_only(self, link):
        """Only the customer answers on its page: a user who looks at it does not."""
        return link.kind == "customer" and request.env.user._is_internal()

    def _read_form(self, link):
        form = request.httprequest.form
        return AnswerForm(
            key=form.get("key", ""), kind=form.get("kind", ""),
            items=frozenset(
                int(value) for value in form.getlist("item") if value.isascii()
                and value.isdigit() and len(value) < 10),
            day=form.get(f"{form.get('kind')}_day", ""), amount=form.get("amount", ""),
            reason=form.get("reason", ""), proposal=form.get("proposal", ""),
            text=form.get("text", ""),
            files=self._read_files("files", MOST, link._get_upload_limit()))

    def _show(self, link, token, *, form=None, error="", sent=False, status=200):
        env = link.env
        day = link.company_id._get_collection_day()
        sections = link._get_sections()
        answerable = [
            shown.item.id for section in sections for shown in section.items
            if shown.answerable]
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
            "plans": env["collection.payment.plan"]._get_shown(link),
        })
