from odoo import fields, models


class DigestDigest(models.Model):
    """My week, mailed by the core's digest: each recipient reads the own figures."""

    _inherit = "digest.digest"

    kpi_collection_received = fields.Boolean("Money received from my customers")
    kpi_collection_received_value = fields.Monetary(compute="_compute_collection_received")
    kpi_collection_kept = fields.Boolean("Promises of my customers that were kept")
    kpi_collection_kept_value = fields.Monetary(compute="_compute_collection_kept")
    kpi_collection_done = fields.Boolean("Collection actions I have done")
    kpi_collection_done_value = fields.Integer(compute="_compute_collection_done")

    def _compute_collection_received(self):
        self.kpi_collection_received_value = self._read_collection_week("received")

    def _compute_collection_kept(self):
        self.kpi_collection_kept_value = self._read_collection_week("kept")

    def _compute_collection_done(self):
        self.kpi_collection_done_value = self._read_collection_week("done")

    def _read_collection_week(self, figure):
        """:return: a figure of the user's own, of the days that the core looks at
        :raise AccessError: no right to collect: the core leaves it out of the user's e-mail
        """
        start, end, _companies = self._get_kpi_compute_parameters()
        first, last = (fields.Datetime.to_datetime(moment).date() for moment in (start, end))
        last = fields.Date.subtract(last, days=1)  # its own day goes into the next mail
        week = self.env["collection.analysis.week"].with_context(
            allowed_company_ids=self.env.company.ids)  # each company has its own e-mail
        return week._read(figure, first, last)

    def _compute_kpis_actions(self, company, user):
        menu = self.env.ref("account_collection.menu_collection_root").id
        flows, promises, actions = (
            f"account_collection.collection_analysis_{name}_action?menu_id={menu}"
            for name in ("flow", "promise", "action"))
        return {
            **super()._compute_kpis_actions(company, user),
            "kpi_collection_received": flows, "kpi_collection_kept": promises,
            "kpi_collection_done": actions}
