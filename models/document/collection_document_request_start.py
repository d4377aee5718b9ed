from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.records import as_record


class CollectionDocumentRequest(models.Model):
    """How a request starts: the template copied, the primary recipient its first contributor."""

    _inherit = "collection.document.request"

    @api.model
    def start(self, template, customer, *, partner=None, action=None, due=None, notify=True):
        """Ask for the documents of a template.

        :param template: ``collection.document.template``
        :param customer: ``res.partner``; the request is on its commercial entity
        :param partner: ``res.partner`` of the primary recipient; by default the customer
        :param action: ``collection.action`` of kind *documents* that the request answers
        :param due: its last day; by default the template's days from now
        :param bool notify: write to the primary recipient, also where no automation does
        :return: the new request
        :raise UserError: a template that asks for nothing, of another company or archived; an
            action that is closed, of another kind or customer; a recipient without e-mail
        :raise AccessError: a customer outside of the user's portfolio
        """
        template = as_record(self.env, "collection.document.template", template)
        template.check_access("read")
        customer = as_record(self.env, "res.partner", customer).commercial_partner_id
        customer.check_access("read")
        action = as_record(self.env, "collection.action", action)
        action.check_access("read")
        company = action.company_id or self.env.company
        customer.with_company(company)._check_collection_portfolio(action.sudo().sequence_id)
        self._check_start(template.sudo(), customer, action.sudo(), company)
        partner = as_record(self.env, "res.partner", partner) or customer
        partner.check_access("read")
        due = fields.Date.to_date(due) or (
            company._get_collection_day() + timedelta(days=template.due_days))
        request = self.sudo().create(self._prepare_start_vals(
            template.sudo(), customer, partner, action, company, due))
        request._trace("documents_requested", data={"template": template.id})
        request._invite(request.env["collection.function"], partner.sudo(), notify=notify)
        return self.browse(request.id)

    def _check_start(self, template, customer, action, company):
        _ = self.env._
        if not template or not template.active:
            raise UserError(_("Choose which documents to ask for."))
        if template.company_id and template.company_id != company:
            raise UserError(_(
                "“%(template)s” is of %(company)s.", template=template.name,
                company=template.company_id.name))
        if not template.item_ids:
            raise UserError(_("“%(template)s” asks for no document.", template=template.name))
        if not customer:
            raise UserError(_("Say of which customer the documents are asked."))
        if action and (action.kind, action.customer_id) != ("documents", customer):
            raise UserError(_(
                "“%(action)s” is no document request of %(customer)s.", action=action.name,
                customer=customer.name))
        if action.state == "closed":
            raise UserError(action._get_closed_message())
        if action.document_request_ids.filtered(lambda one: one.state in ("open", "paused")):
            raise UserError(_(
                "A request of “%(action)s” is under way already. Open that one.",
                action=action.name))

    def _prepare_start_vals(self, template, customer, partner, action, company, due):
        """:return: values of a request that copies its template"""
        lang = partner._get_collection_langs(company)[partner.id]
        template = template.with_context(lang=lang)
        today = company._get_collection_day()
        return {
            "name": f"{template.name} – {customer.name}",
            "template_id": template.id,
            "customer_id": customer.id,
            "company_id": company.id,
            "partner_id": partner.id,
            "action_id": action.id,
            "introduction": template.introduction,
            "due": due,
            "item_ids": [fields.Command.create({
                **item._prepare_paper_vals(),
                "template_item_id": item.id,
                "due": min(due, today + timedelta(days=item.due_days)) if item.due_days else due,
            }) for item in template.item_ids],
        }
