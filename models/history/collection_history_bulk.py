import json
import secrets

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
        # Chains that are new begin here, the others are raised. One that somebody else has begun
        # or raised meanwhile is a serialization error in both cases, as for all who add to one.
        # Salts come from a secret that is drawn for this statement and kept nowhere: as good as
        # one draw each, and cheaper. Each OFFSET has what is used more than once worked out once.
        self.env.cr.execute(SQL(
            """
            WITH fact AS MATERIALIZED (
                 SELECT sealed.*, encode(sha256(convert_to(
                            head || '[' || number || %(common)s || changed || %(data)s || seal
                            || '"]', 'UTF8')), 'hex') AS digest
                   FROM (
                 SELECT salted.*, encode(sha256(convert_to(
                            salt || %(text)s, 'UTF8')), 'hex') AS seal
                   FROM (
                 SELECT given.customer, given.key, chain.id IS NULL AS begins,
                        COALESCE(chain.id, nextval('collection_history_chain_id_seq')) AS chain,
                        COALESCE(chain.head_number, 0) + 1 AS number,
                        COALESCE(chain.head_digest, '') AS head,
                        (%(olds)s::text[])[given.word] AS old,
                        (%(news)s::text[])[given.word] AS new,
                        (%(changes)s::text[])[given.word] AS changed,
                        left(encode(sha256(convert_to(
                            %(secret)s || given.customer, 'UTF8')), 'hex'), 32) AS salt
                   FROM (
                 SELECT customer, word, %(company)s || ':' || customer AS key
                   FROM unnest(%(customers)s::int[], %(words)s::int[]) AS given (customer, word)
                        ) AS given
              LEFT JOIN collection_history_chain AS chain ON chain.key = given.key
                 OFFSET 0) AS salted
                 OFFSET 0) AS sealed),
                 begun AS (
            INSERT INTO collection_history_chain
                        (id, key, customer_id, company_id, head_number, head_digest)
                 SELECT chain, key, customer, %(company)s, number, digest FROM fact WHERE begins
            ON CONFLICT DO NOTHING),
                 raised AS (
                 UPDATE collection_history_chain AS chain
                    SET head_number = fact.number, head_digest = fact.digest
                   FROM fact WHERE chain.id = fact.chain AND NOT fact.begins)
            INSERT INTO collection_history (
                   chain_id, number, at, user_id, user_name, cause, command, kind, old_value,
                   new_value, text, data, text_salt, text_digest, digest)
            SELECT chain, number, %(at)s, %(user)s, %(user_name)s, %(cause)s, %(command)s,
                   %(kind)s, old, new, %(text)s, %(data_value)s::jsonb, salt, seal, digest
              FROM fact
            """,
            company=company.id, customers=list(customers), secret=secrets.token_hex(16),
            words=[places[key] for key in customers.values()],
            olds=[words[key][0] or None for key in keys],
            news=[words[key][1] or None for key in keys],
            changes=[json.dumps([old or None, new or None])[1:-1] for old, new in words.values()],
            common=f", {common}, ", data=f', {data}, "', data_value=data, at=facts["at"],
            user=facts["user_id"], user_name=facts["user_name"], cause=facts["cause"],
            command=facts["command"], kind=facts["kind"], text=facts["text"]))
        self.env["collection.history.chain"].invalidate_model(["head_number", "head_digest"])
        self.env["collection.sequence"].invalidate_model(["history_ids"])
