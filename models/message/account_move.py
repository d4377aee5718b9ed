from odoo import models

from odoo.addons.base.models.ir_actions_report import _wkhtml

from .message import MessageFile


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_collection_pdfs(self):
        """The invoices as PDF: as they were sent, else printed now and not stored.

        :return: dict of :class:`~.message.MessageFile` by invoice id
        """
        files = {
            move.id: MessageFile(
                move.invoice_pdf_report_id.name, move.invoice_pdf_report_id.raw)
            for move in self if move.invoice_pdf_report_id}
        sending = self.env["account.move.send"]
        missing = self.filtered(lambda move: move.id not in files)
        for report, moves in missing.grouped(sending._get_default_pdf_report_id).items():
            for move, content in moves._print_collection_pdfs(report):
                files[move.id] = MessageFile(
                    move._get_invoice_report_filename(report=report), content)
        return files

    def _print_collection_pdfs(self, report):
        """:return: generator of (invoice, PDF)

        One run prints them all, where the PDF program can tell several documents apart: that of
        plain Qt cannot, and prints one by one.
        """
        reports = self.env["ir.actions.report"].with_company(self.company_id[:1]).with_context(
            force_report_rendering=True, collection_styles=True)
        batches = [self] if _wkhtml().is_patched_qt else self
        for moves in batches:
            streams, kind = reports._pre_render_qweb_pdf(report.report_name, res_ids=moves.ids)
            by_id = reports._get_splitted_report(report.report_name, streams, kind)
            for move in moves:
                yield move, by_id[move.id]
