import base64

from odoo import fields, models


class CollectionPersonalExport(models.TransientModel):
    """Dialog that gives all that is held on a person as a file."""

    _name = "collection.personal.export"
    _description = "Export of Personal Data"
    _inherit = ["collection.dialog"]

    partner_id = fields.Many2one("res.partner", string="Data subject", required=True, readonly=True)
    file = fields.Binary(readonly=True, attachment=False)
    file_name = fields.Char(readonly=True)

    def action_export(self):
        """Make the file; traced in the customer's history.

        :return: window action on this dialog, from which the file is fetched
        :raise AccessError: the user is no collection manager, or may not read the person
        """
        self.ensure_one()
        content = self.env["collection.personal.data"]._make_zip(self.partner_id)
        self.write({
            "file": base64.b64encode(content),
            "file_name": self.env._(
                "Personal data %(name)s %(day)s.zip", name=self.partner_id.id,
                day=self.env.company._get_collection_day().isoformat())})
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "res_id": self.id,
            "views": [(False, "form")], "target": "new",
            "name": self.env._("Export personal data")}
