from odoo import models


class CollectionAnswer(models.Model):
    _inherit = "collection.answer"

    def _keep_files(self, files):
        """Keep files with these answers; only who may read the answers may read them.

        :param files: list of (file name, bytes, MIME type)
        """
        if not files:
            return
        kept = self.env["ir.attachment"].create([{
            "name": name, "raw": content, "mimetype": kind, "public": False,
            "res_model": self._name, "res_id": self[0].id,
        } for name, content, kind in files])
        self.write({"attachment_ids": [(6, 0, kept.ids)]})
