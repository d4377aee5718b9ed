from odoo import api, fields, models
from odoo.exceptions import UserError

STATES = [
    ("invited", "Invited"),
    ("opened", "Has looked"),
    ("finished", "Says finished"),
    ("removed", "Removed"),
]


class CollectionDocumentContributor(models.Model):
    """Somebody who contributes documents to a request, and what they may see of it (C-008).

    One without function is the primary recipient. Whoever is removed keeps what was given in the
    request, and loses the way to it.
    """

    _name = "collection.document.contributor"
    _description = "Contributor"
    _inherit = ["collection.owned", "collection.document.permission"]
    _order = "request_id, id"
    _rec_name = "partner_id"
    _owner_fields = ("request_id",)

    request_id = fields.Many2one(
        "collection.document.request", required=True, readonly=True, index=True,
        ondelete="restrict")
    company_id = fields.Many2one(related="request_id.company_id")
    customer_id = fields.Many2one(related="request_id.customer_id")
    partner_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    email = fields.Char(related="partner_id.email")
    function_id = fields.Many2one(
        "collection.function", readonly=True, ondelete="restrict",
        help="Empty: the primary recipient.")
    state = fields.Selection(STATES, required=True, readonly=True, default="invited")
    invited_at = fields.Datetime(
        string="Invited on", readonly=True, required=True, default=fields.Datetime.now)
    invited_by = fields.Char(readonly=True, help="Name, kept as it was.")
    inviter_id = fields.Many2one(
        "collection.document.contributor", string="Invited by contributor", readonly=True,
        index="btree_not_null", ondelete="restrict",
        help="The contributor who invited them; empty when a colleague did.")
    opened_at = fields.Datetime(string="First opened", readonly=True)
    finished_at = fields.Datetime(string="Said finished", readonly=True)
    removed_at = fields.Datetime(string="Removed on", readonly=True)
    item_ids = fields.One2many("collection.document.item", "contributor_id", string="Documents")
    link_ids = fields.One2many("collection.link", "contributor_id", string="Personal links")
    notice_ids = fields.One2many(
        "collection.document.notice", "contributor_id", string="Messages to the contributor",
        readonly=True)

    part = fields.Char(string="Contributes as", compute="_compute_part")
    asked_count = fields.Integer(string="Asked", compute="_compute_counts")
    approved_count = fields.Integer(string="Approved", compute="_compute_counts")
    review_count = fields.Integer(string="To review", compute="_compute_counts")
    missing_count = fields.Integer(string="Missing", compute="_compute_counts")

    _partner_unique = models.UniqueIndex(
        "(request_id, partner_id) WHERE state <> 'removed'",
        "This person contributes to the request already.")

    # === COMPUTE === #

    @api.depends("partner_id", "function_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for contributor in self:
            contributor.display_name = f"{contributor.partner_id.name} ({contributor._get_part()})"

    @api.depends_context("lang")
    @api.depends("function_id")
    def _compute_part(self):
        for contributor in self:
            contributor.part = contributor.function_id.name or self.env._("Primary recipient")

    def _get_part(self):
        """:return: str, name of the function, in the language of the context"""
        self.ensure_one()
        return self.function_id.name or self.env._("primary recipient")

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

    # === CRUD === #

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A contributor is removed, never deleted."))

    # === DOCUMENTS === #
    # What a contributor owes, sees and may provide.

    def _get_own_items(self):
        """:return: the ``collection.document.item`` records asked of this contributor"""
        self.ensure_one()
        return self.request_id.item_ids.filtered(
            lambda item: item.contributor_id == self and item.state != "cancelled")

    def _get_owed_items(self):
        """:return: the own documents that this contributor has still to give; none of a request
        that has ended"""
        self.ensure_one()
        if self.request_id.state not in ("open", "paused"):
            return self.item_ids.browse()
        return self._get_own_items().filtered(lambda item: item.state in ("missing", "refused"))

    def _is_owing(self):
        """Whether something required is still missing, or was refused, and may be given."""
        self.ensure_one()
        return self.state in ("invited", "opened") and self.can_provide and any(
            item.required or item.state == "refused" for item in self._get_owed_items())

    def _get_visible_items(self):
        """The documents that this contributor may look at: the own ones and, by permission,
        those of other functions; never those of another holder of the same function (B38, C-022).

        :return: ``collection.document.item``
        """
        self.ensure_one()
        if self.request_id.state in ("expired", "cancelled"):  # nobody's business any more
            return self.item_ids.browse()
        states = set()
        if self.can_see_provided:
            states |= {"review", "refused"}
        if self.can_see_approved:
            states.add("approved")
        return self._get_own_items() | self.request_id.item_ids.filtered(lambda item: (
            item.state != "cancelled" and item.function_id != self.function_id
            and (self.can_represent or item.state in states)))

    def _get_providable_items(self):
        """:return: the documents that this contributor may provide now"""
        self.ensure_one()
        if self.state == "removed" or not self.request_id._is_door_open():
            return self.env["collection.document.item"]
        items = self._get_own_items() if self.can_provide else self.item_ids.browse()
        if self.can_represent:
            items |= self._get_visible_items()
        return items.filtered(lambda item: item.state in ("missing", "refused", "review"))

    # === STATE === #

    def _open(self):
        """Record that the page was opened for the first time."""
        fresh = self.filtered(lambda contributor: contributor.state == "invited")
        fresh.write({"state": "opened", "opened_at": fields.Datetime.now()})
        fresh._automate("opened")

    def _finish(self):
        """The contributor says "I have finished"; the reviewer is notified.

        :raise UserError: the request has ended or is paused
        """
        self.ensure_one()
        self.request_id._raise_rev()
        self.request_id._check_open()
        if self.state == "finished":
            return
        self.write({"state": "finished", "finished_at": fields.Datetime.now()})
        self.request_id._trace("contributor_finished", new=self.display_name,
                               on_behalf=self.partner_id.name)
        self._automate("finished")

    def _remove(self):
        """Like :meth:`action_remove`, for callers that have checked and taken the turn."""
        for contributor in self:
            if not contributor.function_id:
                raise UserError(self.env._(
                    "%(name)s is the primary recipient of “%(request)s”: cancel the request "
                    "instead.", name=contributor.partner_id.name,
                    request=contributor.request_id.name))
            if contributor.state == "removed":
                raise UserError(self.env._(
                    "%(name)s was removed already.", name=contributor.partner_id.name))
            others = contributor.request_id._get_holders(contributor.function_id) - contributor
            left = contributor.item_ids.filtered(lambda item: item.state in ("missing", "refused"))
            bare = left.filtered(lambda item: not item.file_ids)
            (left if others else left - bare).write({"state": "cancelled"})
            if not others:
                (left - bare)._copy_blank(contributor=None)
                bare.write({"contributor_id": False})
            contributor.write({"state": "removed", "removed_at": fields.Datetime.now()})
            contributor.link_ids._revoke()
            contributor.request_id._trace("contributor_removed", new=contributor.display_name)
        self.request_id._check_complete()

    # === BUTTONS === #

    def action_remove(self):
        """Take contributors out: their links show nothing any more; what they gave stays.

        What they have not given is asked of the next who is invited to the function; where
        others hold it too, it is not asked any more.

        :raise UserError: the primary recipient, or somebody removed already
        """
        for request, contributors in self.grouped("request_id").items():
            request._take_turn()
            contributors.sudo()._remove()
