from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.debtor import collection_statement_run
from ...tools import bulk
from ..common import CollectionCase


class MonthCase(CollectionCase):
    """Three customers who owe something, at the beginning of March."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls.make_customer("Tenant Two", holders={}, email="two@example.com")
        cls.third = cls.make_customer("Tenant Three", holders={}, email="three@example.com")
        cls.customers = cls.customer | cls.second | cls.third
        for customer in cls.customers:
            cls.make_invoice(customer, 100, due="2026-02-01")

    def get_actions(self):
        return self.env["collection.action"].search([("statement_key", "!=", False)])

    def run_months(self, moment="2026-03-02 05:00:00"):
        with self.at(moment):
            self.run_cron("_process_months", "collection.statement.run")
        self.env.invalidate_all()
        return self.env["collection.statement.run"].search([])


@tagged("post_install", "-at_install")
class TestStatementRun(MonthCase):
    """issue 18: statements at month's end, by a switch of the company."""

    def setUp(self):
        super().setUp()
        self.company.collection_statement_monthly = "open"

    def test_each_once(self):
        """One decision each, in the history; run again, nobody receives it twice."""
        run = self.run_months()
        actions = self.get_actions()
        self.assertEqual(actions.customer_id, self.customers)
        self.assertRecordValues(run, [{
            "done": 3, "left_out_count": 0, "month": self.date("2026-02-01")}])
        self.assertTrue(run.ended_at)
        self.assertEqual(
            self.env["collection.history"].search_count([
                ("customer_id", "in", self.customers.ids), ("kind", "=", "action_created")]), 3)
        self.run_months("2026-03-03 05:00:00")
        self.assertEqual(self.get_actions(), actions)

    def test_branches(self):
        """A branch sends as its company does: those there are, and those that come."""
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.company.write({
            "collection_statement_monthly": "activity", "collection_statement_format": "both"})
        later = self.env["res.company"].create({"name": "Later", "parent_id": branch.id})
        self.assertRecordValues(branch | later, [{
            "collection_statement_monthly": "activity", "collection_statement_format": "both"}] * 2)

    def test_a_branch_that_differs_is_put_right_at_once(self):
        """Odoo refuses each setting alone for as long as another one differs."""
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_company SET collection_statement_monthly = 'activity',"
            " collection_retention_months = 99 WHERE id = %s", [branch.id])
        branch.invalidate_recordset()
        names = ("collection_statement_monthly", "collection_retention_months")
        branch.write({name: self.company[name] for name in names})
        self.assertRecordValues(branch, [{name: self.company[name] for name in names}])

    @staticmethod
    def date(text):
        return collection_statement_run.fields.Date.to_date(text)

    def test_switched_off(self):
        """Without the switch nothing leaves; nor in the middle of a month."""
        self.assertTrue(self.run_months("2026-03-20 05:00:00") == self.env[
            "collection.statement.run"])
        self.company.collection_statement_monthly = False
        self.assertFalse(self.run_months())
        self.assertFalse(self.get_actions())

    def test_no_collector_is_asked_for_anything(self):
        """They leave by themselves: an activity and its e-mail for each would bury the others."""
        notices = [("message_type", "=", "user_notification")]
        notified = self.env["mail.message"].search_count(notices)
        self.run_months()
        self.assertTrue(self.get_actions().user_id)
        self.assertFalse(self.get_actions().activity_ids)
        self.assertEqual(self.env["mail.message"].search_count(notices), notified)

    def test_before_the_start(self):
        """Issue 17: nothing leaves by itself before somebody has started it."""
        self.env["collection.setup"].create({"company_id": self.company.id})
        self.company.collection_started_on = False
        self.assertFalse(self.run_months())

    def test_who_is_left_out(self):
        """On hold, without address, nothing due: each is named with its reason."""
        self.customer.write(
            {"collection_hold_until": "2026-03-31", "collection_hold_reason": "Away"})
        self.second.email = False
        self.make_invoice(self.third, 100)  # settled below
        for move in self.env["account.move"].search([("partner_id", "=", self.third.id)]):
            self.pay(move)
        self.make_credit_of(self.third)
        run = self.run_months()
        self.assertFalse(self.get_actions())
        names = run.left_out.splitlines()
        self.assertEqual(len(names), 3)
        for name, reason in (("Tenant", "On hold"), ("Tenant Two", "no e-mail address"),
                             ("Tenant Three", "Nothing is due")):
            self.assertTrue(any(name in line and reason in line for line in names), names)

    def test_insolvency_counts_from_its_day(self):
        """As for the scenario: a date to come hinders nothing yet."""
        self.customer.collection_insolvency_date = "2026-12-31"
        self.run_months()
        self.assertIn(self.customer, self.get_actions().customer_id)

    def make_credit_of(self, customer):
        move = self.make_invoice(customer, 20, move_type="out_refund")
        self.assertTrue(move.amount_residual)

    def test_activity_leaves_where_nothing_is_owed(self):
        """The activity asks for nothing: whoever has paid reads it too."""
        self.company.collection_statement_monthly = "activity"
        with self.at("2026-02-20 09:00:00"):
            self.pay(self.env["account.move"].search([("partner_id", "=", self.third.id)]))
        self.run_months()
        action = self.get_actions().filtered(lambda action: action.customer_id == self.third)
        self.assertRecordValues(action, [{
            "statement_kind": "activity", "statement_since": self.date("2026-02-01"),
            "statement_until": self.date("2026-02-28")}])
        self.process_due("2026-03-02 09:00:00")
        self.assertEqual(len(action.dispatch_ids), 1)

    def test_in_batches(self):
        """Each batch is a transaction of its own; an interrupted run goes on where it was."""
        self.startPatcher(patch.object(collection_statement_run, "BATCH", 2))
        crons = self.env.registry["ir.cron"]
        with patch.object(crons, "_commit_progress", lambda *args, **kwargs: 0):
            run = self.run_months()
        self.assertEqual((run.done, bool(run.ended_at)), (2, False))
        self.run_months()
        self.assertEqual((run.done, bool(run.ended_at)), (3, True))

    def test_out_of_time(self):
        """Odoo comes back at once for whoever is left, not on the next day."""
        self.startPatcher(patch.object(collection_statement_run, "BATCH", 2))
        told, commit = [], self.env.registry["ir.cron"]._commit_progress

        def out_of_time(crons, processed=0, *, remaining=None):
            told.append((processed, remaining))
            commit(crons, processed, remaining=remaining)
            return 0

        with patch.object(self.env.registry["ir.cron"], "_commit_progress", out_of_time):
            self.run_months()
        self.assertEqual(told, [(0, 3), (2, None)])

    @mute_logger("odoo.addons.account_collection.models.debtor.collection_statement_run")
    def test_one_company_hinders_no_other(self):
        """A deleted text is kept with the run of whose month it is; others receive theirs. Once
        nothing hinders it any more, nothing is said of it."""
        text = self.env.ref("account_collection.mail_template_activity")
        name = self.env["ir.model.data"].search([
            ("module", "=", "account_collection"), ("name", "=", "mail_template_activity")])
        name.name = "gone"
        self.company.write({"collection_statement_monthly": "activity", "sequence": -1})
        other = self.env["res.company"].create(
            {"name": "Elsewhere", "sequence": 99, "collection_statement_monthly": "open"})
        runs = self.run_months().grouped("company_id")
        own = runs[self.company]
        self.assertTrue(runs[other].ended_at)
        self.assertRecordValues(own, [{
            "done": 0, "left_out_count": 0, "left_out": False, "ended_at": False}])
        self.assertIn("was deleted", own.hindrance)
        name.write({"name": "mail_template_activity", "res_id": text.id})
        self.run_months("2026-03-03 05:00:00")
        self.assertRecordValues(own, [{"done": 3, "left_out_count": 0, "hindrance": False}])
        self.assertFalse(own.left_out)

    @mute_logger("odoo.addons.account_collection.models.debtor.collection_statement_run")
    def test_a_fault_in_one_company_hinders_no_other(self):
        """Issue 19: whatever it is; it is kept with the run, which goes on the next day."""
        self.company.write({"collection_statement_monthly": "open", "sequence": -1})
        other = self.env["res.company"].create(
            {"name": "Elsewhere", "sequence": 99, "collection_statement_monthly": "open"})
        model = self.env.registry["collection.statement.run"]
        take = model._take_batch

        def fail(run):
            if run.company_id == self.company:
                raise ValueError("broken rule")
            return take(run)

        with patch.object(model, "_take_batch", fail):
            runs = self.run_months().grouped("company_id")
        self.assertTrue(runs[other].ended_at)
        self.assertEqual(runs[self.company].hindrance, "broken rule")
        self.run_months("2026-03-03 05:00:00")
        self.assertTrue(runs[self.company].ended_at)

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_a_second_one(self):
        """Whatever happens: once for customer and month."""
        self.run_months()
        first, second = self.get_actions()[:2]
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            second.statement_key = first.statement_key
            second.flush_recordset()


