from dataclasses import dataclass, field

from odoo import models
from odoo.http import request
from odoo.tools import format_date

from ..models.document.collection_document_item import MOST_FILES
from .page_base import PageBase

_PAGE = "account_collection.collection_document_page"


@dataclass(frozen=True, slots=True)
class Door:
    """The way in that somebody took to a request: a personal link, or a login.

    :ivar contributor: whose page it is, in superuser mode
    :ivar str base: address of the page
    :ivar str expires: the last day of the link, in words; empty for a login
    :ivar bool read_only: a colleague looks
    """

    contributor: models.BaseModel
    base: str
    expires: str = ""
    read_only: bool = False


@dataclass(slots=True)
class Told:
    """What the page tells about what was sent.

    :ivar str error: what is wrong with it as a whole
    :ivar errors: dict of what is wrong, by id of the document
    :ivar invitation: dict of what was written into the form of an invitation
    :ivar bool kept: something was taken, although not everything
    :ivar bool asks: whether really finished, although documents are missing
    """

    error: str = ""
    errors: dict = field(default_factory=dict)
    invitation: dict = field(default_factory=dict)
    kept: bool = False
    asks: bool = False

    def __bool__(self):
        return bool(self.error or self.errors or self.asks)


class DocumentPages(PageBase):
    """The page on which a contributor finds, provides and follows documents (C-002, C-008)."""

    # -- the way in ------------------------------------------------------------------------------

    def _enter_by_link(self, link, token, act):
        """Let whoever holds a link of kind *documents* in, unless somebody else is signed in.

        :param act: is called with the :class:`Door`
        :return: the response
        """
        user, partner = request.env.user, link.partner_id
        own = user.partner_id == partner
        if user._is_portal() and not own and not self._is_same_person(user.partner_id, partner):
            return self._render("account_collection.collection_document_page_other", 403,
                                link.company_id, {"partner": partner, "user": user,
                                                  "base": f"/collection/{token}"})
        return act(Door(
            link.contributor_id, f"/collection/{token}",
            expires=format_date(link.env, link.expires_at, date_format="long"),
            read_only=user._is_internal() and not own))

    @staticmethod
    def _is_same_person(partner, other):
        return bool(partner.email_normalized) and (
            partner.email_normalized == other.email_normalized)

    # -- the page ----------------------------------------------------------------------------------

    def _show_documents(self, door, *, sent=None, told=None, status=200):
        """:return: the page of a contributor"""
        contributor, told = door.contributor, told or Told()
        if not door.read_only:
            contributor._open()
        company, customer = contributor.company_id, contributor.customer_id
        return self._render(_PAGE, status, company, {
            **contributor._get_page(read_only=door.read_only),
            "sheets": ("page", "documents"), "script": "documents",
            "door": door, "contributor": contributor, "customer": customer,
            "documents": contributor.request_id, "contact": contributor._get_page_contact(),
            "sent": sent if not told else "", "told": told,
            "today": company._get_collection_day().isoformat(),
            "limit": contributor.item_ids._get_upload_limit() // (1024 * 1024),
            "total": (request.httprequest.max_content_length or 0) // (1024 * 1024),
            "most": MOST_FILES,
        })

    def _return(self, door, sent):
        """:return: the way back to the page, which then says what was done"""
        return self._harden(request.redirect(f"{door.base}?sent={sent}", code=303))

    def _find_file(self, door, file_id):
        """:return: a file that the page shows; empty for any other"""
        files = door.contributor._get_visible_items().file_ids
        return files.filtered(lambda file: file.id == file_id)

    def _find_item(self, door, item_id):
        """:return: a document that the page shows; empty for any other"""
        return door.contributor._get_visible_items().filtered(lambda item: item.id == item_id)
