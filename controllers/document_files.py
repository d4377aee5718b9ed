from werkzeug.wsgi import FileWrapper

from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import Response, content_disposition, request

TYPES = {"zip": "application/zip", "pdf": "application/pdf"}


class CollectionDocumentFiles(http.Controller):
    """All files of a document request at once, for colleagues who may see it (C-021)."""

    @http.route("/collection/requests/<int:request_id>/files.<any(zip,pdf):ending>",
                type="http", auth="user", methods=["GET"], sitemap=False)
    def download(self, request_id, ending, **_query):
        documents = request.env["collection.document.request"].browse(request_id)
        try:
            documents.check_access("read")
            items = documents.item_ids.filtered(lambda item: item.state != "cancelled")
        except (AccessError, MissingError):
            # the same answer whether it is another's or none at all
            return request.not_found()
        make = {"zip": documents._get_zip, "pdf": documents._get_merged_pdf}[ending]
        return stream(make(items), f"{documents.name}.{ending}", TYPES[ending])


def stream(file, name, mimetype):
    """:return: response that streams a file, and closes it"""
    size = file.seek(0, 2)
    file.seek(0)
    return Response(FileWrapper(file), direct_passthrough=True, headers={
        "Content-Type": mimetype, "Content-Length": str(size),
        "Content-Disposition": content_disposition(name),
        "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
    })