@tagged("post_install", "-at_install")
class TestMonthByHand(MonthCase):
    """Issue 18: the same by hand, from the customers' list, with progress."""

    def open(self, customers, user=None, **vals):
        return self.env["collection.debtor.statement"].with_user(
            user or self.collector).with_context(
                active_model="res.partner", active_ids=customers.ids).create(
                    {"monthly": True, **vals})

    def test_who_is_refused_is_named(self):
        """The others receive it."""
        self.second.email = False
        result = self.open(self.customers).send_batch(self.customers.ids)
        self.assertEqual(result["done"], 2)
        [refused] = result["refused"]
        self.assertEqual(refused["name"], "Tenant Two")
        self.assertIn("no e-mail address", refused["reason"])
        self.assertEqual(self.get_actions().customer_id, self.customer | self.third)

    def test_after_the_run(self):
        """Who has received it by itself does not receive it by hand as well."""
        self.company.collection_statement_monthly = "open"
        self.run_months()
        with self.at("2026-03-02 09:00:00"), self.assertRaisesRegex(UserError, "sent already"):
            self.open(self.customer).action_apply()

    def test_progress(self):
        """The button does the first batch, the client goes on."""
        self.startPatcher(patch.object(bulk, "BATCH", 2))
        params = self.open(self.customers).action_apply()["params"]
        self.assertEqual((params["done"], params["ids"]), (2, self.customers[2:].ids))

    def test_own_portfolio(self):
        """X-10: the dialog is refused for another collector's customer."""
        self.second.collector_id = self.litigator
        with self.assertRaises(AccessError):
            self.open(self.customers)

    def test_period(self):
        """Bad input: a period that ends before it begins names the remedy."""
        dialog = self.open(
            self.customer, monthly=False, kind="activity", since="2026-02-10", until="2026-02-01")
        for command in (dialog.action_apply, dialog.action_download):
            with self.assertRaisesRegex(UserError, "first and the last day"):
                command()

    def test_text_by_kind(self):
        """The activity comes with a text that asks for nothing."""
        texts = [self.open(self.customer, kind=kind).mail_template_id
                 for kind in ("open", "activity")]
        self.assertEqual(texts, [
            self.env.ref(f"account_collection.mail_template_{name}")
            for name in ("statement", "activity")])

    def test_download(self):
        """A workbook of all of them."""
        action = self.open(self.customers, format="xlsx").action_download()
        attachment = self.env["ir.attachment"].search([
            ("res_model", "=", "collection.debtor.statement")], limit=1)
        self.assertIn(f"/web/content/{attachment.id}", action["url"])
        self.assertTrue(attachment.raw.startswith(b"PK"))
