from odoo import api, fields, models


class CollectionDocumentContributor(models.Model):
    """What the list of contributors shows of each."""

    _inherit = "collection.document.contributor"

    part = fields.Char(string="Contributes as", compute="_compute_part")
    asked_count = fields.Integer(string="Asked", compute="_compute_counts")
    approved_count = fields.Integer(string="Approved", compute="_compute_counts")
    review_count = fields.Integer(string="To review", compute="_compute_counts")
    missing_count = fields.Integer(string="Missing", compute="_compute_counts")

    @api.depends_context("lang")
    @api.depends("function_id")
    def _compute_part(self):
        for contributor in self:
            contributor.part = contributor.function_id.name or self.env._("Primary recipient")

    @api.depends("item_ids.state")
    def _compute_counts(self):
        counts = {}
        for contributor, state, count in self.env["collection.document.item"]._read_group(
                [("contributor_id", "in", self.ids), ("state", "!=", "cancelled")],
                ["contributor_id", "state"], ["__count"]):
            counts.setdefault(contributor.id, {})[state] = count
        for contributor in self:
            found = counts.get(contributor._origin.id, {})
            contributor.asked_count = sum(found.values())
            contributor.approved_count = found.get("approved", 0)
            contributor.review_count = found.get("review", 0)
            contributor.missing_count = found.get("missing", 0) + found.get("refused", 0)


class CollectionDocumentTemplateFunction(models.Model):
    """A function that may still be invited, as the request's form lists it (C-015)."""

    _inherit = "collection.document.template.function"

    asked_names = fields.Char(string="Provides", compute="_compute_asked_names")

    @api.depends("template_id.item_ids.function_id")
    def _compute_asked_names(self):
        for line in self:
            line.asked_names = ", ".join(line.template_id.item_ids.filtered(
                lambda item, line=line: item.function_id == line.function_id).mapped("name"))

    def action_open_invite(self):
        """:return: window action on the dialog that invites somebody to this function, for the
            request in the context"""
        self.ensure_one()
        request = self.env["collection.document.request"].browse(
            self.env.context.get("collection_request_id"))
        action = request.action_open_invite()
        action["context"]["default_function_id"] = self.function_id.id
        return action
