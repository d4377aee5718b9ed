"""Builders for tests of what leaves and what is raised by itself in a document request."""

from .document_case import DocumentCase


class AutomationCase(DocumentCase):
    """What leaves and what is raised by itself."""

    @classmethod
    def make_automation(cls, trigger="invited", **vals):
        return cls.env["collection.document.automation"].create({
            "template_id": cls.template.id, "name": f"On {trigger}", "trigger": trigger,
            "subject": f"Subject of {trigger}", "body": f"<p>Text of {trigger}</p>", **vals})

    def get_mails(self, partner=None):
        """:return: the e-mails that wait to leave, to one person or to all"""
        domain = [("recipient_ids", "in", partner.ids)] if partner else []
        return self.env["mail.mail"].search(
            [("model", "=", "collection.document.request"), *domain], order="id")

    def get_notices(self, request):
        return self.env["collection.document.notice"].search(
            [("request_id", "=", request.id)], order="id")

    def get_activities(self, request):
        self.env.invalidate_all()
        return request.sudo().activity_ids

    def bounce(self, message):
        """The gateway reports that a message came back."""
        self.env["mail.thread"]._routing_handle_bounce(None, {
            "message_id": "<bounce@example.com>", "subject": "Undelivered",
            "bounced_email": "tenant@example.com", "bounced_partner": self.customer,
            "bounced_msg_ids": [message.message_id], "bounced_message": message, "body": "",
            "email_from": "mailer-daemon@example.com", "to": "bounce@example.com"})

    def get_token(self, mail):
        return mail.body_html.partition("/collection/")[2].partition('"')[0]
