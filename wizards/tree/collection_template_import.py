import base64

from odoo import fields, models
from odoo.exceptions import UserError


class CollectionTemplateImport(models.TransientModel):
    """Dialog that makes a draft of an exported template."""

    _name = "collection.template.import"
    _description = "Import a Collection Template"
    _inherit = ["collection.dialog"]

    file = fields.Binary(help="A .json file made by Export.")
    file_name = fields.Char()

    def action_import(self):
        """Read the file and open the draft that it makes.

        :return: window action on the new draft
        :raise UserError: no file, or one that cannot be read; it says what is wrong
        """
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Choose a file first."))
        draft = self.env["collection.template.file"]._import_file(base64.b64decode(self.file))
        return draft._get_records_action(context={})
