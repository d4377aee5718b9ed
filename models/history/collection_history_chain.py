from odoo import fields, models
from odoo.tools import SQL

from ...tools.customers import move_all


class CollectionHistoryChain(models.Model):
    """The head of one customer's and company's history: last number and last digest.

    Raising it first makes two writers wait for, or fail on, each other, so the chain cannot
    fork. The key keeps the customer it was made for, and so outlives a merge of customers.
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

    _key_unique = models.UniqueIndex("(key)", "A customer has one history in a company.")

    def init(self):
        """Leave room in the table's pages: a head that is raised stays on its page, and none of
        the indexes has to learn of it."""
        self.env.cr.execute("ALTER TABLE collection_history_chain SET (fillfactor = 60)")

    def _take(self, counts):
        """Reserve the next numbers of customers' histories, in one statement.

        Whoever else writes in one of them fails with a serialization error and tries again.

        :param dict counts: number of rows by (customer, company)
        :return: dict of (chain id, last number before these, digest of the last row), by
            (customer, company)
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
              RETURNING key, id, head_number, head_digest
            """,
            list(owners), [customer.id for customer, _company in owners.values()],
            [company.id for _customer, company in owners.values()],
            [counts[owner] for owner in owners.values()]))
        return {
            owners[key]: (chain_id, number - counts[owners[key]], digest)
            for key, chain_id, number, digest in self.env.cr.fetchall()}

    def _set_heads(self, digests):
        """:param dict digests: digest of the last row, by chain id"""
        self.env.cr.execute(SQL(
            "UPDATE collection_history_chain SET head_digest = head.digest"
            "  FROM unnest(%s::int[], %s::text[]) AS head (id, digest)"
            " WHERE collection_history_chain.id = head.id",
            list(digests), list(digests.values())))
        self.browse(digests).invalidate_recordset(["head_number", "head_digest"], flush=False)

    def _follow(self, changes):
        """Give histories to the customers that others are from now on. Their rows stay as they are.

        A chain that a customer began comes back to it, should it be a customer of its own again.

        :param changes: list of :class:`~..tools.customers.CustomerChange`
        """
        move_all(self, changes)
        self.env.cr.execute(SQL(
            "UPDATE collection_history_chain AS chain SET customer_id = fresh.id"
            "  FROM unnest(%s::int[]) AS fresh (id)"
            " WHERE chain.key = chain.company_id || ':' || fresh.id",
            [change.current for change in changes if not change.whole]))
        self.invalidate_model(["customer_id"])
