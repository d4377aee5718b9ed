import base64
import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date, format_datetime

from ...engine.seal import Leaf, Tree, find_root, sort_leaves, write_root_file
from ...tools import timestamps
from ...tools.records import in_company_language

_logger = logging.getLogger(__name__)

#: Anchors that are tried again in one run, when an authority has not answered.
RETRIED = 10
#: What is fixed once an anchor is made.
FIXED = ("company_id", "day", "at", "root", "previous_root", "chain_count", "row_count", "missed")


class CollectionAnchor(models.Model):
    """What stands for all histories of a company on a day: the root of the tree over their heads.

    It is made once a day, mailed to witnesses and timestamped by an authority, where there are
    any: whoever rewrites a history afterwards, whatever the rights, cannot rewrite these.
    """

    _name = "collection.anchor"
    _description = "Anchor of the Histories"
    _inherit = ["collection.owned"]
    _order = "day desc, id desc"
    _rec_name = "day"
    _owner_fields = ("company_id",)

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict")
    day = fields.Date(required=True, readonly=True)
    at = fields.Datetime(string="Made at", required=True, readonly=True)
    root = fields.Char(required=True, readonly=True)
    previous_root = fields.Char(readonly=True)
    chain_count = fields.Integer(string="Histories", readonly=True, aggregator=None)
    row_count = fields.Integer(string="Rows", readonly=True, aggregator=None)
    missed = fields.Integer(
        string="Nights missed", readonly=True,
        help="Nights before this one without an anchor. This one covers what happened in them.")
    root_file = fields.Binary(
        string="File", readonly=True, attachment=True,
        help="What witnesses get and an authority signs.")
    root_name = fields.Char(compute="_compute_names")

    token_state = fields.Selection(
        [("none", "No authority"), ("waiting", "To be timestamped"), ("done", "Timestamped"),
         ("failed", "Not timestamped")], string="Timestamp", required=True, readonly=True,
        default="none")
    token_file = fields.Binary(
        string="Timestamp file", readonly=True, attachment=True,
        help="The answer of the authority, for openssl ts -verify.")
    token_name = fields.Char(compute="_compute_names")
    token_at = fields.Datetime(string="Timestamped at", readonly=True)
    token_trusted = fields.Boolean(
        string="Signature checked", readonly=True,
        help="Its signature leads to a certificate that is set for the authority.")
    token_tries = fields.Integer(string="Tries", readonly=True, aggregator=None)
    token_code = fields.Selection([
        (timestamps.SILENT, "The authority does not answer"),
        (timestamps.HTTP, "The authority refuses the request"),
        (timestamps.UNREADABLE, "What it answers is no timestamp"),
        (timestamps.REFUSED, "The authority refuses to sign"),
        (timestamps.NONCE, "The answer belongs to another request"),
        (timestamps.IMPRINT, "The answer is about another file"),
        (timestamps.CLOCK, "The authority's clock is wrong, or ours"),
        (timestamps.EXPIRED, "A certificate of the authority had expired"),
        (timestamps.UNTRUSTED, "The signature does not hold, or is somebody else's"),
        (timestamps.CERTIFICATES, "The certificates that are set cannot be read"),
    ], string="What failed", readonly=True)
    token_detail = fields.Char(readonly=True)
    authority = fields.Char(readonly=True)
    certificates = fields.Text(readonly=True, help="Of the authority, as they came along.")
    certificates_file = fields.Binary(
        string="File of the certificates", compute="_compute_certificates_file",
        help="Of the authority: by these anybody checks the timestamp.")
    certificates_name = fields.Char(compute="_compute_names")

    mail_state = fields.Selection(
        [("none", "No witness"), ("waiting", "To be mailed"), ("queued", "E-mail to all"),
         ("failed", "E-mail, but not to all")], string="Witnesses", required=True, readonly=True,
        default="none")
    witnesses = fields.Char(
        string="Mailed to", readonly=True, help="To whom it was mailed, and who has no address.")
    mail_id = fields.Many2one("mail.mail", readonly=True, ondelete="set null")
    mail_status = fields.Selection(related="mail_id.state", string="E-mail")

    _day_unique = models.UniqueIndex("(company_id, day)", "A company has one anchor a day.")

    # === COMPUTE === #

    @api.depends_context("lang")
    @api.depends("day")
    def _compute_display_name(self):
        for anchor in self:
            anchor.display_name = format_date(self.env, anchor.day)

    @api.depends("day", "company_id")
    def _compute_names(self):
        for anchor in self:
            anchor.root_name = f"{anchor.day}.root"
            anchor.token_name = f"{anchor.day}.tsr"
            anchor.certificates_name = f"{anchor.day}.pem"

    @api.depends("certificates")
    def _compute_certificates_file(self):
        for anchor in self:
            anchor.certificates_file = bool(anchor.certificates) and base64.b64encode(
                anchor.certificates.encode())

    # === CRUD === #

    def init(self):
        """Guard what an anchor says: it is made once."""
        same = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in FIXED)
        # pylint: disable-next=sql-injection
        self.env.cr.execute(f"""
            CREATE OR REPLACE FUNCTION collection_anchor_guard() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'collection_anchor is append-only';
            END $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER collection_anchor_stays
                BEFORE UPDATE ON collection_anchor FOR EACH ROW WHEN ({same})
                EXECUTE FUNCTION collection_anchor_guard();
            CREATE OR REPLACE TRIGGER collection_anchor_not_deleted
                BEFORE DELETE ON collection_anchor
                FOR EACH ROW EXECUTE FUNCTION collection_anchor_guard();
            CREATE OR REPLACE TRIGGER collection_anchor_no_truncate
                BEFORE TRUNCATE ON collection_anchor
                FOR EACH STATEMENT EXECUTE FUNCTION collection_anchor_guard();
        """)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("An anchor is never deleted: it proves what was."))

    # === NIGHTLY === #

    @api.model
    def _anchor_all(self):
        """Cron: anchor the histories of each company once a day, and send out what waits.

        Each company, each timestamp and each e-mail is a transaction of its own: a fault of one
        is kept with it, and holds up no other. What failed is tried again in the next run.
        """
        crons = self.env["ir.cron"]
        companies = self.env["res.company"].browse(id_ for [id_] in self.env.execute_query(SQL(
            "SELECT DISTINCT company_id FROM collection_history_chain ORDER BY company_id")))
        crons._commit_progress(remaining=len(companies))
        for place, company in enumerate(companies, start=1):
            self._do_alone(company, lambda company: self._anchor_company(company))
            for anchor in self._find_waiting(company):
                self._do_alone(anchor, lambda anchor: anchor._fetch_token())
            for anchor in self.search([
                    ("company_id", "=", company.id), ("mail_state", "=", "waiting")]):
                self._do_alone(anchor, lambda anchor: anchor._mail())
            if not crons._commit_progress(1, remaining=len(companies) - place):
                break

    def _do_alone(self, record, command):
        """Carry out a command in a transaction of its own; a fault is logged."""
        try:
            command(record)
            self.env.cr.commit()  # pylint: disable=invalid-commit
        except OperationalError as error:
            self.env.cr.rollback()
            _logger.info("%s waits for the next run: %s", record, error)
        except Exception:  # whatever it is: no fault may stop the cron
            self.env.cr.rollback()
            _logger.exception("%s could not be anchored", record)

    def _find_waiting(self, company):
        """:return: the anchors of a company that wait for a timestamp, the latest first"""
        if not self.env["collection.seal"]._get(company).authority_url:
            return self.browse()
        return self.search([
            ("company_id", "=", company.id), ("token_state", "in", ("waiting", "failed"))],
            limit=RETRIED)

    # === TREE === #

    @api.model
    def _anchor_company(self, company):
        """Anchor the histories of a company, if it has not been done today.

        A history that does not go on from where the last anchor left it is not taken: the anchor
        goes on to cover what was there, and the verification says what is wrong.

        :param company: the ``res.company``
        :return: the anchor of today, new or not
        """
        day = company._get_collection_day()
        # one of a day to come was made by nobody of us: it keeps nothing from being anchored
        last = self.search([("company_id", "=", company.id), ("day", "<=", day)], limit=1)
        if last.day == day:
            return last
        leaves = self._read_leaves(company)
        grown = self._find_grown(company)
        tree = {leaf.key: leaf for leaf in [*leaves, *grown]}
        anchor = self._create_anchor(company, day, last, sort_leaves(tree.values()))
        anchor._keep_leaves(grown)
        return anchor

    def _read_leaves(self, company, anchor=None):
        """:return: list of the :class:`~...engine.seal.Leaf` of the last anchor, or of a given one,
            in the order of the tree"""
        then = SQL("replaced_by_id IS NULL") if anchor is None else SQL(
            "anchor_id <= %s AND (replaced_by_id IS NULL OR replaced_by_id > %s)",
            anchor.id, anchor.id)
        return sort_leaves(Leaf(*leaf) for leaf in self.env.execute_query(SQL(
            "SELECT key, customer, number, digest FROM collection_anchor_leaf"
            " WHERE company_id = %s AND %s", company.id, then)))

    def _find_grown(self, company):
        """:return: list of the :class:`~...engine.seal.Leaf` of histories that have grown"""
        return [Leaf(*leaf) for leaf in self.env.execute_query(SQL(
            """
            SELECT chain.key, chain.customer_id, chain.head_number, chain.head_digest
              FROM collection_history_chain AS chain
         LEFT JOIN collection_anchor_leaf AS leaf
                ON leaf.company_id = chain.company_id AND leaf.key = chain.key
               AND leaf.replaced_by_id IS NULL
         LEFT JOIN collection_history AS anchored
                ON anchored.chain_id = chain.id AND anchored.number = leaf.number
             WHERE chain.company_id = %s AND chain.head_number > COALESCE(leaf.number, 0)
               AND (leaf.id IS NULL OR anchored.digest = leaf.digest)
            """, company.id))]

    def _create_anchor(self, company, day, last, leaves):
        at = fields.Datetime.now()
        tree = Tree(
            find_root(leaves), last.root or "", len(leaves), sum(leaf.number for leaf in leaves))
        seal = self.env["collection.seal"]._get(company)
        return self.create({
            "company_id": company.id, "day": day, "at": at, "root": tree.root,
            "previous_root": tree.previous, "chain_count": tree.chains, "row_count": tree.rows,
            "missed": (day - last.day).days - 1 if last else 0,
            "root_file": base64.b64encode(write_root_file(
                company.name, str(day), str(at), tree)),
            "token_state": "waiting" if seal.authority_url else "none",
            "mail_state": "waiting" if seal.witness_ids else "none",
        })

    def _keep_leaves(self, grown):
        """:param grown: list of :class:`~...engine.seal.Leaf` that are new in this anchor"""
        self.flush_recordset()
        self.env.cr.execute(SQL(
            "UPDATE collection_anchor_leaf SET replaced_by_id = %s"
            " WHERE company_id = %s AND replaced_by_id IS NULL AND key = ANY(%s)",
            self.id, self.company_id.id, [leaf.key for leaf in grown]))
        self.env.cr.execute_values(
            "INSERT INTO collection_anchor_leaf"
            " (anchor_id, company_id, key, customer, number, digest) VALUES %s",
            [(self.id, self.company_id.id, *leaf) for leaf in grown], page_size=1000)

    def _is_whole(self):
        """Whether the anchor's root is that of its leaves, its files are about this root, and the
        anchor before it is the one that it goes on from.

        :return: bool
        """
        self.ensure_one()
        content, token = self._read_file("root_file"), self._read_file("token_file")
        if not all(f"\n{line}\n".encode() in content for line in (
                f"day: {self.day}", f"root: {self.root}")):
            return False
        if token:
            try:
                timestamps.read_token(token, content, None)
            except timestamps.TimestampError:
                return False
        before = self.search([
            ("company_id", "=", self.company_id.id), ("day", "<", self.day)], limit=1)
        if (before.root or "") != (self.previous_root or ""):
            return False
        return self.root == find_root(self._read_leaves(self.company_id, self))

    # === AUTHORITY === #

    def _fetch_token(self):
        """Have the authority timestamp this anchor; what fails is kept with it."""
        self.ensure_one()
        seal = self.env["collection.seal"]._get(self.company_id)
        vals = {"authority": seal.authority_url, "token_tries": self.token_tries + 1}
        try:
            token = timestamps.fetch_token(
                seal.authority_url, self._read_file("root_file"),
                seal.authority_certificates or "")
        except timestamps.TimestampError as error:
            self.write({**vals, "token_state": "failed", "token_code": error.code,
                        "token_detail": error.detail})
            return
        self.write({
            **vals, "token_state": "done", "token_at": token.at,
            "token_trusted": token.is_trusted, "certificates": token.certificates + (
                seal.authority_certificates or ""),
            "token_file": base64.b64encode(token.answer), "token_code": False,
            "token_detail": False})

    # === WITNESSES === #

    def _mail(self):
        """Mail this anchor to the witnesses of its company."""
        self.ensure_one()
        witnesses = self.env["collection.seal"]._get(self.company_id).witness_ids
        reached = witnesses.filtered("email")
        without = witnesses - reached
        anchor = in_company_language(self, self.company_id)
        vals = {
            "mail_state": "failed" if without else "queued" if reached else "none",
            "witnesses": ", ".join([
                *reached.mapped("email_formatted"), *(anchor.env._(
                    "%(name)s (no e-mail address)", name=partner.name) for partner in without)]),
        }
        if reached:
            vals["mail_id"] = anchor._create_mail(reached).id
        self.write(vals)

    def _create_mail(self, witnesses):
        """:return: the ``mail.mail`` to witnesses, in the company's language"""
        return self.env["mail.mail"].create({
            "subject": self.env._(
                "Collection histories of %(company)s: anchor of %(day)s",
                company=self.company_id.name, day=format_date(self.env, self.day)),
            "body_html": self.env["ir.qweb"]._render(
                "account_collection.anchor_mail", {
                    "anchor": self, "day": format_date(self.env, self.day),
                    "stamped": self.token_at and format_datetime(self.env, self.token_at)}),
            "email_from": self.company_id.email_formatted or self.env.user.email_formatted,
            "recipient_ids": [fields.Command.set(witnesses.ids)],
            "auto_delete": False,
            "attachment_ids": [fields.Command.create({
                "name": name, "raw": content, "mimetype": "application/octet-stream"})
                for name, content in ((self.root_name, self._read_file("root_file")),
                                      (self.token_name, self._read_file("token_file")))
                if content],
        })

    # === BUTTONS === #

    def action_retry(self):
        """Ask the authority again for the timestamps that these anchors have not got.

        :raise AccessError: the user is no collection manager of their company
        """
        if not self.env.user.has_group("account_collection.group_collection_manager"):
            raise AccessError(self.env._(
                "Only a collection manager asks an authority for timestamps."))
        self.check_access("read")
        for anchor in self.sudo().filtered(lambda anchor: anchor.token_state in (
                "waiting", "failed")):
            anchor._fetch_token()

    def _read_file(self, name):
        """:param str name: "root_file" or "token_file"
        :return: bytes; forms ask for sizes, and would get these instead"""
        anchor = self.with_context(bin_size=False, **{f"bin_size_{name}": False})
        return base64.b64decode(anchor[name] or b"")
