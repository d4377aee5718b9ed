from datetime import date
from unittest.mock import patch

from psycopg2.errors import RaiseException

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.history import collection_history_check
from ...models.history.erasing import strip_text
from ...models.history.findings import CODES
from ...tools import seal
from ..common import COLLECTOR, load_migration
from .seal_case import KEY, SealCase


@tagged("post_install", "-at_install")
class TestSealKey(SealCase):
    """DESIGN, the seal: heads are sealed with a key that stands outside of the database."""

    def get_state(self, chain):
        [head] = chain._get_heads()
        return seal.check(head)

    def test_a_head_is_sealed_in_the_transaction_that_raises_it(self):
        """X-07: by whatever command."""
        with self.key():
            chain = self.begin()
            self.assertEqual((self.get_state(chain), chain.sealed_number), (seal.HOLDS, 7))
            found = self.assertWhole()
        self.assertTrue(found.is_sealed)

    def test_a_hundred_thousand_are_sealed_by_statements(self):
        """X-07: new ones and such that go on; the same number of queries for two and for five."""
        counts = []
        with self.key():
            customers = self.customer | self.env["res.partner"].union(
                *(self.make_customer(f"Tenant {place}") for place in range(5)))
            self.begin(customers[0])
            vals = {"kind": "setting_changed", "cause": "rule", "command": "run",
                    "text": "By a rule",
                    "data": {"field": "collector_id"}}
            for own in (customers[:2], customers[:5], customers):
                counts.append(self.count_queries(
                    self.env["collection.history"]._append_same, self.company, vals,
                    dict.fromkeys(own.ids, "x"), {"x": ("Zoë", "Old")}))
                self.env.invalidate_all()
                for customer in own:
                    self.assertEqual(self.get_state(self.get_chain(customer)), seal.HOLDS)
                    self.assertWhole(customer)
        self.assertEqual(len(set(counts)), 1)

    def test_without_a_key_nothing_is_sealed_and_the_screen_says_so(self):
        """X-07: a key that is too short is none."""
        chain = self.begin()
        self.assertEqual(self.get_state(chain), seal.BARE)
        self.assertIn("no key", self.assertWhole().describe(self.env))
        self.assertIn(seal.OPTION, self.page.key_note)
        with self.key("short"):
            self.page.invalidate_recordset()
            self.assertEqual(self.page.key_state, "short")
            self.assertFalse(seal.get_key_state().fingerprint)

    def test_a_key_that_is_lost_is_said_and_is_no_forgery(self):
        """X-07: with what it was recognised by; configured again, all holds."""
        with self.key():
            chain = self.begin()
            fingerprint = seal.get_key_state().fingerprint
        with self.at("2026-03-05 02:00:00"):
            self.assertEqual(self.assertFound("foreign", 7).detail, fingerprint)
        with self.at("2026-03-09 02:00:00"):
            found = self.verify()
        self.assertEqual((found.is_forged, str(found.since)), (False, "2026-03-05 02:00:00"))
        self.assertEqual(chain.sudo().sealed_number, 7)
        with self.key():
            self.assertWhole()

    def test_a_former_key_is_followed_by_the_present_one(self):
        """X-07: a planned change of key; the next fact is sealed with the present one."""
        with self.key():
            chain = self.begin()
        with self.key("another-key-of-the-tests-which-is-long-enough", former=KEY):
            self.assertWhole()
            self.close(self.sequence, "verdict", "validated")
            self.env.invalidate_all()
            self.assertEqual(chain.sudo().seal_key, seal.get_key_state().fingerprint)
            self.assertWhole()

    def test_what_begun_without_a_key_is_sealed_by_a_command_that_is_a_row(self):
        """X-07: until then, it is not proven."""
        chain = self.begin()
        with self.key():
            self.close(self.sequence, "verdict", "validated")
            self.assertFalse(self.assertFound("bare") and self.verify().is_forged)
            self.page.with_user(self.manager).action_reseal()
            self.assertWhole()
            row = self.get_rows(chain)[-1]
            self.assertEqual((row.kind, row.user_id), ("history_resealed", self.manager))
            self.assertIn(seal.get_key_state().fingerprint, row.summary)
            before = len(self.get_rows(chain))
            self.page.with_user(self.manager).action_reseal()
            self.assertEqual(len(self.get_rows(chain)), before, "what holds is left alone")

    def test_what_was_written_without_the_key_is_out_of_date(self):
        """X-07: not sealed on in silence; the seal of before still says what it said."""
        with self.key():
            self.begin()
        self.close(self.sequence, "verdict", "validated")
        with self.key():
            self.assertFound("stale", 7)
            self.page.with_user(self.manager).action_reseal()
            self.assertWhole()

    def test_what_was_forged_is_not_sealed_anew(self):
        """X-07: neither before the seal is out of date, nor after."""
        with self.key():
            chain = self.begin()
            self.sql("UPDATE collection_history SET user_name = 'x' WHERE id = %s",
                     self.get_rows(chain)[1].id)
            self.compute_anew(chain)
            notice = self.page.with_user(self.manager).action_reseal()
            self.assertEqual(notice["params"]["type"], "warning")
            self.assertFound("broken")
        self.close(self.sequence, "verdict", "validated")
        with self.key():
            self.page.with_user(self.manager).action_reseal()
            self.assertFound("broken")

    def test_only_a_manager_seals(self):
        """X-07: and only with a key."""
        self.begin()
        with self.assertRaises(AccessError):
            self.page.with_user(self.collector).action_reseal()
        with self.assertRaises(UserError):
            self.page.with_user(self.manager).action_reseal()


