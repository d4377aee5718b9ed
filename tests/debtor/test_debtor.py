from datetime import date
from unittest.mock import patch

from lxml import etree

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.debtor import collection_debtor, ranking
from ...models.debtor.collection_debtor import STOPS
from ..common import ALL_CUSTOMERS, COLLECTOR, CollectionCase, load_migration


class DebtorCase(CollectionCase):
    """A tenant who owes 300 for five days, and 200 that fall due later."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.late = cls.make_invoice(cls.customer, 300, due="2026-02-25")
        cls.coming = cls.make_invoice(cls.customer, 200, due="2026-03-20")
        cls.bank = cls.env["account.journal"].create(
            {"name": "Bank", "code": "DBNK", "type": "bank"})

    def read_debtor(self, customer=None):
        """:return: the customer's row, read anew"""
        customer = customer or self.customer
        self.env["collection.debtor"]._rebuild(customer)
        return self.find_debtor(customer)

    def find_debtor(self, customer=None):
        """:return: the customer's row, as it is"""
        return self.env["collection.debtor"].search(
            [("customer_id", "=", (customer or self.customer).id),
             ("company_id", "=", self.company.id)])

    def commit(self):
        """What a command leaves for the end of its transaction is done."""
        self.env.cr.precommit.run()

    def promise(self, invoice, day, user=None):
        return self.env["collection.promise"].with_user(user or self.collector).make(
            self.get_items(invoice), date=day)

    def pay_on_account(self, amount, day="2026-03-01"):
        move = self.env["account.move"].create({
            "move_type": "entry", "date": day, "journal_id": self.bank.id, "line_ids": [
                Command.create({
                    "account_id": self.customer.property_account_receivable_id.id,
                    "partner_id": self.customer.id, "balance": -amount}),
                Command.create({
                    "account_id": self._get_account("equity").id, "balance": amount})]})
        move.action_post()
        return move


