from dataclasses import dataclass, field

from odoo import models
from odoo.http import request
from odoo.tools import format_date

from ..models.document.collection_document_item import MOST_FILES
from .page_base import PageBase, harden

_PAGE = "account_collection.collection_document_page"


@dataclass(frozen=True, slots=True)
class PageAccess:
    """How a reader came to a contributor's page: by a personal link, or a login.

    :ivar contributor: ``collection.document.contributor`` whose page it is, in superuser mode
    :ivar base: path of the page
    :ivar expires: last day of the link, formatted; empty for a login
    :ivar read_only: an internal user looks
    """

    contributor: models.BaseModel
    base: str
    expires: str = ""
    read_only: bool = False


@dataclass(slots=True)
class PageFeedback:
    """What the page answers to what was sent.

    :ivar error: error message for all of it
    :ivar errors: dict of error messages by id of the document
    :ivar invitation: dict of what was entered in the form of an invitation
    :ivar kept: some files were accepted, though not all
    :ivar asks: the page asks whether to finish although documents are missing
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

    # === ACCESS === #

    def _enter_by_link(self, link, token, act):
        """Admit the holder of a link of kind *documents*, unless somebody else is signed in.

        :param act: function that is called with the :class:`PageAccess`
        :return: the response
        """
        user, partner = request.env.user, link.partner_id
        own = user.partner_id == partner
        if user._is_portal() and not own and not self._is_same_person(user.partner_id, partner):
            return self._render("account_collection.collection_document_page_other", 403,
                                link.company_id, {"partner": partner, "user": user,
                                                  "base": f"/collection/{token}"})
        return act(PageAccess(
            link.contributor_id, f"/collection/{token}",
            expires=format_date(link.env, link.expires_at, date_format="long"),
            read_only=user._is_internal() and not own))

    @staticmethod
    def _is_same_person(partner, other):
        return bool(partner.email_normalized) and (
            partner.email_normalized == other.email_normalized)

    # === PAGE === #

    def _show_documents(self, access, *, sent=None, feedback=None, status=200):
        """:return: the page of a contributor"""
        contributor, feedback = access.contributor, feedback or PageFeedback()
        if not access.read_only:
            contributor._open()
        company, customer = contributor.company_id, contributor.customer_id
        return self._render(_PAGE, status, company, {
            **contributor._get_page(read_only=access.read_only),
            "sheets": ("page", "documents"), "script": "documents",
            "access": access, "contributor": contributor, "customer": customer,
            "documents": contributor.request_id, "contact": contributor._get_page_contact(),
            "sent": sent if not feedback else "", "feedback": feedback,
            "today": company._get_collection_day().isoformat(),
            "limit": contributor.item_ids._get_upload_limit() // (1024 * 1024),
            "total": (request.httprequest.max_content_length or 0) // (1024 * 1024),
            "most": MOST_FILES,
        })

    def _return(self, access, sent):
        """:return: response that redirects to the page, which then confirms what was done"""
        return harden(request.redirect(f"{access.base}?sent={sent}", code=303))

    def _find_file(self, access, file_id):
        """:return: a file that the page shows; empty for any other, or one whose bytes are gone"""
        files = access.contributor._get_visible_items().file_ids
        return files.filtered(lambda file: file.id == file_id and file.attachment_id)

    def _find_item(self, access, item_id):
        """:return: a document that the page shows; empty for any other"""
        return access.contributor._get_visible_items().filtered(lambda item: item.id == item_id)
