from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal

from .page_base import FILE_POLICY, harden, render_portal

LIST = "/my/case-files"


class CollectionCaseFiles(CustomerPortal):
    """Case files: for colleagues who may see them, and for the partners that they were handed to.

    Every download is traced. Whether there is no such file, or it is somebody else's, the answer
    is the same.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "collection_case_file_count" in counters:
            values["collection_case_file_count"] = len(
                request.env["collection.case.handover"]._search_portal())
        return values

    @http.route("/collection/case-files/<int:case_id>", type="http", auth="user",
                methods=["GET"], sitemap=False)
    def case_file(self, case_id, **_query):
        try:
            content = request.env["collection.case.file"].browse(case_id)._take_out()
        except (AccessError, MissingError, UserError):
            raise request.not_found() from None
        return self._send_case_file(content)

    @http.route(LIST, type="http", auth="user", methods=["GET"], website=True, sitemap=False)
    def case_files(self, gone=None, **_query):
        return render_portal("account_collection.portal_my_collection_case_files", {
            **self._prepare_portal_layout_values(), "page_name": "collection_case_files",
            "default_url": LIST, "gone": gone,
            "handovers": request.env["collection.case.handover"]._search_portal()})

    @http.route(f"{LIST}/<int:handover_id>/file", type="http", auth="user", methods=["GET"],
                sitemap=False)
    def case_file_handed_over(self, handover_id, **_query):
        handover = request.env["collection.case.handover"]._find_portal(handover_id)
        if not handover:
            return request.redirect(f"{LIST}?gone=1", code=303)
        try:
            content = handover._take_from_portal()
        except UserError:  # it was taken away meanwhile
            return request.redirect(f"{LIST}?gone=1", code=303)
        return self._send_case_file(content)

    def _send_case_file(self, content):
        return harden(request.env["ir.binary"]._get_stream_from(content).get_response(
            as_attachment=True, content_security_policy=FILE_POLICY))