@tagged("post_install", "-at_install")
class TestSealGuards(SealCase):
    """X-08: the database refuses what no command does; what commands do goes on."""

    @mute_logger("odoo.sql_db")
    def test_the_tables_are_guarded(self):
        """X-08: heads rise, chains stay, anchors are made once."""
        self.begin()
        self.anchor()
        other = self.make_customer("Other")
        for query in (
            "DELETE FROM collection_history_chain", "TRUNCATE collection_history_chain CASCADE",
            "UPDATE collection_history_chain SET head_number = head_number - 1",
            "UPDATE collection_history_chain SET key = key || '0'",
            f"UPDATE collection_history_chain SET customer_id = {other.id}",
            "UPDATE collection_history SET text = NULL, text_salt = NULL WHERE text IS NOT NULL",
            "DELETE FROM collection_anchor", "UPDATE collection_anchor SET root = 'x'",
            "UPDATE collection_anchor SET missed = 0, day = day - 1",
            "DELETE FROM collection_anchor_leaf", "UPDATE collection_anchor_leaf SET number = 1",
            "TRUNCATE collection_anchor CASCADE", "TRUNCATE collection_anchor_leaf CASCADE",
        ):
            with self.subTest(query), self.assertRaises(RaiseException), self.env.cr.savepoint():
                self.env.cr.execute(query)

    def merge(self, into, other):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((into | other).ids, into)
        self.env.flush_all()
        self.env.invalidate_all()

    def test_a_merge_is_a_row_of_the_history_that_moves(self):
        """X-06: and its seal covers the new customer."""
        other = self.make_customer("Double", holders={})
        with self.key():
            self.begin()
            self.env["collection.history"]._append(other, self.company, [{
                "kind": "note_added", "cause": "person", "command": "note", "data": {}}])
            chain = self.get_chain(other)
            former = other.id
            self.merge(self.customer, other)
            last = self.get_rows(chain)[-1]
            self.assertEqual(last.kind, "customer_changed")
            self.assertEqual(
                (last.data["former"], last.data["current"], last.data["chain"]),
                (former, self.customer.id, chain.key))
            self.assertEqual(self.assertWhole().chains, 2)

    def test_a_contact_that_gets_a_parent_and_loses_it_again(self):
        """X-06: its history goes along and comes back, by rows of its own."""
        group = self.make_partner("Group", is_company=True)
        with self.key():
            chain = self.begin()
            self.customer.write({"is_company": False, "parent_id": group.id})
            self.env.flush_all()
            self.assertEqual(chain.customer_id, group)
            self.assertWhole(group)
            self.customer.write({"is_company": True, "parent_id": False, "customer_rank": 1})
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertEqual(chain.customer_id, self.customer)
            self.assertWhole()
        self.assertEqual(
            self.get_rows(chain).filtered(lambda row: row.kind == "customer_changed").mapped(
                lambda row: row.data["current"]), [group.id, self.customer.id])

    def test_no_history_is_not_whole(self):
        """X-08, X-30: of nobody, of a stranger, of another company's customer."""
        self.assertFalse(self.verify().whole)
        self.assertIn("nothing was looked at", self.verify().describe(self.env))
        self.begin()
        other = self.env["res.company"].create({"name": "Other"})
        manager = self.manager
        manager.write({"company_ids": [(4, other.id)]})
        history = self.env["collection.history"].with_user(manager)
        self.assertFalse(history.with_context(
            allowed_company_ids=other.ids).verify(self.customer))
        self.assertTrue(history.with_context(
            allowed_company_ids=self.company.ids).verify(self.customer))

    def test_every_finding_has_a_sentence(self):
        """X-08: in words, whatever is found."""
        for code, _label in CODES:
            check = self.checks.new({"key": "1:1", "code": code, "number": 3, "detail": "x"})
            self.assertGreater(len(check.sentence), 20)


