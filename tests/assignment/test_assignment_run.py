from datetime import timedelta

import psycopg2

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger

from .test_assignment import AssignmentCase


class TestTwoRuns(AssignmentCase):
    """Two runs at once, a run that died, an import in the middle of one."""

    def setUp(self):
        super().setUp()
        self.rule = self.make_rule([("id", "=", self.french.id)])
        self.runs = self.env["collection.assignment.run"]

    def test_a_second_run_is_refused(self):
        """M-020, M-021: neither automatic nor by hand."""
        self.rules.automatic_begin()
        for call in (self.rules.automatic_begin, self.rules.action_run_automatic, self.rule.run,
                     self.rule.run_outlook):
            with self.subTest(call.__name__), self.assertRaisesRegex(UserError, "under way"):
                call()

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_it_too(self):
        """M-020: two that begin in the same moment do not see each other."""
        self.rules.automatic_begin()
        with self.assertRaises(psycopg2.IntegrityError), self.env.cr.savepoint():
            self.runs.create({"company_id": self.company.id, "state": "running",
                              "started_at": fields.Datetime.now()})

    def test_a_dead_run_is_left_behind(self):
        """M-020, M-017: what was new stays new, as it did not come to its end."""
        dead = self.runs.browse(self.rules.automatic_begin()["run"])
        with self.at("2026-03-02 10:00:00"):
            self.run_automatic()
        self.assertEqual(dead.state, "interrupted")
        self.assertEqual(self.french.collection_scenario_id, self.first)

    def test_an_import_in_the_middle_is_treated_by_the_next(self):
        """M-016, M-017, B23, B25: created before the run began, seen only after it."""
        self.rule.write({"new_only": True, "filter_id": self.make_search(
            [("is_company", "=", True)]).id})
        run = self.runs.browse(self.rules.automatic_begin()["run"])
        run.new_since = run.started_at - timedelta(minutes=5)
        while run.state == "running":
            run._step()
        late = self.make_customer("Late", holders={})
        treated = self.french
        treated.collection_scenario_id = self.second
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET create_date = %s WHERE id IN %s",
            (run.started_at - timedelta(minutes=2), (late.id, treated.id)))
        self.env.invalidate_all()
        with self.at("2026-03-02 10:00:00"):
            self.run_automatic()
        self.assertEqual(late.collection_scenario_id, self.first)
        self.assertEqual(treated.collection_scenario_id, self.second)


class TestReadOnce(AssignmentCase):
    """Outstanding, overdue, days late, last payment: read once a run, whatever searches by them."""

    def setUp(self):
        super().setUp()
        self.make_invoice(self.french, 500)
        self.owing = self.make_search([("collection_balance", ">=", 100)])

    def is_kept(self):
        self.env.cr.execute("SELECT to_regclass('pg_temp.collection_items') IS NOT NULL")
        return self.env.cr.fetchone()[0]

    def test_debts_are_those_of_the_runs_beginning(self):
        """M-010, M-025: what changes in the middle of a run counts in the next; nothing stays."""
        self.make_rule(self.owing, "group", group_id=self.big.id)
        self.make_rule(self.owing)

        def invoice(left):
            self.assertTrue(self.is_kept())
            if left:
                self.make_invoice(self.spanish, 500)
        self.rules.sudo()._run_automatic(between=invoice)
        self.assertEqual(self.french.collection_scenario_id, self.first)
        self.assertFalse(self.spanish.collection_scenario_id)
        self.assertFalse(self.is_kept())
        self.run_automatic()
        self.assertEqual(self.spanish.collection_scenario_id, self.first)

    def test_each_company_has_its_own(self):
        """M-008: of the rule's company."""
        second = self.env["res.company"].create({"name": "Second company"})
        self.make_rule(self.owing)
        self.rules.sudo().create({"attribute": "group", "filter_id": self.owing.id,
                                  "group_id": self.big.id, "company_id": second.id})
        self.run_automatic()
        self.assertEqual(self.french.collection_scenario_id, self.first)
        self.assertFalse(self.french.collection_group_ids)

    def test_only_a_run_keeps_them(self):
        """No caller from outside can: what it sends is JSON."""
        found = self.env["res.partner"].with_context(collection_figures=True).search(
            [("collection_balance", ">=", 100)])
        self.assertIn(self.french, found)
        self.assertFalse(self.is_kept())


class TestSameFact(AssignmentCase):
    """The history of many customers, sealed by the database."""

    def test_chains_go_on_and_begin(self):
        """D-072, M-022: in one statement; both hold, and each text has a salt of its own."""
        history = self.env["collection.history"].with_user(self.manager)
        self.french.with_user(self.manager).collector_id = self.litigator
        self.make_rule([("id", "in", (self.french | self.spanish).ids)])
        self.make_rule([("id", "=", self.french.id)], "group", group_id=self.big.id)
        self.run_automatic()
        rows = self.env["collection.history"].search([("cause", "=", "rule")], order="number")
        self.assertEqual(
            [(row.customer_id, row.number, row.company_id) for row in rows],
            [(self.spanish, 1, self.company), (self.french, 2, self.company),
             (self.french, 3, self.company)])
        self.assertEqual(len(set(rows.sudo().mapped("text_salt"))), 3)
        self.assertTrue(history.verify(self.french) and history.verify(self.spanish))
        rows[0].with_user(self.manager).erase_text("Asked by law")
        self.assertTrue(history.verify(self.spanish))


class TestDefaults(AssignmentCase):
    """M-042: what neither a rule nor a person has given."""

    def test_a_default_holds_until_a_rule_assigns(self):
        """M-042"""
        settings = self.env["res.config.settings"].create({})
        settings.collection_default_scenario_id = self.second
        settings.collection_default_collector_id = self.litigator
        settings.execute()
        fresh = self.make_partner("Fresh", is_company=True)
        self.assertEqual(fresh.collection_scenario_id, self.second)
        self.assertEqual(fresh.collector_id, self.litigator)
        self.make_rule([("id", "=", fresh.id)])
        self.run_automatic()
        self.assertEqual(fresh.collection_scenario_id, self.first)
        settings = self.env["res.config.settings"].create({})
        self.assertEqual(settings.collection_default_scenario_id, self.second)

    def test_only_groups_go_on(self):
        """B21"""
        with self.assertRaisesRegex(ValidationError, "Only rules of groups"):
            self.make_rule([], continues=True)
