import hashlib

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ...tools.dialogs import open_dialog
from ...tools.records import as_day, as_text, in_company_language
from ..collection_upload import Sender

STATES = [
    ("missing", "Missing"),
    ("review", "To review"),
    ("approved", "Approved"),
    ("refused", "Not accepted"),
    ("cancelled", "Not asked any more"),
]

#: Files that are given at once: each page of a document may be a photo.
MOST_FILES = 20

_NOT_REVIEWED = {"reviewed_at": False, "reviewed_by_id": False}


class CollectionDocumentItem(models.Model):
    """A document asked of one contributor in one request, and what became of it (C-023).

    It copies its template's document. While nobody holds its function, it waits for whoever is
    invited.
    """

    _name = "collection.document.item"
    _description = "Requested Document"
    _inherit = ["collection.owned", "collection.document.paper", "collection.upload",
                "mail.thread.main.attachment"]
    _owner_fields = ("request_id",)
    _copied_texts = ("refusal",)
    _order = "request_id, contributor_id, position, id"
    _mail_post_access = "read"

    name = fields.Char(translate=False, readonly=True)
    explanation = fields.Html(translate=False)
    request_id = fields.Many2one(
        "collection.document.request", required=True, readonly=True, index=True,
        ondelete="restrict")
    request_state = fields.Selection(related="request_id.state", string="State of the request")
    company_id = fields.Many2one(related="request_id.company_id", store=True)
    customer_id = fields.Many2one(related="request_id.customer_id", store=True, index=True)
    user_id = fields.Many2one(related="request_id.user_id", store=True)
    function_id = fields.Many2one(string="Function")
    template_item_id = fields.Many2one(
        "collection.document.template.item", readonly=True, ondelete="set null")
    contributor_id = fields.Many2one(
        "collection.document.contributor", readonly=True, index=True, ondelete="restrict",
        help="Who provides it. Empty while nobody holds the function.")
    contributor_name = fields.Char(
        string="Asked of", compute="_compute_contributor_name",
        help="Who provides it, or the function that nobody holds yet.")
    due = fields.Date(string="Due on", readonly=True)
    expiry = fields.Date(string="Valid until", readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="missing",
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
    all_file_ids = fields.One2many(
        "collection.document.file", "item_id", string="Files given",
        help="Also those that were set aside.")
    main_mimetype = fields.Char(related="message_main_attachment_id.mimetype")

    #: read by lists of what waits, for the contributor or for us; in the end all are approved
    _waiting_index = models.Index(
        "(state, due) WHERE state IN ('missing', 'review', 'refused')")

    # === COMPUTE === #

    @api.depends_context("lang")
    @api.depends("contributor_id", "function_id")
    def _compute_contributor_name(self):
        for item in self:
            item.contributor_name = item.contributor_id.display_name or self.env._(
                "%(function)s: nobody yet", function=item.function_id.name or "–")

    @api.depends("due", "state")
    def _compute_late(self):
        days = {company: company._get_collection_day() for company in self.company_id}
        for item in self:
            item.late = (
                item.state in ("missing", "refused") and item.due
                and item.due < days.get(item.company_id, item.due))

    def _search_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain("state", "in", ("missing", "refused")) & Domain(
            "request_state", "=", "open") & self.env["res.company"]._get_past_domain("due")

    @api.depends("file_ids")
    def _compute_file_count(self):
        counts = dict(self.env["collection.document.file"]._read_group(
            [("item_id", "in", self.ids), ("set_aside", "=", False)], ["item_id"], ["__count"]))
        for item in self:
            item.file_count = counts.get(item._origin, 0)

    def _expand_states(self, states, domain):
        """:return: the states that the board shows, also without a document in them"""
        return list(dict.fromkeys(["missing", "review", "approved", "refused", *states]))

    # === CRUD === #

    def write(self, vals):
        if not self.env.su and not set(vals) <= {"message_follower_ids", "message_partner_ids",
                                                 "message_main_attachment_id"}:
            raise AccessError(self.env._(
                "A requested document changes by its buttons (provide, approve, refuse, reopen), "
                "never by editing it."))
        result = super().write(vals)
        if "state" in vals and vals["state"] != "review":
            self.request_id._close_review()
        return result

    def _creation_message(self):
        return in_company_language(self, self.company_id).env._("Document requested")

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._(
            "“%(item)s” is part of the customer's history and is never deleted.",
            item=self[:1].name))

    # === COPIES === #
    # Each contributor has a copy of what is asked of the function.

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
        """:return: int or str, the same for the copies of one document of several contributors"""
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
        """:return: str, the document and of whom it is asked, for colleagues"""
        self.ensure_one()
        who = self.contributor_id.partner_id.name or self.function_id.name
        return f"{self.name} ({who})" if who else self.name

    # === PROVIDING === #
    # Providing a document: by a contributor, or by a colleague on somebody's behalf.

    def provide(self, files, *, expiry=None):
        """A colleague enters files that came in another way, on the contributor's behalf (C-025).

        :param files: list of (file name, bytes)
        :param expiry: last day of validity as a date or ISO text, where the document has one
        :raise UserError: what keeps the files from being taken; nothing has changed
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        self.request_id._take_turn()
        self.sudo()._provide(files, expiry=expiry)

    def _provide(self, files, *, expiry=None, by=None):
        """Take files for a document; it then waits for its review.

        The caller has locked the request. Further files join those that are waiting; those of a
        refused document are set aside. A file that is there already is not kept twice: a second
        click, or a form that is sent again, stores nothing.

        :param files: see :meth:`provide`
        :param expiry: see :meth:`provide`
        :param by: the ``collection.document.contributor`` who gives them; None for a colleague
        :return: the new ``collection.document.file`` records
        :raise UserError: what keeps the files from being taken; nothing has changed
        """
        self.ensure_one()
        self.request_id._check_open(paused=not by)
        if self.state not in ("missing", "review", "refused"):
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(self.env._(
                "“%(item)s” is in state “%(state)s”: no file is taken for it now.",
                item=self.name, state=labels[self.state]))
        if not files:
            raise UserError(self.env._("Choose a file for “%(item)s”.", item=self.name))
        expiry = self._read_expiry(expiry)
        checked = self._find_fresh(self._check_files(
            files, most=MOST_FILES, accepted=self.accepted, sender=by and Sender(
                self.customer_id, contributor=by.id, request=self.request_id.id)))
        if not checked:
            if expiry:
                self.expiry = expiry
            return self.file_ids.browse()
        if self.state == "refused":
            self.file_ids._set_aside()
        given = self._keep_files(checked, by)
        self._write_provided(given, expiry, by)
        if by and by.state == "finished":
            by.state = "opened"
        (by or self.contributor_id)._automate("provided", self)
        return given

    def _write_provided(self, given, expiry, by):
        """Let the document wait for its review, and trace who gave which files.

        :param given: the new ``collection.document.file`` records
        :param expiry: date, or None
        :param by: see :meth:`_provide`
        """
        self.write({
            "state": "review", "refusal": False, "expiry": expiry or self.expiry,
            "provided_at": fields.Datetime.now(),
            "provided_by": by.partner_id.name if by else self.env.user.name,
            "message_main_attachment_id": given[0].attachment_id.id,
        })
        self.request_id._trace(
            "document_provided", new=self._get_full_name(), text=", ".join(given.mapped("name")),
            on_behalf=self._get_on_behalf(by),
            data={"item": self._get_full_name(), "files": [
                [file.name, file.size, file.checksum] for file in given]})

    def _find_fresh(self, checked):
        """Leave out what was given already, as the same bytes; what was refused does not count.

        :param checked: list of :class:`..collection_upload.CheckedFile`
        :return: the list without files that are there
        """
        known = set() if self.state == "refused" else set(self.file_ids.mapped("checksum"))
        fresh = {_digest(file.content): file for file in checked}
        return [file for digest, file in fresh.items() if digest not in known]

    def _get_on_behalf(self, by):
        """:return: str, who gave it: the contributor, and for whom where it is another's"""
        holder = self.contributor_id.partner_id.name or self.function_id.name or ""
        if not by or by == self.contributor_id:
            return by.partner_id.name if by else holder
        own = in_company_language(self, self.company_id)
        return own.env._("%(who)s, for %(holder)s", who=by.partner_id.name, holder=holder)

    def _read_expiry(self, expiry):
        """:return: the last day of validity as a date, or None
        :raise UserError: it is asked for and missing, none, or passed
        """
        if not self.has_expiry:
            return None
        try:
            day = as_day(self.env, expiry) or self.expiry
        except UserError:
            day = None
        if not day:
            raise UserError(self.env._("Enter until when “%(item)s” is valid.", item=self.name))
        if day < self.company_id._get_collection_day():
            raise UserError(self.env._(
                "“%(item)s” has expired: give one that is still valid.", item=self.name))
        return day

    def _keep_files(self, checked, by):
        """Keep checked files as they came: pictures are not made smaller.

        :param checked: list of :class:`..collection_upload.CheckedFile`
        :param by: the ``collection.document.contributor`` who gave them; None for a colleague
        :return: the new ``collection.document.file`` records
        """
        attachments = self.env["ir.attachment"].with_context(
            image_no_postprocess=True).create([file.prepare_vals(self) for file in checked])
        return self.env["collection.document.file"].create([{
            "item_id": self.id, "attachment_id": attachment.id, "name": file.name,
            "mimetype": file.kind, "size": len(file.content), "checksum": _digest(file.content),
            "contributor_id": by.id if by else False, "user_id": False if by else self.env.uid,
        } for attachment, file in zip(attachments, checked)])

    def _take_back(self, file, by):
        """A contributor takes back a file that nobody has reviewed yet (C-023).

        :param file: ``collection.document.file`` of this document
        :raise UserError: it was reviewed meanwhile
        """
        self.ensure_one()
        self.request_id._check_open()
        if self.state not in ("review", "refused") or file not in self.file_ids:
            raise UserError(self.env._(
                "“%(file)s” was reviewed meanwhile: nothing has changed.", file=file.name))
        file._set_aside()
        if not self.file_ids:
            self.write({"state": "missing" if self.state == "review" else "refused",
                        "expiry": False, "provided_at": False, "provided_by": False})
        self.request_id._trace("document_taken_back", new=self._get_full_name(), text=file.name,
                               on_behalf=by.partner_id.name)
        self.request_id._check_complete()

    # === REVIEW === #
    # Reviewing a document: approve, refuse with a reason, reopen, ask anew (C-023).

    def action_approve(self):
        """These documents are what was asked; the request may be complete with them.

        :raise UserError: one of them does not wait for a review
        :raise AccessError: a customer outside of the user's portfolio
        """
        items = self._take_review(("review",))
        items._write_reviewed("approved", False)
        items._trace_all("document_approved")
        for contributor, own in items.grouped("contributor_id").items():
            contributor._automate("approved", own)
        items.request_id._check_complete()

    def refuse(self, reason):
        """These are not what was asked; the contributor reads why, and may give others.

        :param str reason: the contributor reads it
        :raise UserError: no reason, or one of them does not wait for a review
        :raise AccessError: a customer outside of the user's portfolio
        """
        reason = as_text(self.env, reason)
        if not reason:
            raise UserError(self.env._("Say why: the contributor reads it."))
        items = self._take_review(("review",))
        items._write_reviewed("refused", reason)
        items._trace_all("document_refused", reason)
        items._reopen_contributors()
        for contributor, own in items.grouped("contributor_id").items():
            contributor._automate("refused", own)
        items._leave_removed()

    def action_reopen(self):
        """Take an approval or a refusal back: the document waits for its review again.

        :raise UserError: it was not reviewed, or its request has reported its outcome
        :raise AccessError: a customer outside of the user's portfolio
        """
        items = self._take_review(("approved", "refused"), ended=True)
        for request in items.request_id:
            request._reopen()
        items.write({"state": "review", "refusal": False, **_NOT_REVIEWED})
        items.filtered(lambda item: not item.file_ids).write({"state": "missing"})
        items._trace_all("document_reopened")
        items.filtered(lambda item: item.state == "review").request_id._ask_review()
        items._leave_removed()

    def action_reset(self):
        """Ask for the document anew: what was given is set aside, it is missing again.

        :raise UserError: nothing was given, or its request has reported its outcome
        :raise AccessError: a customer outside of the user's portfolio
        """
        items = self._take_review(("review", "approved", "refused"), ended=True)
        for request in items.request_id:
            request._reopen()
        items.file_ids._set_aside()
        items.write({"state": "missing", "refusal": False, "expiry": False, **_NOT_REVIEWED})
        items._trace_all("document_reset")
        items._reopen_contributors()
        items._leave_removed()
        items.request_id._check_complete()

    def _take_review(self, states, ended=False):
        """:return: these documents in superuser mode, ours to review

        :param states: tuple of those in which they must be
        :param bool ended: also of requests that are complete
        :raise UserError: one of them is in another state, or its request has ended
        """
        items = self.sudo()
        self.request_id._take_turn()
        labels = dict(self._fields["state"]._description_selection(self.env))
        for item in items:
            if item.state not in states:
                raise UserError(self.env._(
                    "“%(item)s” is in state “%(state)s”%(who)s: nothing has changed.",
                    item=item.name, state=labels[item.state],
                    who=item.reviewed_by_id and f" ({item.reviewed_by_id.name})" or ""))
        if not ended:
            items.request_id._check_open(paused=True)
        return items

    def _write_reviewed(self, state, refusal):
        """Record who reviewed these documents, when and how.

        :param str state: ``approved`` or ``refused``
        :param refusal: reason that the contributor reads, or False
        """
        self.write({"state": state, "refusal": refusal, "reviewed_by_id": self.env.uid,
                    "reviewed_at": fields.Datetime.now()})

    def _reopen_contributors(self):
        """Who said finished has something to give again, and is reminded of it."""
        self.contributor_id.filtered(
            lambda contributor: contributor.state == "finished").write({"state": "opened"})

    def _trace_all(self, kind, text=""):
        """Add the same history row of each of these documents, all at once; a request has one note.

        :param str kind: of the row
        :param str text: reason or comment
        """
        prepared = {}
        for item in self:
            request, name = item.request_id, item._get_full_name()
            prepared.setdefault((request.customer_id, request.company_id), []).append(
                request._prepare_trace_vals(kind, new=name, text=text, data={"item": name}))
        rows = self.env["collection.history"]._append_many(prepared)
        self.request_id._message_log_batch(bodies={
            request.id: rows.filtered(
                lambda row, request=request: row.data["request"] == request.id
            )._get_chatter_body() for request in self.request_id})

    # === EXPIRY === #

    def _expire(self):
        """It was valid when it was approved, and is not any more: the contributor reads why."""
        self.ensure_one()
        reason = self.env._(
            "It expired on %(day)s: please give one that is still valid.",
            day=format_date(self.env, self.expiry))
        self.write({"state": "refused", "refusal": reason})
        self.request_id._trace("document_refused", new=self._get_full_name(), text=reason,
                               data={"item": self._get_full_name()}, cause="cron")

    # === BUTTONS === #

    def action_approve_next(self):
        """Approve, and go on to the next document of the request that waits for its review.

        :return: client action that opens it in the place of this one, or nothing
        :raise UserError: it does not wait for a review
        :raise AccessError: a customer outside of the user's portfolio
        """
        self.ensure_one()
        self.action_approve()
        return self._open_next()

    def _open_next(self):
        """:return: client action that shows the next document to review in the form that is open,
            or None where there is none"""
        waiting = self.request_id.item_ids.filtered(lambda item: item.state == "review")
        later = waiting.filtered(lambda item: item.id > self.id)
        following = (later or waiting)[:1]
        return following and {
            "type": "ir.actions.client",
            "tag": "collection_next_record",
            "params": {"res_id": following.id, "res_ids": waiting.ids},
        } or None

    def action_open_request(self):
        """:return: window action on the request"""
        self.ensure_one()
        return self.request_id.action_open()

    def action_open_refuse(self):
        """:return: window action on the dialog that asks why these documents are refused"""
        self.check_access("read")
        return open_dialog(
            "collection.document.refuse", self.env._("Refuse"), default_item_ids=self.ids)

    def action_open_provide(self):
        """:return: window action on the dialog that enters files on somebody's behalf"""
        self.ensure_one()
        self.check_access("read")
        return open_dialog(
            "collection.document.provide", self.env._("Provide on behalf"), default_item_id=self.id)


def _digest(content):
    """:return: str, SHA-256 of bytes"""
    return hashlib.sha256(content).hexdigest()