@tagged("post_install", "-at_install")
class TestSealNightly(SealCase):
    """X-08: verified each night, what has changed since; a share from the first row on."""

    def count_rows(self, method, *args):
        """:return: number of rows that a run reads"""
        read = []
        reader = collection_history_check.ChainReader.read

        def count(chain, row):
            read.append(row)
            return reader(chain, row)

        with patch.object(collection_history_check.ChainReader, "read", count):
            self.run_cron(method, model="collection.history.check")
        self.env.invalidate_all()
        return len(read)

    def test_only_what_is_new_is_read(self):
        """X-08: all of it at first, then nothing, then what was added."""
        chain = self.begin()
        with self.at("2026-03-03 02:00:00"):
            self.assertEqual(self.count_rows("_verify_all"), 7)
            self.assertEqual(self.count_rows("_verify_all"), 0)
        check = self.checks.search([("key", "=", chain.key)])
        self.assertEqual((check.state, check.verified_number), ("whole", 7))
        self.close(self.sequence, "verdict", "validated")
        added = len(self.get_rows(chain)) - 7
        share = chain.id % collection_history_check.NIGHTS
        night = next(day for day in range(4, 29) if (
            date(2026, 3, day).toordinal() % collection_history_check.NIGHTS != share))
        with self.at(f"2026-03-{night:02} 02:00:00"):
            self.assertEqual(self.count_rows("_verify_all"), added)

    def test_a_lost_key_shows_in_the_night(self):
        """X-07: without a row being read; and is forgotten when the key is back."""
        with self.key():
            chain = self.begin()
            self.run_cron("_verify_all", model="collection.history.check")
        self.env.invalidate_all()
        check = self.checks.search([("key", "=", chain.key)])
        self.assertEqual(check.state, "whole")
        self.assertEqual(self.count_rows("_verify_all"), 0)
        self.assertEqual((check.state, check.code), ("unproven", "foreign"))
        with self.key():
            self.assertEqual(self.count_rows("_verify_all"), 0)
        self.assertEqual(check.state, "whole")

    def test_each_history_is_read_again_from_its_first_row(self):
        """X-08: once in thirty nights, so that a change of what was verified is found."""
        chain = self.begin()
        with self.at("2026-03-02 02:00:00"):
            self.run_cron("_verify_all", model="collection.history.check")
        self.sql("UPDATE collection_history SET user_name = 'x' WHERE id = %s",
                 self.get_rows(chain)[2].id)
        found = 0
        for day in range(3, 34):
            moment = f"2026-{3 + day // 32:02}-{day % 31 or 31:02} 02:00:00"
            with self.at(moment):
                self.run_cron("_verify_all", model="collection.history.check")
            self.env.invalidate_all()
            found += bool(self.checks.search([("key", "=", chain.key), ("code", "=", "changed")]))
        self.assertTrue(found)

    def test_a_history_is_read_in_parts(self):
        """X-08: a hundred thousand rows take no more memory than a batch."""
        self.begin()
        with patch.object(collection_history_check, "BATCH", 3):
            self.assertWhole()

    def test_what_was_found_keeps_its_moment(self):
        """X-08: since when; until it is mended."""
        chain = self.begin()
        row = self.get_rows(chain)[1]
        name = row.user_name
        self.sql("UPDATE collection_history SET user_name = 'x' WHERE id = %s", row.id)
        for day in (3, 4):
            with self.at(f"2026-03-0{day} 02:00:00"):
                self.run_cron("_verify_all", model="collection.history.check")
        self.env.invalidate_all()
        check = self.checks.search([("key", "=", chain.key)])
        self.assertEqual((check.state, check.number, str(check.since)),
                         ("broken", 2, "2026-03-03 02:00:00"))
        self.sql("UPDATE collection_history SET user_name = %s WHERE id = %s", name, row.id)
        with self.at("2026-03-05 02:00:00"):
            self.run_cron("_verify_all", model="collection.history.check")
        self.env.invalidate_all()
        self.assertEqual((check.state, check.since), ("whole", False))

    def test_queries_do_not_grow_with_the_histories(self):
        """X-08: ten as one."""
        counts = []
        for size in (1, 9):
            for place in range(size):
                self.begin(self.make_customer(f"Tenant {size}.{place}"))
            chains = self.env["collection.history.chain"].search([])
            counts.append(self.count_queries(
                self.checks._verify_chains, dict.fromkeys(chains.ids, True)))
        self.assertEqual(counts[0], counts[1])


