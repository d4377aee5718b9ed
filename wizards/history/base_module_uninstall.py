import csv
import io
import json
import logging
import zipfile

from odoo import api, fields, models
from odoo.exceptions import AccessError

_logger = logging.getLogger(__name__)

MODULE = "account_collection"
#: Rows read at once for the export.
BATCH = 2000
#: Columns of the export that a person reads; the other file has every field.
COLUMNS = (
    "company", "customer", "number", "at", "who", "summary", "old_value", "new_value", "text")


class BaseModuleUninstall(models.TransientModel):
    """Uninstalling takes the histories along: it says how many, and offers them first (X-29)."""

    _inherit = "base.module.uninstall"

    collection_customer_count = fields.Integer(
        compute="_compute_collection_history_count", help="Customers who have a history.")
    collection_history_count = fields.Integer(
        compute="_compute_collection_history_count", help="Rows that would be gone.")

    @api.depends("module_ids")
    def _compute_collection_history_count(self):
        chains = self.env["collection.history.chain"].sudo()._read_group(
            [], [], ["customer_id:count_distinct", "head_number:sum"])
        [[customers, rows]] = chains
        for wizard in self:
            gone = MODULE in wizard._get_modules().mapped("name")
            wizard.collection_customer_count = customers if gone else 0
            wizard.collection_history_count = rows or 0 if gone else 0

    def action_export_collection_histories(self):
        """Download all histories of all companies: as a table, and as rows with their digests.

        :return: window action on the file, a ZIP
        :raise AccessError: the user is no administrator
        """
        self.ensure_one()
        if not self.env.is_system():
            raise AccessError(self.env._("Only an administrator exports all histories."))
        attachment = self.env["ir.attachment"].create({
            "name": f"collection_histories_{fields.Date.today()}.zip",
            "raw": self._export_collection_histories(), "mimetype": "application/zip",
            "res_model": self._name, "res_id": self.id})
        _logger.info("All collection histories were exported by user %s", self.env.uid)
        return {"type": "ir.actions.act_url", "target": "download",
                "url": f"/web/content/{attachment.id}?download=true"}

    def _export_collection_histories(self):
        """:return: bytes of a ZIP with ``histories.csv`` and ``histories.jsonl``"""
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            with archive.open("histories.csv", "w") as raw, io.TextIOWrapper(
                    raw, "utf-8-sig", newline="") as text:
                table = csv.writer(text)
                table.writerow(COLUMNS)
                for rows in self._read_collection_histories():
                    table.writerows(map(_prepare_columns, rows))
            with archive.open("histories.jsonl", "w") as raw, io.TextIOWrapper(
                    raw, "utf-8") as text:
                for rows in self._read_collection_histories():
                    for values in rows.read(load=None):
                        text.write(json.dumps(values, default=str, sort_keys=True) + "\n")
        return file.getvalue()

    def _read_collection_histories(self):
        """Yield all rows of all histories, some at a time, in the order of their chains."""
        history = self.env["collection.history"].sudo()
        ids = history._search([], order="chain_id, number").get_result_ids()
        for start in range(0, len(ids), BATCH):
            rows = history.browse(ids[start:start + BATCH])
            yield rows
            rows.invalidate_recordset()


def _prepare_columns(row):
    """:return: list of what a row of history reads as; a formula stays a text"""
    values = [row.company_id.name, row.customer_id.name, row.number, row.at, row.who,
              row.summary, row.old_value, row.new_value, row.text]
    return [f"'{value}" if str(value).startswith(("=", "+", "-", "@", "\t", "\r"))
            else value or "" for value in values]
