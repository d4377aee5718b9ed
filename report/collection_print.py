import base64
import io
import logging
import re
from dataclasses import dataclass, replace
from secrets import token_hex

import pikepdf
from markupsafe import Markup

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.tools import file_open, format_date, is_html_empty
from odoo.tools.image import image_data_uri
from odoo.tools.mimetypes import guess_mimetype
from odoo.tools.pdf import PdfFileReader, PdfFileWriter

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ..tools.own_content import close_off

_logger = logging.getLogger(__name__)

#: Factor by which the PDF program with plain Qt draws everything too small.
PLAIN_QT_ZOOM = 1.3026
#: Bytes of a picture in a letter at most.
MOST_PICTURE = 5 * 1024 * 1024

#: Repeats the heads of tables on each page.
PAGE_BREAKS = "account_collection/report/page_breaks.js"
#: The report whose paper all sheets are printed on.
REPORT = "account_collection.collection_statement_report"

#: The colour of marks, as a page sets it: hardly another one than white.
_MARK_COLOUR = re.compile(rb"\b1(?:\.0+)? 0?\.996\d* 0?\.992\d* (?:scn|rg)\b")

#: Address of a picture of the database: of an attachment, or of a record's field.
_PICTURE = re.compile(
    r"/web/(?:image|content)/(?:(?P<id>\d{1,9})(?![\w.])|(?P<model>[a-z_.]+)/(?P<record>\d{1,9})/"
    r"(?P<field>\w+))[^?#]*(?:\?(?:[^#]*&)?access_token=(?P<token>[\w.-]+))?")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A letter or statement: one or more pages that belong together.

    :ivar company: whose letterhead it bears
    :ivar html: its content, from a QWeb template
    :ivar drawing: SVG below it, which the module drew itself: no text of others is markup in it
    :ivar lying: it is printed sideways, on one page 240 mm long and 168 mm high, for whoever
        turns the paper
    """

    company: models.BaseModel
    html: str
    drawing: Markup = Markup()
    lying: bool = False


class CollectionPrint(models.AbstractModel):
    """Print letters and statements: one run of the PDF program prints many.

    Its page is complete in itself: it asks no server for styles or pictures, so it comes out the
    same from a screen, a cron or a test. Nothing stands in running headers or footers, which
    plain Qt does not print. Each sheet bears a mark in white, by which the pages of the run are
    told apart afterwards. The one script in it is ours: it breaks long tables into pages.
    """

    _name = "collection.print"
    _description = "Letters and Statements on Paper"

    @api.model
    def _prepare_sheet(self, template, company, lang, recipient, day, **values):
        """Put a sheet together, in a language.

        :param str template: XML id of the QWeb template of its content
        :param recipient: ``res.partner`` whose address stands in the envelope's window
        :param date day: the day it bears
        :param values: further values of the template
        :return: :class:`Sheet`
        """
        prints = self.with_context(lang=lang)
        day = format_date(prints.env, day, date_format="long")
        html = prints.env["ir.qweb"]._render(template, {
            "company": company.with_context(lang=lang),
            "sender_address": self._get_address(company.partner_id)[1:],
            "address": self._get_address(recipient),
            "day": day, "place": prints._describe_place(company.city, day),
            "is_html_empty": is_html_empty, "message": None, **values,
        }, minimal_qcontext=True)
        return Sheet(company, html)

    def _describe_place(self, city, day):
        return self.env._("%(city)s, %(day)s", city=city, day=day) if city else day

    def _get_address(self, recipient):
        """:return: list of the lines of a postal address"""
        company, name = recipient.commercial_company_name, recipient.name
        names = dict.fromkeys(line for line in (company, name) if line)
        lines = recipient._display_address(without_company=True).splitlines()
        return [*names, *(line for line in lines if line.strip())]

    @api.model
    def _render_document(self, sheets, marks=None, screen=False):
        """:return: the HTML of sheets that follow each other, each on a page of its own

        :param marks: list of str that mark the first page of each sheet, in white; with them,
            it is for the PDF program
        :param bool screen: for a reader, not for the PDF program
        """
        # texts of colleagues are in them: printing them asks no server for anything
        sheets = [replace(sheet, html=Markup(close_off(sheet.html, self._load_picture)))
                  for sheet in sheets]
        companies = {sheet.company for sheet in sheets}
        return self.env["ir.qweb"]._render("account_collection.collection_print_document", {
            "sheets": list(zip(sheets, marks or [""] * len(sheets))),
            "logos": {
                company.id: image_data_uri(company.partner_id.image_512)
                for company in companies
                if company.partner_id.image_512 and not company.uses_default_logo},
            "zoom": 1 if screen or _wkhtml().is_patched_qt else PLAIN_QT_ZOOM,
            "screen": screen, "room": self._get_room(),
            "script": _read_script() if marks else "",
        }, minimal_qcontext=True)

    def _get_room(self):
        """:return: (width, height) that a page has inside of its margins, in millimetres"""
        paper = self.env.ref(REPORT).sudo().get_paperformat()
        return (paper.print_page_width - paper.margin_left - paper.margin_right,
                paper.print_page_height - paper.margin_top - paper.margin_bottom)

    def _load_picture(self, address):
        """:return: str, a picture of the database that the user may read as a ``data:`` address;
            empty for any other address"""
        base = self.env["ir.config_parameter"].sudo().get_param("web.base.url") or ""
        found = _PICTURE.match(address.removeprefix(base) if base else address)
        if not found:
            return ""
        # what is printed is read by the module; a text shows no more than who prints it may see
        reader = self.with_user(self.env.ref("base.public_user")) if (
            self.env.uid == SUPERUSER_ID) else self.sudo(False)
        try:
            content = reader._read_picture(found)
        except (AccessError, MissingError, KeyError, ValueError):
            return ""
        kind = guess_mimetype(content) if content else ""
        if len(content) > MOST_PICTURE or not kind.startswith("image/"):
            return ""
        return f"data:{kind};base64,{base64.b64encode(content).decode()}"

    def _read_picture(self, found):
        """:return: bytes of a picture
        :raise AccessError, MissingError, KeyError, ValueError: the user may not read it, or there
            is none
        """
        if found["id"]:
            attachment = self.env["ir.binary"]._find_record(
                res_id=int(found["id"]), access_token=found["token"], field="raw")
            return attachment.raw or b""
        record = self.env[found["model"]].browse(int(found["record"]))
        if record._name == "ir.attachment":
            return record.raw or b""
        if record._fields[found["field"]].type != "binary":
            return b""
        return base64.b64decode(record.with_context(bin_size=False)[found["field"]] or b"")

    @api.model
    def _print_sheets(self, sheets):
        """Print sheets in one run.

        :param sheets: list of :class:`Sheet`
        :return: list of PDF files as bytes, one for each
        :raise UserError: the PDF program is missing, or fails
        """
        if not sheets:
            return []
        pdf, firsts = self._print_run(sheets)
        if len(sheets) == 1:
            return [pdf]
        if not firsts:
            return [self._print_run([sheet])[0] for sheet in sheets]
        pages = list(PdfFileReader(io.BytesIO(pdf)).pages)
        return [_write(pages[first:last]) for first, last in zip(firsts, [*firsts[1:], None])]

    @api.model
    def _print_run(self, sheets):
        """Print sheets as one PDF.

        :param sheets: list of :class:`Sheet`, at least one
        :return: (PDF as bytes, list of the number of each sheet's first page, the first being 0;
            None when they cannot be told apart)
        :raise UserError: the PDF program is missing, or fails
        """
        reports = self.env["ir.actions.report"]
        if reports.get_wkhtmltopdf_state() == "install":
            raise UserError(self.env._(
                "Letters cannot be printed: the program wkhtmltopdf is not installed on the "
                "server. Ask whoever looks after it to install it."))
        run = token_hex(4)
        marks = [f"{run}-{number}." for number in range(len(sheets))]
        pdf = reports.with_context(collection_print=True)._run_wkhtmltopdf(
            [self._render_document(sheets, marks)], report_ref=REPORT)
        return pdf, [0] if len(sheets) == 1 else _find_firsts(pdf, marks)

    @api.model
    def _merge(self, pdfs):
        """:return: one PDF of several, as bytes"""
        if len(pdfs) == 1:
            return pdfs[0]
        return _write(page for pdf in pdfs for page in PdfFileReader(io.BytesIO(pdf)).pages)

    @api.model
    def _take_pages(self, file):
        """Take what is to be printed of a PDF that somebody has added.

        :param file: ``ir.attachment``
        :return: PDF, as bytes
        :raise UserError: it is broken, or protected by a password
        """
        reason = "damaged"
        try:
            pages = read_pages(file.raw or b"")
        except pikepdf.PasswordError:
            pages, reason = None, "protected"
        except Exception as error:  # noqa: BLE001
            # files from outside break the library in ways that it does not declare
            _logger.info("Cannot be printed: %s (%s)", file.name, error)
            pages = None
        if not pages:
            raise UserError(
                self.env["collection.upload"]._get_upload_error_message(file.name, reason))
        return pages


def read_pages(content):
    """Open a PDF, whether or not it is locked against editing.

    :param bytes content: a PDF
    :return: PDF of its pages, as bytes; None where it has none
    :raise Exception: it is broken, or protected by a password, whatever the library calls it
    """
    if b"/Encrypt" in content:
        unlocked = io.BytesIO()
        with pikepdf.open(io.BytesIO(content)) as pdf:
            pdf.save(unlocked)
        content = unlocked.getvalue()
    pages = list(PdfFileReader(io.BytesIO(content), strict=False).pages)
    return _write(pages) if pages else None


def _read_script():
    """:return: the script that breaks long tables into pages"""
    with file_open(PAGE_BREAKS) as file:
        return Markup(file.read())


def _find_firsts(pdf, marks):
    """Find the pages that bear a mark.

    The colour of marks is looked for first: reading the text of a page takes a hundred times as
    long. Where somebody's text bears it as well, or the PDF program writes it otherwise, the text
    is read.

    :return: list of the number of the first page of each sheet; None when a mark cannot be read
    """
    with pikepdf.open(io.BytesIO(pdf)) as book:
        firsts = [number for number, page in enumerate(book.pages)
                  if _MARK_COLOUR.search(_get_content(page))]
    if len(firsts) != len(marks):
        firsts = _find_marked(pdf, marks)
    return firsts if len(firsts) == len(marks) and firsts[0] == 0 else None


def _get_content(page):
    """:return: bytes, what is drawn on a page"""
    content = page.obj.get("/Contents", ())
    streams = [content] if isinstance(content, pikepdf.Stream) else content
    return b"\n".join(stream.read_bytes() for stream in streams)


def _find_marked(pdf, marks):
    """:return: list of the numbers of the pages of which the text has the marks, in order"""
    firsts = []
    for number, page in enumerate(PdfFileReader(io.BytesIO(pdf)).pages):
        if len(firsts) < len(marks) and marks[len(firsts)] in _read(page):
            firsts.append(number)
    return firsts


# Odoo runs with several releases of its PDF library, which renamed these two.

def _read(page):
    return (page.extract_text if hasattr(page, "extract_text") else page.extractText)()


def _write(pages):
    writer, stream = PdfFileWriter(), io.BytesIO()
    add = writer.add_page if hasattr(writer, "add_page") else writer.addPage
    for page in pages:
        add(page)
    writer.write(stream)
    return stream.getvalue()
