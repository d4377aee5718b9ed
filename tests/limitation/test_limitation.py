from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ...models.limitation import account_move_line
from ...models.limitation.closings import interrupt_limitation
from ..common import COLLECTOR, CollectionCase, action, event_row, row, step
from ..plan.plan_case import PlanCase
from ..upload_corpus import make_pdf


@tagged("post_install", "-at_install")
class TestLimitation(CollectionCase):
    """issue 19, L18, N12: until when an item can be claimed before a court."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.country_id = cls.env.ref("base.fr")
        cls.rules = cls.env["collection.limitation.rule"]
        cls.rules.search([]).unlink()
        for kind, years in (("lease", 3), ("trade", 5), ("consumer", 2), ("title", 10)):
            cls.rules.create({"claim_kind": kind, "amount": years,
                              "country_id": cls.env.ref("base.fr").id})
        cls.interruptions = cls.env["collection.limitation.interruption"]

    @classmethod
    def make_item(cls, customer=None, due="2026-02-01", **vals):
        return cls.get_items(cls.make_invoice(customer or cls.customer, due=due, **vals))

    def work_out(self, items):
        items._work_out_limitations(self.company)
        return [str(day) for day in items.mapped("collection_limitation_date")]

    def note(self, items, kind="recognition", day="2026-02-10", user=None, **vals):
        return self.interruptions.with_user(user or self.collector).note_interruption(
            items, kind, day, **{"note": "Signed letter", **vals})

    def get_trace(self):
        return self.env["collection.history"].search([("command", "=", "limitation")], order="id")

    # -- the kind of a claim ---------------------------------------------------------------

    def test_by_the_customers_kind(self):
        """A company is trade, a person is a consumer; the customer's setting says otherwise."""
        person = self.make_partner("Person")
        tenant = self.make_partner("Tenant", collection_claim_kind="lease")
        self.assertEqual(
            [self.work_out(self.make_item(customer)) for customer in (
                self.customer, person, tenant)],
            [["2031-02-01"], ["2028-02-01"], ["2029-02-01"]])

    def test_by_the_customers_groups(self):
        """A group says it before the kind of debtor does; groups that disagree say nothing."""
        group = self.env["collection.group"].create({"name": "Leases", "claim_kind": "lease"})
        other = self.env["collection.group"].create({"name": "Shops", "claim_kind": "trade"})
        person = self.make_partner("Person", collection_group_ids=[(4, group.id)])
        item = self.make_item(person)
        self.assertEqual(self.work_out(item), ["2029-02-01"])
        person.collection_group_ids += other
        self.assertEqual(self.work_out(item), ["2028-02-01"])

    def test_set_by_a_person(self):
        """The item's own kind goes first, and is traced with its reason."""
        item = self.make_item()
        item.with_user(self.collector).set_collection_claim_kind("consumer", "Private use")
        self.assertEqual(str(item.collection_limitation_date), "2028-02-01")
        [trace] = self.get_trace()
        self.assertEqual((trace.kind, trace.text), ("limitation_changed", "Private use"))
        self.assertIn("Consumer", trace.summary)
        with self.assertRaises(UserError):
            item.with_user(self.collector).set_collection_claim_kind("lease", " ")

    def test_at_once_when_the_customer_changes(self):
        """Who says that a customer is a tenant sees it at once."""
        item = self.make_item()
        self.work_out(item)
        self.customer.with_user(self.collector).collection_claim_kind = "lease"
        self.assertEqual(str(item.collection_limitation_date), "2029-02-01")

    # -- rules -----------------------------------------------------------------------------

    def test_no_rule_is_said(self):
        """Issue 19: in another country nothing is guessed."""
        item = self.make_item()
        self.work_out(item)
        self.company.country_id = self.env.ref("base.be")
        self.assertEqual(self.work_out(item), ["False"])
        [line] = item._get_limitation_lines()
        self.assertEqual((line.last_day, line.rule), (None, "No rule for this kind of claim"))

    def test_the_companys_own_rule(self):
        """A company's own rule goes before the general one, and holds in its branches."""
        self.rules.create({"claim_kind": "trade", "amount": 18, "unit": "months",
                           "company_id": self.company.id})
        branch = self.env["res.company"].create(
            {"name": "Branch", "parent_id": self.company.id})
        for company in (self.company, branch):
            [rule] = self.rules._get_tables(company)["trade"][:1]
            self.assertEqual((rule.amount, rule.unit), (18, "months"))
        self.assertEqual(self.work_out(self.make_item()), ["2027-08-01"])

    def test_rules_do_not_overlap(self):
        """Two rules never hold for the same due date."""
        with self.assertRaises(ValidationError):
            self.rules.create({"claim_kind": "trade", "amount": 4, "date_from": "2020-01-01",
                               "country_id": self.env.ref("base.fr").id})

    def test_library(self):
        """The example brings the French rules, and leaves the user's own as they are."""
        self.rules.search([("claim_kind", "=", "lease")]).unlink()
        self.env["collection.library"]._load(["limitation_rules"])
        found = self.rules.search([("country_id.code", "=", "FR")])
        self.assertEqual(
            sorted(found.mapped(lambda rule: (rule.claim_kind, rule.amount))),
            [("consumer", 2), ("lease", 3), ("title", 10), ("trade", 5)])
        self.assertIn("89-462", found.filtered(lambda rule: rule.claim_kind == "lease").note)

    # -- interruptions ---------------------------------------------------------------------

    def test_a_recognition_lets_it_run_anew(self):
        """It is stored, traced and told, and the day moves."""
        item = self.make_item()
        self.note(item)
        self.assertEqual(str(item.collection_limitation_date), "2031-02-10")
        [line] = item._get_limitation_lines()
        self.assertEqual([act.kind for act in line.interruptions], ["Recognition of the debt"])
        [trace] = self.get_trace()
        self.assertEqual(trace.kind, "limitation_interrupted")
        self.assertIn("Recognition of the debt", trace.summary)
        self.assertTrue(self.env["collection.history"].with_user(self.manager).verify(
            self.customer))

    def test_a_formal_notice_does_not(self):
        """N12: closing a letter, or serving an order to pay, changes nothing."""
        item = self.make_item()
        before = self.work_out(item)
        served = self.make_option("SERVED")
        template = self.make_template("NOTICE", [step(
            "serve", [action("deed", option_ids=["SERVED"])], [row("end")])])
        sequence = self.launch(template, items=item)
        self.close(sequence, "deed", outcome=None, option="SERVED")
        self.assertFalse(served.interrupts)
        self.assertEqual(self.work_out(item), before)

    def test_a_marked_option(self):
        """Closing an action with a marked option interrupts, from the day of the act."""
        item = self.make_item()
        self.make_option("SEIZED").interrupts = "enforcement"
        template = self.make_template("SEIZE", [step(
            "seize", [action("deed", option_ids=["SEIZED"])], [row("end")])])
        sequence = self.launch(template, items=item)
        self.close(sequence, "deed", outcome=None, option="SEIZED")
        fact = self.interruptions.search([])
        self.assertEqual((fact.kind, fact.item_ids, fact.action_id.sequence_id),
                         ("enforcement", item, sequence))
        self.assertEqual(str(item.collection_limitation_date), "2031-03-02")
        self.assertReplays(sequence)

    def test_an_event_noted_by_hand(self):
        """Whoever notes an event says that it interrupts."""
        item = self.make_item()
        template = self.make_template("COURT", [step(
            "wait", [action("file")], [
                event_row("end", "manual", event_name="Claim lodged"), row("end")])])
        sequence = self.launch(template, items=item)
        dialog = self.env["collection.sequence.note"].with_user(self.collector).create({
            "sequence_id": sequence.id, "interrupts": "claim", "day": "2026-02-20"})
        dialog.line_ids.action_note()
        self.assertEqual(str(item.collection_limitation_date), "2031-02-20")

    def test_withdrawn_by_another_fact(self):
        """Issue 19: an interruption is undone only with a reason, and stays to be seen."""
        item = self.make_item()
        fact = self.note(item)
        with self.assertRaises(UserError):
            fact.withdraw("")
        fact.withdraw("Forged signature")
        self.assertEqual(str(item.collection_limitation_date), "2031-02-01")
        self.assertEqual(self.get_trace().mapped("kind"),
                         ["limitation_interrupted", "limitation_withdrawn"])
        with self.assertRaises(UserError):
            fact.withdraw("Again")
        with self.assertRaises(UserError):
            fact.sudo().unlink()

    def test_who_may(self):
        """X-01: a colleague's customer is not one's own; nobody writes a fact."""
        item = self.make_item()
        stranger = self.make_user("stranger", COLLECTOR)
        with self.assertRaises(AccessError):
            self.note(item, user=stranger)
        fact = self.note(item)
        with self.assertRaises(AccessError):
            fact.with_user(self.manager).write({"date": "2026-02-01"})
        with self.assertRaises(AccessError):
            fact.with_user(stranger).withdraw("x")

    def test_wrong_facts(self):
        """No proof, a day to come, a suspension without end: refused."""
        item = self.make_item()
        for vals in ({"note": " "}, {"day": "2027-01-01"}, {"kind": "suspension"},
                     {"until": "2026-01-01"}, {"kind": "notice"}):
            with self.subTest(vals), self.assertRaises(UserError):
                self.note(item, **vals)

    def test_follows_a_corrected_invoice(self):
        """An invoice that is reset to draft and posted again keeps what interrupts it."""
        item = self.make_item()
        fact = self.note(item)
        move = item.move_id
        move.button_draft()
        move.invoice_date_due = "2026-02-05"
        move.action_post()
        now = self.get_items(move)
        self.assertEqual(fact.item_ids, now)
        self.assertEqual(self.work_out(now), ["2031-02-10"])

    def test_the_kind_follows_a_corrected_invoice(self):
        """What kind of claim an item is stays with the line that takes its place."""
        item = self.make_item()
        item.with_user(self.collector).set_collection_claim_kind("lease", "A home")
        move = item.move_id
        move.button_draft()
        move.invoice_payment_term_id = self.env["account.payment.term"].create({
            "name": "In two parts", "line_ids": [
                (0, 0, {"value": "percent", "value_amount": 50, "nb_days": days})
                for days in (10, 40)]})
        move.action_post()
        now = self.get_items(move)
        self.assertEqual(now.mapped("collection_claim_kind"), ["lease"] * 2)

    def test_the_same_queries_for_many_actions(self):
        """Constant queries: one action closed with a marked option, or eight."""
        option = self.make_option("SEIZED")
        option.interrupts = "enforcement"
        counts = []
        for number in (1, 2, 8):
            actions = self.env["collection.action"]
            for each in range(number):
                customer = self.make_customer(f"Tenant {number}-{each}", holders={})
                self.make_item(customer)
                actions |= actions.create_message(customer, {"name": "Seize", "kind": "call"})
            actions.write({"closed_on": "2026-03-02"})
            counts.append(self.count_queries(interrupt_limitation, actions, option))
            self.assertEqual(
                self.interruptions.search([], limit=number).customer_id, actions.customer_id)
        self.assertEqual(*counts[1:])  # the first one reads what stays known

    # -- every night -----------------------------------------------------------------------

    def run_night_of(self, moment):
        with self.at(moment):
            self.run_cron("_update_limitations", model="account.move.line")
        self.env.invalidate_all()

    def test_warned_once_each(self):
        """90 and 30 days before, once each: an activity of the collector, and a row of history."""
        item = self.make_item(due="2021-06-01")
        for moment, count in (("2026-03-02 04:00:00", 0), ("2026-03-04 04:00:00", 1),
                              ("2026-03-05 04:00:00", 1), ("2026-05-03 04:00:00", 2),
                              ("2026-05-31 04:00:00", 2), ("2026-06-05 04:00:00", 2)):
            self.run_night_of(moment)
            with self.subTest(moment):
                activities = self.env["mail.activity"].search([
                    ("res_model", "=", "res.partner"), ("res_id", "=", self.customer.id)])
                self.assertEqual(len(activities), count)
                self.assertLessEqual(activities.user_id, self.collector)
                self.assertEqual(self.get_trace().mapped("kind"), ["limitation_near"] * count)
        self.assertIn(item._name_items(), self.get_trace()[0].summary)

    def test_a_night_reaches_the_last_item(self):
        """Cron: where it is out of time after the first of many batches, all are worked out."""
        items = self.make_item(due="2021-06-01") | self.make_item(due="2021-06-02")
        with patch.object(account_move_line, "BATCH", 1), patch.object(
                self.env.registry["ir.cron"], "_commit_progress", lambda *args, **kwargs: 0):
            self.run_night_of("2026-03-10 04:00:00")
        self.assertEqual(
            [(str(item.collection_limitation_date), item.collection_limitation_warned)
             for item in items.sorted("date_maturity")],
            [("2026-06-01", 90), ("2026-06-02", 90)])

    def test_warned_anew_after_an_interruption(self):
        """Another date, other warnings."""
        item = self.make_item(due="2021-05-01")
        self.run_night_of("2026-04-15 04:00:00")
        self.assertEqual(item.collection_limitation_warned, 30)
        with self.at("2026-04-15 08:00:00"):
            self.note(item, day="2026-04-15")
        self.assertEqual((str(item.collection_limitation_date),
                          item.collection_limitation_warned), ("2031-04-15", 0))

    def test_what_is_paid_lapses_no_more(self):
        """A settled item has no date left."""
        item = self.make_item()
        self.run_night_of("2026-03-02 04:00:00")
        self.assertTrue(item.collection_limitation_date)
        self.pay(item.move_id)
        self.run_night_of("2026-03-03 04:00:00")
        self.assertFalse(item.collection_limitation_date)

    def test_a_tree_waits_for_it(self):
        """Issue 19: a row of a decision table waits for the event."""
        item = self.make_item(due="2021-06-01")
        template = self.make_template("NEAR", [step(
            "wait", [action("file")], [event_row("end:Sue", "limitation_near"), row("end")])])
        sequence = self.launch(template, items=item)
        self.run_night_of("2026-03-04 04:00:00")
        self.deliver_signals()
        self.env.invalidate_all()
        self.assertEqual(sequence.state, "done")

    def test_the_work_list(self):
        """The debtor shows the nearest date, and is to be seen when it is near."""
        self.make_item(due="2021-05-01")
        self.make_item(due="2021-01-01")
        self.run_night_of("2026-03-04 04:00:00")
        debtors = self.env["collection.debtor"]
        with self.at("2026-03-04 08:00:00"):
            debtors._rebuild(self.customer)
        debtor = debtors.search([("customer_id", "=", self.customer.id)])
        self.assertEqual(
            (str(debtor.limitation_date), debtor.situation, debtor.pile),
            ("2026-05-01", "limitation", "act"))
        self.assertIn("deadline", debtor.score_parts)

    def test_the_same_queries_for_many(self):
        """Constant queries: one item, or thirty of ten customers."""
        counts = []
        for number in (1, 10):
            customers = [self.make_customer(f"Tenant {number}-{n}") for n in range(number)]
            items = self.env["account.move.line"].union(*(
                self.make_item(customer) for customer in customers))
            for item in items:
                self.note(item)
            items.collection_limitation_date = False
            counts.append(self.count_queries(items._work_out_limitations, self.company))
            lines = items._get_limitation_lines()
            self.assertEqual(len(lines), len(items))
        self.assertEqual(counts[0], counts[1])


