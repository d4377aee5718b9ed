from odoo import http
from odoo.fields import Domain
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from .document_base import PageAccess
from .document_commands import DocumentCommands
from .page_base import render_portal

LIST = "/my/documents"
PAGE = f"{LIST}/<int(max=2147483647):number>"


class CollectionDocumentPortal(DocumentCommands, CustomerPortal):
    """The same pages for users with a login: what is asked of them, and of nobody else."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "collection_document_count" in counters:
            values["collection_document_count"] = self._get_contributors().search_count(
                self._get_contributor_domain())
        return values

    @http.route(LIST, type="http", auth="user", methods=["GET"], website=True, sitemap=False)
    def documents(self, **_query):
        contributors = self._get_contributors().search(
            self._get_contributor_domain(), order="id desc")
        return render_portal("account_collection.portal_my_collection_documents", {
            **self._prepare_portal_layout_values(), "page_name": "collection_documents",
            "contributors": contributors})

    # === PAGE OF ONE REQUEST === #

    @http.route(PAGE, type="http", auth="user", methods=["GET"], sitemap=False)
    def document(self, number, sent=None, **_query):
        return self._enter(number, lambda access: self._show_documents(access, sent=sent))

    @http.route(PAGE, type="http", auth="user", methods=["POST"], sitemap=False)
    def document_take(self, number, **_post):
        return self._enter(number, self._take_documents)

    @http.route(f"{PAGE}/<any(back,finish,invite):command>", type="http",
                auth="user", methods=["POST"], sitemap=False)
    def document_command(self, number, command, **_post):
        return self._enter(number, lambda access: self._command(access, command))

    @http.route(f"{PAGE}/<any(back,finish,invite):command>", type="http",
                auth="user", methods=["GET"], sitemap=False)
    def document_come_back(self, number, command, **_query):
        return self._enter(number, self._show_documents)

    @http.route(f"{PAGE}/<any(file,example):what>/<int:document>", type="http",
                auth="user", methods=["GET"], sitemap=False)
    def document_send(self, number, what, document, **_query):
        return self._enter(number, lambda access: self._send(access, what, document))

    @http.route(f"{PAGE}/<any(zip,pdf):what>", type="http", auth="user",
                methods=["GET"], sitemap=False)
    def document_send_all(self, number, what, **_query):
        return self._enter(number, lambda access: self._send_all(access, what))

    # === ACCESS === #

    def _get_contributors(self):
        return request.env["collection.document.contributor"].sudo()

    def _get_contributor_domain(self):
        """:return: ``Domain`` of the current user's own contributors"""
        return Domain("partner_id", "=", request.env.user.partner_id.id) & Domain(
            "state", "!=", "removed")

    def _enter(self, number, act):
        """Admit the current user to a request that they contribute to.

        :param int number: id of the ``collection.document.contributor``
        :param act: is called with the :class:`PageAccess`
        :return: the response
        """
        found = self._get_contributors().search(
            self._get_contributor_domain() & Domain("id", "=", number))
        if not found:
            return self._render_unknown()
        contributor = self._localize(found, found.company_id, found.partner_id)
        return act(PageAccess(contributor, f"{LIST}/{number}"))
