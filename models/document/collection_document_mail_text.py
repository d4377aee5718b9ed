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
        words, body = self._get_default_words(), automation.body
        named, said = words.get(automation.trigger, words[kind])
        if is_html_empty(body):
            body = Markup("<p>%s</p>") % said
        return " ".join((automation.subject or named).split()), Markup(body) + (
            self._get_mail_list())

    def _get_default_words(self):
        """:return: dict of (subject, text) by kind of message, or by trigger that says more"""
        _ = self.env._
        words = {"company": self.company_id.name, "request": self.request_id.name}
        about = _("About your documents: %(request)s", **words)
        received = _("%(company)s has received documents of yours and checks them: %(request)s. "
                     "Thank you.", **words)
        return {
            "invitation": (
                _("Your documents are needed: %(request)s", **words),
                _("%(company)s asks you for documents: %(request)s. You give them on a page of "
                  "your own, without an account.", **words)),
            "reminder": (
                _("Reminder: documents are still missing: %(request)s", **words),
                _("%(company)s still waits for documents of yours: %(request)s. What you have "
                  "given meanwhile needs no second time.", **words)),
            "link": (about, _(
                "Here is once more the link to your page with the documents that %(company)s "
                "asked you for: %(request)s.", **words)),
            "news": (about, _(
                "There is news about the documents that %(company)s asked you for: "
                "%(request)s.", **words)),
            "provided": (about, received),
            "finished": (about, received),
            "approved": (about, _(
                "%(company)s has accepted documents of yours: %(request)s. Thank you.", **words)),
            "refused": (
                _("A document is needed once more: %(request)s", **words),
                _("%(company)s could not accept a document of yours: %(request)s. You find the "
                  "reason below. Please give it once more.", **words)),
            "completed": (
                _("Your documents are complete: %(request)s", **words),
                _("All the documents that %(company)s asked for are there: %(request)s. Thank "
                  "you.", **words)),
        }

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
