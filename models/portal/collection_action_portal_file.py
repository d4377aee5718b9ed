from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

#: Files that an action takes from outside, all told.
MOST_KEPT = 100


class CollectionActionPortalFile(models.Model):
    """The files of an action that a partner outside finds on the portal, and sends."""

    _inherit = "collection.action"

    def _get_portal_files(self):
        """:return: (files of the action, files of the sequence's other actions), both
            ``ir.attachment``; the second ones only where the template shows documents"""
        self.ensure_one()
        others = self.sequence_id.action_ids - self if self.portal_documents else self.browse()
        files = (self | others)._find_portal_files()
        own = files.filtered(lambda file: file.res_id == self.id)
        return own, files - own

    def _find_portal_files(self):
        """:return: what was uploaded or attached to these actions, but for what is attached to
            no message that their partners read"""
        here = Domain("res_id", "in", self.ids)
        messages = self.env["mail.message"].sudo().search(
            here & Domain("model", "=", self._name) & Domain("attachment_ids", "!=", False))
        written = self.browse(set(messages.mapped("res_id")))
        shown = messages.browse().union(*(
            action._get_portal_messages() for action in written))
        hidden = (messages - shown).attachment_ids - shown.attachment_ids
        partners = self._get_portal_partners() if hidden else {}
        return self.env["ir.attachment"].sudo().search(
            here & Domain("res_model", "=", self._name) & Domain("type", "=", "binary"),
            order="id",
        ).filtered(lambda file: (  # what they sent stays theirs, whoever it is passed on to
            file not in hidden or file.create_uid.partner_id in partners[file.res_id]))

    def _find_portal_file(self, attachment_id):
        """:return: the file of that id, empty where it is none that the partner may see"""
        own, others = self._get_portal_files()
        return (own | others).filtered(lambda file: file.id == attachment_id)

    def _keep_portal_files(self, files):
        """Check files and keep them with the action, as they came; those it has are left out.

        :param files: tuple of (file name, bytes)
        :return: the new ``ir.attachment``
        :raise UserError: too many, too large, empty, or of a type that is not taken
        """
        self.ensure_one()
        attachments = self.env["ir.attachment"].sudo()
        checked = self.env["collection.upload"]._check_files(files)
        if not checked:
            return attachments
        known = {(file.name, file.checksum) for file in self._find_portal_files()}
        fresh = [(name, content, kind) for name, content, kind in checked
                 if (name, attachments._compute_checksum(content)) not in known]
        if len(known) + len(fresh) > MOST_KEPT:
            raise UserError(self.env._(
                "“%(action)s” has %(count)s files already. Write to the office instead.",
                action=self.name, count=len(known)))
        kept = attachments.with_context(image_no_postprocess=True).create([{
            "name": name, "raw": content, "mimetype": kind, "public": False,
            "res_model": self._name, "res_id": self.id,
        } for name, content, kind in fresh])
        if kept:
            self._append_portal_history("files_added", new=", ".join(kept.mapped("name")))
        return kept
