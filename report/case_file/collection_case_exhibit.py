from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from PIL import Image

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.mimetypes import guess_mimetype

from ...tools.clauses import join_clauses, join_label
from ...tools.sizes import describe_size
from ..collection_document_export import _draw_picture
from .binding import check_bindable, count_pages
from .packing import CHUNK

_logger = logging.getLogger(__name__)

#: Bytes of all documents of a case file at most.
MOST_BYTES = 2 * 1024 ** 3
#: Bytes of a document, and number of documents, whose pages are bound into the book.
MOST_BOUND, MOST_BOUND_FILES = 25 * 1024 ** 2, 400
#: Pages of documents in the book at most.
MOST_PAGES = 3000
#: Invoices of which no PDF is kept that are printed for a case file, one by one.
MOST_PRINTED = 60

#: Letters after which no more places are named at which a file stands.
MOST_ABOUT = 200

#: What a file raises that is broken, locked or larger than any picture is.
_UNREADABLE = (pikepdf.PdfError, pikepdf.PasswordError, OSError, ValueError, SyntaxError,
               Image.DecompressionBombError)


@dataclass(slots=True)
class Exhibit:
    """A document of a case.

    :ivar about: what it is, or of what it is
    :ivar attachment: ``ir.attachment``; empty for what was printed for the file
    :ivar content: what was printed; None where an attachment has it
    :ivar recorded: SHA-256 as it was noted when the document came; empty where it was not
    :ivar trouble: why it is not there, or not as it came; empty where nothing is wrong
    :ivar pages: what is bound into the book: PDF, or the file it lies in; None for nothing
    """

    name: str
    about: str
    given: str
    attachment: models.BaseModel
    content: bytes | None = None
    recorded: str = ""
    number: int = 0
    sha256: str = ""
    size: int = 0
    trouble: str = ""
    pages: bytes | Path | None = None
    page_count: int = 0

    def add_place(self, other: Exhibit) -> None:
        """The same file stands somewhere else as well."""
        self.recorded = self.recorded or other.recorded
        if other.about not in self.about and len(self.about) < MOST_ABOUT:
            self.about = join_clauses(self.attachment.env, (self.about, other.about))


