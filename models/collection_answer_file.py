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
#: Files of an answer.
MOST = 5
LIMIT_PARAMETER, LIMIT_MB = "account_collection.upload_limit_mb", 10

_HEIC = re.compile(rb".{4}ftyp(heic|heix|heim|heis|mif1)", re.DOTALL)


class CollectionLink(models.Model):
    """Files that strangers send: few, small, and of types that do nothing."""

    _inherit = "collection.link"

    def _get_upload_limit(self):
        """:return: bytes of a file at most"""
        value = self.env["ir.config_parameter"].sudo().get_param(LIMIT_PARAMETER) or ""
        return (int(value) if value.isdigit() else LIMIT_MB) * 1024 * 1024

    def _check_files(self, files):
        """Look at the files, not at what they call themselves.

        :param files: tuple of (file name, bytes)
        :return: list of (clean file name, bytes, MIME type)
        :raise UserError: too many or too large, empty, or of a type that is not taken
        """
        if len(files) > MOST:
            raise UserError(self.env._("Send %(most)s files at most.", most=MOST))
        limit, checked = self._get_upload_limit(), []
        for name, content in files:
            name = _clean_name(name)
            if not content:
                raise UserError(self.env._("The file %(name)s is empty.", name=name))
            if len(content) > limit:
                raise UserError(self.env._(
                    "The file %(name)s is too large: %(limit)s MB at most.", name=name,
                    limit=limit // (1024 * 1024)))
            kind = _guess_type(content)
            if kind not in TYPES or _has_macros(content):
                raise UserError(self.env._(
                    "The file %(name)s cannot be taken. Send a PDF, a photo (JPEG, PNG, HEIC) or "
                    "a Word document (DOCX).", name=name))
            if not name.lower().endswith(TYPES[kind]):
                name += TYPES[kind][0]
            checked.append((name, content, kind))
        return checked


class CollectionAnswer(models.Model):
    _inherit = "collection.answer"

    def _keep_files(self, files):
        """Keep files with these answers; only who may read the answers may read them.

        :param files: list of (file name, bytes, MIME type)
        """
        if not files:
            return
        kept = self.env["ir.attachment"].create([{
            "name": name, "raw": content, "mimetype": kind, "public": False,
            "res_model": self._name, "res_id": self[0].id,
        } for name, content, kind in files])
        self.write({"attachment_ids": [(6, 0, kept.ids)]})


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
