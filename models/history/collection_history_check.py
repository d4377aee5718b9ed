from dataclasses import dataclass, replace
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine.seal import DIGESTED, RESEALED, ChainReader, Leaf, SealedRow
from ...tools import seal
from .findings import ABSENT, ANCHOR, CODES, COMPANY, GONE, REWRITTEN, Finding, Verification

#: Rows that are read at once.
BATCH = 10_000
#: Nights in which every history is read again from its first row on, a share each night.
NIGHTS = 30
#: Beyond every number that a row may have.
LOWEST, HIGHEST = -2**31, 2**31 - 1


@dataclass(frozen=True, slots=True)
class Subject:
    """A chain as it is to be verified.

    :ivar head: :class:`~...tools.seal.Head`
    :ivar reader: :class:`~...engine.seal.ChainReader` that knows the rows that are not read again
    :ivar leaf: the chain's :class:`~...engine.seal.Leaf` in the last anchor, or None
    :ivar leaf_digest: digest of the row of the leaf's number, as it is now
    :ivar day: of the anchor
    """

    head: seal.Head
    reader: ChainReader
    leaf: Leaf | None
    leaf_digest: str | None
    day: date | None

    def split(self):
        """Yield what is to be read: (chain's id, behind which number, up to which number)."""
        start, end = self.reader.number or LOWEST, self.reader.number + BATCH
        while end < self.head.number:
            yield self.head.id, start, end
            start, end = end, end + BATCH
        yield self.head.id, start, HIGHEST

    def find(self, has_key):
        """Compare what was read.

        :param bool has_key: whether what is not sealed is suspicious
        :return: list of :class:`~.findings.Finding`
        """
        head = self.head
        found = [
            Finding(fault.code, head.key, fault.number, str(fault.other))
            for fault in self.reader.close(head.number, head.digest, head.customer)]
        begun_in = head.key.partition(":")[0]
        if begun_in != str(head.company):
            found.append(Finding(COMPANY, head.key, head.number, begun_in))
        if self.leaf and self.leaf.digest != self.leaf_digest:
            found.append(Finding(REWRITTEN, head.key, self.leaf.number, day=self.day))
        state = self.check_seal()
        if state != seal.HOLDS and (has_key or head.seal):
            found.append(Finding(state, head.key, head.sealed_number, head.seal_key))
        return found

    def check_seal(self):
        """:return: whether the head's seal holds; of one that is out of date, whether it did hold
            for the row that it covers"""
        head, state = self.head, seal.check(self.head)
        if state != seal.STALE:
            return state
        if self.reader.seen is None:
            return seal.BROKEN
        owner, digest = self.reader.seen
        then = replace(head, customer=owner, number=head.sealed_number, digest=digest)
        return state if seal.check(then) == seal.HOLDS else seal.BROKEN


