"""A tenant with a history, a key, and whoever forges what an administrator may forge."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo.tools import config

from ...engine.seal import DIGESTED, hash_row
from ...tools import seal
from ..common import CollectionCase

KEY = "a-key-of-the-tests-which-is-long-enough-to-be-used"
#: The tables that are guarded.
GUARDED = (
    "collection_history", "collection_history_chain", "collection_anchor",
    "collection_anchor_leaf")


class SealCase(CollectionCase):
    """A history of seven rows; there is no key unless a test gives one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch.dict("os.environ"))
        for option in (seal.OPTION, seal.FORMER_OPTION):
            cls.startClassPatcher(patch.dict(config.options, {option: ""}))
        cls.template = cls.make_short_template()
        cls.checks = cls.env["collection.history.check"]
        cls.anchors = cls.env["collection.anchor"]
        cls.page = cls.env["collection.seal"]._get(cls.company)

    def begin(self, customer=None):
        """Launch a sequence and close its first action.

        :return: the customer's ``collection.history.chain``
        """
        customer = customer or self.customer
        self.sequence = self.launch(self.template, customer, situation="Rent of May")
        self.close(self.sequence, "file", user=self.collector, comment="Lease is fine")
        self.env.flush_all()
        return self.get_chain(customer)

    def get_chain(self, customer=None):
        return self.env["collection.history.chain"].search(
            [("customer_id", "=", (customer or self.customer).id)])

    def get_rows(self, chain):
        return self.env["collection.history"].search(
            [("chain_id", "=", chain.id)], order="number")

    @contextmanager
    def key(self, key=KEY, former=""):
        """There is a key of the seal for a while."""
        with patch.dict(config.options, {seal.OPTION: key, seal.FORMER_OPTION: former}):
            yield

    def anchor(self, moment=None):
        """:return: the anchor of a night"""
        if moment is None:
            return self.anchors._anchor_company(self.company)
        with self.at(moment):
            return self.anchors._anchor_company(self.company)

    # -- forging -----------------------------------------------------------------------------

    def sql(self, query, *values):
        """Write whatever one likes: whoever owns the tables takes the guards off."""
        self.env.flush_all()
        for table in GUARDED:
            self.env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        self.env.cr.execute(query, values)
        for table in GUARDED:
            self.env.cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        self.env.invalidate_all()

    def compute_anew(self, chain):
        """Have all digests fit again, which everybody can who writes to the database."""
        digest, rows = "", self.get_rows(chain)
        for row in rows:
            values = [getattr(row[name], "id", row[name]) for name in DIGESTED]
            digest = hash_row(digest, row.digest_version, chain.key, values)
            self.sql("UPDATE collection_history SET digest = %s WHERE id = %s", digest, row.id)
        self.sql("UPDATE collection_history_chain SET head_number = %s, head_digest = %s"
                 " WHERE id = %s", len(rows), digest, chain.id)

    # -- finding -----------------------------------------------------------------------------

    def verify(self, customer=None):
        """:return: :class:`Verification`, as a manager has it"""
        self.env.invalidate_all()
        return self.env["collection.history"].with_user(self.manager)._verify(
            customer or self.customer)

    def assertFound(self, code, number=None, customer=None):
        """The verification says so, and in a sentence; the history is not whole."""
        found = self.verify(customer)
        self.assertFalse(found.whole)
        self.assertFalse(self.env["collection.history"].with_user(self.manager).verify(
            customer or self.customer))
        known = [finding for finding in found.findings if finding.code == code
                 and number in (None, finding.number)]
        self.assertTrue(known, found.findings)
        self.assertGreater(len(known[0].describe(self.env)), 20)
        return known[0]

    def assertWhole(self, customer=None):
        found = self.verify(customer)
        self.assertEqual((found.findings, found.whole), ([], True))
        return found
