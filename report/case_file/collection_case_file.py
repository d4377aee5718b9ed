import tempfile
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from odoo import api, fields, models
from odoo.tools import file_open, format_list
from odoo.tools.translate import LazyTranslate

from ...tools.workbook import write_workbook
from ..collection_print import Sheet
from .binding import Leaf, bind, count_pages
from .packing import Packer

_lt = LazyTranslate(__name__)

#: What whoever receives a case file runs to check it.
VERIFIER = "account_collection/report/case_file/verify.py"

#: Chapters of the book: key of the template, title.
CHAPTERS = {
    "parties": _lt("Parties and contacts"),
    "claim": _lt("Claim"),
    "exhibits": _lt("Documents"),
    "course": _lt("Course of the procedure"),
    "actions": _lt("Actions and decisions"),
    "agreements": _lt("Promises, disputes and answers"),
    "messages": _lt("Messages"),
    "history": _lt("History"),
    "proof": _lt("What this file proves"),
}


@dataclass(slots=True)
class Page:
    """A sheet of the book before it is printed.

    :ivar title: of its bookmark
    :ivar level: of its bookmark
    """

    title: str
    sheet: Sheet
    level: int = 0


@dataclass(slots=True)
class Book:
    """All that a case file says.

    :ivar case: :class:`~.case.Case`
    :ivar sheet: :class:`~.collection_case_claim.ClaimSheet`
    :ivar exhibits: list of :class:`~.collection_case_exhibit.Exhibit`
    :ivar history: dict of bytes, or the file they lie in, by name: the rows, and what proves
        them
    :ivar pages: dict of lists of :class:`Page` by key of the chapter
    """

    case: object
    made_at: datetime
    sheet: object
    exhibits: list
    history: dict
    pages: dict


@dataclass(slots=True)
class Made:
    """A case file that was written.

    :ivar name: for the file, without its ending
    :ivar digest: SHA-256 of its manifest
    :ivar gone: names of the documents that are not in it as they came
    """

    name: str
    digest: str
    gone: list


