from odoo.exceptions import UserError
from odoo.http import request

from ..models.document.collection_document_item import MOST_FILES
from .document_base import DocumentPages, PageFeedback
from .document_files import TYPES, stream
from .page_base import FILE_POLICY, harden


class DocumentCommands(DocumentPages):
    """What a contributor does on the page; each command looks the request up again first.

    Whatever number a form or an address gives, only what the page itself shows is found.
    """

    # === FILES RECEIVED === #

    def _take_documents(self, access):
        """Receive the files of each document of the form: a wrong one does not hinder others."""
        contributor = access.contributor
        form, files = request.httprequest.form, request.httprequest.files
        wanted = {_read_id(name.removeprefix("files-")) for name in files if any(
            file.filename for file in files.getlist(name))}
        try:
            contributor.item_ids._try_upload_turn(contributor)
        except UserError as refusal:
            return self._refuse(access, str(refusal))
        if problem := self._take_turn(access):
            return problem
        items = contributor._get_visible_items().filtered(lambda item: item.id in wanted)
        if len(items) != len(wanted):
            return self._render_unknown()
        feedback = PageFeedback(
            error="" if items else contributor.env._("Choose a file first."))
        for item in items:
            try:
                contributor._provide_document(
                    item, self._read_files(
                        f"files-{item.id}", MOST_FILES, item._get_upload_limit()),
                    expiry=form.get(f"expiry-{item.id}"))
            except UserError as refusal:
                feedback.errors[item.id] = str(refusal)
        feedback.kept = len(feedback.errors) < len(items)
        if feedback:
            return self._show_documents(access, feedback=feedback, status=422)
        return self._return(access, "documents")

    def _take_turn(self, access):
        """Lock the request, so that what follows decides on its current state.

        :return: response that explains why nothing can be done, or None
        """
        contributor = access.contributor
        if access.read_only:
            return self._refuse(access, contributor.env._("Only the contributor provides here."))
        contributor.request_id._raise_rev()
        return self._render_unknown() if contributor.state == "removed" else None

    def _refuse(self, access, message, status=422):
        return self._show_documents(access, feedback=PageFeedback(error=message), status=status)

    # === COMMANDS === #

    def _command(self, access, command):
        """Execute a command of the page.

        :param str command: ``back``, ``finish`` or ``invite``
        """
        if problem := self._take_turn(access):
            return problem
        return getattr(self, f"_command_{command}")(access, request.httprequest.form)

    def _command_back(self, access, form):
        file = self._find_file(access, _read_id(form.get("file", "")))
        if not file:
            return self._render_unknown()
        try:
            access.contributor._take_back_document(file)
        except UserError as refusal:
            return self._show_documents(
                access, feedback=PageFeedback(errors={file.item_id.id: str(refusal)}), status=422)
        return self._return(access, "back")

    def _command_finish(self, access, form):
        contributor = access.contributor
        if contributor._get_page_missing() and not form.get("sure"):
            return self._show_documents(access, feedback=PageFeedback(asks=True))
        try:
            contributor._finish_on_page()
        except UserError as refusal:
            return self._refuse(access, str(refusal))
        return self._return(access, "finished")

    def _command_invite(self, access, form):
        contributor = access.contributor
        if not contributor.can_invite:
            return self._render_unknown()
        written = {name: form.get(name, "") for name in ("function", "name", "email")}
        try:
            contributor._invite_somebody(**written)
        except UserError as refusal:
            return self._show_documents(
                access, feedback=PageFeedback(error=str(refusal), invitation=written), status=422)
        return self._return(access, "invited")

    # === FILES SENT === #

    def _send(self, access, what, number):
        """Send a file that the page shows: to be saved, never to be shown by the browser.

        :param str what: ``file`` that was given, or ``example`` of a document
        """
        binary = request.env["ir.binary"].sudo()
        if what == "file":
            file = self._find_file(access, number)
            if not file:
                return self._render_unknown()
            content = binary._get_stream_from(file.attachment_id, filename=file.name)
        else:
            item = self._find_item(access, number)
            if not item.example:
                return self._render_unknown()
            content = binary._get_stream_from(
                item, "example", filename=item.example_name or item.name)
        return harden(content.get_response(
            as_attachment=True, content_security_policy=FILE_POLICY))

    def _send_all(self, access, what):
        """Send everything that the page shows as one file (C-021).

        :param str what: ``zip`` or ``pdf``
        """
        contributor = access.contributor
        items = contributor._get_visible_items().filtered("file_ids")
        if not contributor.can_download or not items:
            return self._render_unknown()
        documents = contributor.request_id
        try:
            items._try_print_turn(contributor)
        except UserError as refusal:
            return self._refuse(access, str(refusal), status=429)
        try:
            file = documents._get_zip(items) if what == "zip" else (
                documents._get_merged_pdf(items))
        except UserError as refusal:
            return self._refuse(access, str(refusal))
        return harden(stream(file, f"{documents.name}.{what}", TYPES[what]), FILE_POLICY)


def _read_id(text):
    """:return: int, the id that a form gives; 0, which no record has, for anything else"""
    return int(text) if text.isdecimal() and len(text) < 10 else 0
