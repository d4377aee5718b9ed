from markupsafe import Markup

from odoo import models
from odoo.tools import format_date, is_html_empty


class CollectionDocumentContributor(models.Model):
    """What an e-mail to a contributor says, in the language of the context."""

    _inherit = "collection.document.contributor"

    def _get_mail_text(self, kind, automation):
        """The words, then the documents that are still asked of this contributor alone.

        :param str kind: one of :data:`~.collection_document_notice.KINDS`
        :param automation: ``collection.document.automation``, may be empty
        :return: (subject, HTML as markup)
        """
        self.ensure_one()
        subject = " ".join((automation.subject or self._get_default_subject(kind)).split())
        body = automation.body
        if is_html_empty(body):
            body = Markup("<p>%s</p>") % self._get_default_words(kind)
        return subject, Markup(body) + self._get_mail_list()

    def _get_default_subject(self, kind):
        name = self.request_id.name
        if kind == "invitation":
            return self.env._("Your documents are needed: %(request)s", request=name)
        if kind == "reminder":
            return self.env._("Reminder: documents are still missing: %(request)s", request=name)
        return self.env._("About your documents: %(request)s", request=name)

    def _get_default_words(self, kind):
        company, name = self.company_id.name, self.request_id.name
        if kind == "invitation":
            return self.env._(
                "%(company)s asks you for documents: %(request)s. You give them on a page of "
                "your own, without an account.", company=company, request=name)
        if kind == "reminder":
            return self.env._(
                "%(company)s still waits for documents of yours: %(request)s. What you have "
                "given since needs no second time.", company=company, request=name)
        return self.env._(
            "This is where the documents that %(company)s asked you for stand: %(request)s.",
            company=company, request=name)

    def _get_mail_list(self):
        """:return: the documents that are still asked, as markup; empty where there is none"""
        items = self._get_owed_items()
        if not items:
            return Markup()
        return Markup("<p><b>%s</b></p><ul>%s</ul>") % (
            self.env._("Still to be given:"),
            Markup().join(self._get_mail_line(item) for item in items))

    def _get_owed_items(self):
        """:return: the own documents that this contributor has still to give; none of a request
        that has ended"""
        self.ensure_one()
        if self.request_id.state not in ("open", "paused"):
            return self.item_ids.browse()
        return self._get_own_items().filtered(lambda item: item.state in ("missing", "refused"))

    def _get_mail_line(self, item):
        said = [Markup("<b>%s</b>") % item.name]
        if item.due:
            said.append(self.env._("by %(day)s", day=format_date(self.env, item.due)))
        if not item.required:
            said.append(self.env._("if you have it"))
        line = Markup(", ").join(said)
        if item.state == "refused" and item.refusal:
            line += Markup("<br/>") + self.env._(
                "Not accepted: %(reason)s", reason=item.refusal)
        return Markup("<li>%s</li>") % line

    def _get_mail_button(self, url):
        """:return: the personal link as markup"""
        label = self.env._("Give my documents") if self._get_owed_items() else self.env._(
            "See my documents")
        return self.company_id._get_collection_button(url, label)
