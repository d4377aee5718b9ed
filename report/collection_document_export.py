import io
import logging
import tempfile
import zipfile

import pikepdf
from PIL import Image, ImageOps
from reportlab.lib.pagesizes import A4, landscape

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime
from odoo.tools.pdf import PdfFileReader

from ..tools.sizes import describe_size
from .collection_print import Sheet, read_pages

_logger = logging.getLogger(__name__)

#: Bytes of an archive that are kept in memory; what is larger goes to a temporary file.
SPOOL = 8 * 1024 * 1024
#: Bytes of the files that are made one PDF at most: what it takes is a multiple of them.
MOST_MERGED = 100 * 1000 ** 2
#: Points between a picture and the edge of its page.
MARGIN = 28
#: Pixels that a page of a picture has at most: A4 at 200 dots an inch.
PIXELS = (2339, 2339)
#: Pixels that a picture may have to be unpacked at all: a small file can hold very many.
MOST_PIXELS = 64_000_000
#: What no file system takes in a name.
FORBIDDEN = str.maketrans(dict.fromkeys('<>:"/\\|?*', "_"))


class CollectionDocumentRequest(models.Model):
    """All files of a request at once: as a ZIP, or as one PDF (C-021)."""

    _inherit = "collection.document.request"

    def _get_zip(self, items):
        """Put the current files of documents into an archive, a folder a contributor.

        It is written file by file: only one of them is in memory at a time.

        :param items: ``collection.document.item`` that the reader may see
        :return: binary file, at its beginning; whoever closes it removes it
        """
        self.ensure_one()
        archive, taken = _make_spool(), set()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            for item in items:
                folder = _make_safe(self._get_folder(item))
                for file in item.file_ids:
                    path = f"{folder}/{_make_safe(f'{item.name} - {file.name}')}"
                    packed.writestr(_make_unique(path, taken), file._get_content())
        archive.seek(0)
        return archive

    def _get_folder(self, item):
        """:return: name of the folder that a document's files lie in"""
        who = item.contributor_id.partner_id.name
        part = item.function_id.name or self.env._("primary recipient")
        return f"{who} ({part})" if who else part

    def _get_merged_pdf(self, items):
        """Put the current files of documents into one PDF, after a page that lists them.

        What cannot be drawn on a page (Word documents, HEIC pictures, PDFs that are broken or
        locked) is listed there as left out.

        :param items: ``collection.document.item`` that the reader may see
        :return: binary file, at its beginning
        :raise UserError: they are too large for one PDF, or the PDF program is missing or fails
        """
        self.ensure_one()
        self._check_merged_size(items)
        parts, rows = [], []
        for item in items:
            for file in item.file_ids:
                part = _draw(file.mimetype, file._get_content(), file.name)
                parts += [part] if part else []
                rows.append(self._prepare_cover_row(item, file, part))
        cover = self._print_cover(rows)
        merged = _make_spool()
        merged.write(self.env["collection.print"]._merge([cover, *parts]))
        merged.seek(0)
        return merged

    def _check_merged_size(self, items):
        """:raise UserError: all of it is in memory at once, and would be too much"""
        size = sum(items.file_ids.mapped("size"))
        if size > MOST_MERGED:
            raise UserError(self.env._(
                "The files come to %(size)s: one PDF holds %(most)s at most. Download them as a "
                "ZIP instead.", size=describe_size(self.env, size),
                most=describe_size(self.env, MOST_MERGED)))

    def _prepare_cover_row(self, item, file, part):
        """:return: dict of the values that the first page lists of a file"""
        given = file.contributor_id.partner_id.name
        if not given:
            given = self.env._("%(user)s, on behalf", user=file.sudo().user_id.name)
        states = dict(item._fields["state"]._description_selection(self.env))
        return {
            "document": item.name, "state": states[item.state],
            "contributor": self._get_folder(item), "file": file.name,
            "given": given, "at": self._format_moment(file.given_at),
            "checksum": file.checksum, "left_out": not part,
            "pages": len(PdfFileReader(io.BytesIO(part)).pages) if part else 0,
        }

    def _format_moment(self, moment):
        """:return: str, a moment formatted in the company's time zone"""
        clock = self.sudo().company_id._get_collection_now().tzinfo
        return format_datetime(self.env, moment, tz=str(clock), dt_format="short")

    def _print_cover(self, rows):
        """:return: PDF of the page that lists the files, as bytes"""
        html = self.env["ir.qweb"]._render("account_collection.collection_document_cover", {
            "request": self.sudo(), "rows": rows,
            "now": self._format_moment(fields.Datetime.now()),
        }, minimal_qcontext=True)
        return self.env["collection.print"]._print_sheets(
            [Sheet(self.sudo().company_id, html)])[0]