@tagged("post_install", "-at_install")
class TestSealUpgrade(SealCase):
    """X-08: rows from before stay byte for byte; a row says that they were sealed anew."""

    def make_older(self, chain):
        """Make the rows of a chain those of the first formula."""
        self.sql("UPDATE collection_history SET digest_version = 1 WHERE chain_id = %s", chain.id)
        self.compute_anew(chain)

    def read_rows(self, chain):
        self.env.cr.execute(
            "SELECT to_jsonb(row)::text FROM collection_history AS row WHERE chain_id = %s"
            " ORDER BY number LIMIT 7", [chain.id])
        return self.env.cr.fetchall()

    def test_a_row_says_so(self):
        """X-08: with what was found; sealed where there is a key."""
        chain = self.begin()
        self.make_older(chain)
        closed = self.get_rows(chain).filtered("text")[-1]
        self.sql("UPDATE collection_history SET text = NULL, text_salt = NULL WHERE id = %s",
                 closed.id)
        before = self.read_rows(chain)
        with self.key():
            load_migration("19.0.7.0.0/post-00_seal").migrate(self.env.cr, "19.0.6.0.0")
            self.env.invalidate_all()
            self.assertEqual(self.read_rows(chain), before)
            last = self.get_rows(chain)[-1]
            self.assertEqual((last.kind, last.number, last.digest_version),
                             ("history_resealed", 8, 2))
            self.assertEqual(last.data["rows"], closed.ids and [closed.number])
            self.assertEqual(last.data["faults"], [])
            self.assertWhole()
        load_migration("19.0.7.0.0/post-00_seal").migrate(self.env.cr, "19.0.6.0.0")
        self.assertEqual(len(self.get_rows(chain)), 8, "once")

    def test_what_did_not_hold_does_not_hold_afterwards(self):
        """X-08: the row says so, too."""
        chain = self.begin()
        self.make_older(chain)
        self.sql("UPDATE collection_history SET user_name = 'x' WHERE id = %s",
                 self.get_rows(chain)[1].id)
        load_migration("19.0.7.0.0/post-00_seal").migrate(self.env.cr, "19.0.6.0.0")
        self.env.invalidate_all()
        self.assertEqual(self.get_rows(chain)[-1].data["faults"], ["changed"])
        self.assertFound("changed", 2)


