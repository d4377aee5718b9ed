from odoo import api, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import LazyTranslate

from ..claim.res_partner import SWITCHES
from ..message.holds import Hold, register

_lt = LazyTranslate(__name__)

#: Settings of a company that its collection managers change, without the rights of an
#: administrator; and defaults of customers, which stand in ``ir.default``.
SETTINGS = (
    "collection_manager_id", "collection_started_on", "collection_old_before",
    "collection_old_until", "collection_link_days", "collection_payment_days",
    "collection_matching_days", "collection_call_attempts", "collection_reply_days",
    "collection_penalty_regime", "collection_claim_years", "collection_statement_paid_late",
    "collection_score_amount", "collection_score_full_amount", "collection_score_age",
    "collection_score_full_days", "collection_score_broken", "collection_score_answer",
    "collection_score_deadline", "collection_score_deadline_days", "collection_score_silence",
    "collection_score_silence_days", "collection_retention_months",
    "collection_statement_monthly", "collection_statement_format",
)
DEFAULTS = ("collection_scenario_id", "collector_id", *SWITCHES)


def get_waiting_domain(env):
    """:param env: :class:`~odoo.api.Environment` in superuser mode
    :return: ``Domain`` of the actions of companies in which nothing leaves by itself yet"""
    companies = env["res.company"].with_context(active_test=False).search([])
    return Domain("company_id", "in", companies._filtered_waiting_for_start().ids)


register(Hold(get_waiting_domain, _lt(
    "Reminders have not been started in this company: see its set-up page.")))


class ResCompany(models.Model):
    """What collection managers decide for their company."""

    _inherit = "res.company"

    @api.model
    def _open_collection_home(self):
        """Choose the first screen, for whoever has rights of Collection.

        A company's, which everybody reads: the platform hides a menu whose action is on a model
        that its user cannot read.

        :return: window action on the set-up page for a manager until messages leave by
            themselves, else on the work list
        """
        company = self.env.company
        manages = self.env.user.has_group("account_collection.group_collection_manager")
        if manages and not (company._is_collection_started() or company._chases_by_hand()):
            return self.env["collection.setup"]._open()
        work_list = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.collection_debtor_action_work")
        # Without one of its own it takes the address of the menu: a new tab shows the app's menus.
        return {**work_list, "path": False}

    def write(self, vals):
        """Where the day is taken back, on whatever screen, nothing leaves until the next one."""
        emptied = self.browse()
        if not vals.get("collection_started_on", True):
            emptied = self.sudo().filtered("collection_started_on")
        done = super().write(vals)
        setups = self.env["collection.setup"].sudo()
        begun = setups.search([("company_id", "in", emptied.ids)]).company_id
        setups.create([{"company_id": company.id} for company in emptied - begun])
        return done

    def _filtered_waiting_for_start(self):
        """Where neither the set-up page was ever opened nor a day entered, whoever chases has
        decided so by hand.

        :return: those whose set-up, or that of a company above them, was begun, or has a day,
            while nobody has started them: nothing leaves by itself
        """
        owners = self.sudo().browse({
            owner for company in self for owner in company._get_collection_lineage()})
        setups = self.env["collection.setup"].sudo().search_fetch(
            [("company_id", "in", owners.ids)], ["company_id"])
        begun = {*setups.company_id.ids, *owners.filtered("collection_started_on").ids}
        return self.filtered(lambda company: (
            not begun.isdisjoint(company._get_collection_lineage())
            and not company._is_collection_started()))

    def _chases_by_hand(self):
        """:return: bool, whether messages have left by themselves, in it or in its branches,
            though nobody has begun its set-up"""
        if self._is_collection_started() or self._filtered_waiting_for_start():
            return False
        return bool(self.env["collection.dispatch"].sudo().search_count(
            [("company_id", "child_of", self.id), ("sent_by_id", "=", False)], limit=1))

    def _check_collection_manager(self):
        """:raise AccessError: the user manages no collection, or not that of this company"""
        self.ensure_one()
        manages = self.env.user.has_group("account_collection.group_collection_manager")
        if not self.env.su and not (manages and self in self.env.user.company_ids):
            raise AccessError(self.env._(
                "Only a collection manager of %(company)s may set up its collection.",
                company=self.sudo().name))

    def _set_collection_settings(self, vals):
        """Change settings as a collection manager.

        :param dict vals: value by name, of :data:`SETTINGS` and :data:`DEFAULTS`; of a
            relation, the record
        :raise AccessError: the user is no collection manager of the company
        :raise ValidationError: a record is no colleague's or no scenario of the company; a branch
            would decide what its company decides
        """
        self._check_collection_manager()
        for name, value in vals.items():
            self._check_collection_setting(name, value)
        self._check_collection_delegated(vals)
        own = {name: vals[name] for name in SETTINGS if name in vals}
        self.sudo().write({
            name: getattr(value, "id", value) for name, value in own.items()})
        self._set_collection_defaults(
            {name: vals[name] for name in DEFAULTS if name in vals})

    def _check_collection_delegated(self, vals):
        if not self.parent_id:
            return
        company = self.sudo()
        for name in self._get_company_root_delegated_field_names():
            if name in vals and vals[name] != company[name]:
                raise ValidationError(self.env._(
                    "%(setting)s: %(company)s decides it for all of its branches. Change it there.",
                    setting=self._fields[name]._description_string(self.env),
                    company=company.root_id.name))

    def _check_collection_setting(self, name, value):
        if name not in SETTINGS and name not in DEFAULTS:
            raise ValueError(f"{name} is no setting of collection managers")
        if not value:
            return
        if name in ("collection_manager_id", "collector_id") and (
                value.sudo().share or self not in value.sudo().company_ids):
            raise ValidationError(self.env._(
                "%(user)s is no colleague of %(company)s. Choose a user of the company.",
                user=value.sudo().name, company=self.name))
        if name == "collection_scenario_id" and not self._takes_collection_from(
                value.sudo().company_id):
            raise ValidationError(self.env._(
                "The scenario %(scenario)s is of %(company)s. Choose one of %(current)s.",
                scenario=value.sudo().name, company=value.sudo().company_id.name,
                current=self.name))
