import json

from odoo import fields, models
from odoo.tools import SQL

from .collection_history import DIGESTED


class CollectionHistory(models.Model):
    """The same fact for very many customers, sealed and written by the database itself.

    A hundred thousand rows would take the ORM, and Python's hashing, minutes. What is hashed is
    to the letter what :meth:`_hash` hashes, so that :meth:`verify` holds for both.
    """

    _inherit = "collection.history"

    def _append_same(self, company, vals, customers, words):
        """Add one fact to each customer's history, alike but for what was there before.

        :param company: the ``res.company``
        :param dict vals: field values of the fact, ``text`` and ``data`` included
        :param dict customers: a key of ``words`` by customer's id
        :param dict words: (old value, new value) by key
        """
        if not customers:
            return
        self.env.flush_all()
        facts = vals | {
            "at": fields.Datetime.now(), "user_id": self.env.uid, "user_name": self.env.user.name}
        # the number comes before these, the old and new values and the text's digest after
        between = DIGESTED[1:DIGESTED.index("old_value")]
        common = json.dumps([facts.get(name) or None for name in between], default=str)[1:-1]
        data = json.dumps(facts["data"], sort_keys=True)
        keys = list(words)
        places = {key: place for place, key in enumerate(keys, start=1)}
        self.env.cr.execute(SQL(
            "INSERT INTO collection_history_chain"
            "       (key, customer_id, company_id, head_number, head_digest)"
            " SELECT %(company)s || ':' || customer, customer, %(company)s, 0, ''"
            "   FROM unnest(%(customers)s::int[]) AS customer"
            "  WHERE NOT EXISTS (SELECT FROM collection_history_chain AS chain"
            "                     WHERE chain.key = %(company)s || ':' || customer)"
            " ORDER BY customer ON CONFLICT DO NOTHING",
            company=company.id, customers=list(customers)))
        # left(…, 0) adds nothing, but has the salt drawn anew for each customer
        self.env.cr.execute(SQL(
            """
            WITH fact AS MATERIALIZED (
                 SELECT %(company)s || ':' || given.customer AS key, word.old, word.new,
                        word.old_json || ', ' || word.new_json AS changed, salt.it AS salt,
                        encode(sha256(convert_to(salt.it || %(text)s, 'UTF8')), 'hex') AS sealed
                   FROM unnest(%(customers)s::int[], %(keys)s::int[]) AS given (customer, key)
                   JOIN unnest(%(olds)s::text[], %(news)s::text[], %(old_json)s::text[],
                               %(new_json)s::text[]) WITH ORDINALITY
                        AS word (old, new, old_json, new_json, key) ON word.key = given.key
             CROSS JOIN LATERAL (
                        SELECT replace(gen_random_uuid()::text, '-', '')
                               || left(given.customer::text, 0) AS it) AS salt),
                 head AS (
               UPDATE collection_history_chain AS chain
                  SET head_number = chain.head_number + 1,
                      head_digest = encode(sha256(convert_to(
                          chain.head_digest || '[' || (chain.head_number + 1) || %(common)s
                          || fact.changed || %(data)s || fact.sealed || '"]', 'UTF8')), 'hex')
                 FROM fact WHERE chain.key = fact.key
            RETURNING chain.id, chain.head_number, chain.head_digest,
                      fact.old, fact.new, fact.salt, fact.sealed)
            INSERT INTO collection_history (
                   chain_id, company_id, number, at, user_id, user_name, cause, command, kind,
                   old_value, new_value, text, data, text_salt, text_digest, digest)
            SELECT head.id, %(company)s, head.head_number, %(at)s, %(user)s, %(user_name)s,
                   %(cause)s, %(command)s, %(kind)s, head.old, head.new, %(text)s,
                   %(data_value)s::jsonb, head.salt, head.sealed, head.head_digest
              FROM head
            """,
            company=company.id, customers=list(customers),
            keys=[places[key] for key in customers.values()],
            olds=[words[key][0] or None for key in keys],
            news=[words[key][1] or None for key in keys],
            old_json=[json.dumps(words[key][0] or None) for key in keys],
            new_json=[json.dumps(words[key][1] or None) for key in keys],
            common=f", {common}, ", data=f', {data}, "', data_value=data, at=facts["at"],
            user=facts["user_id"], user_name=facts["user_name"], cause=facts["cause"],
            command=facts["command"], kind=facts["kind"], text=facts["text"]))
        self.env["collection.history.chain"].invalidate_model(["head_number", "head_digest"])
        self.env["collection.sequence"].invalidate_model(["history_ids"])