@tagged("post_install", "-at_install")
class TestDebtor(DebtorCase):
    """One row says what is known of a customer (beyond 1 to 3, screens 5 to 10)."""

    def test_what_the_guarantor_alone_received_is_no_contact(self):
        """Issue 17: the customer has heard nothing of it; of what goes to both, it has."""
        guarantor = self.make_partner("Guarantor", email="guarantor@example.com")
        function = self.make_function("CAU", "Guarantor", kind="contact")
        self.make_participant(self.customer, "CAU", guarantor)
        contacts = {}
        for write_to in ("holder", "both"):
            action = self.chase(self.customer, self.make_scenario([{
                "offset": 3, "write_to": write_to, "recipient_function_id": function.id}]))
            action.with_user(self.collector).send_now()
            contacts[write_to] = self.read_debtor().contact_on
        self.assertEqual(contacts, {"holder": False, "both": date(2026, 3, 2)})

    def test_figures(self):
        """screens 5, 6: what is due, overdue and not due, and since when."""
        debtor = self.read_debtor()
        self.assertRecordValues(debtor, [{
            "balance": 500, "overdue": 300, "not_due": 200, "late_1": 300, "late_2": 0,
            "collectable": 300, "oldest_due": date(2026, 2, 25), "days_late": 5,
            "collector_id": self.collector.id, "day": date(2026, 3, 2)}])

    def test_buckets(self):
        """screens 14: a debt is in one bucket, to the day, and they add up to what is overdue."""
        for amount, due in ((1, "2026-01-31"), (2, "2026-01-30"), (4, "2026-01-01"),
                            (8, "2025-12-31"), (16, "2025-12-02"), (32, "2025-12-01")):
            self.make_invoice(self.customer, amount, due=due)
        debtor = self.read_debtor()
        self.assertEqual(
            (debtor.late_1, debtor.late_2, debtor.late_3, debtor.late_4),
            (301, 6, 24, 32))
        self.assertEqual(debtor.overdue, 301 + 6 + 24 + 32)

    def test_buckets_are_the_companys(self):
        """screens 14: other bounds give other ages, of which each has its name; the list is read
        anew."""
        for amount, due in ((1, "2026-02-20"), (2, "2026-01-31"), (4, "2025-12-01")):
            self.make_invoice(self.customer, amount, due=due)
        self.assertEqual(self.read_debtor().late_1, 303)
        self.company.collection_buckets = "7, 45"
        self.assertFalse(self.find_debtor().day)
        debtor = self.read_debtor()
        self.assertEqual(
            (debtor.late_1, debtor.late_2, debtor.late_3, debtor.late_4), (300, 3, 4, 0))
        debtors = debtor.with_user(self.collector)
        names = {name: field["string"] for name, field in debtors.fields_get().items()
                 if name.startswith("late_")}
        self.assertEqual(names, {
            "late_1": "1–7 days", "late_2": "8–45 days", "late_3": "Over 45 days"})
        for kind, key in (("list", "sum"), ("search", "string"), ("pivot", None)):
            arch = etree.fromstring(debtors.get_view(None, kind)["arch"])
            shown = {node.get("name"): node.get(key or "string") for node in arch.iter(
                "field", "filter") if node.get("name", "").startswith("late_")}
            self.assertEqual(shown, names if key else dict.fromkeys(names), kind)

    def test_upgrade_of_saved_filters(self):
        """Issue 18: who has saved a filter by age finds it by the same age."""
        saved = self.env["ir.filters"].create({
            "name": "Old", "model_id": "collection.debtor",
            "domain": "[('late_30', '>', 0), ('late_more', '>', 5)]"})
        self.read_debtor()
        load_migration("19.0.10.0.0/post-debtor_ages").migrate(self.env.cr, "19.0.9.0.0")
        self.env.invalidate_all()
        self.assertEqual(saved.domain, "[('late_1', '>', 0), ('late_4', '>', 5)]")
        self.assertFalse(self.find_debtor().day)

    def test_columns_add_up(self):
        """beyond, complaint 8: the columns add up to the account, whatever stands on it."""
        self.pay_on_account(50)
        self.make_invoice(self.customer, 70, due="2026-02-01").payment_state = "blocked"
        kept_out = self.make_invoice(self.customer, 11, due="2026-02-01")
        self.get_items(kept_out).no_followup = True
        debtor = self.read_debtor()
        self.assertEqual((debtor.credits, debtor.kept_out), (50, 81))
        self.assertEqual(
            debtor.overdue + debtor.not_due + debtor.kept_out - debtor.credits, debtor.balance)
        self.assertEqual(debtor.balance, 531)
        self.assertEqual(
            (debtor.balance, debtor.overdue, debtor.days_late),
            (self.customer.collection_balance, self.customer.collection_overdue,
             self.customer.collection_days_late))

    def test_two_currencies(self):
        """Bad input: an item in another currency counts at its own rate."""
        other = self.env["res.currency"].create({
            "name": "ZZD", "symbol": "Z", "rate_ids": [Command.create(
                {"name": "2025-01-01", "rate": 2, "company_id": self.company.id})]})
        self.make_invoice(self.customer, 100, due="2026-02-20", currency_id=other.id)
        self.assertEqual(self.read_debtor().overdue, 350)

    def test_credits_above_debts(self):
        """Bad input: nothing is to collect of a customer whom we owe more."""
        self.pay_on_account(900)
        debtor = self.read_debtor()
        self.assertEqual(
            (debtor.collectable, debtor.situation, debtor.pile), (-600, "credits", "leave"))

    def test_payment_taken_back_is_no_payment(self):
        """The last payment is one that stayed, with its amount."""
        self.pay_on_account(40, day="2026-02-10")
        back = self.pay_on_account(60, day="2026-02-20")
        back._reverse_moves(cancel=True)
        debtor = self.read_debtor()
        self.assertEqual((debtor.paid_on, debtor.paid_amount), (date(2026, 2, 10), 40))

    def test_who_owes_nothing_is_no_debtor(self):
        """screens 5: who owes nothing, and of whom nothing is asked, is not in the list."""
        self.read_debtor()
        (self.late | self.coming)._reverse_moves(cancel=True)
        self.assertFalse(self.read_debtor())

    def test_branch_and_company_apart(self):
        """A customer is one debtor in each company."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.read_debtor()
        rows = self.env["collection.debtor"].search([("customer_id", "=", self.customer.id)])
        self.assertEqual(rows.company_id, self.company)
        self.assertNotIn(other, rows.company_id)

    def test_reasons_have_words(self):
        """Every reason of the ladder has a brief word and a sentence."""
        words = self.env["collection.scenario"]._get_stop_words()
        self.assertEqual(dict(STOPS).keys(), words.keys())


@tagged("post_install", "-at_install")
class TestDebtorRank(DebtorCase):
    """Whom to see first, and why (beyond 2, E17)."""

    def test_nobody_chases(self):
        """beyond 2: overdue, and no step will ever come: act now."""
        debtor = self.read_debtor()
        self.assertEqual((debtor.pile, debtor.situation, debtor.stop),
                         ("act", "unchased", "no_scenario"))
        self.assertEqual(debtor.next_step, "The customer has no scenario.")

    def test_planned(self):
        """A reminder that will leave by itself is coming."""
        action = self.chase(self.customer, self.make_scenario([{"offset": 15}]))
        debtor = self.read_debtor()
        self.assertEqual((debtor.pile, debtor.situation, debtor.next_action_id, debtor.next_date),
                         ("coming", "planned", action, action.date))
        self.assertEqual(debtor.next_step, f"Mar 12 · {action.name}")

    def test_action_due(self):
        """A call whose day has come waits for a person; an automatic e-mail does not."""
        self.chase(self.customer, self.make_scenario([{"offset": 3, "kind": "call",
                                                       "mode": "manual"}]))
        self.assertEqual(self.read_debtor().situation, "action")
        self.chase(self.customer, self.make_scenario([{"offset": 3}]))
        self.assertEqual(self.read_debtor().situation, "planned")

    def test_hold(self):
        """Whoever is on hold is left alone, and the row says until when."""
        self.customer.with_user(self.collector).collection_hold_until = "2026-03-09"
        debtor = self.read_debtor()
        self.assertEqual((debtor.pile, debtor.situation), ("leave", "hold"))
        self.assertIn("03/09/2026", debtor.next_step)

    def test_promise_awaited(self):
        """E2: while a promise covers what is overdue, the debtor is left alone."""
        self.promise(self.late, "2026-03-10")
        debtor = self.read_debtor()
        self.assertEqual((debtor.pile, debtor.situation, debtor.promised, debtor.collectable),
                         ("leave", "promise", 300, 0))
        self.assertEqual((debtor.promises_open, debtor.promise_date), (1, date(2026, 3, 10)))

    def test_promise_broken(self):
        """beyond 2: a broken promise brings the debtor up, with its points."""
        self.promise(self.late, "2026-03-10")
        with self.at("2026-03-12 09:00:00"):
            self.run_cron("_process_promises", model="collection.promise")
            self.env.invalidate_all()
            debtor = self.read_debtor()
            self.assertEqual((debtor.promises_broken, debtor.promises_made), (1, 1))
            self.assertEqual(debtor.score_parts["broken"], 15)
            self.assertEqual(debtor.pile, "act")

    def test_dispute(self):
        """A debtor who disputes all that is overdue is left alone; the rest is chased."""
        self.env["collection.dispute"].with_user(self.collector).open(
            self.get_items(self.late), self.env["collection.dispute.reason"].search([], limit=1))
        debtor = self.read_debtor()
        self.assertEqual((debtor.situation, debtor.disputed, debtor.disputes),
                         ("dispute", 300, 1))

    def test_points(self):
        """E17: points for amount and age in proportion, and for silence; they add up."""
        debtor = self.read_debtor()
        # 300 of 10,000 for 30 points, 5 days of 90 for 20, no contact for 10
        self.assertEqual(debtor.score_parts, {"amount": 1, "age": 1, "silence": 10})
        self.assertEqual(debtor.score, 12)
        self.assertEqual(
            [part["points"] for part in debtor.score_words], [1, 1, 10])
        self.assertEqual(debtor.score_words[-1]["words"], "No contact yet")

    def test_weights_are_settings(self):
        """E17: other weights give other scores, as soon as the cron has run."""
        self.read_debtor()
        self.company.write({
            "collection_score_full_amount": 300, "collection_score_amount": 50,
            "collection_score_silence": 0})
        self.run_cron("_process_marked", model="collection.debtor")
        self.env.invalidate_all()
        debtor = self.env["collection.debtor"].search([("customer_id", "=", self.customer.id)])
        self.assertEqual(debtor.score_parts, {"amount": 50, "age": 1})

    def test_each_pile_has_situations(self):
        """A situation is in one pile that there is."""
        self.assertEqual({found.pile for found in ranking.SITUATIONS}, dict(ranking.PILES).keys())


@tagged("post_install", "-at_install")
class TestDebtorKept(DebtorCase):
    """Issue 16: the list follows what happens, and costs what has changed."""

    def find(self):
        return self.env["collection.debtor"].search([("customer_id", "=", self.customer.id)])

    def test_a_command_shows_at_once(self):
        """What a person does shows as soon as it is done."""
        self.read_debtor()
        self.promise(self.late, "2026-03-10")
        self.commit()
        self.assertEqual(self.find().situation, "promise")

    def test_a_company_whose_making_was_undone_hinders_nobody(self):
        """Issue 20: such as that of demo data that cannot be loaded: the others are read."""
        debtors = self.env["collection.debtor"].with_user(self.collector)
        gone = self.env["res.company"].search([], order="id desc", limit=1).id + 1
        debtors._refresh_at_commit({
            (self.customer.id, gone), (self.customer.id, self.company.id)})
        self.commit()
        self.assertEqual(self.find_debtor().overdue, 300)

    def test_a_posting_shows_once_planned(self):
        """A payment marks the customer: the row follows with planning."""
        self.read_debtor()
        self.pay(self.late)
        self.run_cron("_plan_marked", model="collection.scenario")
        self.run_cron("_process_marked", model="collection.debtor")
        self.env.invalidate_all()
        self.assertEqual((self.find().overdue, self.find().balance), (0, 200))

    def test_a_run_that_is_out_of_time_goes_on_where_it_was(self):
        """Cron: a mark goes with its batch, so that the next run begins with who is left."""
        self.read_debtor()
        marks = self.env["collection.debtor.mark"]
        marks.search([]).unlink()
        others = [self.make_customer(name) for name in ("One", "Two", "Three")]
        marks.search([]).unlink()
        marks.create([{"partner_id": other.id} for other in others]).flush_recordset()
        with patch.object(collection_debtor, "BATCH", 2), patch.object(
                self.env.registry["ir.cron"], "_commit_progress", lambda *args, **kwargs: 0):
            for left in (2, 1, 0):
                self.run_cron("_process_marked", model="collection.debtor")
                self.env.invalidate_all()
                self.assertEqual(marks.search_count([]), left)

    def test_a_list_that_is_gone_is_made_anew(self):
        """Cron: an empty list repairs itself as long as something is owed, interrupted or not."""
        self.read_debtor()
        other = self.make_customer("Other", holders={})
        self.make_invoice(other, 70, due="2026-02-20")
        debtors, marks = self.env["collection.debtor"], self.env["collection.debtor.mark"]
        debtors._rebuild()
        before = len(debtors.search([]))
        self.cr.execute("DELETE FROM collection_debtor")
        marks.search([]).unlink()
        with patch.object(collection_debtor, "BATCH", 2), patch.object(
                self.env.registry["ir.cron"], "_commit_progress", lambda *args, **kwargs: 0):
            self.run_cron("_process_marked", model="collection.debtor")
        self.assertTrue(marks.search_count([]), "the others are still to be read")
        self.run_cron("_process_marked", model="collection.debtor")
        self.env.invalidate_all()
        self.assertEqual(len(debtors.search([])), before)
        self.assertEqual(self.find().overdue, 300)

    def test_a_list_that_is_gone_comes_however_often_its_making_is_broken_off(self):
        """Cron: that of a company whose debtors come last is not kept waiting for ever."""
        company = self.env["res.company"].create({"name": "Second"})
        last = self.make_customer("Last", holders={})
        debtors, marks = self.env["collection.debtor"], self.env["collection.debtor.mark"]
        self.read_debtor()
        marks.search([]).unlink()
        is_lost_really = type(debtors)._is_lost
        refreshed = []

        def is_lost(model, other):
            return last.id not in refreshed if other == company else is_lost_really(model, other)

        def refresh(_model, _company, ids):
            refreshed.extend(ids)
            return True

        rounds = 2 + self.env["res.partner"].with_context(active_test=False).search_count([]) // 10
        with patch.object(collection_debtor, "BATCH", 20), patch.object(
                self.env.registry["ir.cron"], "_commit_progress", lambda *args, **kwargs: 0), (
                patch.multiple(type(debtors), _is_lost=is_lost, _try_refresh=refresh)):
            for _round in range(rounds):
                self.run_cron("_process_marked", model="collection.debtor")
        self.assertIn(last.id, refreshed)

    def test_nothing_is_owed_nothing_is_made(self):
        """Cron: an empty list of a company to which nothing is owed costs no reading of all."""
        (self.late | self.coming).button_draft()
        self.cr.execute("DELETE FROM collection_debtor")
        marks = self.env["collection.debtor.mark"]
        self.env.flush_all()
        marks.search([]).unlink()
        with patch.object(self.env.registry["collection.debtor.mark"], "_add_all") as add_all:
            self.run_cron("_process_marked", model="collection.debtor")
        self.assertFalse(add_all.called)

    def test_another_day_makes_it_older(self):
        """Days late are those of today: rows of yesterday are read anew."""
        self.read_debtor()
        with self.at("2026-03-22 09:00:00"):
            self.run_cron("_process_marked", model="collection.debtor")
            self.env.invalidate_all()
            self.assertEqual((self.find().days_late, self.find().overdue), (25, 500))

    def test_nothing_changed_nothing_written(self):
        """A refresh writes what is different, and nothing else."""
        self.read_debtor()
        self.assertEqual(self.env["collection.debtor"]._rebuild(self.customer), 0)

    def test_merged_customer(self):
        """Who becomes a part of another customer is no debtor any more."""
        parent = self.make_customer("Group", holders={})
        self.read_debtor()
        self.customer.with_user(self.manager).write(
            {"parent_id": parent.id, "is_company": False})
        self.commit()
        self.assertFalse(self.find())
        self.assertEqual(self.read_debtor(parent).overdue, 300)

    def test_merged_doubles(self):
        """Two debtors of whom nothing else is known can be merged: one is left."""
        doubles = self.env["res.partner"].create([
            {"name": "Double", "email": "double@example.com"} for _number in range(2)])
        for double in doubles:
            self.make_invoice(double, 100, due="2026-02-20")
        self.env["collection.debtor"]._rebuild(doubles)
        self.env["base.partner.merge.automatic.wizard"]._merge(doubles.ids, doubles[0])
        self.env["collection.debtor"]._rebuild(doubles[0])
        self.assertEqual(self.env["collection.debtor"].search(
            [("customer_id", "in", doubles.ids)]).mapped("overdue"), [200])

    def test_constant_queries(self):
        """One customer costs as many queries as ten."""
        customers = self.env["res.partner"].union(*(
            self.make_customer(f"Tenant {number}", holders={}) for number in range(9)))
        for customer in customers:
            self.make_invoice(customer, 10, due="2026-02-01")
        debtors = self.env["collection.debtor"]
        debtors._rebuild(self.customer | customers)
        self.assertEqual(*(
            self.count_queries(debtors._refresh, self.company, some.ids)
            for some in (self.customer, self.customer | customers)))

    @mute_logger("odoo.sql_db")
    def test_one_row_a_customer(self):
        """The database refuses a second row of the same customer and company."""
        debtor = self.read_debtor()
        with self.assertRaisesRegex(Exception, "unique"), self.cr.savepoint():
            self.env.cr.execute(
                "INSERT INTO collection_debtor (company_id, customer_id) VALUES (%s, %s)",
                (debtor.company_id.id, debtor.customer_id.id))


@tagged("post_install", "-at_install")
class TestDebtorAccess(DebtorCase):
    """Own portfolio, all customers, nobody writes (D-075)."""

    def test_own_portfolio(self):
        """A collector sees the debtors of the own portfolio, who sees all customers all."""
        debtor = self.read_debtor()
        other = self.make_user("other", COLLECTOR)
        everybody = self.make_user("everybody", ALL_CUSTOMERS)
        debtors = self.env["collection.debtor"]
        self.assertIn(debtor, debtors.with_user(self.collector).search([]))
        self.assertIn(debtor, debtors.with_user(everybody).search([]))
        self.assertNotIn(debtor, debtors.with_user(other).search([]))

    def test_nobody_edits(self):
        """A cache is never edited, not even by managers; accountants do not read it."""
        debtor = self.read_debtor()
        with self.assertRaises(AccessError):
            debtor.with_user(self.manager).overdue = 1
        with self.assertRaises(AccessError):
            debtor.with_user(self.manager).unlink()
        accountant = self.make_user("accountant", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            debtor.with_user(accountant).read(["overdue"])

    def test_other_company(self):
        """Debtors of a company that one does not work in do not show."""
        debtor = self.read_debtor()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.make_user(
            "stranger", ALL_CUSTOMERS, company_id=elsewhere.id,
            company_ids=[(6, 0, elsewhere.ids)])
        self.assertNotIn(
            debtor, self.env["collection.debtor"].with_user(stranger).search([]))
