from odoo.exceptions import UserError
from odoo.tests import tagged

from ...engine.seal import DIGESTED
from ...tools import seal
from .seal_case import SealCase

#: Columns of numbers, and of what is written otherwise than as it is stored.
OTHERWISE = {
    "at": "to_char(row.at, 'YYYY-MM-DD HH24:MI:SS')", "data": "row.data",
    **{name: f"row.{name}" for name in ("number", "user_id", "sequence_id", "visit_id",
                                        "action_id")}}
COLUMNS = ", ".join(OTHERWISE.get(name, f"nullif(row.{name}, '')") for name in DIGESTED)
#: What an administrator writes into a server action: the last row says something else, its digest
#: and the head are computed anew by the database.
FORGING = f"""
env.cr.execute("ALTER TABLE collection_history DISABLE TRIGGER USER")
env.cr.execute("UPDATE collection_history SET user_name = 'Somebody', data = NULL WHERE id = %s",
               [last])
env.cr.execute('''
    UPDATE collection_history AS row SET digest = encode(sha256(convert_to(
           before.digest || jsonb_build_array(2, chain.key, {COLUMNS})::text, 'UTF8')), 'hex')
      FROM collection_history AS before, collection_history_chain AS chain
     WHERE row.id = %s AND before.chain_id = row.chain_id AND before.number = row.number - 1
       AND chain.id = row.chain_id''', [last])
env.cr.execute('''
    UPDATE collection_history_chain AS chain SET head_digest = row.digest
      FROM collection_history AS row WHERE row.id = %s AND chain.id = row.chain_id''', [last])
"""