class CollectionCaseFile(models.Model):
    """Writes the ZIP of a case file: the book, the claims, documents, messages, history."""

    _inherit = "collection.case.file"

    @api.model
    def _make_zip(self, records, **options):
        """Make the case file of a customer, of sequences or of chosen items.

        :param records: ``res.partner``, ``collection.sequence`` or ``account.move.line``
        :param options: see :class:`~.case.Options`
        :return: bytes of the ZIP
        :raise UserError: they are of several customers or companies, or too large
        :raise AccessError: the customer is not the user's to collect from
        """
        with tempfile.TemporaryFile() as target:
            self._write_zip(records, target, **options)
            target.seek(0)
            return target.read()

    @api.model
    def _write_zip(self, records, target, progress=lambda _percent: None, **options):
        """The same into a file: whatever its size, little of it is in memory at a time.

        :param target: binary file that can be sought
        :param progress: called with how many percent are done, once all was read
        :return: :class:`Made`
        """
        with tempfile.TemporaryDirectory(prefix="case-file-") as name:
            folder = Path(name)
            book = self._prepare_book(
                self.env["collection.case"]._read(records, **options), folder)
            with Packer(target, book.made_at) as packer:
                self._pack_documents(book, packer, folder, progress)
                self._pack_texts(book, packer)
                progress(50)
                self._pack_book(book, packer, folder / "case-file.pdf")
                progress(90)
                return Made(
                    self.env["collection.case"]._get_name(book.case),
                    packer.seal(self._get_head(book)),
                    [exhibit.name for exhibit in book.exhibits if exhibit.trouble])

    def _prepare_book(self, case, folder):
        """Read all that a file says, in one go: what changes later is not in it.

        :param Path folder: where the rows of the history lie until they are packed
        :return: :class:`Book`
        """
        sheet = self.env["collection.case.claim"]._prepare(case)
        return Book(
            case=case, made_at=fields.Datetime.now(), sheet=sheet,
            exhibits=self.env["collection.case.exhibit"]._find(case),
            history=self.env["collection.history"].sudo()._make_proof(
                case.chains, folder) if case.options.history else {},
            pages=self._prepare_pages(case, sheet))

    def _get_head(self, book):
        """:return: dict of what the manifest says besides the parts: documents that are not there
            are named in it"""
        return {
            "made_at": book.made_at.isoformat() + "Z", "company": book.case.company.name,
            "language": book.case.customer.env.lang,
            "missing": [{"name": exhibit.name, "what": exhibit.about, "why": exhibit.trouble}
                        for exhibit in book.exhibits if exhibit.trouble and not exhibit.sha256]}

    # === PARTS === #

    def _pack_documents(self, book, packer, folder, progress):
        """The documents, and the chapter that lists them with what was learnt of each."""
        case, exhibits = book.case, book.exhibits
        done = iter(range(len(exhibits)))
        self.env["collection.case.exhibit"]._pack(
            case, exhibits, packer, folder,
            lambda: progress(10 + 40 * next(done) // len(exhibits)))
        if exhibits:
            book.pages["exhibits"] = [self._make_page(case, "exhibits", {
                "exhibits": exhibits, "given": case.options.documents})]

    def _pack_texts(self, book, packer):
        """The claims, the messages, what proves the history, and what checks the file."""
        case, story = book.case, self.env["collection.case.story"]
        _ = case.customer.env._
        packer.add(
            "claims.xlsx", write_workbook(
                self.env["collection.case.claim"]._get_pages(case, book.sheet)),
            _("The claim as a workbook"))
        for number, dispatch in enumerate(
                case.dispatches if case.options.messages else (), start=1):
            packer.add(*story._get_message_file(number, dispatch),
                       _("Message as it left, without its files"))
        for name, content in book.history.items():
            packer.add(name, content, _("History and its proof"))
        packer.add("verify.py", self._read_verifier(), _("Checks this file"))

    def _read_verifier(self):
        """:return: bytes of the program that checks a case file"""
        with file_open(VERIFIER, "rb") as file:
            return file.read()

    def _pack_book(self, book, packer, path):
        """The book: its chapters are printed, the pages of documents bound in."""
        case = book.case
        leaves = [*self._print_chapters(book), *self._get_exhibit_leaves(book)]
        bind(leaves, path, leaves[0].title, case.customer.env.lang.replace("_", "-"))
        packer.add(path.name, path, case.customer.env._("The case file to read and print"))

    # === THE BOOK === #

    def _prepare_pages(self, case, sheet):
        """:return: dict of lists of :class:`Page` by key of the chapter; that of the documents
            follows once they were read"""
        claims, story = self.env["collection.case.claim"], self.env["collection.case.story"]
        options = case.options
        values = {
            "parties": story._prepare_parties(case),
            "claim": claims._prepare_chapter(case, sheet),
            "course": story._prepare_course(case),
            "actions": story._prepare_actions(case),
            "agreements": story._prepare_agreements(case),
            "messages": story._prepare_messages(case),
            "history": options.history and story._prepare_history(case),
            "proof": options.history and {"customer": case.customer, "company": case.company},
        }
        pages = {key: [self._make_page(case, key, value)] for key, value in values.items()
                 if value and any(value.values())}
        pages.setdefault("course", []).extend(
            self._make_drawing_page(case, name, drawing)
            for name, drawing in story._draw_courses(case))
        pages.setdefault("messages", []).extend(
            self._make_message_page(case, number, dispatch)
            for number, dispatch in enumerate(
                case.dispatches if options.messages else (), start=1))
        return pages

    def _make_page(self, case, key, values):
        title = case.customer.env._(CHAPTERS[key])
        return Page(title, self._make_sheet(case, key, {"title": title, **values}))

    def _make_drawing_page(self, case, name, drawing):
        sheet = self._make_sheet(case, "drawing", {"name": name})
        return Page(name, replace(sheet, drawing=drawing.svg, lying=drawing.lying), level=1)

    def _make_message_page(self, case, number, dispatch):
        values = self.env["collection.case.story"]._prepare_message(case, number, dispatch)
        title = f"{number}. {values['message']['subject']}"
        return Page(title, self._make_sheet(case, "message", values), level=1)

    def _make_sheet(self, case, key, values):
        html = case.customer.env["ir.qweb"]._render(
            f"account_collection.case_{key}", values, minimal_qcontext=True)
        return Sheet(case.company, html)

    def _print_chapters(self, book):
        """Print all in one run, and the first page, which says where what stands, in another.

        :return: list of :class:`~.binding.Leaf`
        """
        case = book.case
        printer = self.env["collection.print"].with_env(case.customer.env)
        chapters = [page for key in CHAPTERS for page in book.pages.get(key, ())]
        leaves = self._print_leaves(printer, chapters)
        first, firsts = 2, {}
        for leaf in leaves:
            if not leaf.level:
                firsts[leaf.title] = first
            first += leaf.last - leaf.first
        _ = case.customer.env._
        entries = [(_(title), firsts.get(_(title))) for title in CHAPTERS.values()]
        if any(exhibit.pages for exhibit in book.exhibits):
            entries.append((_("Pages of the documents"), first))
        cover = printer._print_sheets([self._make_sheet(case, "cover", {
            "case": case, "entries": entries, "made_at": case.formats.moment(book.made_at),
            "day": case.formats.day(case.day), "made_by": self.env.user.name,
            "totals": format_list(case.customer.env, [
                case.formats.money(total.claimed, total.currency)
                for total in book.sheet.totals if total.claimed])})])
        return [Leaf(self.env["collection.case"]._get_name(case), cover[0]), *leaves]

    def _print_leaves(self, printer, pages):
        """:return: list of :class:`~.binding.Leaf` of these :class:`Page`"""
        pdf, firsts = printer._print_run([page.sheet for page in pages])
        if not firsts:  # they cannot be told apart: each is printed alone
            pdfs = [printer._print_run([page.sheet])[0] for page in pages]
            return [Leaf(page.title, pdf, page.level, last=count_pages(pdf),
                         lying=page.sheet.lying)
                    for page, pdf in zip(pages, pdfs)]
        lasts = [*firsts[1:], count_pages(pdf)]
        return [Leaf(page.title, pdf, page.level, first=first, last=last, lying=page.sheet.lying)
                for page, first, last in zip(pages, firsts, lasts)]

    def _get_exhibit_leaves(self, book):
        """:return: list of :class:`~.binding.Leaf`, the pages of the documents"""
        _ = book.case.customer.env._
        leaves = [Leaf(
            _("Exhibit %(number)s: %(name)s", number=exhibit.number, name=exhibit.name),
            exhibit.pages, level=1, label=_("Exhibit %(number)s", number=exhibit.number),
        ) for exhibit in book.exhibits if exhibit.pages]
        return [Leaf(_("Pages of the documents"), b""), *leaves] if leaves else []
