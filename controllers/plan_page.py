import logging
from secrets import token_urlsafe

from odoo import http
from odoo.exceptions import UserError
from odoo.http import content_disposition, request
from odoo.tools import format_date

from ..models.message.message import PDF
from ..models.plan import plan_text
from ..models.plan.collection_payment_plan_decision import PROPOSABLE
from .page_base import PageBase, harden

_logger = logging.getLogger(__name__)

_PATH = "/collection/<string:token>/plan/<int:plan_id>"


class PlanPage(PageBase, http.Controller):
    """A payment plan on the debtor's personal page: read, accepted or refused there."""

    @http.route(_PATH, type="http", auth="public", methods=["GET"], sitemap=False)
    def show_plan(self, token, plan_id, refused=None, **_query):
        link, plan = self._find_plan(token, plan_id)
        if not plan:
            return self._render_unknown()
        link._use()
        return self._show_plan(link, token, plan, answered="refused" if refused else "")

    @http.route(_PATH, type="http", auth="public", methods=["POST"], sitemap=False)
    def decide_plan(self, token, plan_id, **_post):
        form = request.httprequest.form  # without files, which are no texts
        decision, name, text = (form.get(part, "") for part in ("decision", "name", "text"))
        link, plan = self._find_plan(token, plan_id)
        if not plan:
            return self._render_unknown()
        try:
            link._use()
            if request.env.user._is_internal():
                raise UserError(link.env._("Only the customer answers here."))
            if decision == "refuse":
                plan._refuse_on_page(link, form.get("key", ""), text)
                return harden(request.redirect(
                    f"/collection/{token}/plan/{plan.id}?refused=1", code=303))
            if decision != "accept":  # whoever signs says so, nothing else is taken for it
                raise UserError(link.env._("Reload the page, and try again."))
            if not form.get("read"):
                raise UserError(link.env._("Tick that you have read the plan."))
            hindrance = plan._accept_on_page(link, name)
        except UserError as refusal:
            return self._show_plan(
                link, token, plan, error=str(refusal), name=name, text=text, status=422)
        if hindrance:
            return self._show_plan(link, token, plan, error=hindrance, status=409)
        _logger.info("%s accepted through %s from %s", plan, link, request.httprequest.remote_addr)
        return harden(request.redirect(f"/collection/{token}/plan/{plan.id}", code=303))

    @http.route(f"{_PATH}/pdf", type="http", auth="public", methods=["GET"], sitemap=False)
    def print_plan(self, token, plan_id, **_query):
        link, plan = self._find_plan(token, plan_id)
        if not plan:
            return self._render_unknown()
        try:
            link._try_print_turn(link.customer_id)
        except UserError as refusal:
            return self._show_plan(link, token, plan, error=str(refusal), status=429)
        return harden(request.make_response(plan_text.print_plan(plan), headers=[
            ("Content-Type", PDF),
            ("Content-Disposition", content_disposition(
                plan_text.get_filename(plan), "inline"))]))

    # === IN AND OUT === #

    def _find_plan(self, token, plan_id):
        """:param str token: as a stranger gave it
        :param int plan_id: as a stranger gave it
        :return: (``collection.link``, ``collection.payment.plan`` that it shows), in superuser
            mode and the reader's language; empty ones where nothing may be shown"""
        link = self._open(token, ("customer",))
        plan = link.env["collection.payment.plan"]._find_of_link(link, plan_id)
        return link, plan

    def _show_plan(
            self, link, token, plan, *, answered="", error="", name="", text="", status=200):
        env = link.env
        due, is_colleague = plan._get_next_instalment(), request.env.user._is_internal()
        return self._render("account_collection.collection_plan_page", status, link.company_id, {
            "link": link, "token": token, "plan": plan, "error": error, "answered": answered,
            "name": name, "text": text, "key": token_urlsafe(12),
            "read_only": is_colleague, "contact": link._get_contact(),
            "hindrance": plan._find_hindrance() if plan.state != "accepted" else "",
            "can_propose": not is_colleague and not answered and plan.state in PROPOSABLE,
            "accepted": plan_text.describe_acceptance(plan),
            "payment": plan_text.prepare_payment(plan) if due else None,
            "until": format_date(env, plan.valid_until, date_format="long"),
            "payable": plan._get_payable_items(link),
            "next_due": plan_text.describe_due(due),
            "day": format_date(env, link.company_id._get_collection_day(), date_format="long"),
            "expires": format_date(env, link.expires_at, date_format="long"),
        })
