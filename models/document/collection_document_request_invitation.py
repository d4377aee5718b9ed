from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.dialogs import open_dialog
from ...tools.records import as_day, as_record
from ..action.channels import get_channel


class CollectionDocumentRequest(models.Model):
    """Starting a request and inviting people to it, by function (C-013 to C-016, B37, B38).

    The template is copied; the primary recipient is the first contributor.
    """

    _inherit = "collection.document.request"

    # === START === #

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
        due = as_day(self.env, due) or (
            company._get_collection_day() + timedelta(days=template.due_days))
        request = self.sudo().create(self._prepare_start_vals(
            template.sudo(), customer, partner, action, company, due))
        request._trace("documents_requested", data={"template": template.id})
        request._invite(request.env["collection.function"], partner.sudo(), notify=notify)
        return self.browse(request.id)

    def _check_start(self, template, customer, action, company):
        """:raise UserError: why a request cannot start"""
        _ = self.env._
        if not template or not template.active:
            raise UserError(_("Choose which documents to ask for."))
        if not company._takes_collection_from(template.company_id):
            raise UserError(_(
                "“%(template)s” is of %(company)s.", template=template.name,
                company=template.company_id.name))
        if not template.item_ids:
            raise UserError(_("“%(template)s” asks for no document.", template=template.name))
        if not customer:
            raise UserError(_("Choose the customer whom the documents are asked of."))
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

    # === INVITATION === #

    def invite(self, function, partner, *, notify=False):
        """Invite somebody to contribute.

        The template's automation writes to everybody who is invited; without one, ``notify``
        does.

        :param function: ``collection.function``, one of the template's with room for one more
        :param partner: ``res.partner`` with an e-mail address
        :param bool notify: write to them, also where no automation does
        :return: the new ``collection.document.contributor``
        :raise UserError: no room left, the same person twice, no address; a request that has
            ended or is paused
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        request = self._take_turn()
        function = as_record(request.env, "collection.function", function)
        partner = as_record(self.env, "res.partner", partner)
        partner.check_access("read")
        if not partner:
            raise UserError(self.env._("Choose whom to invite."))
        if not function:
            raise UserError(self.env._("Choose what %(name)s contributes as.", name=partner.name))
        contributor = request._invite(function, partner.sudo(), notify=notify)
        return self.env["collection.document.contributor"].browse(contributor.id)

    def _invite(self, function, partner, *, notify, by=None):
        """Like :meth:`invite`, for callers that have checked and taken the turn.

        :param function: empty for the primary recipient
        :param by: the ``collection.document.contributor`` who invites, if one does
        """
        self._check_open()
        self._check_invitation(function, partner)
        line = self.template_id.function_ids.filtered(lambda line: line.function_id == function)
        contributor = self.env["collection.document.contributor"].create({
            "request_id": self.id, "partner_id": partner.id, "function_id": function.id,
            "invited_by": by.partner_id.name if by else self.env.user.name,
            "inviter_id": by.id if by else False,
            **(line._prepare_permission_vals() if line else {}),
        })
        self._give_items(contributor)
        self._trace("contributor_invited", new=contributor.display_name,
                    on_behalf=by.partner_id.name if by else "")
        if not contributor._automate("invited") and notify:
            contributor._send_invitation()
        return contributor

    def _check_invitation(self, function, partner):
        """:raise UserError: why somebody cannot contribute as a function"""
        _ = self.env._
        partner.ensure_one()
        problem = get_channel("email").find_address_problem(partner)
        if problem:
            raise UserError(_(
                "%(problem)s The invitation would reach nobody: enter the address first.",
                problem=problem))
        if not partner.active:
            raise UserError(_("%(name)s is archived.", name=partner.name))
        if partner in self._get_active_contributors().partner_id:
            raise UserError(_(
                "%(name)s contributes to “%(request)s” already.", name=partner.name,
                request=self.name))
        if not function:
            return
        line = self.template_id.function_ids.filtered(lambda line: line.function_id == function)
        if not line:
            raise UserError(_(
                "%(function)s does not contribute to “%(request)s”.", function=function.name,
                request=self.name))
        if line.most and len(self._get_holders(function)) >= line.most:
            raise UserError(_(
                "“%(request)s” takes %(most)s × %(function)s, and has them. Remove somebody "
                "first.", request=self.name, most=line.most, function=function.name))

    def _give_items(self, contributor):
        """Ask a contributor for the documents of the function.

        What nobody holds is taken over, who comes back has what they gave; of all else there is
        a blank copy: nobody answers with the papers of somebody else (B38).
        """
        asked = self.item_ids.filtered(lambda item: item.function_id == contributor.function_id)
        taken = asked.filtered(lambda item: item.state != "cancelled" and (
            not item.contributor_id or item.contributor_id.state == "removed"
            and item.contributor_id.partner_id == contributor.partner_id))
        taken.write({"contributor_id": contributor.id})
        known = {item._get_key() for item in taken}
        others = {item._get_key(): item for item in asked.sorted("id", reverse=True)}
        asked.browse([item.id for key, item in others.items() if key not in known]).sorted(
            lambda item: (item.position, item.id))._copy_blank(contributor)

    # === CONTRIBUTORS === #

    def _get_active_contributors(self):
        """:return: the contributors who were not removed"""
        return self.contributor_ids.filtered(lambda contributor: contributor.state != "removed")

    def _get_holders(self, function):
        """:return: the contributors who hold a function now; of an empty one, the primary
        recipient"""
        return self._get_active_contributors().filtered(
            lambda contributor: contributor.function_id == function)

    def _get_available_functions(self):
        """:return: ``collection.function`` records of which one more may be invited"""
        self.ensure_one()
        return self.template_id.function_ids.filtered(lambda line: (
            not line.most or len(self._get_holders(line.function_id)) < line.most)).function_id

    # === BUTTONS === #

    def action_open_start(self):
        """:return: window action on the dialog that asks for documents"""
        names = ("default_customer_id", "default_template_id")
        return self._get_start_action({
            name: self.env.context[name] for name in names if name in self.env.context})

    @api.model
    def _get_start_action(self, context):
        """:return: window action on the dialog that asks for documents

        :param dict context: defaults of the dialog
        """
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.collection_document_start_action")
        return {**action, "context": context}

    def action_open_invite(self):
        """:return: window action on the dialog that invites somebody to contribute"""
        self.ensure_one()
        return open_dialog(
            "collection.document.invite", self.env._("Invite a contributor"),
            default_request_id=self.id)
