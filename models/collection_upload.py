from pathlib import PurePosixPath

from odoo import models
from odoo.exceptions import UserError

from ..tools.uploads.errors import Refusal
from ..tools.uploads.inspect import ACCEPTED, TYPES, inspect

#: Files that are sent at once.
MOST = 5
LIMIT_PARAMETER, LIMIT_MB = "account_collection.upload_limit_mb", 10


class CollectionUpload(models.AbstractModel):
    """Files from contributors and partners: few, small, and of types that do nothing."""

    _name = "collection.upload"
    _description = "Files from Outside"

    def _get_upload_limit(self):
        """:return: bytes of a file at most"""
        value = self.env["ir.config_parameter"].sudo().get_param(LIMIT_PARAMETER) or ""
        return (int(value) if value.isdigit() else LIMIT_MB) * 1024 * 1024

    def _check_files(self, files, most=MOST, accepted="any"):
        """Check the content of files, whatever their names say.

        :param files: tuple of (file name, bytes)
        :param int most: number of files at most
        :param str accepted: types that are taken, a key of :data:`..tools.uploads.inspect.ACCEPTED`
        :return: list of (clean file name, bytes, MIME type)
        :raise UserError: too many or too large, empty, of a type that is not taken, or harmful
        """
        if len(files) > most:
            raise UserError(self.env._("Send %(most)s files at most.", most=most))
        checked = []
        for name, content in files:
            name = _clean_name(name)
            self._check_size(name, content)
            kind = self._check_content(name, content, accepted)
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

    def _check_content(self, name, content, accepted):
        """:return: the file's MIME type, by what is in it

        :raise UserError: it is of a type that is not taken, or harmful; says what to do
        """
        try:
            kind = inspect(content)
        except Refusal as refusal:
            raise UserError(self._get_upload_error_message(name, refusal.reason)) from None
        if kind not in ACCEPTED[accepted]:
            raise UserError(self.env._(
                "The file %(name)s cannot be taken here. What is taken: %(accepted)s.", name=name,
                accepted=dict(self.env["collection.document.item"]._fields[
                    "accepted"]._description_selection(self.env))[accepted]))
        return kind

    def _get_upload_error_message(self, name, reason):
        """:return: str, translated: why a file is not taken, and what helps"""
        _ = self.env._
        return {
            "type": _("The file %(name)s cannot be taken. Send a PDF, a photo (JPEG, PNG, HEIC) "
                      "or a Word document (DOCX).", name=name),
            "damaged": _("The file %(name)s cannot be read: it is damaged or incomplete. Open it, "
                         "save it again, and send that; or send a photo.", name=name),
            "protected": _("The file %(name)s is protected by a password: send it without. "
                           "Printing it to a new PDF helps.", name=name),
            "active": _("The file %(name)s cannot be taken: this PDF contains a program, a form "
                        "that acts or other files. Print it to a new PDF and send that, or send a "
                        "photo.", name=name),
            "macros": _("The file %(name)s cannot be taken: this document contains macros, other "
                        "files or parts that are loaded from elsewhere. Save it as PDF and send "
                        "that.", name=name),
            "bomb": _("The file %(name)s cannot be taken: unpacked it is far too large. Save it "
                      "as a simple PDF, or send a photo.", name=name),
            "pixels": _("The file %(name)s cannot be taken: the picture has too many pixels. Send "
                        "a smaller one.", name=name),
        }[reason]


def _clean_name(name):
    """:return: a file name without folders or characters that nobody sees, and not too long"""
    name = PurePosixPath((name or "").replace("\\", "/")).name
    name = "".join(char for char in name if char.isprintable()).strip() or "file"
    stem, dot, ending = name.rpartition(".")
    return f"{stem[:80]}{dot}{ending[:10]}" if dot else name[:80]