class CollectionHistoryCheck(models.Model):
    """What the last verification of a history has found; one a chain, and one a customer who
    should have a history and has none.

    It is kept apart from the chains, so that verifying stands in nobody's way.
    """

    _name = "collection.history.check"
    _description = "Verification of a History"
    _inherit = ["collection.owned"]
    _log_access = False
    _order = "state, since, id"
    _rec_name = "customer_id"
    _is_collection_cache = True
    _owner_fields = ("customer_id", "company_id")

    key = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade")
    customer_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index="btree_not_null",
        ondelete="set null")
    state = fields.Selection(
        [("broken", "Does not hold"), ("unproven", "Not proven"), ("whole", "Whole")],
        required=True, readonly=True)
    code = fields.Selection(CODES, string="What was found", readonly=True)
    number = fields.Integer(string="Row", readonly=True, aggregator=None)
    detail = fields.Char(readonly=True)
    day = fields.Date(string="Anchor", readonly=True)
    since = fields.Datetime(readonly=True, help="When it was found first.")
    verified_at = fields.Datetime(string="Verified", readonly=True)
    verified_number = fields.Integer(string="Rows", readonly=True)
    whole_on = fields.Date(
        string="From the first row on", readonly=True,
        help="The last day on which all rows were read again.")
    verified_digest = fields.Char(readonly=True, groups="base.group_system")
    verified_seal = fields.Char(readonly=True, groups="base.group_system")
    owner = fields.Integer(readonly=True, groups="base.group_system")
    version = fields.Integer(readonly=True, groups="base.group_system")
    sentence = fields.Char(string="In words", compute="_compute_sentence")

    _key_unique = models.UniqueIndex("(key)", "A history is verified once.")
    #: read by the page of the seal: what does not hold
    _state_index = models.Index("(company_id, state) WHERE state <> 'whole'")

    @api.depends_context("lang")
    @api.depends("code", "number", "detail", "day")
    def _compute_sentence(self):
        for check in self:
            check.sentence = check.code and Finding(
                check.code, check.key, check.number, check.detail or "", check.day,
            ).describe(self.env) or ""

    # === NIGHTLY === #

    @api.model
    def _verify_all(self):
        """Cron: verify what has changed since the last time, and a share of the histories from
        their first rows on; batch by batch, as long as the cron may run."""
        crons = self.env["ir.cron"]
        self._find_absent()
        self._find_gone()
        self._find_false_anchors()
        waiting = self._find_waiting()
        crons._commit_progress(remaining=len(waiting))
        while waiting:
            batch, waiting = _cut(waiting)
            self._verify_chains({id_: whole for id_, whole, _rows in batch})
            if not crons._commit_progress(len(batch), remaining=len(waiting)):
                break

    def _find_waiting(self):
        """Find the chains that are to be verified now.

        :return: list of (chain's id, whether from the first row on, number of rows)
        """
        today, key = fields.Date.today(), seal.get_key_state()
        return self.env.execute_query(SQL(
            """
            SELECT id, first OR due,
                   CASE WHEN first OR due THEN head_number ELSE head_number - verified_number END
              FROM (
            SELECT chain.id, chain.head_number, checked.verified_number,
                   checked.id IS NULL OR checked.state = 'broken'
                   OR checked.verified_number > chain.head_number
                   OR checked.whole_on > %(today)s AS first,  -- nobody has read it tomorrow
                   (checked.verified_digest, checked.verified_seal, checked.customer_id)
                   IS DISTINCT FROM (chain.head_digest, chain.head_seal, chain.customer_id)
                   OR checked.state = 'unproven'
                   OR NOT chain.seal_key = ANY(%(known)s)
                   OR (chain.head_seal IS NULL AND %(has_key)s) AS moved,
                   checked.whole_on < %(late)s OR (
                       chain.id %% %(nights)s = %(night)s AND checked.whole_on < %(today)s) AS due
              FROM collection_history_chain AS chain
         LEFT JOIN collection_history_check AS checked ON checked.key = chain.key
                   ) AS chain
             WHERE first OR moved OR due
             ORDER BY id
            """, nights=NIGHTS, night=today.toordinal() % NIGHTS, today=today,
            late=today - timedelta(days=2 * NIGHTS), known=list(key.known),
            has_key=bool(key.fingerprint)))

    @api.model
    def _find_absent(self, customer=None):
        """Note customers of whom there are records that leave a history, and no history.

        :param customer: the ``res.partner`` to look at; None for all
        """
        self.env.flush_all()
        absent = self.env.execute_query(SQL(
            "SELECT record.company_id, record.customer_id, string_agg("
            "       DISTINCT record.what, ', ' ORDER BY record.what)"
            "  FROM (%s) AS record"
            " WHERE NOT EXISTS (SELECT FROM collection_history_chain AS chain"
            "   WHERE chain.company_id = record.company_id"
            "     AND chain.customer_id = record.customer_id)"
            " GROUP BY 1, 2", self._get_traced_query(customer)))
        found = [(Finding(ABSENT, f"{company}:{customer}", detail=what), company, customer)
                 for company, customer, what in absent]
        self._forget(ABSENT, found, customer)
        self._keep_findings(found)

    def _get_traced_query(self, customer):
        """:return: SQL: what (the model), company and customer of records that leave a history"""
        only = SQL("record.customer_id = %s", customer.id) if customer else SQL("TRUE")
        queries = [SQL(
            "SELECT DISTINCT %s AS what, record.company_id, record.customer_id FROM %s AS record"
            " WHERE record.customer_id IS NOT NULL AND record.company_id IS NOT NULL AND (%s)"
            "   AND %s", name, SQL.identifier(model._table), SQL(model._traced_where), only)
            for name, model in sorted(self.env.registry.items())
            if getattr(model, "_traced_where", "") and not model._abstract]
        return SQL(" UNION ALL ").join(queries)

    @api.model
    def _find_gone(self, customer=None):
        """Note histories that an anchor covers and that are there no more.

        :param customer: the ``res.partner`` to look at; None for all
        """
        only = SQL("leaf.customer = %s", customer.id) if customer else SQL("TRUE")
        gone = self.env.execute_query(SQL(
            "SELECT leaf.key, leaf.number, partner.name, anchor.day, leaf.company_id, partner.id"
            "  FROM collection_anchor_leaf AS leaf"
            "  JOIN collection_anchor AS anchor ON anchor.id = leaf.anchor_id"
            "  LEFT JOIN res_partner AS partner ON partner.id = leaf.customer"
            " WHERE leaf.replaced_by_id IS NULL AND %s AND NOT EXISTS ("
            "       SELECT FROM collection_history_chain AS chain WHERE chain.key = leaf.key)",
            only))
        found = [(Finding(GONE, key, number, name or "", day), company, customer)
                 for key, number, name, day, company, customer in gone]
        self._forget(GONE, found, customer)
        self._keep_findings(found)

    @api.model
    def _find_false_anchors(self):
        """Note anchors that do not hold: looked at are the last two of each company, those that
        did not hold before, and a share of the others each night."""
        self.env.flush_all()
        today = fields.Date.today()
        anchors = self.env["collection.anchor"].browse(id_ for [id_] in self.env.execute_query(SQL(
            """
            SELECT id FROM (
            SELECT anchor.id, anchor.day, checked.id IS NOT NULL AS was_false, row_number() OVER (
                   PARTITION BY anchor.company_id ORDER BY anchor.day DESC) AS place
              FROM collection_anchor AS anchor
         LEFT JOIN collection_history_check AS checked
                ON checked.code = %(code)s AND checked.company_id = anchor.company_id
               AND checked.day = anchor.day) AS anchor
             WHERE place <= 2 OR was_false OR id %% %(nights)s = %(night)s ORDER BY day, id
            """, code=ANCHOR, nights=NIGHTS, night=today.toordinal() % NIGHTS)))
        # where the sun rises first, it is tomorrow already
        found = [(Finding(ANCHOR, f"{anchor.company_id.id}:anchor:{anchor.day}", day=anchor.day),
                  anchor.company_id.id, None) for anchor in anchors
                 if anchor.day > today + timedelta(days=1) or not anchor._is_whole()]
        self._forget(ANCHOR, found, None)
        self._keep_findings(found)

    def _forget(self, code, found, customer):
        """Drop what was found once, of a customer or of all, and is not found any more."""
        self.env.cr.execute(SQL(
            "DELETE FROM collection_history_check WHERE code = %s AND NOT key = ANY(%s)"
            "   AND (%s::int IS NULL OR customer_id = %s)",
            code, [finding.key for finding, _company, _customer in found],
            customer and customer.id, customer and customer.id))
        self.invalidate_model()

    # === READING === #

    @api.model
    def _verify_chains(self, chains):
        """Verify chains, and keep what was found.

        :param dict chains: whether from the first row on, by chain's id
        :return: dict of (:class:`Subject`, list of :class:`~.findings.Finding`) by chain's id
        """
        subjects = self._read_subjects(chains)
        self._read_rows(subjects)
        has_key = bool(seal.get_key_state().fingerprint)
        found = {id_: (subject, subject.find(has_key)) for id_, subject in subjects.items()}
        self._keep_subjects(found, {id_ for id_, whole in chains.items() if whole})
        return found

    def _read_subjects(self, chains):
        """:return: dict of :class:`Subject` by chain's id"""
        rows = self.env.execute_query(SQL(
            """
            SELECT chain.id, chain.key, chain.customer_id, chain.company_id, chain.head_number,
                   chain.head_digest, COALESCE(chain.head_seal, ''),
                   COALESCE(chain.seal_key, ''), COALESCE(chain.sealed_number, 0),
                   checked.verified_number, checked.verified_digest, checked.owner,
                   checked.version, anchor.day, anchored.digest,
                   leaf.key, leaf.customer, leaf.number, leaf.digest
              FROM collection_history_chain AS chain
         LEFT JOIN collection_history_check AS checked ON checked.key = chain.key
         LEFT JOIN collection_anchor_leaf AS leaf
                ON leaf.company_id = chain.company_id AND leaf.key = chain.key
               AND leaf.replaced_by_id IS NULL
         LEFT JOIN collection_anchor AS anchor ON anchor.id = leaf.anchor_id
         LEFT JOIN collection_history AS anchored
                ON anchored.chain_id = chain.id AND anchored.number = leaf.number
             WHERE chain.id = ANY(%s) ORDER BY chain.id
            """, list(chains)))
        subjects = {}
        for id_, *values in rows:
            head = seal.Head(id_, *values[:8])
            # a seal that is out of date is compared with a row from before
            again = chains[id_] or head.sealed_number < head.number and head.seal
            known = values[8:12] if not again and values[8] else (0, "", 0, 0)
            leaf = Leaf(*values[14:]) if values[14] else None
            subjects[id_] = Subject(
                head, ChainReader(head.key, *known, watched=head.sealed_number), leaf,
                values[13], values[12])
        return subjects

    def _read_rows(self, subjects):
        """Have the readers of the chains read their rows, so many at once."""
        spans, total = [], 0
        for subject in subjects.values():
            for span in subject.split():
                spans.append(span)
                total += min(span[2], subject.head.number) - max(span[1], 0) + 1
                if total >= BATCH:
                    self._read_spans(subjects, spans)
                    spans, total = [], 0
        self._read_spans(subjects, spans)

    def _read_spans(self, subjects, spans):
        if not spans:
            return
        chains, starts, ends = (list(values) for values in zip(*spans))
        self.env.cr.execute(SQL(
            "SELECT row.chain_id, row.digest_version, row.text, row.text_salt, row.digest, %s"
            "  FROM unnest(%s::int[], %s::int[], %s::int[]) AS span (chain, start, stop)"
            "  JOIN collection_history AS row ON row.chain_id = span.chain"
            "   AND row.number > span.start AND row.number <= span.stop"
            " ORDER BY row.chain_id, row.number",
            SQL(", ").join(SQL.identifier("row", name) for name in DIGESTED),
            chains, starts, ends))
        while rows := self.env.cr.fetchmany(1000):
            for chain, version, text, salt, digest, *values in rows:
                subjects[chain].reader.read(SealedRow(version, values, text, salt, digest))

    # === KEEPING === #

    def _keep_subjects(self, found, wholes):
        """Write what was found of chains.

        :param set wholes: ids of those that were read from the first row on
        """
        self._keep([
            (*_prepare(findings), head.key, head.company, head.customer, head.number,
             head.digest, head.seal or None, subject.reader.owner, subject.reader.version,
             fields.Date.today() if id_ in wholes else None)
            for id_, (subject, findings) in found.items() for head in [subject.head]])

    def _keep_findings(self, found):
        """:param found: list of (:class:`~.findings.Finding`, company's id, customer's id)"""
        self._keep([
            (*_prepare([finding]), finding.key, company, customer, 0, None, None, customer or 0, 0,
             None) for finding, company, customer in found])

    def _keep(self, values):
        columns = (
            "state", "code", "number", "detail", "day", "key", "company_id", "customer_id",
            "verified_number", "verified_digest", "verified_seal", "owner", "version", "whole_on")
        now = fields.Datetime.now()
        self.env.cr.execute_values(
            f"INSERT INTO collection_history_check ({', '.join(columns)}, verified_at, since)"
            " VALUES %s ON CONFLICT (key) DO UPDATE SET (" + ", ".join(columns[:-1])
            + ", verified_at) = (" + ", ".join(f"EXCLUDED.{name}" for name in columns[:-1])
            + ", EXCLUDED.verified_at),"
            " whole_on = COALESCE(EXCLUDED.whole_on, collection_history_check.whole_on),"
            " since = CASE WHEN collection_history_check.code IS NOT DISTINCT FROM EXCLUDED.code"
            "         THEN collection_history_check.since ELSE EXCLUDED.since END",
            [(*row, now, now if row[1] else None) for row in values], page_size=1000)
        self.invalidate_model()

    # === ONE CUSTOMER === #

    @api.model
    def _verify_customer(self, customer):
        """Verify the histories of a customer from their first rows on.

        :param customer: the ``res.partner``
        :return: :class:`~.findings.Verification`
        """
        companies = self.env.companies
        self._find_absent(customer)
        self._find_gone(customer)
        chains = [id_ for [id_] in self.env.execute_query(SQL(
            "SELECT id FROM collection_history_chain WHERE company_id = ANY(%s)"
            "   AND (customer_id = %s OR key = company_id || ':' || %s) ORDER BY id",
            companies.ids, customer.id, customer.id))]
        found = list(self._verify_chains(dict.fromkeys(chains, True)).values())
        others = self.search([
            ("company_id", "in", companies.ids), ("customer_id", "=", customer.id),
            ("code", "in", (ABSENT, GONE))])
        checks = others | self.search([("key", "in", [
            subject.head.key for subject, _findings in found])])
        resealed = self.env["collection.history"].search([
            ("chain_id", "in", chains), ("kind", "=", RESEALED)], order="number")
        days = [subject.day for subject, _findings in found if subject.day]
        return Verification(
            at=fields.Datetime.now(), chains=len(found),
            count=sum(subject.reader.number for subject, _findings in found),
            findings=[finding for _subject, findings in found for finding in findings] + [
                Finding(check.code, check.key, check.number, check.detail, check.day)
                for check in others],
            is_sealed=bool(seal.get_key_state().fingerprint),
            anchor=max(days, default=None),
            anchored=sum(subject.leaf.number for subject, _findings in found if subject.leaf),
            since=min(filter(None, checks.mapped("since")), default=None),
            resealed=tuple(resealed.mapped("number")))


def _cut(waiting):
    """:return: (the first chains, with about as many rows as are read at once; the others)"""
    total = 0
    for place, (_id, _whole, count) in enumerate(waiting, start=1):
        total += count + 1
        if total >= BATCH:
            return waiting[:place], waiting[place:]
    return waiting, []


def _prepare(findings):
    """:return: (state, code, number, detail, day) of the most telling of the findings"""
    if not findings:
        return "whole", None, None, None, None
    first = next((finding for finding in findings if finding.is_forged), findings[0])
    return ("broken" if first.is_forged else "unproven", first.code, first.number, first.detail,
            first.day)
