from odoo import api, fields, models


class CollectionSequenceLaunchLine(models.TransientModel):
    """Who will hold one function of the template, to be checked and put right (D-009)."""

    _name = "collection.sequence.launch.line"
    _description = "Participant of a Sequence to Launch"
    _order = "id"

    launch_id = fields.Many2one("collection.sequence.launch", required=True, ondelete="cascade")
    function_id = fields.Many2one("collection.function", required=True, readonly=True)
    kind = fields.Selection(related="function_id.kind")
    user_id = fields.Many2one("res.users", domain="[('share', '=', False)]")
    contact_id = fields.Many2one("res.partner")
    needed_now = fields.Boolean(
        string="First step", compute="_compute_needed_now",
        help="The first step needs someone to hold this function.")
    problem = fields.Char(compute="_compute_problem")
    severity = fields.Selection(
        [("ok", "Ready"), ("warning", "To check"), ("blocking", "Missing")],
        compute="_compute_problem")

    @api.depends("launch_id.content_ids")
    def _compute_needed_now(self):
        for line in self:
            contents = line.launch_id.content_ids
            owing = contents.function_id | contents.filtered(
                "needs_validation").validator_function_id
            line.needed_now = line.function_id in owing

    @api.depends("user_id", "contact_id", "needed_now")
    def _compute_problem(self):
        for line in self:
            line.problem = line._find_problem()
            missing = not (line.user_id or line.contact_id)
            line.severity = (
                "ok" if not line.problem
                else "blocking" if missing and line.needed_now else "warning")

    def _find_problem(self):
        """:return: what keeps the holder from acting or receiving, in words, or False (D-087)"""
        partner = self.sudo().user_id.partner_id or self.contact_id
        if not partner:
            return self.env._("Nobody holds it yet")
        if self.user_id and not self.user_id.active:
            return self.env._("This user is archived")
        if not partner.active:
            return self.env._("This contact is archived")
        if not partner.email:
            return self.env._("No e-mail address")
        return False

    def _get_participant_vals(self):
        """:return: list of participant values: function, user, contact"""
        return [{
            "function_id": line.function_id.id,
            "user_id": line.user_id.id if line.kind == "internal" else False,
            "contact_id": False if line.kind == "internal" else line.contact_id.id,
        } for line in self]
