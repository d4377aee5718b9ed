from odoo import api, fields, models

from .claim.res_partner import SWITCHES
from .collection_upload import (
    LIMIT_MB,
    LIMIT_PARAMETER,
    QUOTAS,
    SCANNER_PARAMETER,
    SILENT_PARAMETER,
)


class ResConfigSettings(models.TransientModel):
    """What a company decides for its collecting."""

    _inherit = "res.config.settings"

    collection_manager_id = fields.Many2one(
        related="company_id.collection_manager_id", readonly=False)
    collection_started_on = fields.Date(
        related="company_id.collection_started_on", readonly=False)
    collection_old_before = fields.Date(
        related="company_id.collection_old_before", readonly=False)
    collection_old_until = fields.Date(
        related="company_id.collection_old_until", readonly=False)
    collection_default_scenario_id = fields.Many2one(
        "collection.scenario", string="Default scenario",
        compute="_compute_collection_default_scenario_id",
        inverse="_inverse_collection_default_scenario_id",
        domain="['|', ('company_id', '=', False), ('company_id', 'parent_of', company_id)]",
        help="Holds for every customer, new or old, that has no scenario of its own. Choosing "
        "another one changes all of them at once.")
    collection_default_collector_id = fields.Many2one(
        "res.users", string="Default collector",
        domain="[('share', '=', False)]",
        compute="_compute_collection_default_collector_id",
        inverse="_inverse_collection_default_collector_id",
        help="In charge of every customer, new or old, that has no collector of its own. "
        "Choosing another one changes all of them at once.")

    collection_link_days = fields.Integer(
        related="company_id.collection_link_days", readonly=False)
    collection_payment_days = fields.Integer(
        related="company_id.collection_payment_days", readonly=False)
    collection_matching_days = fields.Integer(
        related="company_id.collection_matching_days", readonly=False)

    collection_retention_months = fields.Integer(
        related="company_id.collection_retention_months", readonly=False)
    collection_call_attempts = fields.Integer(
        related="company_id.collection_call_attempts", readonly=False)
    collection_reply_days = fields.Integer(
        related="company_id.collection_reply_days", readonly=False)

    collection_penalty_regime = fields.Selection(
        related="company_id.collection_penalty_regime", readonly=False, required=True)
    collection_claim_years = fields.Integer(
        related="company_id.collection_claim_years", readonly=False)
    collection_statement_paid_late = fields.Boolean(
        related="company_id.collection_statement_paid_late", readonly=False)
    collection_statement_monthly = fields.Selection(
        related="company_id.collection_statement_monthly", readonly=False)
    collection_statement_format = fields.Selection(
        related="company_id.collection_statement_format", readonly=False, required=True)
    collection_penalties = fields.Boolean(
        string="Late-payment interest", compute="_compute_collection_switches",
        inverse="_inverse_collection_switches",
        help="For customers whose own switch follows the default; never for consumers.")
    collection_indemnity = fields.Boolean(
        string="Fixed indemnity", compute="_compute_collection_switches",
        inverse="_inverse_collection_switches",
        help="For customers whose own switch follows the default; never for consumers.")

    collection_upload_limit_mb = fields.Integer(
        string="Largest file (MB)", default=LIMIT_MB, config_parameter=LIMIT_PARAMETER)
    collection_quota_sender_files = fields.Integer(
        string="Files of one sender a day", default=QUOTAS["sender"][0],
        config_parameter="account_collection.quota_sender_files")
    collection_quota_sender_mb = fields.Integer(
        string="MB of one sender a day", default=QUOTAS["sender"][1],
        config_parameter="account_collection.quota_sender_mb")
    collection_quota_request_files = fields.Integer(
        string="Files of one document request", default=QUOTAS["request"][0],
        config_parameter="account_collection.quota_request_files")
    collection_quota_request_mb = fields.Integer(
        string="MB of one document request", default=QUOTAS["request"][1],
        config_parameter="account_collection.quota_request_mb")
    collection_quota_customer_files = fields.Integer(
        string="Files for one customer a day", default=QUOTAS["customer"][0],
        config_parameter="account_collection.quota_customer_files")
    collection_quota_customer_mb = fields.Integer(
        string="MB for one customer a day", default=QUOTAS["customer"][1],
        config_parameter="account_collection.quota_customer_mb")
    collection_clamd_address = fields.Char(
        string="ClamAV", config_parameter=SCANNER_PARAMETER,
        help="Socket of the ClamAV daemon: a path such as /run/clamav/clamd.ctl, or host:port. "
        "Files from outside are looked at by it before they are kept; empty for none.")
    collection_clamd_silent = fields.Selection(
        [("refuse", "Refuse files"), ("accept", "Accept files, and note it on them")],
        string="While ClamAV does not answer", default="refuse",
        config_parameter=SILENT_PARAMETER)
    collection_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of priorities")
    collection_score_amount = fields.Integer(
        related="company_id.collection_score_amount", readonly=False)
    collection_score_full_amount = fields.Monetary(
        related="company_id.collection_score_full_amount", readonly=False,
        currency_field="collection_currency_id")
    collection_score_age = fields.Integer(
        related="company_id.collection_score_age", readonly=False)
    collection_score_full_days = fields.Integer(
        related="company_id.collection_score_full_days", readonly=False)
    collection_score_broken = fields.Integer(
        related="company_id.collection_score_broken", readonly=False)
    collection_score_answer = fields.Integer(
        related="company_id.collection_score_answer", readonly=False)
    collection_score_deadline = fields.Integer(
        related="company_id.collection_score_deadline", readonly=False)
    collection_score_deadline_days = fields.Integer(
        related="company_id.collection_score_deadline_days", readonly=False)
    collection_score_silence = fields.Integer(
        related="company_id.collection_score_silence", readonly=False)
    collection_score_silence_days = fields.Integer(
        related="company_id.collection_score_silence_days", readonly=False)
    collection_buckets = fields.Char(
        related="company_id.collection_buckets", readonly=False)

    # === DEFAULTS === #

    # One method a field: computing one must not undo what was entered in the other.

    @api.depends("company_id")
    def _compute_collection_default_scenario_id(self):
        for settings in self:
            settings.collection_default_scenario_id = settings._get_default(
                "collection_scenario_id")

    @api.depends("company_id")
    def _compute_collection_default_collector_id(self):
        for settings in self:
            settings.collection_default_collector_id = settings._get_default("collector_id")

    def _inverse_collection_default_scenario_id(self):
        for settings in self:
            settings.company_id._set_collection_defaults(
                {"collection_scenario_id": settings.collection_default_scenario_id})

    def _inverse_collection_default_collector_id(self):
        for settings in self:
            settings.company_id._set_collection_defaults(
                {"collector_id": settings.collection_default_collector_id})

    def _get_default(self, name):
        return self.company_id._get_collection_default(name)

    # === PENALTIES === #
    # What a company claims from customers who pay late and have no setting of their own.

    @api.depends("company_id")
    def _compute_collection_switches(self):
        for settings in self:
            for name in SWITCHES:
                settings[name] = settings._get_default(name)

    def _inverse_collection_switches(self):
        for settings in self:
            settings.company_id._set_collection_defaults(
                {name: settings[name] for name in SWITCHES})
