from freezegun import freeze_time

from odoo.tests import tagged

from ..common import COLLECTOR, action, row, step
from .test_figures import AnalysisCase

REPORTS = ("action", "dispute", "effect", "promise", "sequence", "stage")


class WorkCase(AnalysisCase):
    """The tenant of the figures, and a second one whom nobody chases."""

    def get_rows(self, name, user=None, **context):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env[f"collection.analysis.{name}"].with_user(
            user or self.manager).with_context(**context)

    def read_groups(self, name, groupby, aggregates, domain=(), **context):
        """:return: dict of the aggregates by the group's value"""
        return {value: found for value, *found in self.get_rows(name, **context)._read_group(
            list(domain), [groupby], aggregates)}

    def promise(self, move, day, **vals):
        return self.env["collection.promise"].with_user(self.collector).make(
            self.get_items(move).with_user(self.collector), day, **vals).sudo()

    def evaluate(self, promises, moment):
        self.env.flush_all()
        with freeze_time(moment):
            promises._evaluate()

    def make_action(self, due, customer=None, **vals):
        return self.env["collection.action"].create({
            "name": "Call", "kind": "call", "customer_id": (customer or self.customer).id,
            "company_id": self.company.id, "date": due, "user_id": self.collector.id, **vals})

    def make_closed(self, due, closed_on, outcome="done", **vals):
        return self.make_action(
            due, state="closed", closed_on=closed_on, outcome=outcome,
            closed_by_id=self.collector.id, **vals)


