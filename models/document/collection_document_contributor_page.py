from dataclasses import dataclass

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, format_date
from odoo.tools.misc import formatLang

#: People whom one contributor may invite, and all of a request together: each of them is written
#: to, and may invite others.
MOST_INVITED, MOST_INVITED_IN_ALL = 20, 50

#: Files that are kept of one document, taken back ones too: room is not without end.
MOST_KEPT = 200


@dataclass(frozen=True, slots=True)
class File:
    """A file that was given, as the page shows it.

    :ivar str size: formatted in the reader's language
    :ivar bool removable: whoever reads the page may take it back
    """

    id: int
    name: str
    size: str
    removable: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A document on the page of a contributor.

    :ivar item: the ``collection.document.item``
    :ivar bool open: whoever reads the page may provide it now
    :ivar bool late: it is awaited and its day has passed
    :ivar str due: its last day, formatted, where it is late or another than the request's
    :ivar str expiry: until when what was given is valid, formatted
    """

    item: models.BaseModel
    open: bool
    late: bool
    due: str
    expiry: str
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Documents of one contributor; the title is empty for the reader's own."""

    title: str
    cards: tuple[Card, ...]


class CollectionDocumentContributor(models.Model):
    """A contributor's personal page: what it shows, and the commands it sends (C-008, C-021)."""

    _inherit = "collection.document.contributor"

    # === PAGE === #
    # What it shows, in the language of the context.

    def _get_page(self, read_only=False):
        """What the page shows.

        :param bool read_only: a colleague looks: nothing can be provided
        :return: dict of values of its template
        """
        self.ensure_one()
        self = self.with_context(bin_size=True)  # whether there is an example, not its bytes
        own, visible = self._get_own_items(), self._get_visible_items()
        providable = self.item_ids.browse() if read_only else self._get_providable_items()
        groups = [self._get_group(own, providable)] if own else []
        others = (visible - own).grouped(
            lambda item: (item.function_id.sudo(), item.contributor_id))
        groups += [self._get_group(items, providable, function, contributor)
                   for (function, contributor), items in others.items()]
        # what others owe counts for whoever provides it for them
        asked = own | visible if self.can_represent else own
        sent = asked.filtered(lambda item: item.state in ("review", "approved"))
        approved = asked.filtered(lambda item: item.state == "approved")
        return {
            "groups": groups, "asked": len(asked), "sent_count": len(sent),
            "approved_count": len(approved), "providable": providable,
            "missing": self._get_page_missing() if providable else providable,
            "functions": self.request_id._get_available_functions()
            if self._may_invite() and not read_only else [],
            "downloads": self.can_download and bool(visible.file_ids),
            "door_open": self.request_id._is_door_open(),
            "due": format_date(self.env, self.request_id.due, date_format="long"),
            "finished": self.finished_at and self.state == "finished" and format_date(
                self.env, self.finished_at, date_format="long"),
        }

    def _may_invite(self):
        """Whether the form of an invitation is shown."""
        return self.can_invite and self.request_id._is_door_open()

    def _get_page_missing(self):
        """:return: what is required of whoever reads the page, and was not given yet"""
        return self._get_providable_items().filtered(
            lambda item: item.required and item.state in ("missing", "refused"))

    def _get_group(self, items, providable, function=None, contributor=None):
        """:return: documents of one contributor as :class:`Group`

        :param items: ``collection.document.item`` records
        :param providable: those that whoever reads the page may provide
        :param function: ``collection.function`` that owes them; None for the reader's own
        :param contributor: who holds it, may be empty
        """
        title = ""
        if function is not None:
            part = function.name or self.env._("primary recipient")
            title = f"{contributor.partner_id.name} ({part})" if contributor else self.env._(
                "%(function)s (nobody yet)", function=part)
        return Group(title, tuple(self._get_card(item, item in providable) for item in items))

    def _get_card(self, item, is_open):
        """:return: a document as :class:`Card`"""
        waits = item.state in ("missing", "refused") and item.request_id.state == "open"
        late = bool(waits and item.due and item.due < self.company_id._get_collection_day())
        has_own_day = late or waits and item.due and item.due != item.request_id.due
        return Card(
            item=item, open=is_open, late=late,
            due=format_date(self.env, item.due, date_format="long") if has_own_day else "",
            expiry=format_date(self.env, item.expiry, date_format="long") if item.expiry else "",
            files=tuple(File(
                id=file.id, name=file.name, size=self._format_size(file.size),
                removable=is_open and self._may_take_back(file))
                for file in item.file_ids))

    def _may_take_back(self, file):
        """Whether a file may be taken back: nobody has reviewed it, and no colleague entered it."""
        return file.item_id.state == "review" and bool(file.contributor_id)

    def _format_size(self, size):
        """:return: a number of bytes as translated text, e.g. 1.2 MB"""
        if size < 1024 * 1024:
            return self.env._("%(size)s kB", size=max(1, round(size / 1024)))
        return self.env._("%(size)s MB", size=formatLang(self.env, size / 1024 ** 2, digits=1))

    def _get_page_contact(self):
        """:return: the ``res.partner`` to turn to: whoever reviews, or the company"""
        self.ensure_one()
        return self.request_id.user_id.filtered("active").partner_id or (
            self.company_id.partner_id)

    # === COMMANDS OF THE PAGE === #
    # The caller has taken the request's turn. They come from strangers: everything is checked
    # again, whatever the page offered when it was made.

    def _provide_document(self, item, files, *, expiry=None):
        """Provide a document that the page shows.

        :param item: ``collection.document.item``
        :param files: tuple of (file name, bytes)
        :param str expiry: last day of validity as an ISO date, where the document has one
        :raise UserError: why it is not taken; then nothing has changed
        """
        self.ensure_one()
        if item not in self._get_providable_items():
            raise UserError(self._get_closed_message(item))
        kept = self.env["collection.document.file"].search_count(
            [("item_id", "=", item.id)], limit=MOST_KEPT)
        if kept >= MOST_KEPT:
            raise UserError(self.env._(
                "Very many files were sent for “%(item)s” already. Please contact us.",
                item=item.name))
        with self.env.cr.savepoint():
            item._provide(files, expiry=expiry, by=self)

    def _get_closed_message(self, item):
        """:return: str, why a document that the contributor sees cannot be provided now"""
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

    def _finish_on_page(self):
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

        :param str function: id of an available function, as the form sends it
        :param str name: of the person
        :param str email: address that the invitation is sent to
        :return: the ``collection.document.contributor``
        :raise UserError: what has to be changed
        """
        self.ensure_one()
        documents = self.request_id
        if not self._may_invite():
            raise UserError(self.env._("Nobody can be invited at the moment."))
        name, address = _clean(name), email_normalize(email or "", strict=True)
        if not name:
            raise UserError(self.env._("Enter the name of whom you invite."))
        if not address or len(address) > 250:
            raise UserError(self.env._("Enter the e-mail address of whom you invite."))
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
        if len(invited) >= MOST_INVITED or len(
                documents.contributor_ids.filtered("inviter_id")) >= MOST_INVITED_IN_ALL:
            raise UserError(self.env._(
                "You have invited many people already. Please contact us."))
        partner = same.partner_id[:1] or self.env["res.partner"].create({
            "name": name, "email": address, "lang": self.partner_id.lang})
        return documents._invite(chosen, partner, notify=True, by=self)


def _clean(name):
    """:return: str, a person's name on one line, without characters that nobody sees"""
    visible = "".join(char if char.isprintable() else " " for char in name or "")
    return " ".join(visible.split())[:80]
