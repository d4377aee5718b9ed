from dataclasses import replace

from odoo import fields, models
from odoo.tools import SQL

from ...tools import seal

#: Columns of a head, in the order of :class:`~...tools.seal.Head`.
HEAD = (
    "id, key, customer_id, company_id, head_number, head_digest, COALESCE(head_seal, ''),"
    " COALESCE(seal_key, ''), COALESCE(sealed_number, 0)")


class CollectionHistoryChain(models.Model):
    """The head of one customer's and company's history: last number, last digest and its seal.

    Raising it first makes two writers wait for, or fail on, each other, so the chain cannot
    fork. The key keeps the customer it was made for, and so outlives a merge of customers. What
    it says changes by what happens alone: the database refuses everything else.
    """

    _name = "collection.history.chain"
    _description = "Collection History Chain"
    _inherit = ["collection.portfolio"]
    _log_access = False
    _owner_fields = ("customer_id", "company_id")

    key = fields.Char(required=True, readonly=True)
    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    head_number = fields.Integer(default=0, readonly=True)
    head_digest = fields.Char(default="", readonly=True)
    head_seal = fields.Char(readonly=True, groups="base.group_system")
    seal_key = fields.Char(
        readonly=True, groups="base.group_system",
        help="What the key of the seal is recognised by.")
    sealed_number = fields.Integer(
        readonly=True, groups="base.group_system", help="The last row that the seal covers.")

    _key_unique = models.UniqueIndex("(key)", "A customer has one history in a company.")

    def init(self):
        """Leave room in the table's pages: a head that is raised stays on its page, and none of
        the indexes has to learn of it. And guard it: it only rises, and a chain changes hands
        only where its last row says so."""
        self.env.cr.execute("ALTER TABLE collection_history_chain SET (fillfactor = 60)")
        self.env.cr.execute("""
            CREATE OR REPLACE FUNCTION collection_history_chain_guard() RETURNS trigger AS $$
            BEGIN
                IF TG_OP = 'UPDATE' AND NEW.head_number >= OLD.head_number
                   AND (NEW.id, NEW.key, NEW.company_id) = (OLD.id, OLD.key, OLD.company_id)
                   AND EXISTS (
                       SELECT FROM collection_history AS said
                        WHERE said.chain_id = NEW.id AND said.number = NEW.head_number
                          AND said.kind = 'customer_changed' AND said.data->>'chain' = NEW.key
                          AND said.data->'current' = to_jsonb(NEW.customer_id)) THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'collection_history_chain: heads only rise';
            END $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER collection_history_chain_only_rises
                BEFORE UPDATE ON collection_history_chain FOR EACH ROW
                WHEN (NEW.head_number < OLD.head_number OR NEW.id <> OLD.id
                      OR NEW.key IS DISTINCT FROM OLD.key
                      OR NEW.company_id IS DISTINCT FROM OLD.company_id
                      OR NEW.customer_id IS DISTINCT FROM OLD.customer_id)
                EXECUTE FUNCTION collection_history_chain_guard();
            CREATE OR REPLACE TRIGGER collection_history_chain_stays
                BEFORE DELETE ON collection_history_chain
                FOR EACH ROW EXECUTE FUNCTION collection_history_chain_guard();
            CREATE OR REPLACE TRIGGER collection_history_chain_no_truncate
                BEFORE TRUNCATE ON collection_history_chain
                FOR EACH STATEMENT EXECUTE FUNCTION collection_history_chain_guard();
        """)

    # === HEADS === #

    def _take(self, counts):
        """Reserve the next numbers of customers' histories, in one statement.

        Whoever else writes in one of them fails with a serialization error and tries again.

        :param dict counts: number of rows by (customer, company)
        :return: dict of the :class:`~...tools.seal.Head` before these rows, by (customer, company)
        """
        owners = {f"{company.id}:{customer.id}": (customer, company)
                  for customer, company in sorted(counts, key=lambda o: (o[1].id, o[0].id))}
        self.env.cr.execute(SQL(
            """
            INSERT INTO collection_history_chain
                        (key, customer_id, company_id, head_number, head_digest)
                 SELECT taken.key, taken.customer, taken.company, taken.count, ''
                   FROM unnest(%s::text[], %s::int[], %s::int[], %s::int[])
                        AS taken (key, customer, company, count)
            ON CONFLICT (key) DO UPDATE
                    SET head_number = collection_history_chain.head_number + EXCLUDED.head_number
              RETURNING """ + HEAD,
            list(owners), [customer.id for customer, _company in owners.values()],
            [company.id for _customer, company in owners.values()],
            [counts[owner] for owner in owners.values()]))
        heads = (seal.Head(*head) for head in self.env.cr.fetchall())
        return {owners[head.key]: _lower(head, counts[owners[head.key]]) for head in heads}

    def _raise(self, counts):
        """Reserve the next numbers of chains, whosever they are.

        :param dict counts: number of rows by chain's id
        :return: dict of the :class:`~...tools.seal.Head` before these rows, by chain's id
        """
        self.env.cr.execute(SQL(
            "UPDATE collection_history_chain AS chain SET head_number = head_number + taken.count"
            "  FROM unnest(%s::int[], %s::int[]) AS taken (chain, count)"
            " WHERE chain.id = taken.chain RETURNING " + HEAD,
            list(counts), list(counts.values())))
        heads = (seal.Head(*head) for head in self.env.cr.fetchall())
        return {head.id: _lower(head, counts[head.id]) for head in heads}

    def _get_heads(self):
        """:return: list of the :class:`~...tools.seal.Head` of these chains"""
        return [seal.Head(*head) for head in self.env.execute_query(SQL(
            "SELECT " + HEAD
            + " FROM collection_history_chain WHERE id = ANY(%s) ORDER BY id", self.ids))]

    def _set_heads(self, heads):
        """:param heads: list of :class:`~...tools.seal.Head`: digests of last rows, and seals"""
        if not heads:
            return
        self.env.cr.execute(SQL(
            "UPDATE collection_history_chain AS chain"
            "   SET head_digest = head.digest, head_seal = head.seal, seal_key = head.seal_key,"
            "       sealed_number = head.sealed_number"
            "  FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::int[])"
            "       AS head (id, digest, seal, seal_key, sealed_number)"
            " WHERE chain.id = head.id",
            [head.id for head in heads], [head.digest for head in heads],
            [head.seal or None for head in heads], [head.seal_key or None for head in heads],
            [head.sealed_number for head in heads]))
        self.browse(head.id for head in heads).invalidate_recordset([
            "head_number", "head_digest", "head_seal", "seal_key", "sealed_number"], flush=False)

    def _reseal(self, why, prepare):
        """Seal chains anew, whatever seals they have. A row in each says so.

        :param str why: what it says, in the company's language
        :param prepare: function of a :class:`~...tools.seal.Head`: dict of the row's data
        """
        heads = {head.id: head for head in self._get_heads()}
        self.env["collection.history"]._append_to_chains({chain: [{
            "kind": "history_resealed", "command": "reseal",
            "cause": self.env["collection.history"]._get_own_cause(),
            "old_value": str(heads[chain.id].number), "new_value": why,
            "data": prepare(heads[chain.id])}] for chain in self})
        self._set_heads([seal.reseal(head) for head in self._get_heads()])

    # === CHANGING HANDS === #

    def _follow(self, changes, prepare):
        """Give histories to the customers that others are from now on. Their rows stay as they
        are, and one is added to each that says whose it is now.

        A chain that a customer began comes back to it, should it be a customer of its own again.

        :param changes: list of :class:`~..tools.customers.CustomerChange`
        :param prepare: function of the ids of the former and the current customer: dict of the
            values of the row
        :return: the new ``collection.history``
        """
        moves = self._find_moves(changes)
        if not moves:
            return self.env["collection.history"]
        chains = self.browse(moves)
        rows = {}
        for chain in chains:
            vals = prepare(chain.customer_id.id, moves[chain.id])
            rows[chain] = [vals | {"data": {**vals["data"], "chain": chain.key}}]
        history = self.env["collection.history"]._append_to_chains(rows)
        chains._give(moves)
        return history

    def _find_moves(self, changes):
        """:return: dict of the id of the customer that gets a chain, by chain's id"""
        wholes = [change for change in changes if change.whole]
        return dict(self.env.execute_query(SQL(
            """
            SELECT id, customer FROM (
            SELECT chain.id, change.current AS customer, 1 AS place
              FROM unnest(%s::int[], %s::int[]) AS change (former, current)
              JOIN collection_history_chain AS chain ON chain.customer_id = change.former
             WHERE change.current <> change.former
             UNION
            SELECT chain.id, fresh.id, 2
              FROM unnest(%s::int[]) AS fresh (id)
              JOIN collection_history_chain AS chain
                ON chain.key = chain.company_id || ':' || fresh.id
             WHERE chain.customer_id <> fresh.id) AS move
             ORDER BY place
            """, [change.former for change in wholes], [change.current for change in wholes],
            [change.current for change in changes if not change.whole])))

    def _give(self, moves):
        """:param dict moves: id of the new customer by chain's id"""
        heads = [seal.give(head, moves[head.id]) for head in self._get_heads()]
        self.env.cr.execute(SQL(
            "UPDATE collection_history_chain AS chain SET customer_id = head.customer"
            "  FROM unnest(%s::int[], %s::int[]) AS head (id, customer)"
            " WHERE chain.id = head.id",
            [head.id for head in heads], [head.customer for head in heads]))
        self._set_heads(heads)
        self.invalidate_model(["customer_id"])


def _lower(head, count):
    """:return: a head as it was before it was raised by a number of rows"""
    return replace(head, number=head.number - count)
