from odoo import fields, models

#: What a file says of itself; the number rises when an older module could not read it.
FILE_FORMAT = "account_collection.sequence_template"
FILE_NUMBER = 1

#: Records that a file names instead of carrying: the field that is the same everywhere.
REFERENCES = {
    "collection.function": "code",
    "collection.action.option": "code",
    "collection.outcome": "code",
    "collection.label": "name",
    "collection.truce": "name",
}

#: What belongs to the database rather than to the tree, or is told elsewhere in the file.
NOT_IN_FILE = {"version", "state", "active", "company_id", "published_at", "published_by_id"}


class CollectionSequenceTemplateFile(models.Model):
    """A version as a file, so that trees travel between databases.

    The file follows the fields: whatever a copy of the version would take over is in it, so
    that what is added to steps, actions and rows travels without a word here.
    """

    _inherit = "collection.sequence.template"

    export_file = fields.Binary(
        compute="_compute_export_file", attachment=False, string="File",
        help="This version as a JSON file, to be imported into another database.")

    def _compute_export_file(self):
        codec = self.env["collection.template.file"]
        for template in self:
            template.export_file = codec._encode(template._export_file())

    def action_export_file(self):
        """:return: action that downloads this version as a JSON file"""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "target": "download",
            "url": f"/web/content/{self._name}/{self.id}/export_file/"
                   f"{self._get_file_name()}?download=true",
        }

    def _get_file_name(self):
        """:return: e.g. ``CDP-v3.json``, whatever characters the code has"""
        code = "".join(char if char.isalnum() or char in "-_" else "-" for char in self.code)
        return f"{code}-v{self.version}.json"

    def _export_file(self):
        """This version in plain values: JSON's own types only.

        :return: dict; functions, options, outcomes and labels by code or name, texts by
            language
        """
        self.ensure_one()
        template = self.sudo().with_context(active_test=False, lang=None, bin_size=False)
        contents = template.step_ids.content_ids
        rows = template.step_ids.transition_ids
        codec = self.env["collection.template.file"]
        return {
            "format": FILE_FORMAT,
            "number": FILE_NUMBER,
            "version": template.version,
            "functions": codec._dump_all(template.function_ids, ("code", "name", "kind")),
            "options": codec._dump_all(
                contents.option_ids | rows.option_ids, ("code", "name", "outcome")),
            "truces": codec._dump_all(rows.truce_id, (
                "name", "start_month", "start_day", "end_month", "end_day")),
            "template": codec._dump(template),
        }
