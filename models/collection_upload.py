import logging
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from zlib import crc32

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.uploads.clamd import scan
from ..tools.uploads.errors import Refusal
from ..tools.uploads.inspect import ACCEPTED, TYPES
from ..tools.uploads.reader import read_files

_logger = logging.getLogger(__name__)

#: Files that are sent at once.
MOST = 5
LIMIT_PARAMETER, LIMIT_MB = "account_collection.upload_limit_mb", 10
#: Files and megabytes that are taken, by the name of their parameters: of one sender a day, of
#: one document request in all, for one customer a day.
QUOTAS = {"sender": (200, 300), "request": (1000, 1000), "customer": (500, 800)}
#: Where ClamAV listens, and whether files are taken (``accept``) while it does not answer.
SCANNER_PARAMETER = "account_collection.clamd_address"
SILENT_PARAMETER = "account_collection.clamd_silent"
_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that is taken.

    :ivar name: file name, clean, with an ending that fits
    :ivar content: its bytes, as they came; a picture's up to its end
    :ivar kind: MIME type, by what is in it
    :ivar note: what a reader of the file has to know of the check, translated; mostly empty
    """

    name: str
    content: bytes
    kind: str
    note: str = ""

    def prepare_vals(self, record):
        """:return: dict of values of the ``ir.attachment`` that keeps it with a record"""
        return {
            "name": self.name, "raw": self.content, "mimetype": self.kind, "public": False,
            "description": self.note, "res_model": record._name, "res_id": record.id,
        }


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends files from outside, as far as their quotas go.

    :ivar customer: ``res.partner`` whom the files concern
    :ivar contributor: id of a ``collection.document.contributor``
    :ivar request: id of a ``collection.document.request``
    :ivar link: id of a ``collection.link``
    :ivar user: id of a ``res.users`` of the portal
    """

    customer: models.BaseModel
    contributor: int = 0
    request: int = 0
    link: int = 0
    user: int = 0


