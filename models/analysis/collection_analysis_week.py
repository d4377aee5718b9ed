from dataclasses import dataclass
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import LazyTranslate, format_amount

from ...tools.records import as_text

_lt = LazyTranslate(__name__)

DIGEST = "account_collection.digest_collection"


@dataclass(frozen=True)
class Figure:
    """A figure of a period, and the rows that it counts.

    :ivar label: what it is called
    :ivar str model: the analysis, after ``collection.analysis.``
    :ivar str sum: the amount that is summed up; empty to count rows
    :ivar str owner: field of the user whose figure it is
    :ivar str date: the day by which it falls into the period; empty for what is so now
    :ivar tuple domain: which rows besides
    """

    label: str
    model: str
    sum: str = ""
    owner: str = "collector_id"
    date: str = "date"
    domain: tuple = ()


FIGURES = {
    "received": Figure(
        _lt("Money received"), "flow", "amount", domain=(("kind", "=", "collected"),)),
    "kept": Figure(_lt("Promises kept"), "promise", "kept_amount", date="closed_on",
                   domain=(("state", "=", "kept"),)),
    "broken": Figure(_lt("Promises broken"), "promise", "broken_amount", date="closed_on",
                     domain=(("state", "=", "broken"),)),
    "awaited": Figure(_lt("Promised for this week"), "promise", "week_amount", date="",
                      domain=(("week_amount", ">", 0),)),
    "done": Figure(_lt("Actions done"), "action", owner="user_id", date="closed_on",
                   domain=(("result", "in", ("done", "late")),)),
    "late": Figure(_lt("Actions late"), "action", owner="user_id", date="",
                   domain=(("result", "=", "overdue"),)),
}


class CollectionAnalysisWeek(models.AbstractModel):
    """My week: what the user collected, was promised and did since Monday.

    Each figure counts rows of an analysis with the rights of the user; :meth:`get_action` opens
    the same rows. It stands above the work list, and is mailed on Mondays to who wants it.
    """

    _name = "collection.analysis.week"
    _description = "My Week"

    @api.model
    def get_week(self):
        """Read the figures of the user's week, from Monday to Sunday, in the companies that are
        chosen; amounts in the currency of the main one, at the rate of the day.

        :return: dict of ``figures``, a list of dicts of ``name``, ``label`` and ``value`` as it
            is shown, and ``subscribed``: whether it is mailed to the user on Mondays
        :raise AccessError: no right to collect
        """
        monday = self._get_monday()
        values = {name: self._read(name, monday, monday + timedelta(days=6)) for name in FIGURES}
        digest = self.env.ref(DIGEST, raise_if_not_found=False)
        return {
            "subscribed": bool(digest) and self.env.user in digest.sudo().user_ids,
            "figures": [{
                "name": name, "label": self.env._(FIGURES[name].label),  # pylint: disable=gettext-variable
                "value": format_amount(self.env, value, self.env.company.currency_id)
                if FIGURES[name].sum else str(value)} for name, value in values.items()],
        }

    @api.model
    def get_action(self, figure):
        """Open what a figure of the user's week counts.

        :param str figure: a name of :meth:`get_week`
        :return: window action on the rows of the analysis
        :raise AccessError: no right to collect
        :raise UserError: there is no such figure
        """
        self.env["collection.analysis.flow"].check_access("read")
        figure = as_text(self.env, figure)
        if figure not in FIGURES:
            raise UserError(self.env._("There is no figure “%(name)s”.", name=figure))
        monday, model = self._get_monday(), FIGURES[figure].model
        action = self.env["ir.actions.act_window"]._for_xml_id(
            f"account_collection.collection_analysis_{model}_action")
        return {
            **action, "path": False, "context": {},
            "views": [(False, "list"), (False, "pivot"), (False, "graph")],
            "domain": list(self._get_domain(figure, monday, monday + timedelta(days=6)))}

    @api.model
    def subscribe(self, wanted):
        """Mail the week to the user on Mondays, or no longer.

        :param bool wanted: whether it is mailed
        :raise AccessError: no right to collect
        :raise UserError: an administrator deleted the digest
        """
        self.env["collection.analysis.flow"].check_access("read")
        digest = self.env.ref(DIGEST, raise_if_not_found=False)
        if not digest:
            raise UserError(self.env._(
                "The weekly e-mail was deleted. An administrator makes a new one under Settings, "
                "Digest Emails."))
        if wanted:
            digest.action_subscribe()
        else:
            digest.action_unsubscribe()

    # === ROWS === #

    def _get_monday(self):
        day = self.env.company._get_collection_day()
        return day - timedelta(days=day.weekday())

    def _get_domain(self, figure, first, last):
        """:return: ``Domain`` of the rows that a figure counts, between two days"""
        found = FIGURES[figure]
        domain = Domain(list(found.domain)) & Domain(found.owner, "=", self.env.uid) & Domain(
            "company_id", "in", self.env.companies.ids)
        if found.date:
            domain &= Domain(found.date, ">=", fields.Date.to_string(first)) & Domain(
                found.date, "<=", fields.Date.to_string(last))
        return domain

    def _read(self, figure, first, last):
        """:return: float or int, a figure between two days"""
        found, company = FIGURES[figure], self.env.company
        rows = self.env[f"collection.analysis.{found.model}"]
        domain = self._get_domain(figure, first, last)
        if not found.sum:
            return rows.search_count(domain)
        return sum(
            currency._convert(amount, company.currency_id, company, company._get_collection_day())
            for currency, amount in rows._read_group(
                domain, ["currency_id"], [f"{found.sum}:sum"]))
