from dataclasses import dataclass

from odoo import models
from odoo.tools import format_date
from odoo.tools.misc import formatLang


@dataclass(frozen=True, slots=True)
class File:
    """A file that was given, in words.

    :ivar str size: in words
    :ivar bool removable: whoever reads the page may take it back
    """

    id: int
    name: str
    size: str
    removable: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A document on the page of a contributor.

    :ivar bool open: whoever reads the page may provide it now
    :ivar bool late: it is awaited and its day has passed
    :ivar str due: its last day, in words, where it is late or another than the request's
    :ivar str expiry: until when what was given is valid, in words
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
    """What a contributor's page shows, in the language of the context (C-008, C-021)."""

    _inherit = "collection.document.contributor"

    def _get_page(self, read_only=False):
        """What the page shows.

        :param bool read_only: a colleague looks: nothing can be provided
        :return: dict of values of its template
        """
        self.ensure_one()
        self = self.with_context(bin_size=True)  # whether there is an example, not the example
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
        title = ""
        if function is not None:
            part = function.name or self.env._("primary recipient")
            title = f"{contributor.partner_id.name} ({part})" if contributor else self.env._(
                "%(function)s (nobody yet)", function=part)
        return Group(title, tuple(self._get_card(item, item in providable) for item in items))

    def _get_card(self, item, is_open):
        waits = item.state in ("missing", "refused") and item.request_id.state == "open"
        late = bool(waits and item.due and item.due < self.company_id._get_collection_day())
        tells = late or waits and item.due and item.due != item.request_id.due
        return Card(
            item=item, open=is_open, late=late,
            due=format_date(self.env, item.due, date_format="long") if tells else "",
            expiry=format_date(self.env, item.expiry, date_format="long") if item.expiry else "",
            files=tuple(File(
                id=file.id, name=file.name, size=self._say_size(file.size),
                removable=is_open and self._may_take_back(file))
                for file in item.file_ids))

    def _may_take_back(self, file):
        """Whether a file may be taken back: nobody has reviewed it, and no colleague entered it."""
        return file.item_id.state == "review" and bool(file.contributor_id)

    def _say_size(self, size):
        if size < 1024 * 1024:
            return self.env._("%(size)s kB", size=max(1, round(size / 1024)))
        return self.env._("%(size)s MB", size=formatLang(self.env, size / 1024 ** 2, digits=1))

    def _get_page_contact(self):
        """:return: the ``res.partner`` to turn to: whoever reviews, or the company"""
        self.ensure_one()
        return self.request_id.user_id.filtered("active").partner_id or (
            self.company_id.partner_id)
