from odoo import http

from .document_commands import DocumentCommands


class CollectionDocumentPage(DocumentCommands, http.Controller):
    """What lies behind a contributor's personal link, besides the page itself (C-013).

    Each route finds the link first, and then only what its contributor's page shows.
    """

    def _enter(self, token, act):
        link = self._open(token, ("documents",))
        return self._enter_by_link(link, token, act) if link else self._say_unknown()

    @http.route("/collection/<string:token>/<any(back,finish,invite):command>", type="http",
                auth="public", methods=["POST"], sitemap=False)
    def command(self, token, command, **_post):
        return self._enter(token, lambda access: self._command(access, command))

    @http.route("/collection/<string:token>/<any(file,example):what>/<int:number>", type="http",
                auth="public", methods=["GET"], sitemap=False)
    def send(self, token, what, number, **_query):
        return self._enter(token, lambda access: self._send(access, what, number))

    @http.route("/collection/<string:token>/<any(zip,pdf):what>", type="http", auth="public",
                methods=["GET"], sitemap=False)
    def send_all(self, token, what, **_query):
        return self._enter(token, lambda access: self._send_all(access, what))

    # a page that came back with an error is reloaded, or its address is kept
    @http.route("/collection/<string:token>/<any(back,finish,invite):command>", type="http",
                auth="public", methods=["GET"], sitemap=False)
    def come_back(self, token, command, **_query):
        return self._enter(token, self._show_documents)