class CollectionUpload(models.AbstractModel):
    """Files from contributors and partners: few, small, and of types that do nothing."""

    _name = "collection.upload"
    _description = "Files from Outside"

    def _get_upload_limit(self):
        """:return: bytes of a file at most"""
        return self._get_upload_number(LIMIT_PARAMETER, LIMIT_MB) * _MB

    def _get_upload_number(self, parameter, default):
        value = self.env["ir.config_parameter"].sudo().get_param(parameter) or ""
        return int(value) if value.isdigit() else default

    def _check_files(self, files, most=MOST, accepted="any", sender=None):
        """Check the content of files, whatever their names say.

        :param files: tuple of (file name, bytes)
        :param int most: number of files at most
        :param str accepted: types that are taken, a key of :data:`..tools.uploads.inspect.ACCEPTED`
        :param sender: :class:`Sender` whose quotas hold; None for a colleague
        :return: list of :class:`CheckedFile`
        :raise UserError: too many or too large, empty, of a type that is not taken, or harmful
        """
        if not isinstance(files, (list, tuple)) or not all(map(_is_file, files)):
            raise UserError(self.env._("Give each file as its name and its bytes."))
        if len(files) > most:
            raise UserError(self.env._("Send %(most)s files at most.", most=most))
        named = [(_clean_name(name), content) for name, content in files]
        for name, content in named:
            self._check_size(name, content)
        if sender and named:
            self._check_quotas(sender, len(named), sum(len(content) for _name, content in named))
        return [self._check_type(name, content, finding, accepted)
                for (name, content), finding in zip(named, self._find_types(named))]

    def _check_size(self, name, content):
        """:raise UserError: the file is empty or too large"""
        limit = self._get_upload_limit()
        if not content:
            raise UserError(self.env._("The file %(name)s is empty.", name=name))
        if len(content) > limit:
            raise UserError(self.env._(
                "The file %(name)s is too large: %(limit)s MB at most.", name=name,
                limit=limit // _MB))

    def _find_types(self, named):
        """:return: list of :class:`..tools.uploads.inspect.Finding`, one a file
        :raise UserError: a file is of a type that is not taken, or harmful; says what to do
        """
        findings = read_files([content for _name, content in named])
        for (name, _content), finding in zip(named, findings):
            if isinstance(finding, Refusal):
                raise UserError(self._get_upload_error_message(name, finding.reason))
        return findings

    def _check_type(self, name, content, finding, accepted):
        """:return: :class:`CheckedFile`
        :raise UserError: it is of a type that is not taken here, or a virus is in it
        """
        if finding.kind not in ACCEPTED[accepted]:
            raise UserError(self.env._(
                "The file %(name)s cannot be taken here. What is taken: %(accepted)s.", name=name,
                accepted=dict(self.env["collection.document.item"]._fields[
                    "accepted"]._description_selection(self.env))[accepted]))
        if not name.lower().endswith(TYPES[finding.kind]):
            name += TYPES[finding.kind][0]
        return CheckedFile(name, content[:finding.size], finding.kind, self._scan(name, content))

    # === VIRUSES === #

    def _scan(self, name, content):
        """Let ClamAV look at a file, where there is one.

        :return: str, the note that no scanner answered; else empty
        :raise UserError: a virus is in it; or no scanner answers and files wait for it
        """
        parameters = self.env["ir.config_parameter"].sudo()
        address = (parameters.get_param(SCANNER_PARAMETER) or "").strip()
        if not address:
            return ""
        try:
            found = scan(address, content)
        except OSError as error:
            _logger.error("ClamAV at %s does not answer: %s", address, error)
            if parameters.get_param(SILENT_PARAMETER) == "accept":
                return self.env._("Not checked for viruses: the scanner did not answer.")
            raise UserError(self.env._(
                "The file %(name)s cannot be checked at the moment. Please send it again in an "
                "hour.", name=name)) from None
        if found:
            _logger.warning("ClamAV found %s in a file from outside", found)
            raise UserError(self.env._(
                "The file %(name)s cannot be taken: it contains a virus. Check your computer, "
                "then send a clean copy or a photo.", name=name))
        return ""

    # === TURNS AND QUOTAS === #

    def _try_upload_turn(self, sender):
        """Let a sender send one call at a time; whoever sends twenty keeps no worker waiting.

        Comes before anything that waits for the turn of a link or request.

        :param sender: the record that stands for the sender
        :raise UserError: another call of theirs is being received
        """
        if not self._try_turn("", sender):
            raise UserError(self.env._(
                "Your files are being received already. Wait a moment, then look at the page "
                "again."))

    def _try_print_turn(self, reader):
        """Have one file at a time printed or packed for a reader from outside: each costs a
        process, or memory.

        :param reader: the record that stands for the reader
        :raise UserError: another file of theirs is being made
        """
        if not self._try_turn("print", reader):
            raise UserError(self.env._(
                "A file is being made for you already. Wait a moment, then open this one again."))

    def _try_turn(self, what, record):
        """:param str what: what is done at a time, up to the end of the transaction
        :return: bool, whether nobody else is at it for this record"""
        [(taken,)] = self.env.execute_query(SQL(
            "SELECT pg_try_advisory_xact_lock(%s, %s)",
            crc32(f"{record._name}{what}".encode()) - 2 ** 31, record.id))
        return taken

    def _check_quotas(self, sender, count, size):
        """Count what was sent before; who sends must have the turn of the link or request.

        Two links of one customer that send at the same moment may go over its quota by what one
        call takes.

        :param sender: :class:`Sender`
        :param int count: number of files
        :param int size: bytes of them
        :raise UserError: more than is taken of this sender, for this request or this customer
        """
        for name, (files, sent) in self._count_sent(sender).items():
            most, most_mb = self._get_quota(name)
            if files + count > most or sent + size > most_mb * _MB:
                _logger.warning("Quota of %s reached: %s files, %s bytes, %s",
                                name, files, sent, sender)
                raise UserError(self._get_quota_message(name, most, most_mb))

    def _get_quota(self, name):
        """:return: (number of files, megabytes) at most"""
        files, size = QUOTAS[name]
        return (self._get_upload_number(f"account_collection.quota_{name}_files", files),
                self._get_upload_number(f"account_collection.quota_{name}_mb", size))

    def _get_quota_message(self, name, files, size):
        if name == "request":
            return self.env._(
                "Very many files were sent for this request already: %(files)s files of "
                "%(size)s MB together at most. Please contact us.", files=files, size=size)
        return self.env._(
            "Very many files were sent today already: %(files)s files of %(size)s MB together "
            "at most. Send the rest tomorrow, or contact us.", files=files, size=size)

    def _count_sent(self, sender):
        """:return: dict of (number of files, bytes) sent from outside, by the name of a quota"""
        self.env.flush_all()
        found = self.env.execute_query(SQL(
            """
            SELECT count(*) FILTER (WHERE own AND recent),
                   coalesce(sum(size) FILTER (WHERE own AND recent), 0),
                   count(*) FILTER (WHERE requested),
                   coalesce(sum(size) FILTER (WHERE requested), 0),
                   count(*) FILTER (WHERE recent),
                   coalesce(sum(size) FILTER (WHERE recent), 0)
              FROM (SELECT file.size, file.given_at >= %(since)s AS recent,
                           file.contributor_id = %(contributor)s AS own,
                           file.request_id = %(request)s AS requested
                      FROM collection_document_file file
                      JOIN collection_document_item item ON item.id = file.item_id
                     WHERE item.customer_id = %(customer)s AND file.contributor_id IS NOT NULL
                       AND (file.given_at >= %(since)s OR file.request_id = %(request)s)
                 UNION ALL
                    SELECT file.file_size, TRUE, answer.link_id = %(link)s, FALSE
                      FROM collection_answer answer
                      JOIN ir_attachment file ON file.res_id = answer.id
                           AND file.res_model = 'collection.answer'
                     WHERE answer.customer_id = %(customer)s AND file.create_date >= %(since)s
                 UNION ALL
                    SELECT file.file_size, TRUE, file.create_uid = %(user)s, FALSE
                      FROM collection_action action
                      JOIN ir_attachment file ON file.res_id = action.id
                           AND file.res_model = 'collection.action'
                      JOIN res_users author ON author.id = file.create_uid AND author.share
                     WHERE action.customer_id = %(customer)s AND file.create_date >= %(since)s
                   ) sent
            """,
            since=fields.Datetime.now() - timedelta(days=1), customer=sender.customer.id,
            contributor=sender.contributor, request=sender.request, link=sender.link,
            user=sender.user))[0]
        return {name: (int(found[place]), int(found[place + 1]))
                for name, place in (("sender", 0), ("request", 2), ("customer", 4))}

    # === MESSAGES === #

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
            "heavy": _("The file %(name)s cannot be checked: it is built in a way that takes too "
                       "long. Print it to a new PDF and send that, or send a photo.", name=name),
            "busy": _("The file %(name)s cannot be checked at the moment: many others are being "
                      "checked. Please send it again in a minute.", name=name),
        }[reason]


def _is_file(value):
    return isinstance(value, (list, tuple)) and len(value) == 2 and (
        isinstance(value[0], str) and isinstance(value[1], bytes))


def _clean_name(name):
    """:return: a file name without folders or characters that nobody sees, and not too long"""
    name = PurePosixPath((name or "").replace("\\", "/")).name
    name = "".join(char for char in name if char.isprintable()).strip() or "file"
    stem, dot, ending = name.rpartition(".")
    return f"{stem[:80]}{dot}{ending[:10]}" if dot else name[:80]
