from odoo import api, fields, models
from odoo.fields import Domain


class CollectionActionAssignment(models.Model):
    """Open actions that reach nobody: unassigned, or held by somebody who cannot act (D-087)."""

    _inherit = "collection.action"

    assignment_problem = fields.Char(
        compute="_compute_assignment_problem", search="_search_assignment_problem",
        help="Why whoever owes or receives it cannot, in words.")

    def _get_assignment_checks(self):
        """What may keep an action from reaching somebody, the gravest first.

        :return: list of (domain on open actions, sentence)
        """
        _ = self.env._
        owed, judged = Domain("state", "!=", "validating"), Domain("state", "=", "validating")

        def turn(condition):
            """The same condition on whoever has the next move."""
            field, *rest = condition
            return (owed & Domain(f"responsible_id{field}", *rest)) | (
                judged & Domain(f"validator_id{field}", *rest))

        external = Domain("function_id.kind", "=", "external") & owed
        return [
            (Domain("unassigned", "=", True), _("Nobody holds the function that owes it")),
            (Domain("user_id.active", "=", False) & Domain("user_id", "!=", False),
             _("Its holder's user is archived")),
            (turn((".active", "=", False)) & turn(("", "!=", False)),
             _("Its holder is archived")),
            (external & Domain("responsible_id", "!=", False)
             & ~self._reaches_portal(),
             _("Its holder has no portal access")),
            (external & Domain("responsible_id", "!=", False)
             & ~Domain.OR(self._reaches_portal(company) & Domain("company_id", "=", company.id)
                          for company in self.env["res.company"].sudo().search([])),
             _("Its holder's portal user has no access to this company")),
            (turn((".email", "=", False)) & turn(("", "!=", False)),
             _("Its holder has no e-mail address")),
            (Domain("recipient_function_id", "!=", False) & Domain("recipient_ids", "=", False),
             _("Nobody holds the function that receives it")),
            (Domain("recipient_ids", "any", [("email", "=", False)]),
             _("Its recipient has no e-mail address")),
        ]

    def _reaches_portal(self, company=None):
        """:return: domain of actions whose holder, or somebody of that firm, can log in"""
        users = Domain("company_ids", "in", company.ids) if company else Domain.TRUE
        people = self.env["res.partner"].sudo().with_context(active_test=True)._search(
            Domain("user_ids", "any", users & Domain("active", "=", True)))
        return Domain("responsible_id", "in", people) | Domain(
            "responsible_id", "in", people.subselect("commercial_partner_id"))

    @api.depends_context("lang")
    @api.depends("state", "unassigned", "user_id", "responsible_id", "validator_id",
                 "recipient_ids")
    def _compute_assignment_problem(self):
        """One query a reason, however many actions are shown."""
        problems = {}
        actions = Domain("id", "in", self.ids) & Domain("state", "!=", "closed")
        for domain, sentence in self._get_assignment_checks():
            for action_id in self.sudo()._search(actions & domain):
                problems.setdefault(action_id, sentence)
        for action in self:
            action.assignment_problem = problems.get(action._origin.id, False)

    def _search_assignment_problem(self, operator, value):
        if operator not in ("in", "not in") or set(value) - {False}:
            return NotImplemented
        found = self.sudo()._search(Domain("state", "!=", "closed") & Domain.OR(
            domain for domain, _sentence in self._get_assignment_checks()))
        return [("id", "not in" if operator == "in" else "in", found)]

    def action_open_assign(self):
        """:return: window action on the dialog that names the holder of a function"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Who holds it?"),
            "res_model": "collection.action.assign",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_action_id": self.id},
        }