class CollectionCaseExhibit(models.AbstractModel):
    """The documents of a case: invoices, papers that were asked for, answers, uploads, letters."""

    _name = "collection.case.exhibit"
    _description = "Documents of a Case"

    # === WHICH === #

    @api.model
    def _find(self, case):
        """Find the documents of a case, each once, numbered.

        :param case: :class:`~.case.Case`
        :return: list of :class:`Exhibit`
        :raise UserError: together they are larger than a case file may be
        """
        found = {}
        for exhibit in self._find_all(case):
            # Odoo's own digest of the content: the same file at several places is one exhibit
            key = exhibit.attachment.checksum or exhibit.attachment.id or ("printed", len(found))
            if found.setdefault(key, exhibit) is not exhibit:
                found[key].add_place(exhibit)
        exhibits = list(found.values())
        for number, exhibit in enumerate(exhibits, start=1):
            exhibit.number = number
        self._check_size(case, exhibits)
        return exhibits

    def _check_size(self, case, exhibits):
        size = sum(exhibit.attachment.file_size or 0 for exhibit in exhibits)
        if case.options.documents and size > MOST_BYTES:
            raise UserError(self.env._(
                "The documents of %(customer)s come to %(size)s: a case file holds %(most)s at "
                "most. Make one of a sequence or of chosen items, or leave the documents out.",
                customer=case.customer.display_name, size=describe_size(self.env, size),
                most=describe_size(self.env, MOST_BYTES)))

    def _find_all(self, case):
        """:return: generator of :class:`Exhibit`, without numbers, doubles among them"""
        yield from self._find_invoices(case)
        yield from self._find_papers(case)
        _ = case.customer.env._
        for records, field, about in (
                (case.answers, "attachment_ids", _("Answer of the debtor")),
                (case.costs, "attachment_ids", _("Paper of a cost")),
                (case.dispatches, "attachment_ids", _("Sent with a message")),
                (case.replies.message_ref_id, "attachment_ids", _("Sent by the debtor"))):
            for record in records:
                for file in record[field]:
                    yield self._make(case, file, join_label(
                        case.customer.env, about, self._describe_owner(record)))
        yield from self._find_uploads(case)

    def _describe_owner(self, record):
        if record._name == "mail.message":
            return record.subject or record.email_from or ""
        return record.display_name

    def _make(self, case, file, about, recorded=""):
        return Exhibit(
            name=file.name or str(file.id), about=about, attachment=file, recorded=recorded,
            given=case.formats.moment(file.create_date))

    def _find_invoices(self, case):
        """The invoices as they were sent; what was never sent is printed for the file."""
        moves = case.items.move_id.filtered(lambda move: move.is_sale_document())
        unsent = moves.filtered(lambda move: not move.invoice_pdf_report_id)
        printed = self._print(unsent) if case.options.documents else {}
        for move in moves:
            about = case.customer.env._("Credit note") if (
                move.move_type == "out_refund") else case.customer.env._("Invoice")
            if move.invoice_pdf_report_id:
                yield self._make(case, move.invoice_pdf_report_id, about)
                continue
            file = printed.get(move.id)
            yield Exhibit(
                name=file.name if file else move.name, about=about,
                given=case.customer.env._("printed for this file") if file else "",
                attachment=self.env["ir.attachment"], content=file.content if file else b"",
                trouble="" if file or not case.options.documents else case.customer.env._(
                    "no PDF of it is kept: it was never sent or printed"))

    def _print(self, moves):
        """:return: dict of :class:`~...models.message.message.MessageFile` by invoice id; without
            those that cannot be printed"""
        try:
            return moves[:MOST_PRINTED]._get_collection_pdfs()
        except UserError as error:
            _logger.warning("Invoices of a case file could not be printed: %s", error)
            return {}

    def _find_papers(self, case):
        """What was given to document requests: contract, deed of guarantee, identity."""
        for file in case.requests.item_ids.file_ids:
            item = file.item_id
            yield self._make(
                case, file.attachment_id, f"{item.name} – {file.contributor_name or ''}",
                recorded=file.checksum or "")

    def _find_uploads(self, case):
        """Files that people put on actions and sequences."""
        files = case.customer.env["ir.attachment"]
        for records in (case.actions, case.sequences):
            owners = {record.id: record.display_name for record in records}
            for file in files.search([
                    ("res_model", "=", records._name), ("res_id", "in", records.ids)], order="id"):
                yield self._make(case, file, owners[file.res_id])

    # === CONTENT === #

    @api.model
    def _pack(self, case, exhibits, packer, folder, progress=lambda: None):
        """Put the documents into the ZIP, and learn of each what the list of them says.

        :param exhibits: list of :class:`Exhibit`; each is completed
        :param packer: :class:`~.packing.Packer`
        :param Path folder: where pages that are drawn of pictures may lie until the book is bound
        :param progress: called after each
        """
        files = pages = 0
        for exhibit in exhibits:
            content = self._find_content(case, exhibit)
            if content is not None:
                self._pack_one(case, exhibit, content, packer)
                if files < MOST_BOUND_FILES and exhibit.size <= MOST_BOUND:
                    _take_pages(exhibit, content, MOST_PAGES - pages, folder)
                files, pages = files + bool(exhibit.pages), pages + exhibit.page_count
            progress()

    def _pack_one(self, case, exhibit, content, packer):
        sha1 = hashlib.sha1(usedforsecurity=False)
        put = packer.add if case.options.documents else packer.weigh
        part = put(f"documents/{exhibit.number:03} {exhibit.name}", _watch(content, sha1),
                   exhibit.about)
        exhibit.sha256, exhibit.size = part.sha256, part.size
        known = exhibit.attachment.checksum
        if (exhibit.recorded and exhibit.recorded != part.sha256) or (
                known and known != sha1.hexdigest()):
            exhibit.trouble = case.customer.env._("not the file that came: it was changed since")

    def _find_content(self, case, exhibit):
        """:return: bytes, or the file that they lie in; None where there is none, which the
            exhibit then says"""
        file, _ = exhibit.attachment, case.customer.env._
        if exhibit.content is not None:
            return exhibit.content or None
        if file.type == "url":
            exhibit.trouble = _("a link, no file: %(link)s", link=file.url or "")
            return None
        if file.store_fname and (path := Path(file._full_path(file.store_fname))).is_file():
            return path
        content = file.with_prefetch().raw or b""
        file.invalidate_recordset(["raw", "datas"])
        if not content and file.file_size:
            exhibit.trouble = _("gone from the server: only its name is left")
            return None
        return content


def _watch(content: bytes | Path, digest) -> Iterable[bytes]:
    """:return: generator of the content in chunks, each added to a digest"""
    if isinstance(content, bytes):
        digest.update(content)
        yield content
        return
    with content.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            yield chunk


def _take_pages(exhibit: Exhibit, content: bytes | Path, room: int, folder: Path) -> None:
    """Have the pages of a document bound into the book, if there is room for so many."""
    pages = _as_pages(content, exhibit.name, folder / f"{exhibit.number}.pdf")
    count = count_pages(pages) if pages else 0
    if 0 < count <= room:
        exhibit.pages, exhibit.page_count = pages, count


def _as_pages(content: bytes | Path, name: str, drawn: Path) -> bytes | Path | None:
    """:return: PDF of a document, or the file it lies in; None where it has no pages to show"""
    head = _read_head(content)
    try:
        if head.startswith(b"%PDF"):
            return content if check_bindable(content) else None
        if guess_mimetype(head) in ("image/jpeg", "image/png"):
            return _draw(content if isinstance(content, bytes) else content.read_bytes(), drawn)
    except _UNREADABLE as error:  # as files from outside are
        _logger.info("Not bound into a case file: %s (%s)", name, error)
    return None


def _draw(picture: bytes, drawn: Path) -> Path | None:
    page = _draw_picture(picture)
    return drawn if page and drawn.write_bytes(page) else None


def _read_head(content: bytes | Path) -> bytes:
    if isinstance(content, bytes):
        return content[:2048]
    with content.open("rb") as file:
        return file.read(2048)