class CollectionDocumentFile(models.Model):
    """The bytes of a file."""

    _inherit = "collection.document.file"

    def _get_content(self):
        """:return: the file's bytes, which are not kept in memory"""
        attachment = self.attachment_id.with_prefetch()
        content = attachment.raw
        attachment.invalidate_recordset(["raw", "datas"])
        return content or b""


def _make_spool():
    """:return: file that is gone once its reader closes it"""
    return tempfile.SpooledTemporaryFile(max_size=SPOOL)


def _make_safe(name):
    """:return: a name that stays where it is put, on every system"""
    name = "".join(char for char in name.translate(FORBIDDEN) if char.isprintable())
    return name.strip(" .")[:150] or "_"


def _make_unique(path, taken):
    """:return: the path, numbered where another file has it already"""
    stem, dot, ending = path.rpartition(".")
    stem, ending = (stem, dot + ending) if stem and "/" not in ending else (path, "")
    number, found = 1, path
    while found.casefold() in taken:
        number += 1
        found = f"{stem} ({number}){ending}"
    taken.add(found.casefold())
    return found


def _draw(mimetype, content, name):
    """:return: PDF of a file's pages as bytes, or None where it cannot be drawn"""
    try:
        if mimetype == "application/pdf":
            return read_pages(content)
        if mimetype in ("image/jpeg", "image/png"):
            return _draw_picture(content)
    except Exception as error:  # noqa: BLE001
        # files from outside break the library in ways that it does not declare
        _logger.info("Left out of a merged PDF: %s (%s)", name, error)
    return None


def _draw_picture(content):
    """:return: PDF of one A4 page with the picture, upright as it was taken"""
    picture = Image.open(io.BytesIO(content))
    picture.draft("RGB", PIXELS)  # a large photo is not unpacked in full
    if picture.width * picture.height > MOST_PIXELS:
        return None
    picture = ImageOps.exif_transpose(picture)
    picture.thumbnail(PIXELS)
    if picture.mode in ("RGBA", "LA", "P"):
        picture = picture.convert("RGBA")
        paper = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(paper, picture)
    picture = picture.convert("RGB")
    drawn = io.BytesIO()
    picture.save(drawn, "JPEG", quality=85)
    return _make_page(drawn.getvalue(), picture.size)


def _make_page(jpeg, pixels):
    """:return: PDF of one A4 page with a picture in its middle, as large as it fits"""
    width, height = landscape(A4) if pixels[0] > pixels[1] else A4
    scale = min((width - 2 * MARGIN) / pixels[0], (height - 2 * MARGIN) / pixels[1])
    across, up = pixels[0] * scale, pixels[1] * scale
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(width, height))
        name = page.add_resource(pikepdf.Stream(
            pdf, jpeg, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=pixels[0],
            Height=pixels[1], ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8,
            Filter=pikepdf.Name.DCTDecode), pikepdf.Name.XObject)
        page.contents_add(
            f"q {across:.2f} 0 0 {up:.2f} {(width - across) / 2:.2f} {(height - up) / 2:.2f} cm "
            f"{name} Do Q".encode())
        drawn = io.BytesIO()
        pdf.save(drawn)
    return drawn.getvalue()
