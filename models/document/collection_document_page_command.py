from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

#: People whom one contributor may invite: each of them is written to.
MOST_INVITED = 20
#: Files that are kept of one document, taken back ones too: room is not without end.
MOST_KEPT = 200


class CollectionDocumentContributor(models.Model):
    """What a contributor's page asks for; the caller has taken the request's turn.

    Words of strangers: everything is checked again, whatever the page offered when it was made.
    """

    _inherit = "collection.document.contributor"

    inviter_id = fields.Many2one(
        "collection.document.contributor", string="Invited by contributor", readonly=True,
        index="btree_not_null", ondelete="restrict",
        help="The contributor who invited them; empty when a colleague did.")

    def _provide_document(self, item, files, *, expiry=None):
        """Provide a document that the page shows.

        :param item: ``collection.document.item``
        :param files: tuple of (file name, bytes)
        :raise UserError: why it is not taken; then nothing has changed
        """
        self.ensure_one()
        if item not in self._get_providable_items():
            raise UserError(self._explain_closed(item))
        kept = self.env["collection.document.file"].search_count(
            [("item_id", "=", item.id)], limit=MOST_KEPT)
        if kept >= MOST_KEPT:
            raise UserError(self.env._(
                "Very many files were sent for “%(item)s” already. Please contact us.",
                item=item.name))
        with self.env.cr.savepoint():
            item._provide(files, expiry=expiry, by=self)

    def _explain_closed(self, item):
        """:return: why a document that the contributor sees cannot be provided now"""
        _ = self.env._
        if item.state == "approved":
            return _("“%(item)s” has been accepted meanwhile: nothing more is needed.",
                     item=item.name)
        if not self.request_id._is_door_open():
            return _("This request is closed at the moment, so nothing was kept. Please try "
                     "again later.")
        return _("“%(item)s” is provided by somebody else: nothing was kept.", item=item.name)

    def _take_back_document(self, file):
        """Take a file back that the page shows.

        :raise UserError: it was reviewed meanwhile, or is not this contributor's to take back
        """
        self.ensure_one()
        item = file.item_id
        if item not in self._get_providable_items() or not self._may_take_back(file):
            raise UserError(self.env._(
                "“%(file)s” cannot be taken back any more: nothing has changed.",
                file=file.name))
        item._take_back(file, by=self)

    def _say_finished(self):
        """The contributor has finished, as far as they can.

        :raise UserError: the request is closed at the moment, or has ended
        """
        self.ensure_one()
        if not self.request_id._is_door_open():
            raise UserError(self.env._(
                "This request is closed at the moment. Please try again later."))
        self._finish()

    def _invite_somebody(self, function, name, email):
        """Invite somebody whom the contributor knows (C-021).

        A contact is made for them, whoever has that address already: nobody learns from this
        page whom we know. The same invitation twice is one.

        :param str function: id of an available function
        :param str name: of the person
        :param str email: address that the invitation is sent to
        :return: the contributor
        :raise UserError: what has to be changed
        """
        self.ensure_one()
        documents = self.request_id
        if not self._may_invite():
            raise UserError(self.env._("Nobody can be invited at the moment."))
        name, address = _clean(name), email_normalize(email or "", strict=True)
        if not name:
            raise UserError(self.env._("Say the name of whom you invite."))
        if not address or len(address) > 250:
            raise UserError(self.env._("Say the e-mail address of whom you invite."))
        invited = documents.contributor_ids.filtered(lambda other: other.inviter_id == self)
        same = invited.filtered(lambda other: (
            other.partner_id.email_normalized == address
            and other.partner_id.name.casefold() == name.casefold()))
        known = same.filtered(lambda other: (
            other.state != "removed" and str(other.function_id.id) == function))
        if known:
            return known[0]
        chosen = documents._get_available_functions().filtered(
            lambda one: str(one.id) == function)
        if not chosen:
            raise UserError(self.env._("Choose what they contribute as."))
        if len(invited) >= MOST_INVITED:
            raise UserError(self.env._(
                "You have invited many people already. Please contact us."))
        partner = same.partner_id[:1] or self.env["res.partner"].create({
            "name": name, "email": address, "lang": self.partner_id.lang})
        return documents._invite(chosen, partner, notify=True, by=self)


def _clean(name):
    """:return: a name of a person on one line, without characters that nobody sees"""
    words = "".join(char if char.isprintable() else " " for char in name or "")
    return " ".join(words.split())[:80]
