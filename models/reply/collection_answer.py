from odoo import fields, models

#: What an answer of each kind is as a reply.
RESULTS = {
    "paid": "proof", "promise": "promise", "dispute": "dispute", "question": "question",
    "plan": "question"}


class CollectionAnswer(models.Model):
    """What a customer answers on its personal page is a reply as any other; it is dealt with once
    all its answers are accepted or refused."""

    _inherit = "collection.answer"

    reply_id = fields.Many2one(
        "collection.reply", readonly=True, index="btree_not_null", ondelete="set null")

    def _notify_collector(self):
        super()._notify_collector()
        first = self[:1]
        if first.link_kind == "customer":
            self.reply_id = self.env["collection.reply"]._receive([first._prepare_reply_vals(self)])

    def _prepare_reply_vals(self, answers):
        """:param answers: those of the same submission
        :return: dict of the values of their reply"""
        items = ", ".join(dict.fromkeys(answer._get_item_name() for answer in answers))
        lines = [self._describe(), items, self.text or ""]
        return {
            "key": f"answer:{self.link_id.id},{self.submission}", "source": "page",
            "customer_id": self.customer_id.id, "company_id": self.company_id.id,
            "partner_id": self.partner_id.id, "subject": f"{self._describe()} – {items}",
            "text": "\n".join(filter(None, lines)), "file_count": len(self.attachment_ids),
        }

    def _close_activities(self):
        super()._close_activities()
        replies = self.reply_id.filtered(lambda reply: reply.state == "open")
        waiting = replies.answer_ids.filtered(lambda answer: answer.state == "waiting").reply_id
        for reply in replies - waiting:
            accepted = reply.answer_ids.filtered(lambda answer: answer.state == "accepted")
            reply._write_done(RESULTS.get(accepted[:1].kind, "nothing"), vals={
                "promise_id": accepted.promise_id[:1].id,
                "dispute_id": accepted.dispute_id[:1].id})
