from odoo import api, models

from ...tools.dialogs import ClientAction


class CollectionDownload(models.TransientModel):
    """A file that its user downloads: nobody else reads it, and it goes with the next clean-up.

    What lies with a user or a contact is read by every colleague, for ever.
    """

    _name = "collection.download"
    _description = "File to Download"
    _inherit = ["collection.dialog"]

    @api.model
    def _offer(self, name, content, mimetype) -> ClientAction:
        """Keep a file until it is downloaded.

        :param str name: of the file
        :param bytes content: of the file, which the user may have
        :param str mimetype: of the file
        :return: action that downloads it
        """
        file = self.env["ir.attachment"].create({
            "name": name, "raw": content, "mimetype": mimetype,
            "res_model": self._name, "res_id": self.create({}).id})
        return {"type": "ir.actions.act_url", "target": "download",
                "url": f"/web/content/{file.id}?download=true"}
