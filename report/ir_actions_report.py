import io

from odoo import api, models

#: Reports that print many records in one run: their method gives a PDF by record.
PRINTED = {
    "account_collection.collection_statement": "_print_own_collection_statements",
}


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        report = self._get_report(report_ref)
        method = PRINTED.get(report.report_name)
        if not method or not res_ids:
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)
        pdfs = getattr(self.env[report.model].browse(res_ids), method)()
        merged = self.env["collection.print"]._merge(list(pdfs.values()))
        key = res_ids[0] if len(res_ids) == 1 else False
        return {key: {"stream": io.BytesIO(merged), "attachment": None}}

    @api.model
    def _build_wkhtmltopdf_args(self, *args, **kwargs):
        """Our pages run no script: nothing has to be waited for."""
        command = super()._build_wkhtmltopdf_args(*args, **kwargs)
        if self.env.context.get("collection_print") and "--javascript-delay" in command:
            command[command.index("--javascript-delay") + 1] = "0"
        return command
