from odoo import fields, models
from odoo.tools import SQL


class CollectionHistoryChain(models.Model):
    """The head of one customer's and company's history: last number and last digest.

    Raising it first makes two writers wait for, or fail on, each other, so the chain cannot
    fork. The key keeps the customer it was made for, and so outlives a merge of customers.
    """

    _name = "collection.history.chain"
    _description = "Collection History Chain"

    key = fields.Char(required=True, readonly=True)
    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    head_number = fields.Integer(default=0, readonly=True)
    head_digest = fields.Char(default="", readonly=True)

    _key_unique = models.UniqueIndex("(key)", "A customer has one history in a company.")

    def _take(self, customer, company, count):
        """Reserve the next numbers of a customer's history.

        :return: (chain id, last number before these, digest of the last row)
        """
        self.env.cr.execute(SQL(
            """
            INSERT INTO collection_history_chain
                        (key, customer_id, company_id, head_number, head_digest)
                 VALUES (%(key)s, %(customer)s, %(company)s, %(count)s, '')
            ON CONFLICT (key) DO UPDATE
                    SET head_number = collection_history_chain.head_number + %(count)s
              RETURNING id, head_number - %(count)s, head_digest
            """,
            key=f"{company.id}:{customer.id}", customer=customer.id, company=company.id,
            count=count))
        return self.env.cr.fetchone()

    def _set_head(self, chain_id, digest):
        self.env.cr.execute(SQL(
            "UPDATE collection_history_chain SET head_digest = %s WHERE id = %s",
            digest, chain_id))
        self.browse(chain_id).invalidate_recordset(["head_number", "head_digest"], flush=False)
