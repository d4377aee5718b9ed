import hashlib

from odoo import fields, models
from odoo.exceptions import UserError

#: Files that are given at once: each page of a paper may be a photo.
MOST_FILES = 20


class CollectionDocumentItem(models.Model):
    """Providing a document: by a contributor, or by a colleague on somebody's behalf."""

    _inherit = "collection.document.item"

    def provide(self, files, *, expiry=None):
        """A colleague enters files that came in another way, on the contributor's behalf (C-025).

        :param files: list of (file name, bytes)
        :param expiry: last day of validity, where the document has one
        :raise UserError: what keeps the files from being taken; nothing has changed
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        self.request_id._take_turn()
        self.sudo()._provide(files, expiry=expiry)

    def _provide(self, files, *, expiry=None, by=None):
        """Take files for a document; it then waits for its review.

        The caller has locked the request. Further files join those that are waiting; those of a
        refused document are set aside. A file that is there already is not kept twice: a second
        click, or a form that is sent again, stores nothing.

        :param files: list of (file name, bytes)
        :param by: the ``collection.document.contributor`` who gives them; None for a colleague
        :return: the new ``collection.document.file`` records
        :raise UserError: what keeps the files from being taken; nothing has changed
        """
        self.ensure_one()
        request = self.request_id
        request._check_open(paused=not by)
        if self.state not in ("missing", "review", "refused"):
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(self.env._(
                "“%(item)s” is in state “%(state)s”: no file is taken for it now.",
                item=self.name, state=labels[self.state]))
        if not files:
            raise UserError(self.env._("Choose a file for “%(item)s”.", item=self.name))
        expiry = self._read_expiry(expiry)
        checked = self._find_fresh(self._check_files(
            files, most=MOST_FILES, accepted=self.accepted))
        if not checked:
            if expiry:
                self.expiry = expiry
            return self.file_ids.browse()
        if self.state == "refused":
            self.file_ids._set_aside()
        given = self._keep_files(checked, by)
        self.write({
            "state": "review", "refusal": False, "expiry": expiry or self.expiry,
            "provided_at": fields.Datetime.now(),
            "provided_by": by.partner_id.name if by else self.env.user.name,
            "message_main_attachment_id": given[0].attachment_id.id,
        })
        request._trace(
            "document_provided", new=self._get_full_name(), text=", ".join(given.mapped("name")),
            on_behalf=self._get_on_behalf(by),
            data={"item": self._get_full_name(), "files": [
                [file.name, file.size, file.checksum] for file in given]})
        if by and by.state == "finished":
            by.state = "opened"
        (by or self.contributor_id)._automate("provided", self)
        return given

    def _find_fresh(self, checked):
        """Leave out what was given already, as the same bytes; what was refused is no gift.

        :param checked: list of (file name, bytes, MIME type)
        :return: the list without files that are there
        """
        known = set() if self.state == "refused" else set(self.file_ids.mapped("checksum"))
        fresh = {_digest(file[1]): file for file in checked}
        return [file for digest, file in fresh.items() if digest not in known]

    def _get_on_behalf(self, by):
        """:return: who gave it, in words: the contributor, and for whom where it is another's"""
        holder = self.contributor_id.partner_id.name or self.function_id.name or ""
        if not by or by == self.contributor_id:
            return by.partner_id.name if by else holder
        return self.env._("%(who)s, for %(holder)s", who=by.partner_id.name, holder=holder)

    def _read_expiry(self, expiry):
        """:return: the last day of validity as a date, or None
        :raise UserError: it is asked for and missing, none, or passed
        """
        if not self.has_expiry:
            return None
        try:
            day = fields.Date.to_date(expiry) or self.expiry
        except ValueError:
            day = None
        if not day:
            raise UserError(self.env._("Say until when “%(item)s” is valid.", item=self.name))
        if day < self.company_id._get_collection_day():
            raise UserError(self.env._(
                "“%(item)s” has expired: give one that is still valid.", item=self.name))
        return day

    def _keep_files(self, checked, by):
        """Keep checked files as they came: pictures are not made smaller.

        :param checked: list of (file name, bytes, MIME type)
        """
        attachments = self.env["ir.attachment"].with_context(
            image_no_postprocess=True).create([{
                "name": name, "raw": content, "mimetype": kind, "public": False,
                "res_model": self._name, "res_id": self.id,
            } for name, content, kind in checked])
        return self.env["collection.document.file"].create([{
            "item_id": self.id, "attachment_id": attachment.id, "name": name, "mimetype": kind,
            "size": len(content), "checksum": _digest(content),
            "contributor_id": by.id if by else False, "user_id": False if by else self.env.uid,
        } for attachment, (name, content, kind) in zip(attachments, checked)])

    def _take_back(self, file, by):
        """A contributor takes back a file that nobody has reviewed yet (C-023).

        :param file: ``collection.document.file`` of this document
        :raise UserError: it was reviewed meanwhile
        """
        self.ensure_one()
        self.request_id._check_open()
        if self.state not in ("review", "refused") or file not in self.file_ids:
            raise UserError(self.env._(
                "“%(file)s” was reviewed meanwhile: nothing has changed.", file=file.name))
        file._set_aside()
        if not self.file_ids:
            self.write({"state": "missing" if self.state == "review" else "refused",
                        "expiry": False, "provided_at": False, "provided_by": False})
        self.request_id._trace("document_taken_back", new=self._get_full_name(), text=file.name,
                               on_behalf=by.partner_id.name)
        self.request_id._check_complete()


def _digest(content):
    return hashlib.sha256(content).hexdigest()
