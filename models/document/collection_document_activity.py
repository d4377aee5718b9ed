from odoo import fields, models

from .collection_document_request import ENDED

REVIEW, TROUBLE = "review", "trouble"


class MailActivity(models.Model):
    """Activities that stand for one thing each: it is raised once, and found again."""

    _inherit = "mail.activity"

    collection_key = fields.Char(
        readonly=True, index="btree_not_null", help="What it stands for on its record.")


class CollectionDocumentRequest(models.Model):
    """What the reviewer of a request is told: what to review, what went wrong.

    One open activity for each thing and request, however often it happens; none is left of a
    request that has ended.
    """

    _inherit = "collection.document.request"

    def write(self, vals):
        result = super().write(vals)
        if vals.get("state") in ENDED:
            self._get_document_activities().action_archive()
        elif "user_id" in vals:
            for request in self.filtered(lambda request: request._get_reviewer()):
                request._get_document_activities().write(
                    {"user_id": request._get_reviewer().id})
        return result

    def _get_reviewer(self):
        """:return: whom the request's affairs concern now: its reviewer, else who collects, else
        the credit manager"""
        self.ensure_one()
        request = self.sudo()
        collector = request.customer_id.with_company(request.company_id).collector_id
        for user in (request.user_id, collector, request.company_id.collection_manager_id):
            if user.active:
                return user
        return request.user_id.browse()

    def _ask_review(self):
        """Something waits for these requests' reviewers."""
        self._open_activity(REVIEW, lambda request: request.env._("Documents to review"))

    def _close_review(self):
        """Of requests of which nothing waits for a review, the activity is done."""
        waiting = self.env["collection.document.item"].sudo().search(
            [("request_id", "in", self.ids), ("state", "=", "review")]).request_id
        (self - waiting)._get_document_activities(REVIEW).action_archive()

    def _open_activity(self, key, get_summary, get_note=None):
        """Raise an activity for the reviewers of these requests, where none is open for it.

        :param str key: what it stands for
        :param get_summary: function of a request in the reviewer's language
        :param get_note: the same of its note
        """
        known = self.browse(self._get_document_activities(key).mapped("res_id"))
        kind = self.env.ref("account_collection.mail_activity_type_documents")
        prepared = []
        for request in self - known:
            user = request._get_reviewer()
            words = request.with_context(lang=user.lang)
            if user:
                prepared.append({
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": request.id, "activity_type_id": kind.id, "user_id": user.id,
                    "summary": get_summary(words), "note": get_note and get_note(words),
                    "date_deadline": request.company_id._get_collection_day(),
                    "automated": True, "collection_key": key})
        self.env["mail.activity"].sudo().with_context(
            mail_activity_quick_update=True).create(prepared)

    def _get_document_activities(self, key=None):
        """:return: the open activities of these requests that were raised by what happened"""
        return self.env["mail.activity"].sudo().search([
            ("res_model", "=", self._name), ("res_id", "in", self.ids),
            ("collection_key", "=", key) if key else ("collection_key", "!=", False)])


class CollectionDocumentItem(models.Model):
    _inherit = "collection.document.item"

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals and vals["state"] != "review":
            self.request_id._close_review()
        return result
