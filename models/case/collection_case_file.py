import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools.batches import process_batch
from ...tools.dialogs import ClientAction, open_dialog
from ...tools.records import in_company_language
from ...tools.sizes import describe_size

STATES = [("queued", "Being made"), ("ready", "Ready"), ("failed", "Not made")]

#: Documents and messages from which on a file is made in the background.
HEAVY = 60
#: Rows of history that count as one document.
ROWS_A_DOCUMENT = 500
#: Times that a file is begun: one that takes its worker with it is not tried for ever.
MOST_ATTEMPTS = 3
#: Percent after which progress is shown anew.
PACE = 5


class CollectionCaseFile(models.Model):
    """A file of a case, made for a lawyer, an insurer or a judge: who has it, and what it was.

    Its ZIP is written by ``report/case_file``. It leaves by :meth:`_take_out` alone, which is
    traced: no other way reads it.
    """

    _name = "collection.case.file"
    _description = "Case File"
    _inherit = ["collection.portfolio"]
    _order = "id desc"
    _owner_fields = ("customer_id", "company_id")

    name = fields.Char(readonly=True, required=True)
    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    sequence_ids = fields.Many2many("collection.sequence", readonly=True)
    item_ids = fields.Many2many("account.move.line", string="Items", readonly=True)
    scope = fields.Selection(
        [("res.partner", "The customer"), ("collection.sequence", "Sequences"),
         ("account.move.line", "Chosen items")], required=True, readonly=True)
    about = fields.Char(readonly=True, help="As it was then.")
    day = fields.Date(string="Claim of", required=True, readonly=True)
    lang = fields.Char(required=True, readonly=True)
    lang_name = fields.Char(string="Written in", compute="_compute_lang_name")
    with_documents = fields.Boolean(string="Documents", readonly=True)
    with_messages = fields.Boolean(string="Messages", readonly=True)
    with_history = fields.Boolean(string="History and proof", readonly=True)
    made_by_id = fields.Many2one(
        "res.users", string="Made by", required=True, readonly=True, ondelete="restrict")
    made_at = fields.Datetime(string="Drawn up on", readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True, default="queued")
    progress = fields.Integer(readonly=True, help="In percent.")
    attempts = fields.Integer(readonly=True)
    error = fields.Char(readonly=True)
    #: read by the cron that makes them (_process_queue)
    _queued_index = models.Index("(id) WHERE state = 'queued'")
    #: read by the module alone: whoever downloads it is traced
    content = fields.Binary(readonly=True, attachment=True, groups="base.group_system")
    size = fields.Integer(string="Bytes", readonly=True)
    size_label = fields.Char(string="Size", compute="_compute_size_label")
    sha256 = fields.Char(string="SHA-256", readonly=True, help="Of the ZIP.")
    digest = fields.Char(
        string="SHA-256 of the manifest", readonly=True,
        help="It stands in the history of the customer as well.")
    gone = fields.Text(
        string="Not in it as they came", readonly=True,
        help="Documents that are gone from the server, or were changed since. The file says so.")
    taken_count = fields.Integer(string="Downloads", readonly=True)
    taken_at = fields.Datetime(string="Last download", readonly=True)
    handover_ids = fields.One2many(
        "collection.case.handover", "case_file_id", string="Handed over to", readonly=True)

    # === COMPUTE === #

    @api.depends("lang")
    def _compute_lang_name(self):
        names = dict(self.env["res.lang"].get_installed())
        for case in self:
            case.lang_name = names.get(case.lang, case.lang)

    @api.depends_context("lang")
    @api.depends("size")
    def _compute_size_label(self):
        for case in self:
            case.size_label = bool(case.size) and describe_size(self.env, case.size)

    # === CRUD === #

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was made and handed over stays in the history."))

    # === MAKING === #

    @api.model
    def _start(self, records, **options):
        """Have a case file made: at once, or in the background where it is large.

        :param records: ``res.partner``, ``collection.sequence`` or ``account.move.line``
        :param options: ``day``, ``lang``, ``documents``, ``messages``, ``history``
        :return: the ``collection.case.file``
        :raise UserError: they are of several customers or companies
        :raise AccessError: the customer is not the user's to collect from
        """
        case = self.env["collection.case"]._read(records, **options)
        made = self.sudo().create({
            "name": self.env["collection.case"]._get_name(case), "scope": records._name,
            "about": case.about, "customer_id": case.customer.id, "company_id": case.company.id,
            "sequence_ids": records.ids if records._name == "collection.sequence" else [],
            "item_ids": records.ids if records._name == "account.move.line" else [],
            "day": case.day, "lang": case.customer.env.lang, "made_by_id": self.env.uid,
            "with_documents": case.options.documents, "with_messages": case.options.messages,
            "with_history": case.options.history})
        if self._weigh(case) < HEAVY:
            made._fill()
        else:
            self.env.ref("account_collection.cron_make_case_files").sudo()._trigger()
        return made.with_env(self.env)

    def _weigh(self, case):
        """:return: int, how much there is to read and print: documents, messages and rows of
            history; an invoice that is still to be printed counts as five"""
        invoices = case.items.move_id
        return (len(case.rows) // ROWS_A_DOCUMENT + len(case.dispatches) + len(invoices)
                + len(case.requests.item_ids)
                + 4 * len(invoices.filtered(lambda move: not move.invoice_pdf_report_id)))

    @api.model
    def _process_queue(self, limit=20):
        """Cron: make the files that are asked for, one after the other."""
        queued = self.search([("state", "=", "queued")], order="id", limit=limit)
        process_batch(queued, len(queued), lambda case: (
            case._in_makers_language()._fill_in_background()))

    def _filtered_due(self):
        """:return: those of these locked records that are still to be made"""
        return self.filtered(lambda case: case.state == "queued")

    def _postpone(self, _error):
        """A fault of ours; it is tried again when somebody says so."""
        case = self._in_makers_language()
        case._fail(case.env._("It could not be made. The server's log says why."))

    def _in_makers_language(self):
        """:return: this file, for a cron: why it was not made is read by whoever asked for it"""
        return self.with_context(lang=self.made_by_id.lang)

    def _fail(self, reason):
        self.write({"state": "failed", "error": reason})
        self._notify_maker()

    def _fill_in_background(self):
        """Make the file, showing progress. A worker that was killed leaves it queued."""
        self.attempts += 1
        if self.attempts > MOST_ATTEMPTS:
            self._fail(self.env._(
                "The server broke off %(count)s times while it made this file. Make one of a "
                "sequence or of chosen items, or leave the documents out.", count=MOST_ATTEMPTS))
            return
        crons = self.env["ir.cron"]
        crons._commit_progress()
        shown = 0

        def show(percent):
            nonlocal shown
            if percent >= shown + PACE:
                shown = self.progress = percent
                crons._commit_progress()

        try:
            self._fill(show)
        except UserError as error:
            self.env.cr.rollback()
            self._fail(str(error.args[0]))
        else:
            self._notify_maker()

    def _fill(self, progress=lambda _percent: None):
        """Write the ZIP with the rights of whoever asked for it, keep it, and trace it.

        :param progress: see :meth:`_write_zip`
        """
        self.ensure_one()
        # one that waited past midnight, or is made again later, is of the day on which it is made
        self.day = max(self.day, self.company_id._get_collection_day())
        maker = self.with_user(self.made_by_id).with_company(self.company_id).with_context(
            allowed_company_ids=self.company_id.ids)
        with tempfile.NamedTemporaryFile(prefix="case-file-") as target:
            made = maker._write_zip(self._get_records(maker.env), target, progress,
                                    **self._get_options())
            target.flush()
            self.name = made.name
            self._keep(Path(target.name))
        self.write({
            "state": "ready", "progress": 100, "error": False, "digest": made.digest,
            "made_at": fields.Datetime.now(), "gone": "\n".join(made.gone)})
        self.with_user(self.made_by_id).sudo()._trace("case_file_made")

    def _get_records(self, env):
        """:return: what the file is of, in an environment"""
        return {
            "res.partner": self.customer_id, "collection.sequence": self.sequence_ids,
            "account.move.line": self.item_ids}[self.scope].with_env(env)

    def _get_options(self):
        return {"day": self.day, "lang": self.lang, "documents": self.with_documents,
                "messages": self.with_messages, "history": self.with_history}

    def _keep(self, path):
        """Keep a file as the content of this record, without reading it into memory."""
        sha1, sha256, size = _digest(path)
        files = self.env["ir.attachment"].sudo()
        self._find_content().unlink()
        vals = {"name": f"{self.name}.zip", "res_model": self._name, "res_id": self.id,
                "res_field": "content", "mimetype": "application/zip"}
        if files._storage() != "file":
            files.create({**vals, "raw": path.read_bytes()})
        else:
            kept = files.create(vals)
            place = f"{sha1[:2]}/{sha1}"
            full = files._full_path(place)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            shutil.copyfile(path, full)
            files._mark_for_gc(place)  # should this transaction be rolled back
            kept.flush_recordset()
            self.env.cr.execute(SQL(
                "UPDATE ir_attachment SET store_fname = %s, checksum = %s, file_size = %s,"
                " db_datas = NULL WHERE id = %s", place, sha1, size, kept.id))
            kept.invalidate_recordset()
        self.write({"sha256": sha256, "size": size})

    def _find_content(self):
        """:return: ``ir.attachment`` of the ZIP"""
        return self.env["ir.attachment"].sudo().search([
            ("res_model", "=", self._name), ("res_id", "=", self.id),
            ("res_field", "=", "content")])

    def _notify_maker(self):
        """Whoever asked for it hears that it is ready, or why it is not."""
        user, ready = self.made_by_id, self.state == "ready"
        _ = self.with_context(lang=user.lang).env._
        text = _("%(name)s is ready.", name=self.name) if ready else _(
            "%(name)s was not made: %(reason)s", name=self.name, reason=self.error or "")
        user._bus_send("simple_notification", {
            "type": "success" if ready else "danger", "sticky": True, "message": text})
        self.customer_id.with_company(self.company_id).message_notify(
            partner_ids=user.partner_id.ids, subject=self.name, body=text)

    # === TAKING OUT === #

    def _trace(self, kind, old="", new="", on_behalf="", cause=None):
        """Record what was done with this file in the customer's history."""
        own = in_company_language(self.sudo(), self.company_id)
        history = self.env["collection.history"].sudo()
        history._append(self.customer_id, self.company_id, [{
            "kind": kind, "command": "case_file", "cause": cause or history._get_own_cause(),
            "data": {"case_file": self.id, "manifest": self.digest}, "old_value": old,
            "on_behalf": on_behalf, "new_value": new or own.env._(
                "%(name)s (manifest: SHA-256 %(digest)s)", name=self.name, digest=self.digest)}])

    def _take_out(self):
        """Give the ZIP to the user, traced.

        :return: ``ir.attachment``
        :raise AccessError: it is not the user's to read
        :raise UserError: it is not there
        """
        self.ensure_one()
        self.check_access("read")
        self._check_portfolio()
        return self.sudo()._give()

    def _give(self, on_behalf=""):
        """:return: ``ir.attachment`` of the ZIP, which is traced as taken out"""
        content = self._find_content()
        if self.state != "ready" or not content:
            raise UserError(self.env._("%(name)s is not ready.", name=self.name))
        self.write({"taken_count": self.taken_count + 1, "taken_at": fields.Datetime.now()})
        self._trace("case_file_taken", on_behalf=on_behalf, cause="person")
        return content

    # === BUTTONS === #

    def action_open(self) -> ClientAction:
        """:return: window action on the file's form"""
        self.ensure_one()
        self.check_access("read")
        return {"type": "ir.actions.act_window", "res_model": self._name, "res_id": self.id,
                "views": [(False, "form")], "target": "current"}

    def action_download(self) -> ClientAction:
        """:return: action that downloads the ZIP; the download is traced
        :raise UserError: it is not ready
        :raise AccessError: the customer is not the user's to collect from
        """
        self._check_ready()
        return {"type": "ir.actions.act_url", "target": "download",
                "url": f"/collection/case-files/{self.id}"}

    def action_retry(self) -> None:
        """Make a file that was not made, in the background.

        :raise UserError: it was made, or is being made
        :raise AccessError: the customer is not the user's to collect from
        """
        self._check_own()
        if self.state != "failed":
            raise UserError(self.env._("%(name)s is made already.", name=self.name))
        self.sudo().write({
            "state": "queued", "error": False, "attempts": 0, "progress": 0,
            "made_by_id": self.env.uid})
        self.env.ref("account_collection.cron_make_case_files").sudo()._trigger()

    def action_open_hand_over(self) -> ClientAction:
        """:return: window action on the dialog that hands it over to an external partner
        :raise UserError: it is not ready
        :raise AccessError: the customer is not the user's to collect from
        """
        self._check_ready()
        return open_dialog("collection.case.hand.over", self.env._("Hand over"),
                           default_case_file_id=self.id)

    def action_open_hold(self) -> ClientAction:
        """:return: window action on the dialog that puts the customer on hold
        :raise AccessError: the customer is not the user's to collect from
        """
        self._check_own()
        return open_dialog(
            "collection.debtor.hold", self.env._("Put on hold"),
            default_customer_ids=self.customer_id.ids, default_company_id=self.company_id.id,
            default_reason=self.name)

    def action_launch_sequence(self) -> ClientAction:
        """:return: window action on the dialog that launches a sequence
        :raise AccessError: the customer is not the user's to collect from
        """
        self._check_own()
        return self.customer_id.with_company(
            self.company_id).action_launch_collection_sequence()

    def _check_own(self):
        self.ensure_one()
        self.check_access("read")
        self._check_portfolio()

    def _check_ready(self):
        self._check_own()
        if self.state != "ready":
            raise UserError(self.env._("%(name)s is not ready.", name=self.name))


def _digest(path):
    """:return: (SHA-1, SHA-256, size) of a file"""
    sha1, sha256, size = hashlib.sha1(usedforsecurity=False), hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(1024 * 1024):
            sha1.update(chunk)
            sha256.update(chunk)
            size += len(chunk)
    return sha1.hexdigest(), sha256.hexdigest(), size
