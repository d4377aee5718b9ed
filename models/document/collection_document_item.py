from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

STATES = [
    ("missing", "Missing"),
    ("review", "To review"),
    ("approved", "Approved"),
    ("refused", "Refused"),
    ("cancelled", "Not asked any more"),
]


class CollectionDocumentItem(models.Model):
    """A document asked of one contributor in one request, and what became of it (C-023).

    It copies what its template said. While nobody holds its function, it waits for whoever is
    invited.
    """

    _name = "collection.document.item"
    _description = "Requested Document"
    _inherit = ["collection.document.paper", "collection.upload",
                "mail.thread.main.attachment"]
    _order = "request_id, contributor_id, position, id"
    _mail_post_access = "read"

    name = fields.Char(translate=False, readonly=True)
    explanation = fields.Html(translate=False)
    request_id = fields.Many2one(
        "collection.document.request", required=True, readonly=True, index=True,
        ondelete="restrict")
    company_id = fields.Many2one(related="request_id.company_id", store=True)
    customer_id = fields.Many2one(related="request_id.customer_id", store=True, index=True)
    user_id = fields.Many2one(related="request_id.user_id", store=True)
    function_id = fields.Many2one(string="Function")
    request_state = fields.Selection(related="request_id.state", string="State of the request")
    template_item_id = fields.Many2one(
        "collection.document.template.item", readonly=True, ondelete="set null")
    contributor_id = fields.Many2one(
        "collection.document.contributor", readonly=True, index=True, ondelete="restrict",
        help="Who provides it. Empty while nobody holds the function.")
    due = fields.Date(string="Due on", readonly=True)
    expiry = fields.Date(string="Valid until", readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="missing", index=True,
                             group_expand="_expand_states")
    late = fields.Boolean(compute="_compute_late", search="_search_late")
    refusal = fields.Text(string="Why refused", readonly=True, help="The contributor reads it.")
    provided_at = fields.Datetime(string="Provided on", readonly=True)
    provided_by = fields.Char(string="Provided by", readonly=True, help="Name, kept as it was.")
    reviewed_at = fields.Datetime(string="Reviewed on", readonly=True)
    reviewed_by_id = fields.Many2one("res.users", string="Reviewed by", readonly=True)
    file_ids = fields.One2many(
        "collection.document.file", "item_id", string="Files", domain=[("set_aside", "=", False)])
    file_count = fields.Integer(string="Number of files", compute="_compute_file_count")

    def _expand_states(self, states, domain):
        """:return: the states that the board shows, also without a document in them"""
        return list(dict.fromkeys(["missing", "review", "approved", "refused", *states]))

    @api.depends("file_ids")
    def _compute_file_count(self):
        counts = dict(self.env["collection.document.file"]._read_group(
            [("item_id", "in", self.ids), ("set_aside", "=", False)], ["item_id"], ["__count"]))
        for item in self:
            item.file_count = counts.get(item._origin, 0)

    @api.depends("due", "state")
    def _compute_late(self):
        today = fields.Date.context_today(self)
        for item in self:
            item.late = item.state in ("missing", "refused") and item.due and item.due < today

    def _search_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("state", "in", ("missing", "refused")), ("request_state", "=", "open"),
                ("due", "<", fields.Date.context_today(self))]

    def write(self, vals):
        if not self.env.su and not set(vals) <= {"message_follower_ids", "message_partner_ids",
                                                 "message_main_attachment_id"}:
            raise AccessError(self.env._(
                "A requested document changes by its buttons (provide, approve, refuse, reopen), "
                "never by editing it."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._(
            "“%(item)s” is part of the customer's history and is never deleted.",
            item=self[:1].name))

    def _creation_message(self):
        return self.env._("Document requested")

    def _copy_blank(self, contributor):
        """Ask for the same documents once more, of somebody else.

        :param contributor: ``collection.document.contributor``, or None for whoever is invited
        :return: the new items
        """
        return self.create([{
            **item._prepare_paper_vals(), "request_id": item.request_id.id,
            "template_item_id": item.template_item_id.id, "due": item.due,
            "contributor_id": contributor.id if contributor else False,
        } for item in self])

    def _get_key(self):
        """:return: what tells the same document in the copies of several contributors"""
        self.ensure_one()
        return self.template_item_id.id or self.name

    def _leave_removed(self):
        """What a removed contributor would have to give anew is asked of who holds the function.

        Whoever was invited since has an own copy; for nobody yet, a blank one waits.
        """
        gone = self.filtered(lambda item: (
            item.state in ("missing", "refused") and item.contributor_id.state == "removed"))
        gone.write({"state": "cancelled"})
        for item in gone:
            request = item.request_id
            waits = request.item_ids.filtered(lambda other, item=item: (
                not other.contributor_id and other.state == "missing"
                and other.function_id == item.function_id
                and other._get_key() == item._get_key()))
            if not waits and not request._get_holders(item.function_id):
                item._copy_blank(None)

    def _get_full_name(self):
        """:return: the document and of whom it is asked, for colleagues"""
        self.ensure_one()
        who = self.contributor_id.partner_id.name or self.function_id.name
        return f"{self.name} ({who})" if who else self.name