@tagged("post_install", "-at_install")
class TestSealPage(SealCase):
    """What accountants see: histories, rows, first and last, anchor, what does not hold."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.auditor = cls.make_user("auditor", "account.group_account_user")
        # what tests of several processes have left behind
        cls.env.cr.execute("DELETE FROM collection_history_check")

    def test_the_auditor_reads_and_changes_nothing(self):
        """X-08: of the own company."""
        self.begin()
        page = self.page.with_user(self.auditor)
        self.assertEqual(page._open()["res_id"], page.id)
        page.action_verify()
        page.invalidate_recordset()
        self.assertEqual(
            (page.chain_count, page.row_count, page.whole_count, page.broken_count), (1, 7, 1, 0))
        self.assertEqual(str(page.first_at), "2026-03-02 09:00:00")
        for command in (page.action_anchor, page.action_reseal,
                        lambda: page.write({"witness_ids": [(5,)]})):
            with self.assertRaises(AccessError):
                command()

    def test_the_page_names_what_does_not_hold(self):
        """X-08: in words, with the customer and since when; on the report too."""
        chain = self.begin()
        self.sql("UPDATE collection_history SET user_name = 'x' WHERE id = %s",
                 self.get_rows(chain)[1].id)
        page = self.page.with_user(self.auditor)
        page.action_verify()
        page.invalidate_recordset()
        self.assertEqual((page.broken_count, page.check_ids.customer_id), (1, self.customer))
        self.assertIn("Row 2", page.check_ids.sentence)
        html, _kind = self.env["ir.actions.report"].with_user(self.auditor)._render_qweb_html(
            "account_collection.collection_seal_report", page.ids)
        self.assertIn(b"Row 2 is not what was sealed", html)
        self.assertIn(b"Tenant One", html)

    def test_a_customer_without_history_hides_no_other(self):
        """X-08: who has none is no history that was verified."""
        self.begin()
        self.env["collection.promise"].create({
            "customer_id": self.make_customer("Other").id, "company_id": self.company.id,
            "currency_id": self.company.currency_id.id, "date": "2026-03-09",
            "made_on": "2026-03-02", "amount": 5})
        self.checks._find_absent()
        self.page.invalidate_recordset()
        self.assertEqual((self.page.broken_count, self.page.unverified_count), (1, 1))

    def test_nobody_sees_another_companys(self):
        """X-08, X-30: neither page, nor verified histories, nor anchors."""
        self.begin()
        self.anchor()
        self.page.action_verify()
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.make_user(
            "stranger", "account.group_account_user",
            company_id=other.id, company_ids=[(6, 0, other.ids)])
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self.page.with_user(stranger).read(["chain_count"])
        for model in ("collection.history.check", "collection.anchor"):
            self.assertFalse(self.env[model].with_user(stranger).search([]))
        collector = self.make_user("colly", COLLECTOR)
        with self.assertRaises(AccessError):
            self.env["collection.seal"].with_user(collector)._open()

    def test_only_an_administrator_names_the_authority(self):
        """X-21: the server writes to its address; an address is one."""
        with self.assertRaises(AccessError):
            self.page.with_user(self.manager).authority_url = "http://127.0.0.1:1"
        for address in ("ftp://example.com", "example.com", "file:///etc/passwd"):
            with self.subTest(address), self.assertRaises(UserError):
                self.page.authority_url = address
        with self.assertRaises(UserError):
            self.page.authority_certificates = "none"

    def test_a_witness_has_an_address(self):
        """X-08: or would get nothing."""
        with self.assertRaises(UserError):
            self.page.with_user(self.manager).witness_ids = self.make_partner("Lawyer")

    def test_who_changes_the_witnesses_is_kept(self):
        """X-08: nobody takes a witness away without a trace."""
        lawyer = self.make_partner("Lawyer", email="lawyer@example.com")
        self.cr.precommit.run()  # what is new is not tracked
        for witnesses in (lawyer, self.env["res.partner"]):
            self.page.with_user(self.manager).with_context(
                tracking_disable=False).witness_ids = witnesses
            self.env.flush_all()
            self.cr.precommit.run()
        values = self.page.message_ids.sudo().tracking_value_ids
        self.assertEqual(
            {(value.old_value_char, value.new_value_char) for value in values},
            {("", "Lawyer"), ("Lawyer", "")})
        self.assertEqual(values.mail_message_id.author_id, self.manager.partner_id)


@tagged("post_install", "-at_install")
class TestErasing(SealCase):
    """X-15: erasing a text is a fact; its copies go with it; the chain holds."""

    secret = "Tenant is ill & in hospital <since May>"

    def setUp(self):
        super().setUp()
        self.sequence = self.launch(self.template)
        self.close(self.sequence, "file", user=self.collector, comment=self.secret)
        self.env.flush_all()
        self.chain = self.get_chain()
        self.row = self.get_rows(self.chain).filtered("text")[-1]

    def erase(self):
        dialog = self.env["collection.history.erase"].with_user(self.manager).create(
            {"row_ids": self.row.ids, "reason": "Asked by the tenant"})
        dialog.action_apply()
        self.env.invalidate_all()

    def test_a_row_says_who_when_and_why(self):
        """X-15: of a kind of its own."""
        self.erase()
        last = self.get_rows(self.chain)[-1]
        self.assertEqual(
            (last.kind, last.user_id, last.text, last.data["rows"]),
            ("text_erased", self.manager, "Asked by the tenant", [self.row.number]))
        self.assertFalse(self.row.text)
        self.assertWhole()

    def test_no_copy_is_left(self):
        """X-15: nowhere in the database."""
        self.assertIn("hospital", "".join(self.sequence.sudo().message_ids.mapped("body")))
        self.erase()
        for table, column in self.get_texts():
            self.env.cr.execute(
                f'SELECT count(*) FROM "{table}" WHERE "{column}"::text LIKE %s', ["%hospital%"])
            self.assertFalse(self.env.cr.fetchone()[0], f"{table}.{column}")

    def test_reasons_are_copies_too(self):
        """X-15: why a sequence was stopped or paused stands on it as well."""
        self.env.cr.execute(
            "UPDATE collection_sequence SET situation = %(text)s, stop_reason = %(text)s,"
            " pause_reason = %(text)s WHERE id = %(id)s",
            {"text": self.secret, "id": self.sequence.id})
        self.erase()
        sequence = self.sequence.sudo()
        self.assertFalse(sequence.situation or sequence.stop_reason or sequence.pause_reason)

    def get_texts(self):
        """:return: list of (table, column) of all texts of the database"""
        self.env.cr.execute(
            "SELECT c.table_name, c.column_name FROM information_schema.columns AS c"
            "  JOIN information_schema.tables AS t USING (table_schema, table_name)"
            " WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'"
            "   AND c.data_type IN ('text', 'character varying', 'jsonb')"
            "   AND (c.table_name LIKE 'collection%' OR c.table_name LIKE 'mail%'"
            "        OR c.table_name LIKE 'account_move%')")
        return self.env.cr.fetchall()

    def test_other_texts_stay(self):
        """X-15: of the same customer, and the same text of another one."""
        other = self.make_customer("Other")
        sequence = self.launch(self.template, other)
        self.close(sequence, "file", user=self.collector, comment=self.secret)
        bodies = sequence.sudo().message_ids.mapped("body")
        self.erase()
        self.assertEqual(sequence.sudo().message_ids.mapped("body"), bodies)
        self.assertEqual(self.get_action(sequence.sudo(), "file").comment, self.secret)
        self.assertIn("closed: Done", "".join(self.sequence.sudo().message_ids.mapped("body")))

    def test_it_asks_why(self):
        """X-15: and a manager."""
        for reason in ("", "  ", None):
            with self.assertRaises(UserError):
                self.row.with_user(self.manager).erase_text(reason)
        with self.assertRaises(AccessError):
            self.row.with_user(self.collector).erase_text("Why not")
        self.assertTrue(self.row.text)

    def test_a_short_text_is_erased_where_it_stands_alone(self):
        """X-15: and not out of other words."""
        page = "<ul><li>Closed — <i>ok</i></li><li>The book</li></ul>"
        self.assertEqual(strip_text(page, "ok", "gone"),
                         "<ul><li>Closed — <i></i></li><li>The book</li></ul>")
        self.assertIsNone(strip_text("<p>The book</p>", "ok", "gone"))
        long = "First line of it\n\nSecond line of it"
        self.assertEqual(strip_text(
            "<p>First line of it</p><p>Second line of it</p><p>More</p>", long, "gone"),
            "<p>gone</p>")