@tagged("post_install", "-at_install")
class TestForgeries(SealCase):
    """X-07, X-08: each forgery is found and named. Who forges takes the guards off."""

    def setUp(self):
        super().setUp()
        self.chain = self.begin()
        self.rows = self.get_rows(self.chain)

    def test_whole(self):
        """X-08: nothing is found where nothing was forged."""
        found = self.assertWhole()
        self.assertEqual((found.chains, found.count), (1, 7))

    def test_a_changed_row(self):
        """X-07: at its number."""
        self.sql("UPDATE collection_history SET new_value = 'x' WHERE id = %s", self.rows[2].id)
        self.assertFound("changed", 3)

    def test_a_changed_moment(self):
        """X-07: dated back by a day."""
        self.sql("UPDATE collection_history SET at = at - interval '1 day' WHERE id = %s",
                 self.rows[3].id)
        self.assertFound("changed", 4)

    def test_a_changed_text(self):
        """X-07: a comment says something else."""
        closed = self.rows.filtered("text")[-1]
        self.sql("UPDATE collection_history SET text = 'Lease is wrong' WHERE id = %s", closed.id)
        self.assertFound("text", closed.number)

    def test_a_gap(self):
        """X-08: a row is cut out."""
        self.sql("DELETE FROM collection_history WHERE id = %s", self.rows[3].id)
        self.assertFound("gap", 4)

    def test_swapped_rows(self):
        """X-08: two rows have changed their numbers."""
        second, third = self.rows[1:3]
        for id_, number in ((second.id, 99), (third.id, 2), (second.id, 3)):
            self.sql("UPDATE collection_history SET number = %s WHERE id = %s", number, id_)
        self.assertFound("changed", 2)

    def cut_tail(self):
        """Cut off the last two rows and set the head back, so that the rest fits."""
        self.sql("DELETE FROM collection_history WHERE id = ANY(%s)", self.rows[-2:].ids)
        self.compute_anew(self.chain)

    def test_a_tail_cut_with_the_head_set_back(self):
        """X-08: by the anchor of the night before."""
        self.anchor()
        self.cut_tail()
        self.assertFound("rewritten", 7)

    def test_a_tail_cut_with_a_key(self):
        """X-08: by the seal, at once; whatever number the forger writes beside it."""
        with self.key():
            self.chain = self.begin(self.make_customer("Other"))
            self.rows = self.get_rows(self.chain)
            self.assertWhole(self.chain.customer_id)
            self.cut_tail()
            self.assertFound("broken", customer=self.chain.customer_id)
            self.sql("UPDATE collection_history_chain SET sealed_number = 5 WHERE id = %s",
                     self.chain.id)
            self.assertFound("broken", customer=self.chain.customer_id)

    def test_a_tail_cut_without_the_head(self):
        """X-08: the head says more."""
        self.sql("DELETE FROM collection_history WHERE id = %s", self.rows[-1].id)
        self.assertFound("head", 7)

    def delete_chain(self):
        self.sql("DELETE FROM collection_history WHERE chain_id = %s", self.chain.id)
        self.sql("DELETE FROM collection_history_chain WHERE id = %s", self.chain.id)

    def test_a_deleted_chain(self):
        """X-08: there is a sequence, which leaves rows."""
        self.delete_chain()
        self.assertIn("collection.sequence", self.assertFound("absent").detail)

    def test_a_deleted_chain_that_was_anchored(self):
        """X-08: even when everything of the customer is gone with it."""
        self.anchor()
        self.delete_chain()
        self.assertFound("gone", 7)
        self.checks._find_gone()
        self.assertEqual(self.checks.search([("code", "=", "gone")]).customer_id, self.customer)

    def test_a_chain_given_away(self):
        """X-08: named at both customers."""
        other = self.make_customer("Accomplice")
        self.sql("UPDATE collection_history_chain SET customer_id = %s WHERE id = %s",
                 other.id, self.chain.id)
        for customer in (self.customer, other):
            found = self.assertFound("owner", customer=customer)
            self.assertEqual(found.detail, str(self.customer.id))

    def forge_by_action(self, more=""):
        action = self.env["ir.actions.server"].create({
            "name": "Forge", "model_id": self.env["ir.model"]._get_id("res.partner"),
            "state": "code", "code": f"last = {self.rows[-1].id}\n{FORGING}{more}"})
        self.env.flush_all()
        action.with_context(active_model="res.partner", active_id=self.customer.id).run()
        self.env.cr.execute("ALTER TABLE collection_history ENABLE TRIGGER USER")
        self.env.invalidate_all()

    def test_a_row_forged_by_a_server_action(self):
        """X-07: digests fit again; without a key, the anchor says so."""
        self.anchor()
        self.forge_by_action()
        self.assertEqual(self.rows[-1].user_name, "Somebody")
        found = self.verify()
        self.assertEqual([finding.code for finding in found.findings], ["rewritten"])

    def test_a_row_forged_by_a_server_action_with_a_key(self):
        """X-07: the seal says so; and a command that follows does not seal what was forged."""
        customer = self.make_customer("Other")
        more = (f"env['collection.history']._append(env['res.partner'].browse({customer.id}), "
                "env.company, [{'kind': 'note_added', 'cause': 'person', 'command': 'x', "
                "'data': {}}])\n")
        with self.key():
            self.chain = self.begin(customer)
            for added in ("", more):
                self.rows = self.get_rows(self.chain)
                self.forge_by_action(added)
                self.assertEqual(
                    [finding.code for finding in self.verify(customer).findings], ["broken"])
            self.assertTrue(self.verify(customer).is_forged)

    def test_a_row_forged_and_sealed_anew(self):
        """X-07: code that is kept in the database may have a history sealed anew; a row says so,
        which is named whenever it is verified."""
        customer = self.make_customer("Other")
        with self.key():
            self.chain = self.begin(customer)
            self.rows = self.get_rows(self.chain)
            self.assertNotIn("Sealed anew", self.verify(customer).describe(self.env))
            self.forge_by_action(
                f"env['collection.history.chain'].browse({self.chain.id})._reseal("
                "'', lambda head: {})\n")
            self.assertIn("Sealed anew in the rows: 8", self.verify(customer).describe(self.env))

    # -- three more, and then some ---------------------------------------------------------

    def test_a_text_taken_away_without_a_record(self):
        """X-15: erasing is a fact; without one, it is a forgery."""
        closed = self.rows.filtered("text")[-1]
        self.sql("UPDATE collection_history SET text = NULL, text_salt = NULL WHERE id = %s",
                 closed.id)
        self.assertFound("unrecorded", closed.number)

    def test_a_row_added_behind_the_head(self):
        """X-08: a fact that nobody has written."""
        self.sql("INSERT INTO collection_history (chain_id, number, at, cause, kind, digest,"
                 " digest_version) VALUES (%s, 8, now(), 'person', 'paused', 'ab', 2)",
                 self.chain.id)
        self.assertFound("head", 7)

    def test_a_history_written_anew(self):
        """X-08: deleted, and begun again by rightful commands: the anchor covers other rows."""
        self.anchor()
        self.sql("DELETE FROM collection_history WHERE chain_id = %s", self.chain.id)
        self.sql("UPDATE collection_history_chain SET head_number = 0, head_digest = ''"
                 " WHERE id = %s", self.chain.id)
        for _time in range(9):
            self.env["collection.history"]._append(self.customer, self.company, [{
                "kind": "note_added", "cause": "person", "command": "note", "data": {}}])
        self.assertFound("rewritten", 7)

    def test_an_older_formula(self):
        """X-08: a row of today that is sealed as rows were before."""
        self.sql("UPDATE collection_history SET digest_version = 1 WHERE id = %s",
                 self.rows[-1].id)
        self.compute_anew(self.chain)
        self.assertFound("downgraded", 7)

    def test_a_seal_taken_off(self):
        """X-08: with a key, what is not sealed is not proven."""
        customer = self.make_customer("Other")
        with self.key():
            chain = self.begin(customer)
            for column, code in (("head_seal", "bare"), ("seal_key", "foreign")):
                with self.subTest(column):
                    self.env.cr.execute("SAVEPOINT off")
                    self.sql(f"UPDATE collection_history_chain SET {column} = %s WHERE id = %s",
                             None if column == "head_seal" else "0" * 16, chain.id)
                    self.assertFound(code, customer=customer)
                    self.env.cr.execute("ROLLBACK TO SAVEPOINT off")

    def test_a_chain_given_to_another_company(self):
        """X-08: its key says in which it was begun; where there is no key of the seal, too."""
        self.anchor()
        other = self.env["res.company"].create({"name": "Accomplice"})
        self.env.user.company_ids |= other
        self.sql("UPDATE collection_history_chain SET company_id = %s WHERE id = %s",
                 other.id, self.chain.id)
        self.checks._verify_chains({self.chain.id: True})
        found = self.checks.search([("key", "=", self.chain.key)])
        self.assertEqual((found.code, found.detail), ("company", str(self.company.id)))

    def test_a_verification_of_tomorrow(self):
        """X-08: whoever writes that a history was read lately does not keep it from being read."""
        self.run_cron("_verify_all", model="collection.history.check")
        self.sql("UPDATE collection_history SET new_value = 'x' WHERE id = %s", self.rows[2].id)
        self.sql("UPDATE collection_history_check SET whole_on = '9999-12-31'")
        self.run_cron("_verify_all", model="collection.history.check")
        self.env.invalidate_all()
        self.assertEqual(self.checks.search([("key", "=", self.chain.key)]).code, "changed")

    def test_a_history_taken_out_of_an_anchor_too(self):
        """X-08: rows, chain and leaf are gone, and the next night makes an anchor of what is
        left: the one before does not hold, which is found, and stays found."""
        self.begin(self.make_customer("Other"))
        first = self.anchor()
        self.sql("DELETE FROM collection_anchor_leaf WHERE key = %s", self.chain.key)
        self.sql("DELETE FROM collection_history WHERE chain_id = %s", self.chain.id)
        self.sql("DELETE FROM collection_history_chain WHERE id = %s", self.chain.id)
        for night in ("2026-03-03", "2026-03-04", "2026-03-05"):
            self.assertTrue(self.anchor(f"{night} 02:00:00")._is_whole())
            with self.at(f"{night} 03:00:00"):
                self.run_cron("_verify_all", model="collection.history.check")
            self.env.invalidate_all()
            found = self.checks.search([("code", "=", "anchor")])
            self.assertEqual((found.day, found.state, found.company_id),
                             (first.day, "broken", self.company))
        self.assertIn("does not hold", found.sentence)
        self.assertEqual(self.page.broken_count, len(found) + self.checks.search_count([
            ("code", "=", "absent")]))

    def test_an_anchor_taken_out(self):
        """X-08: the next one goes on from it."""
        self.anchor()
        self.close(self.sequence, "verdict", "validated")
        second = self.anchor("2026-03-03 02:00:00")
        self.assertTrue(second._is_whole())
        self.sql("UPDATE collection_anchor SET previous_root = repeat('a', 64) WHERE id = %s",
                 second.id)
        self.assertFalse(second._is_whole())

    def test_an_anchor_of_a_day_to_come(self):
        """X-08: it keeps no night from being anchored, and is found."""
        self.sql("INSERT INTO collection_anchor (company_id, day, at, root, token_state,"
                 " mail_state) VALUES (%s, '2999-01-01', now(), 'x', 'none', 'none')",
                 self.company.id)
        self.assertEqual(str(self.anchor("2026-03-03 02:00:00").day), "2026-03-03")
        self.checks._find_false_anchors()
        self.assertIn("2999-01-01", self.checks.search([("code", "=", "anchor")]).mapped(
            lambda check: str(check.day)))

    def test_a_database_that_computes_other_digests(self):
        """X-07: whoever has its functions return what they like gets no seal for that."""
        row = {"kind": "note_added", "cause": "person", "command": "x", "text": "All",
               "data": {"rule": 1}}
        with self.key():
            self.chain = self.begin(self.make_customer("Other"))
            append = lambda: self.env["collection.history"]._append_same(  # noqa: E731
                self.company, row, {self.chain.customer_id.id: 1}, {1: ("old", "new")})
            append()
            self.assertWhole(self.chain.customer_id)
            self.env.cr.execute(
                "CREATE FUNCTION public.sha256(bytea) RETURNS bytea AS $$ SELECT"
                " pg_catalog.sha256('forged') $$ LANGUAGE sql;"
                " SET LOCAL search_path = public, pg_catalog")
            with self.assertRaises(UserError):
                append()

    def test_an_anchor_rewritten(self):
        """X-08: its root is not that of its leaves, its file says another."""
        anchor = self.anchor()
        self.assertTrue(anchor._is_whole())
        for query in (
            "UPDATE collection_anchor SET root = repeat('a', 64)",
            "UPDATE collection_anchor_leaf SET number = 3",
            "DELETE FROM collection_anchor_leaf",
        ):
            with self.subTest(query):
                self.env.cr.execute("SAVEPOINT off")
                self.sql(query)
                self.assertFalse(anchor._is_whole())
                self.env.cr.execute("ROLLBACK TO SAVEPOINT off")
                self.env.invalidate_all()

    def test_a_forged_history_is_not_anchored_anew(self):
        """X-08: the next nights go on to cover what was there."""
        first = self.anchor()
        self.sql("UPDATE collection_history SET user_name = 'Somebody' WHERE id = %s",
                 self.rows[1].id)
        self.compute_anew(self.chain)
        self.env["collection.history"]._append(self.customer, self.company, [{
            "kind": "note_added", "cause": "person", "command": "note", "data": {}}])
        second = self.anchor("2026-03-03 02:00:00")
        self.assertEqual(second.root, first.root)
        self.assertFound("rewritten", 7)

    def test_no_method_of_a_model_seals(self):
        """X-07: what makes seals is out of reach of code that is kept in the database."""
        for name in ("reseal", "raise_head", "give", "_make"):
            self.assertIn(name, vars(seal))
            for model in ("collection.history", "collection.history.chain", "collection.seal"):
                self.assertFalse(hasattr(self.env[model], name))