@tagged("post_install", "-at_install")
class TestRecognisedByPlan(PlanCase):
    """Issue 19: a plan that the debtor accepts recognises the debt."""

    def test_once_in_the_words_of_the_company(self):
        """Accepted twice by one who reads French: one fact, that the company can read."""
        self.env["res.lang"]._activate_lang("fr_FR")
        plan = self.offer().sudo().with_context(lang="fr_FR")
        for _click in range(2):
            self.assertFalse(plan._accept_on_page(self.link, "Jean Dupont"))
        [fact] = self.env["collection.limitation.interruption"].search([])
        self.assertEqual((fact.kind, fact.item_ids.sorted("id"), fact.date, fact.note), (
            "recognition", self.items.sorted("id"), plan.accepted_on,
            f"Payment plan {plan.id}, version 1"))

    def test_the_history_names_who_accepted_it(self):
        """What follows from a click on the page is no work of the clock: who did it is said."""
        public = self.env.ref("base.public_user")
        plan = self.offer().with_user(public).sudo()
        plan._accept_on_page(self.link.with_user(public).sudo(), "Jean Dupont")
        for kind in ("plan_accepted", "promise_made", "limitation_interrupted"):
            [row] = self.get_rows(kind)
            self.assertEqual((row.cause, row.on_behalf), ("person", "Jean Dupont"), kind)

    def test_on_paper_it_is_the_user_who_says_so(self):
        """Nobody is named besides whoever noted it."""
        plan = self.offer()
        plan.accept_on_paper("Jean Dupont", "2026-03-02", [("plan.pdf", make_pdf())])
        [row] = self.get_rows("limitation_interrupted")
        self.assertEqual((row.cause, row.on_behalf, row.user_id), (
            "person", "", self.collector))