@tagged("post_install", "-at_install")
class TestAnalysisWork(WorkCase):
    """issue 18: analyses of promises, actions, disputes and steps, to the cent."""

    def test_promises(self):
        """Kept and broken by amount; how late is counted to the payment, also of a broken one."""
        kept, broken = self.promise(self.late, "2026-03-10"), self.promise(
            self.coming, "2026-03-10")
        with freeze_time("2026-03-08"):
            self.pay(self.late)
        self.evaluate(kept | broken, "2026-03-08")
        self.evaluate(broken, "2026-03-12")
        with freeze_time("2026-03-15"):
            self.pay(self.coming)
        with freeze_time("2026-03-20"):
            self.assertEqual(
                self.read_groups("promise", "collector_id", [
                    "amount:sum", "kept_amount:sum", "broken_amount:sum", "awaited_amount:sum",
                    "kept_share:avg", "days_late:avg"]),
                {self.collector: [500, 300, 200, 0, 60, 2.5]})
            rows = self.get_rows("promise").search([("state", "=", "broken")])
            self.assertRecordValues(rows, [{"promise_id": broken.id, "days_late": 5}])
            self.assertEqual(
                (rows.action_open()["res_model"], rows.action_open()["res_id"]),
                ("collection.promise", broken.id))

    def test_promises_of_a_past_day(self):
        """What became of a promise later does not count; one made later is not there."""
        promise = self.promise(self.late, "2026-03-10")
        self.evaluate(promise, "2026-03-12")
        with freeze_time("2026-03-20"):
            self.promise(self.coming, "2026-03-25")
            found = self.get_rows("promise", collection_day="2026-03-11").search([])
            self.assertRecordValues(found, [{
                "promise_id": promise.id, "state": "open", "awaited_amount": 300}])

    def test_promise_of_another_currency(self):
        """Amounts are in the company's currency, at the rate of the day of the promise."""
        currency = self.env["res.currency"].create({
            "name": "XPR", "symbol": "x", "rate_ids": [
                (0, 0, {"name": "2026-01-01", "rate": 2}),
                (0, 0, {"name": "2026-03-10", "rate": 8})]})
        invoice = self.make_invoice(self.customer, 100, currency_id=currency.id)
        self.promise(invoice, "2026-03-10")
        with freeze_time("2026-03-20"):
            self.assertEqual(self.get_rows("promise").search([]).mapped("amount"), [50])

    def test_actions(self):
        """Done in time, late, skipped, without object, or still to do: each once."""
        self.make_closed("2026-02-20", "2026-02-20")
        self.make_closed("2026-02-20", "2026-02-24", kind="email")
        self.make_closed("2026-02-20", "2026-02-22", deadline="2026-02-23")
        self.make_closed("2026-02-20", "2026-02-21", outcome="ignored")
        self.make_closed("2026-02-20", "2026-02-21", outcome="settled")
        late = self.make_action("2026-02-25", state="todo")
        self.make_action("2026-03-02", state="todo")
        self.make_action("2026-03-09", state="scheduled")
        self.assertEqual(
            self.read_groups("action", "result", ["__count", "days_late:avg"]), {
                "done": [2, 0], "late": [1, 4], "skipped": [1, False], "moot": [1, False],
                "overdue": [1, 5], "open": [1, False]})
        rows = self.get_rows("action").search([("result", "=", "overdue")])
        self.assertEqual(rows.action_open()["res_id"], late.id)
        self.assertEqual(
            self.read_groups("action", "user_id", ["__count"]), {self.collector: [7]})
        self.assertEqual(
            self.read_groups("action", "result", ["__count"], collection_day="2026-02-22"), {
                "done": [2], "skipped": [1], "moot": [1], "overdue": [1]})

    def test_disputes(self):
        """By age in the company's buckets; of a past day, what was resolved later was open."""
        reason = self.env["collection.dispute.reason"].search([], limit=1)
        dispute = self.env["collection.dispute"].with_user(self.collector).open(
            self.get_items(self.late).with_user(self.collector), reason, owner=self.litigator)
        with freeze_time("2026-04-05"):
            self.assertEqual(
                self.read_groups("dispute", "bucket", ["amount:sum", "age:avg"]),
                {"2": [300, 34]})
            self.assertEqual(  # who owns a dispute sees it, whoever collects from the customer
                self.get_rows("dispute", user=self.litigator).search([]).dispute_id, dispute)
            dispute.resolve("justified")
        with freeze_time("2026-06-20"):
            rows = self.get_rows("dispute").search([])
            self.assertRecordValues(rows, [{
                "state": "resolved", "result": "justified", "age": 34, "open_amount": 0,
                "owner_id": self.litigator.id}])
            self.assertEqual(rows.action_open()["res_id"], dispute.id)
            self.assertRecordValues(
                self.get_rows("dispute", collection_day="2026-03-31").search([]),
                [{"state": "open", "result": False, "age": 29, "bucket": "1"}])

    def test_effect(self):
        """What was paid after a step, beside debts of the same age that nobody had chased.

        The call of 2 March is about 300, five days late. Of debts one day late without a step
        there are those 300 (on 26 February) and the 400 of the other tenant (on 11 February).
        """
        other = self.make_invoice(self.make_customer("Tenant Two"), 400, due="2026-02-10")
        call = self.make_closed("2026-03-02", "2026-03-02")
        with freeze_time("2026-02-15"):
            self.pay(other, 100)
        with freeze_time("2026-03-05"):
            self.pay(self.late, 100)
        with freeze_time("2026-03-12"):
            self.pay(self.late, 50)
        with freeze_time("2026-04-10"):
            [row] = self.get_rows("effect").search([])
            self.assertRecordValues(row, [{
                "action_id": call.id, "owed": 300, "late": 5, "paid_7": 100, "paid_15": 150,
                "paid_30": 150}])
            self.assertEqual(row.action_open()["res_id"], call.id)
            [shares] = self.read_groups("effect", "kind", [
                "share_7:avg", "share_30:avg", "without_7:avg", "without_15:avg"]).values()
            for found, expected in zip(
                    shares, (100 / 3, 50, 100 * 200 / 700, 100 * 250 / 700)):
                self.assertAlmostEqual(found, expected)

    def test_effect_of_a_young_step(self):
        """A step that is too young for a number of days has no figure yet."""
        self.make_closed("2026-03-02", "2026-03-02")
        with freeze_time("2026-03-10"):
            [found] = self.read_groups("effect", "kind", [
                "owed:sum", "share_7:avg", "share_15:avg", "paid_15:sum"]).values()
            self.assertEqual(found, [300, 0, False, False])

    def test_effect_on_chosen_items(self):
        """A step on chosen items is about those, due or not."""
        self.make_closed(
            "2026-03-02", "2026-03-02", item_ids=[(6, 0, self.get_items(self.coming).ids)])
        self.assertEqual(self.get_rows("effect").search([]).mapped("owed"), [200])

    def test_outcome_of_a_sequence(self):
        """From launch to end: what was owed, collected and spent; later money does not count."""
        template = self.make_template("FILE", [
            step("work", [action("file")], [row("end:Settled")])])
        sequence = self.launch(template, items=self.get_items(self.late))
        self.env["collection.cost"].create({"sequence_id": sequence.id, "amount": 40})
        with freeze_time("2026-03-05 10:00:00"):
            self.pay(self.late, 120)
        with freeze_time("2026-03-08 10:00:00"):
            self.close(sequence, "file")
        with freeze_time("2026-03-20 10:00:00"):
            self.pay(self.late, 30)
            [found] = self.get_rows("sequence").search([])
            self.assertRecordValues(found, [{
                "sequence_id": sequence.id, "owed": 300, "collected": 120, "cost": 40, "net": 80,
                "collected_share": 40, "days": 6, "state": "done", "end_label": "Settled"}])
            self.assertEqual(found.action_open()["res_id"], sequence.id)
            [past] = self.get_rows("sequence", collection_day="2026-03-04").search([])
            self.assertRecordValues(past, [{
                "collected": 0, "days": 2, "state": "running", "end_label": False}])
            shown = sequence.with_user(self.collector)
            self.assertEqual((shown.collected, shown.cost, shown.net_collected), (120, 40, 80))
            shown = shown.with_context(collection_day="2026-03-04")  # opened from a past day
            self.env.invalidate_all()
            self.assertEqual((shown.collected, shown.cost, shown.net_collected), (120, 40, 80))

    def test_own_portfolio(self):
        """A collector sees the rows of the own customers alone."""
        self.promise(self.late, "2026-03-10")
        self.make_closed("2026-03-02", "2026-03-02")
        reason = self.env["collection.dispute.reason"].search([], limit=1)
        self.env["collection.dispute"].with_user(self.collector).open(
            self.get_items(self.coming).with_user(self.collector), reason)
        self.launch(self.make_short_template())
        self.pay(self.late, 10)
        stranger = self.make_user("stranger", COLLECTOR)
        for name in REPORTS:
            with self.subTest(report=name):
                self.assertTrue(self.get_rows(name, user=self.collector).search([]))
                self.assertFalse(self.get_rows(name, user=stranger).search([]))

    def test_recovered_by_stage(self):
        """Money by the stage of the debt on its day: none, a step, a specific action, a step of a
        sequence; the day of a step counts before it."""
        with freeze_time("2026-02-26"):
            self.pay(self.late, 10)
        scenario = self.make_scenario()
        reminder = self.make_closed(
            "2026-02-27", "2026-02-27", origin="scenario",
            scenario_step_id=scenario.step_ids[0].id, scenario_id=scenario.id)
        for day, amount in (("2026-02-27", 20), ("2026-02-28", 40)):
            with freeze_time(day):
                self.pay(self.late, amount)
        with freeze_time("2026-03-05"):
            special = self.env["collection.action"].with_user(self.collector).create_specific(
                self.get_items(self.late), {"name": "Visit"})
            self.env.cr.execute("UPDATE collection_action SET create_date = '2026-03-05 10:00:00'"
                                " WHERE id = %s", (special.id,))
        with freeze_time("2026-03-06"):
            self.pay(self.late, 80)
        with freeze_time("2026-03-21"):  # what the step was not about
            self.pay(self.coming, 100)
            self.env.flush_all()
            found = self.read_groups("stage", "stage", ["amount:sum"])
            self.assertEqual(found, {
                "none": [130], "scenario": [40], "specific": [80]})
            [row] = self.get_rows("stage").search([("stage", "=", "scenario")])
            self.assertEqual(row.scenario_step_id, reminder.scenario_step_id)
            self.assertEqual(row.action_open()["res_id"], self.late.id)
            self.assertEqual(
                self.read_groups("stage", "stage", ["amount:sum"], collection_day="2026-02-27"),
                {"none": [30]})

    def test_recovered_in_a_sequence(self):
        """A sequence's step holds while the sequence is in it; credit notes are no money."""
        sequence = self.launch(self.make_short_template())
        with freeze_time("2026-03-04"):
            self.pay(self.late, 120)
            self.credit(self.coming)
            rows = self.get_rows("stage").search([])
            self.assertRecordValues(rows, [{
                "stage": "sequence", "amount": 120, "step_id": sequence.step_id.id,
                "sequence_id": sequence.id, "days_late": 7}])

    def test_searched_alike(self):
        """Every analysis has its views, and groups by collector, group, scenario and profile."""
        for name in REPORTS:
            rows = self.get_rows(name)
            for kind in ("list", "pivot", "graph", "search"):
                with self.subTest(report=name, view=kind):
                    self.assertTrue(rows.get_view(view_type=kind))
            measures = [
                f"{field}:{rows._fields[field].aggregator}" for field in rows._get_ratios()]
            for field in ("collector_id", "group_ids", "scenario_id", "payer_profile",
                          "country_id", "company_id"):
                with self.subTest(report=name, field=field):
                    rows._read_group([], [field], ["__count", *measures])

    def test_results_are_read_together(self):
        """What cases brought and cost takes the same queries for one as for three."""
        template = self.make_short_template()
        one = self.launch(template)
        more = one | self.launch(template, self.make_customer("Tenant Two")) | self.launch(
            template, self.make_customer("Tenant Three"))
        self.env["collection.cost"].create([
            {"sequence_id": sequence.id, "amount": 40} for sequence in more])

        def count(sequences):
            return self.count_queries(
                lambda: self.assertEqual(sequences.mapped("cost"), [40] * len(sequences)))

        count(one)  # what a server learns once: access rules, accounts
        self.assertEqual(count(more), count(one))
