import io
import logging
import re

from markupsafe import Markup

from odoo import api, models

_logger = logging.getLogger(__name__)

#: Reports that print many records in one run: their method gives a PDF by record.
PRINTED = {
    "account_collection.collection_statement": "_print_own_collection_statements",
}


#: A page's link to a stylesheet that Odoo puts together of many files.
_STYLESHEET = re.compile(r'<link\b[^>]*\bhref="/web/assets/[^"]*?/(?P<name>[^"/]+\.css)"[^>]*>')


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
        """The script of our pages is in them: nothing has to be waited for."""
        command = super()._build_wkhtmltopdf_args(*args, **kwargs)
        if self.env.context.get("collection_print") and "--javascript-delay" in command:
            command[command.index("--javascript-delay") + 1] = "0"
        return command

    @api.model
    def _run_wkhtmltopdf(self, bodies, report_ref=False, header=None, footer=None, **options):
        """Invoices that we print bring their styles along.

        The PDF program fetches them from ``report.url`` or ``web.base.url``, and where it does
        not reach the server it prints pages without any, saying nothing.
        """
        if self.env.context.get("collection_styles"):
            bodies = [self._bring_styles(body) for body in bodies]
            header, footer = (page and self._bring_styles(page) for page in (header, footer))
        return super()._run_wkhtmltopdf(
            bodies, report_ref=report_ref, header=header, footer=footer, **options)

    def _bring_styles(self, page):
        """:return: HTML of a page with its stylesheets in the place of the links to them"""
        return Markup(_STYLESHEET.sub(self._load_styles, str(page)))

    def _load_styles(self, link):
        """:return: str, a stylesheet for the place of a link; the link where it is not found"""
        name, rtl, _kind, prefixed = self.env["ir.asset"]._parse_bundle_name(link["name"], False)
        bundle = self.env["ir.qweb"]._get_asset_bundle(
            name, css=True, js=False, rtl=rtl, autoprefix=prefixed)
        content = bundle.css().raw if bundle.stylesheets else b""
        if not content:
            _logger.warning("The styles of a page to print are not found: %s", link["name"])
            return link[0]
        return f"<style>{content.decode()}</style>"
