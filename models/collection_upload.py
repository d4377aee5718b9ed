import io
import re
import zipfile
from pathlib import PurePosixPath

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.mimetypes import guess_mimetype

#: Types of files that are taken, by what is in them, and how their names end.
TYPES = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg", ".jfif"),
    "image/heic": (".heic", ".heif"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
}
#: Files that are sent at once.
MOST = 5
LIMIT_PARAMETER, LIMIT_MB = "account_collection.upload_limit_mb", 10

_HEIC = re.compile(rb".{4}ftyp(heic|heix|heim|heis|mif1)", re.DOTALL)


class CollectionUpload(models.AbstractModel):
    """Files that people outside send: few, small, and of types that do nothing."""

    _name = "collection.upload"
    _description = "Files from Outside"

    def _get_upload_limit(self):
        """:return: bytes of a file at most"""
        value = self.env["ir.config_parameter"].sudo().get_param(LIMIT_PARAMETER) or ""
        return (int(value) if value.isdigit() else LIMIT_MB) * 1024 * 1024

    def _check_files(self, files, most=MOST, accepted="any"):
        """Look at the files, not at what they call themselves.

        :param files: tuple of (file name, bytes)
        :param int most: number of files at most
        :return: list of (clean file name, bytes, MIME type)
        :raise UserError: too many or too large, empty, or of a type that is not taken
        """
        if len(files) > most:
            raise UserError(self.env._("Send %(most)s files at most.", most=most))
        checked = []
        for name, content in files:
            name = _clean_name(name)
            self._check_size(name, content)
            kind = self._check_content(name, content)
            if not name.lower().endswith(TYPES[kind]):
                name += TYPES[kind][0]
            checked.append((name, content, kind))
        return checked

    def _check_size(self, name, content):
        """:raise UserError: the file is empty or too large"""
        limit = self._get_upload_limit()
        if not content:
            raise UserError(self.env._("The file %(name)s is empty.", name=name))
        if len(content) > limit:
            raise UserError(self.env._(
                "The file %(name)s is too large: %(limit)s MB at most.", name=name,
                limit=limit // (1024 * 1024)))

    def _check_content(self, name, content):
        """:return: the file's MIME type, by what is in it

        :raise UserError: it is of a type that is not taken
        """
        kind = _guess_type(content)
        if kind not in TYPES or _has_macros(content):
            raise UserError(self.env._(
                "The file %(name)s cannot be taken. Send a PDF, a photo (JPEG, PNG, HEIC) or "
                "a Word document (DOCX).", name=name))
        return kind


def _guess_type(content):
    return "image/heic" if _HEIC.match(content) else guess_mimetype(content)


def _has_macros(content):
    """Whether a document of Word brings programs along, or cannot be looked into."""
    if not content.startswith(b"PK"):
        return False
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, ValueError):
        return True
    return any(name.lower().endswith((".bin", ".exe", ".js", ".vbs")) for name in names)


def _clean_name(name):
    """:return: a file name without folders or characters that nobody sees, and not too long"""
    name = PurePosixPath((name or "").replace("\\", "/")).name
    name = "".join(char for char in name if char.isprintable()).strip() or "file"
    stem, dot, ending = name.rpartition(".")
    return f"{stem[:80]}{dot}{ending[:10]}" if dot else name[:80]
