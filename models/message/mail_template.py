

from odoo import api, models

from ..action.collection_action_content import check_hashtags


class MailTemplate(models.Model):
    """E-mail templates of actions hold hashtags, as the actions' own texts do."""

    _inherit = "mail.template"

    # === HASHTAGS === #

    @api.constrains("subject", "body_html", "model_id")
    def _check_collection_tags(self):
        check_hashtags(
            self.filtered(lambda template: template.model == "collection.action"),
            "subject", "body_html")

    # === RENDERING === #
    # Whoever writes from an action with one of its templates gets values, not hashtags.

    def _generate_template(self, res_ids, render_fields, *args, **kwargs):
        rendered = super()._generate_template(res_ids, render_fields, *args, **kwargs)
        if self.model == "collection.action" and not self.env.context.get("collection_keep_tags"):
            self.env["collection.action"].browse(res_ids)._replace_rendered_tags(rendered)
        return rendered
