from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL, format_date, format_list

from ...engine.seal import OWNER, UNRECORDED
from ...tools import seal, timestamps
from ...tools.dialogs import RELOAD, notify
from ...tools.records import in_company_language
from .collection_history_check import BATCH
from .findings import APART

MANAGER = "account_collection.group_collection_manager"
#: Who sees the page: managers, and accountants. Collectors read the books, too, and are none.
READERS = (MANAGER, "account.group_account_user", "account.group_account_manager")
#: Anchors, and faults, that the page shows.
SHOWN = 31
#: Histories that are sealed anew at once.
RESEALED = 2000


class CollectionSeal(models.Model):
    """What protects the histories of a company, and what their verification has found; one a
    company. The page of accountants and managers, and its settings; who changes who is told of
    anchors stands in the chatter."""

    _name = "collection.seal"
    _description = "Seal of the Histories"
    _inherit = ["collection.owned", "mail.thread"]
    _rec_name = "company_id"
    _owner_fields = ("company_id",)

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company,
        ondelete="cascade")

    witness_ids = fields.Many2many(
        "res.partner", string="Witnesses", tracking=True,
        help="Get the anchor of each night by e-mail, and keep it: your accountant, your lawyer. "
        "Whoever changes the database cannot change what they have.")
    authority_url = fields.Char(
        string="Timestamp authority", groups="base.group_system", tracking=True,
        help="Address of an authority that answers by RFC 3161. It gets a fingerprint, and no "
        "data. Set by administrators of Odoo.")
    authority_certificates = fields.Text(
        string="Its certificates", groups="base.group_system",
        help="In PEM: whose signature is trusted. Without them a timestamp is kept, and whose it "
        "is remains open.")
    authority_name = fields.Char(
        related="authority_url", related_sudo=True, string="Address of the authority",
        groups=",".join(READERS))

    key_state = fields.Selection(
        [("none", "No key"), ("short", "Key too short"), ("there", "Sealed with a key")],
        compute="_compute_key", string="Key")
    key_note = fields.Char(compute="_compute_key", string="What that means")

    chain_count = fields.Integer(string="Histories", compute="_compute_figures")
    row_count = fields.Integer(string="Rows", compute="_compute_figures")
    first_at = fields.Datetime(string="First row", compute="_compute_figures")
    last_at = fields.Datetime(string="Last row", compute="_compute_figures")
    verified_at = fields.Datetime(
        string="Verified", compute="_compute_checks",
        help="When the verification has run last.")
    whole_since = fields.Date(
        string="All rows read since", compute="_compute_checks",
        help="Every history was read from its first row on this day or later.")
    whole_count = fields.Integer(string="Whole histories", compute="_compute_checks")
    broken_count = fields.Integer(string="Do not hold", compute="_compute_checks")
    unproven_count = fields.Integer(string="Unproven histories", compute="_compute_checks")
    unverified_count = fields.Integer(
        string="Not verified yet", compute="_compute_checks")
    verdict = fields.Char(compute="_compute_verdict")
    check_ids = fields.One2many(
        "collection.history.check", compute="_compute_check_ids", string="What does not hold")
    anchor_ids = fields.One2many(
        "collection.anchor", compute="_compute_anchor_ids", string="Anchors")
    anchor_id = fields.Many2one(
        "collection.anchor", compute="_compute_anchor_ids", string="Last anchor")
    anchor_is_whole = fields.Boolean(compute="_compute_anchor_is_whole")
    anchor_note = fields.Char(compute="_compute_anchor_note")

    _company_unique = models.UniqueIndex("(company_id)", "A company has one seal.")

    # === COMPUTE === #

    @api.depends_context("lang")
    def _compute_key(self):
        state, _ = seal.get_key_state(), self.env._
        self.key_state = "there" if state.fingerprint else "short" if state.is_short else "none"
        self.key_note = {
            "there": _(
                "Heads are sealed with a key that stands outside of the database (%(key)s). "
                "Whoever only writes to the database cannot forge a row, those since the last "
                "anchor included; all that could be done is to put a history back to what it was "
                "at an earlier moment since that anchor.", key=state.fingerprint),
            "short": _(
                "The key of the configuration has fewer than %(shortest)s characters and is not "
                "used: nothing is sealed.", shortest=seal.SHORTEST),
            "none": _(
                "There is no key (%(option)s in Odoo's configuration file). Whoever writes to the "
                "database can compute digests anew: what happened since the last anchor is "
                "protected against mistakes, and not against an administrator.",
                option=seal.OPTION),
        }[self.key_state or "none"]

    @api.depends("company_id")
    def _compute_figures(self):
        found = {company: figures for company, *figures in self.env.execute_query(SQL(
            """
            SELECT chain.company_id, count(*), sum(chain.head_number), min(first.at), max(last.at)
              FROM collection_history_chain AS chain
         LEFT JOIN collection_history AS first
                ON first.chain_id = chain.id AND first.number = 1
         LEFT JOIN collection_history AS last
                ON last.chain_id = chain.id AND last.number = chain.head_number
             WHERE chain.company_id = ANY(%s) GROUP BY chain.company_id
            """, self.company_id.ids))}
        for page in self:
            page.chain_count, page.row_count, page.first_at, page.last_at = found.get(
                page.company_id.id, (0, 0, False, False))

    @api.depends("company_id")
    def _compute_checks(self):
        found = {}
        for company, state, *figures in self.env["collection.history.check"].sudo()._read_group(
                [("company_id", "in", self.company_id.ids)], ["company_id", "state"],
                ["__count", "verified_at:max", "whole_on:min"]):
            found.setdefault(company, {})[state] = figures
        read = dict(self.env["collection.history.check"].sudo()._read_group(
            [("company_id", "in", self.company_id.ids), "|", ("code", "=", False),
             ("code", "not in", APART)], ["company_id"], ["__count"]))
        for page in self:
            states = found.get(page.company_id, {})
            for state in ("whole", "broken", "unproven"):
                page[f"{state}_count"] = states.get(state, [0])[0]
            page.unverified_count = max(page.chain_count - read.get(page.company_id, 0), 0)
            page.verified_at = max(
                (at for _count, at, _day in states.values() if at), default=False)
            page.whole_since = min(
                (day for _count, _at, day in states.values() if day), default=False)

    @api.depends_context("lang")
    def _compute_verdict(self):
        _ = self.env._
        for page in self:
            if page.broken_count:
                page.verdict = _(
                    "Histories that do not hold: %(count)s.", count=page.broken_count)
            elif page.anchor_id and not page.anchor_is_whole:
                page.verdict = _("The last anchor does not hold.")
            elif not page.chain_count:
                page.verdict = _("There is no history yet: nothing was verified.")
            elif page.unproven_count:
                page.verdict = _(
                    "Histories that are not proven: %(count)s.", count=page.unproven_count)
            elif page.unverified_count:
                page.verdict = _(
                    "Histories that are not verified yet: %(count)s.",
                    count=page.unverified_count)
            else:
                page.verdict = _("All histories are whole.")

    @api.depends("company_id")
    def _compute_check_ids(self):
        for page in self:
            page.check_ids = self.env["collection.history.check"].search([
                ("company_id", "=", page.company_id.id), ("state", "!=", "whole")],
                limit=10 * SHOWN)

    @api.depends("company_id")
    def _compute_anchor_ids(self):
        for page in self:
            page.anchor_ids = self.env["collection.anchor"].search([
                ("company_id", "=", page.company_id.id)], limit=SHOWN)
            page.anchor_id = page.anchor_ids[:1]

    def _compute_anchor_is_whole(self):
        for page in self:
            page.anchor_is_whole = bool(page.anchor_id) and page.anchor_id.sudo()._is_whole()

    @api.depends_context("lang")
    def _compute_anchor_note(self):
        for page in self:
            page.anchor_note = page._describe_anchors()

    def _describe_anchors(self):
        """:return: str, translated: what is missing of the anchors; empty for nothing"""
        _, anchors = self.env._, self.anchor_ids
        if not anchors:
            return _("There is no anchor yet: the first one is made in the coming night.")
        notes = []
        late = (self.company_id._get_collection_day() - anchors[0].day).days
        if late > 1:
            notes.append(_("Days since the last anchor: %(days)s.", days=late))
        missed = anchors.filtered("missed")
        if missed:
            notes.append(_(
                "Nights without an anchor, made up for by the next one: %(days)s.",
                days=format_list(self.env, [
                    f"{format_date(self.env, anchor.day)} ({anchor.missed})"
                    for anchor in missed])))
        failed = anchors.filtered(lambda anchor: anchor.token_state in ("waiting", "failed"))
        if failed:
            notes.append(_(
                "Without a timestamp so far, tried again in the next run: %(days)s.",
                days=self._list_days(failed)))
        unread = anchors.filtered(lambda anchor: (
            anchor.mail_state == "failed" or anchor.mail_status == "exception"))
        if unread:
            notes.append(_(
                "Not all witnesses have received: %(days)s.", days=self._list_days(unread)))
        return " ".join(notes)

    def _list_days(self, anchors):
        """:return: str, the days of anchors, as a reader lists them"""
        return format_list(self.env, [format_date(self.env, anchor.day) for anchor in anchors])

    # === CRUD === #

    @api.constrains("authority_url")
    def _check_authority_url(self):
        for page in self.filtered("authority_url"):
            address = urlsplit(page.authority_url)
            if address.scheme not in ("http", "https") or not address.hostname:
                raise ValidationError(self.env._(
                    "“%(address)s” is no address of a timestamp authority. It begins with https:// "
                    "or http://.", address=page.authority_url))

    @api.constrains("authority_certificates")
    def _check_authority_certificates(self):
        for page in self.filtered("authority_certificates"):
            try:
                timestamps.read_certificates(page.authority_certificates)
            except timestamps.TimestampError as error:
                raise ValidationError(self.env._(
                    "These are no certificates in PEM. A certificate begins with “-----BEGIN "
                    "CERTIFICATE-----”.")) from error

    @api.constrains("witness_ids")
    def _check_witnesses(self):
        for page in self:
            without = page.witness_ids.filtered(lambda partner: not partner.email)
            if without:
                raise ValidationError(self.env._(
                    "%(name)s has no e-mail address, and could not get the anchors. Enter one "
                    "first.", name=without[0].name))

    @api.model
    def _get(self, company):
        """:return: the one of a company, in superuser mode; made if it is not there"""
        pages = self.sudo()
        return pages.search([("company_id", "=", company.id)]) or pages.with_context(
            mail_create_nolog=True).create({"company_id": company.id})

    @api.model
    def _open(self):
        """:return: window action on the page of the current company"""
        self._check_reader()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.collection_seal_action")
        return {**action, "res_id": self._get(self.env.company).id}

    # === BUTTONS === #

    def action_verify(self):
        """Verify all histories of the company from their first rows on.

        :return: client action that loads the page anew
        :raise AccessError: the user is neither a collection manager nor an accountant
        """
        self._check_reader()
        checks = self.env["collection.history.check"].sudo()
        checks._find_absent()
        checks._find_gone()
        checks._find_false_anchors()
        for chains in self._cut_chains(BATCH):
            checks._verify_chains(dict.fromkeys(chains.ids, True))
        return RELOAD

    def action_anchor(self):
        """Make today's anchor now, have it timestamped and mail it.

        :return: client action that loads the page anew
        :raise AccessError: the user is not a collection manager
        """
        self._check_manager()
        for company in self.company_id:
            anchor = self.env["collection.anchor"].sudo()._anchor_company(company)
            if anchor.token_state in ("waiting", "failed") and self.sudo().authority_url:
                anchor._fetch_token()
            if anchor.mail_state == "waiting":
                anchor._mail()
        return RELOAD

    def action_reseal(self):
        """Seal the histories that are not sealed with the present key. A row in each says so.

        What was forged is not sealed: a history whose rows, head or seal do not hold is left as
        it is, and counted.

        :return: notification
        :raise AccessError: the user is not a collection manager
        :raise UserError: there is no key
        """
        self._check_manager()
        if not seal.get_key_state().fingerprint:
            raise UserError(self.env._(
                "There is no key to seal with. Set %(option)s in Odoo's configuration file and "
                "start Odoo again.", option=seal.OPTION))
        done = left = 0
        for chains in self._cut_chains(RESEALED):
            sealed, forged = self._reseal_chains(chains)
            done, left = done + sealed, left + forged
        return notify(
            self.env._("Histories sealed: %(count)s.", count=done) if not left else
            self.env._(
                "Histories sealed: %(count)s. Left as they are, as they do not hold: %(left)s.",
                count=done, left=left), "warning" if left else "success", then=RELOAD)

    def _reseal_chains(self, chains):
        """:return: (number of the chains that were sealed anew, of those that do not hold)"""
        found = self.env["collection.history.check"].sudo()._verify_chains(
            dict.fromkeys(chains.ids, True))
        forged = {id_ for id_, (_subject, findings) in found.items()
                  if any(finding.is_forged for finding in findings)}
        waiting = chains.filtered(lambda chain: chain.id not in forged and found[chain.id][1])
        fingerprint = seal.get_key_state().fingerprint
        for company, own in waiting.grouped("company_id").items():
            env = in_company_language(self, company).env
            own._reseal(
                env._("with the key %(key)s", key=fingerprint),
                lambda head: {"key": fingerprint, "former": head.seal_key or None,
                              "sealed": head.sealed_number})
        self.env["collection.history.check"].sudo()._verify_chains(
            dict.fromkeys(waiting.ids, False))
        return len(waiting), len(forged)

    @api.model
    def _reseal_older(self, chains):
        """Seal histories from before by today's formula: a row in each covers all before it, and
        says what was found in them. The rows themselves are not touched.

        What could not be known then is taken as it is now, once: whose the history is, and which
        texts were erased before that was a fact.

        :param chains: ``collection.history.chain``
        """
        checks = self.env["collection.history.check"]
        found = checks._verify_chains(dict.fromkeys(chains.ids, True))

        def prepare(head):
            subject, findings = found[head.id]
            codes = {finding.code for finding in findings if finding.is_forged}
            return {"customer": head.customer, "rows": sorted(subject.reader.erased),
                    "number": head.number, "faults": sorted(codes - {OWNER, UNRECORDED})}

        for company, own in chains.grouped("company_id").items():
            env = in_company_language(self, company).env
            own._reseal(env._("after an upgrade"), prepare)
        checks._verify_chains(dict.fromkeys(chains.ids, True))

    def _cut_chains(self, size):
        """Yield the chains of these companies, so many at once."""
        chains = self.env["collection.history.chain"].sudo()
        ids = chains.search([("company_id", "in", self.company_id.ids)], order="id").ids
        for start in range(0, len(ids), size):
            yield chains.browse(ids[start:start + size])

    def action_open_checks(self):
        """:return: window action on all histories of the company, as they were verified"""
        self._check_reader()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account_collection.collection_history_check_action")
        return {**action, "domain": [("company_id", "in", self.company_id.ids)]}

    def _check_reader(self):
        if not any(map(self.env.user.has_group, READERS)):
            raise AccessError(self.env._(
                "Only collection managers and accountants see the seal of the histories."))
        self.check_access("read")

    def _check_manager(self):
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only a collection manager seals and anchors histories."))
        self.check_access("write")
