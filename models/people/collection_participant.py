from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.clauses import join_label
from ...tools.own_context import is_own, with_own


class CollectionParticipant(models.Model):
    """Who holds a function: for a customer by default, or within one sequence (B2).

    Resolution goes sequence, customer, the function's default holder. A change within a
    sequence moves every open action to the new holder and is traced; what was done stays with
    whoever did it (D-033 to D-036, B8).
    """

    _name = "collection.participant"
    _description = "Collection Participant"
    _inherit = ["collection.portfolio"]
    _order = "function_position, id"
    _rec_name = "partner_id"
    _owner_fields = ("customer_id", "company_id", "sequence_id")

    customer_id = fields.Many2one(
        "res.partner", required=True, index=True, ondelete="restrict",
        default=lambda self: self._default_customer_id())
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company)
    sequence_id = fields.Many2one("collection.sequence", index=True, ondelete="restrict")
    function_id = fields.Many2one("collection.function", required=True, ondelete="restrict")
    function_position = fields.Integer(related="function_id.position", store=True)
    kind = fields.Selection(related="function_id.kind")
    user_id = fields.Many2one(
        "res.users", string="User", ondelete="restrict", domain="[('share', '=', False)]")
    contact_id = fields.Many2one("res.partner", string="Contact", ondelete="restrict")
    partner_id = fields.Many2one(
        "res.partner", string="Holder", compute="_compute_partner_id", store=True)
    propagate = fields.Boolean(
        string="Apply to open sequences", default=True,
        help="A change of the customer's default also replaces this holder in the sequences "
        "under way, unless another one was chosen there.",
    )

    _holder_check = models.Constraint(
        "CHECK(user_id IS NULL OR contact_id IS NULL)",
        "A function is held by a user or by a contact, not by both.",
    )
    _customer_function_unique = models.UniqueIndex(
        "(customer_id, company_id, function_id) WHERE sequence_id IS NULL",
        "The customer already has a holder of this function. Change that line instead.",
    )
    _sequence_function_unique = models.UniqueIndex(
        "(sequence_id, function_id) WHERE sequence_id IS NOT NULL",
        "The sequence already has a holder of this function. Change that line instead.",
    )

    def _default_customer_id(self):
        sequence = self.env["collection.sequence"].browse(
            self.env.context.get("default_sequence_id"))
        return sequence.customer_id

    @api.depends("user_id.partner_id", "contact_id")
    def _compute_partner_id(self):
        for participant in self:
            user = participant.sudo().user_id
            participant.partner_id = user.partner_id or participant.contact_id

    @api.onchange("function_id")
    def _onchange_function_id(self):
        if self.kind == "internal":
            self.contact_id = False
        else:
            self.user_id = False

    @api.constrains("function_id", "user_id", "contact_id")
    def _check_holder(self):
        for participant in self:
            internal = participant.kind == "internal"
            if participant.user_id and not internal:
                raise ValidationError(self.env._(
                    "%(function)s is not an internal function: give it a contact, not the user "
                    "%(user)s.", function=participant.function_id.name,
                    user=participant.user_id.name))
            if participant.contact_id and internal:
                raise ValidationError(self.env._(
                    "%(function)s is an internal function: give it a user, not the contact "
                    "%(contact)s.", function=participant.function_id.name,
                    contact=participant.contact_id.name))
            if participant.sudo().user_id.share:
                raise ValidationError(self.env._(
                    "%(user)s has portal access only and cannot hold the internal function "
                    "%(function)s.", user=participant.user_id.name,
                    function=participant.function_id.name))

    @api.constrains("customer_id", "sequence_id")
    def _check_sequence(self):
        for participant in self.sudo().filtered("sequence_id"):
            sequence = participant.sequence_id
            if sequence.customer_id != participant.customer_id:
                raise ValidationError(self.env._(
                    "%(sequence)s belongs to another customer than its participant %(name)s.",
                    sequence=sequence.display_name, name=participant.partner_id.name))

    @api.depends_context("lang")
    @api.depends("function_id", "partner_id")
    def _compute_display_name(self):
        for participant in self:
            holder = participant.partner_id.name or self.env._("nobody")
            participant.display_name = join_label(
                self.env, participant.function_id.name, holder)

    def _get_launched_sequence(self):
        return self.sequence_id

    @api.model_create_multi
    def create(self, vals_list):
        sequences = self.env["collection.sequence"].browse(
            {vals["sequence_id"] for vals in vals_list if vals.get("sequence_id")})
        by_id = {sequence.id: sequence for sequence in sequences}  # read together
        for vals in vals_list:
            if vals.get("sequence_id"):
                sequence = by_id[vals["sequence_id"]]
                vals.setdefault("customer_id", sequence.customer_id.id)
                vals["company_id"] = sequence.company_id.id
        with self._moving_open_actions(self._get_affected_sequences(vals_list)):
            participants = super().create(vals_list)
            participants._propagate_to_sequences({})
        return participants

    def write(self, vals):
        before = {participant.id: participant.partner_id for participant in self}
        with self._moving_open_actions(self._get_affected_sequences()):
            result = super().write(vals)
            if not {"user_id", "contact_id", "function_id"}.isdisjoint(vals):
                self._propagate_to_sequences(before)
        return result

    def unlink(self):
        with self._moving_open_actions(self._get_affected_sequences()):
            return super().unlink()

    def _get_affected_sequences(self, vals_list=()):
        """Sequences whose functions may pass to somebody else by a change of these lines.

        :param vals_list: values of lines about to be created
        :return: ``collection.sequence``: the lines' own, and the customers' open ones
        """
        if is_own(self, "collection_launching"):
            return self.env["collection.sequence"]
        own = self.sequence_id.ids + [vals.get("sequence_id") for vals in vals_list]
        customers = self.filtered(lambda p: not p.sequence_id).customer_id.ids + [
            vals.get("customer_id") for vals in vals_list if not vals.get("sequence_id")]
        return self.env["collection.sequence"].sudo().search([
            "|", ("id", "in", [sequence for sequence in own if sequence]),
            "&", ("customer_id", "in", [customer for customer in customers if customer]),
            ("state", "in", ("running", "paused")),
        ])

    @contextmanager
    def _moving_open_actions(self, sequences):
        """Run a change of participants as a command of the sequences it affects."""
        if not sequences or is_own(self, "collection_moving_actions"):
            yield
            return
        self.sequence_id.check_access("write")
        sequences = sequences.sudo()
        sequences._raise_rev()
        before = {sequence: sequence._get_holders() for sequence in sequences}
        named = {sequence: sequence._get_named_holders() for sequence in sequences}
        yield
        self.env.flush_all()
        for sequence in sequences:
            sequence._apply_holders(before[sequence], named[sequence])

    def _propagate_to_sequences(self, before):
        """Carry a change of the customer's default into the open sequences' own lines (B2).

        :param dict before: holder's partner by participant id, empty for new participants
        """
        defaults = self.filtered(lambda p: not p.sequence_id and p.propagate and p.partner_id)
        if not defaults:
            return
        rows = with_own(self.sudo(), "collection_moving_actions").search([
            ("customer_id", "in", defaults.customer_id.ids),
            ("function_id", "in", defaults.function_id.ids),
            ("sequence_id.state", "in", ("running", "paused")),
        ])
        nobody = self.env["res.partner"]
        for default in defaults:
            replaced = before.get(default.id, nobody)
            rows.filtered(lambda row, default=default, replaced=replaced: (
                row.customer_id == default.customer_id
                and row.company_id._takes_collection_from(default.company_id)
                and row.function_id == default.function_id
                and row.partner_id in (replaced, nobody)
            )).write({"user_id": default.user_id.id, "contact_id": default.contact_id.id})
