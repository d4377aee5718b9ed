from odoo import models
from odoo.tools import format_date


class CollectionDocumentRequest(models.Model):
    """Documents that expire while their request is under way."""

    _inherit = "collection.document.request"

    def _expire_items(self, today):
        """An approved document that has expired is asked for again, and its giver is told."""
        items = self.item_ids.filtered(
            lambda item: item.state == "approved" and item.expiry and item.expiry < today)
        for contributor, own in items.grouped("contributor_id").items():
            langs = contributor.partner_id._get_collection_langs(self.company_id)
            words = own.with_context(lang=langs.get(contributor.partner_id.id))
            for item in words:
                item._expire()
            if contributor.state == "finished":
                contributor.state = "opened"
            if not contributor._automate("refused", own) and contributor.state != "removed":
                contributor._write_mails("news", cause="cron")
        items._leave_removed()


class CollectionDocumentItem(models.Model):
    _inherit = "collection.document.item"

    def _expire(self):
        """It was valid when it was approved, and is not any more: the contributor reads why."""
        self.ensure_one()
        reason = self.env._(
            "It expired on %(day)s: please give one that is still valid.",
            day=format_date(self.env, self.expiry))
        self.write({"state": "refused", "refusal": reason})
        self.request_id._trace("document_refused", new=self._get_full_name(), text=reason,
                               data={"item": self._get_full_name()}, cause="cron")
