from odoo import models
from odoo.exceptions import UserError

from ...tools.records import as_record


class CollectionDocumentRequest(models.Model):
    """Inviting people to contribute, by function (C-013 to C-016, B37, B38)."""

    _inherit = "collection.document.request"

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

    def _check_invitation(self, function, partner):
        _ = self.env._
        partner.ensure_one()
        problem = self.env["collection.action"]._find_address_problem(partner, "email")
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

    def _get_active_contributors(self):
        """:return: the contributors who were not removed"""
        return self.contributor_ids.filtered(lambda contributor: contributor.state != "removed")

    def _get_holders(self, function):
        """:return: the contributors who hold a function now; an empty one: the primary recipient"""
        return self._get_active_contributors().filtered(
            lambda contributor: contributor.function_id == function)

    def _get_available_functions(self):
        """:return: functions of which one more may be invited"""
        self.ensure_one()
        return self.template_id.function_ids.filtered(lambda line: (
            not line.most or len(self._get_holders(line.function_id)) < line.most)).function_id
