from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_list

from ...engine import hashtags


class CollectionActionContent(models.AbstractModel):
    """A hashtag that nobody knows is refused when the text is saved, not when it leaves."""

    _inherit = "collection.action.content"

    @api.constrains("subject", "body")
    def _check_tags(self):
        _check_hashtags(self, "subject", "body")


class MailTemplate(models.Model):
    """The same for e-mail templates of actions."""

    _inherit = "mail.template"

    @api.constrains("subject", "body_html", "model_id")
    def _check_collection_tags(self):
        _check_hashtags(
            self.filtered(lambda template: template.model == "collection.action"),
            "subject", "body_html")


def _check_hashtags(records, text, html):
    """Check the texts of records in every language, in one query.

    :param str text: name of a translated field of plain text
    :param str html: name of a translated field of HTML
    :raise ValidationError: a hashtag is not in the catalogue
    """
    if not records:
        return
    records.flush_recordset([text, html])
    for record_id, subjects, bodies in records.env.execute_query(SQL(
            "SELECT id, %s, %s FROM %s WHERE id IN %s", SQL.identifier(text),
            SQL.identifier(html), SQL.identifier(records._table), tuple(records.ids))):
        unknown = [
            *(name for words in (subjects or {}).values() for name in hashtags.unknown(words)),
            *(name for words in (bodies or {}).values() for name in hashtags.unknown(words, True))]
        if unknown:
            raise ValidationError(_describe_unknown(records.browse(record_id), unknown[0]))


def _describe_unknown(record, name):
    """:return: what is wrong with a hashtag, and what may have been meant"""
    env = record.env
    nearest = [f"#{known}" for known in hashtags.nearest(name)]
    if nearest:
        return env._(
            "“%(record)s”: there is no hashtag #%(name)s. Did you mean %(nearest)s?",
            record=record.display_name, name=name, nearest=format_list(env, nearest, "or"))
    return env._(
        "“%(record)s”: there is no hashtag #%(name)s. The list beside the text shows all there "
        "are. For a plain word, leave out the #.", record=record.display_name, name=name)
