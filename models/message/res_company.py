from markupsafe import Markup

from odoo import models

#: Where the text stands in the layout of e-mails, which is rendered once for many.
_PLACE = Markup("<!--collection-message-->")


class ResCompany(models.Model):
    _inherit = "res.company"

    def _get_collection_mail_layout(self):
        """:return: what stands before and after the text of an e-mail, in the context's language"""
        self.ensure_one()
        page = self.env["ir.qweb"]._render(
            "account_collection.collection_mail_layout",
            {"company": self, "lang": self.env.lang, "body": _PLACE},
            minimal_qcontext=True)
        page = self.env["mail.render.mixin"]._replace_local_links(page, self.get_base_url())
        before, _place, after = page.partition(_PLACE)
        return Markup(before), Markup(after)
