from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tools import SQL

from ...tools.sql import partner_value
from ..common import ALL_CUSTOMERS, MANAGER, CollectionCase, load_migration


def run_upgrade(cr):
    """Run the upgrade's script on the tables as they are."""
    load_migration("19.0.4.0.0/pre-branches").migrate(cr, "19.0.3.0.0")


class BranchCase(CollectionCase):
    """A company with two branches, and a sister company that is none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._get_account("income")
        cls._get_account("asset_receivable")
        companies = cls.env["res.company"]
        cls.branch, cls.other_branch = companies.create([
            {"name": name, "parent_id": cls.company.id} for name in ("Branch", "Other branch")])
        cls.sister = companies.create({"name": "Sister"})
        every = cls.company | cls.branch | cls.other_branch | cls.sister
        (cls.env.user | cls.manager | cls.collector).company_ids |= every
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": every.ids})
        cls.customer = cls.customer.with_env(cls.env)
        cls.at_branch = cls.customer.with_company(cls.branch)
        cls.at_other = cls.customer.with_company(cls.other_branch)
        cls.at_sister = cls.customer.with_company(cls.sister)
        cls.income = cls._get_account("income")
        receivable = cls._get_account("asset_receivable")
        for company in (cls.branch, cls.other_branch):  # as their company's chart gives them
            cls.env["ir.default"].set(
                "res.partner", "property_account_receivable_id", receivable.id,
                company_id=company.id)
        cls.scenario = cls.make_scenario(
            ({"offset": 3, "body": "<p>#items_amount_overdue</p>#items_list_overdue"}, 15, 30),
            company_id=cls.company.id)
        cls.plan = cls.env["collection.scenario"]._plan

    @classmethod
    def make_branch_invoice(cls, company, amount=500.0, due="2026-02-01", **vals):
        """A posted invoice of a branch to the customer."""
        own = cls.env["account.move"].with_company(company)
        journal = own.env["account.journal"].search([
            *own.env["account.journal"]._check_company_domain(company), ("type", "=", "sale")],
            limit=1)
        move = own.create({
            "move_type": "out_invoice", "partner_id": cls.customer.id,
            "company_id": company.id, "journal_id": journal.id,
            "invoice_date": date(2026, 1, 1), "invoice_date_due": due,
            "invoice_line_ids": [Command.create({
                "name": "Rent", "quantity": 1, "price_unit": amount,
                "account_id": cls.income.id, "tax_ids": [Command.clear()]})], **vals})
        move.action_post()
        return move

    @classmethod
    def make_credit(cls, company, amount):
        """A posted credit note that settles nothing yet."""
        return cls.make_branch_invoice(company, amount, move_type="out_refund")

    def get_planned_in(self, company):
        """:return: the customer's open scenario action in a company"""
        self.plan(self.customer)
        return self.get_planned(self.customer).filtered(
            lambda action: action.company_id == company)

    def read_by_sql(self, name, company):
        """:return: str or None, what queries read of a setting of the customer"""
        [[value]] = self.env.execute_query(SQL(
            "SELECT %s FROM res_partner AS partner WHERE partner.id = %s",
            partner_value(self.env, name, company), self.customer.id))
        return value


class TestBranchSettings(BranchCase):
    """Issue 13, D: what is set on a customer in a company, and what its branches make of it."""

    def assertReads(self, name, company, value):
        """The field, a search and a query answer the same."""
        customer = self.customer.with_company(company)
        customer.env.invalidate_all()
        self.assertEqual(customer[name], value)
        plain = value.id if hasattr(value, "id") else value
        text = str(plain).lower() if plain else None
        self.assertIn(self.read_by_sql(name, company), (text, text or "false"))
        self.assertIn(customer, customer.search([
            (name, "=", plain or False), ("id", "=", customer.id)]))

    def test_a_branch_reads_what_the_company_has(self):
        """D: record, search and query alike; the sister has nothing."""
        self.customer.collection_scenario_id = self.scenario
        self.assertReads("collection_scenario_id", self.branch, self.scenario)
        self.assertReads("collection_scenario_id", self.sister, self.scenario.browse())

    def test_a_branch_may_have_its_own(self):
        """D: the company and the other branch keep theirs."""
        own = self.make_scenario(company_id=self.branch.id)
        self.customer.collection_scenario_id = self.scenario
        self.assertEqual(self.at_other.collection_scenario_id, self.scenario)
        self.at_branch.collection_scenario_id = own
        self.assertReads("collection_scenario_id", self.branch, own)
        self.assertReads("collection_scenario_id", self.company, self.scenario)
        self.assertReads("collection_scenario_id", self.other_branch, self.scenario)

    def test_a_change_of_the_company_is_seen_in_the_branch_at_once(self):
        """D: what the branch was seen to have is not kept, nor written as its own."""
        second = self.make_scenario()
        self.customer.collection_scenario_id = self.scenario
        self.assertEqual(self.at_branch.collection_scenario_id, self.scenario)
        self.customer.collection_scenario_id = second
        self.assertEqual(self.at_branch.collection_scenario_id, second)
        self.assertReads("collection_scenario_id", self.branch, second)

    def test_emptied_in_the_branch_it_is_the_companys_again(self):
        """D"""
        self.customer.collection_scenario_id = self.scenario
        self.at_branch.collection_scenario_id = self.make_scenario()
        self.at_branch.collection_scenario_id = False
        self.assertReads("collection_scenario_id", self.branch, self.scenario)

    def test_a_switch_can_be_off_in_the_branch(self):
        """D: off is an answer, not the lack of one."""
        self.customer.collection_penalties = True
        self.assertReads("collection_penalties", self.branch, True)
        self.at_branch.collection_penalties = False
        self.at_branch.env.invalidate_all()
        self.assertFalse(self.at_branch.collection_penalties)
        self.assertReads("collection_penalties", self.company, True)

    def test_a_default_of_the_company_holds_in_the_branch(self):
        """D: after what any of them has of its own."""
        self.env["ir.default"].set(
            "res.partner", "collection_scenario_id", self.scenario.id,
            company_id=self.company.id)
        self.assertReads("collection_scenario_id", self.branch, self.scenario)
        own = self.make_scenario()
        self.env["ir.default"].set(
            "res.partner", "collection_scenario_id", own.id, company_id=self.branch.id)
        self.assertReads("collection_scenario_id", self.branch, own)
        self.assertReads("collection_scenario_id", self.company, self.scenario)

    def test_what_equals_the_branchs_default_is_kept(self):
        """D: else the company's would hold, against what was chosen."""
        own = self.make_scenario()
        self.env["ir.default"].set(
            "res.partner", "collection_scenario_id", own.id, company_id=self.branch.id)
        self.customer.collection_scenario_id = self.scenario
        self.at_branch.collection_scenario_id = own
        self.assertReads("collection_scenario_id", self.branch, own)

    def test_the_later_hold_holds(self):
        """D: one that is over in the branch does not lift the company's."""
        self.at_branch.write({"collection_hold_until": "2026-01-10"})
        self.customer.collection_hold_until = "2026-05-01"
        self.assertReads("collection_hold_until", self.branch, date(2026, 5, 1))
        self.assertReads("collection_hold_until", self.company, date(2026, 5, 1))
        self.assertReads("collection_hold_until", self.sister, False)

    def test_insolvency_is_known_everywhere(self):
        """D: it is a fact of the customer, for sisters too."""
        self.at_branch.collection_insolvency_date = "2026-02-10"
        for customer in (self.customer, self.at_other, self.at_sister):
            self.assertEqual(customer.collection_insolvency_date, date(2026, 2, 10))

    def test_insolvency_known_in_some_company_survives_an_upgrade(self):
        """D: the first day of any company becomes the customer's."""
        cr = self.env.cr
        self.env.flush_all()
        cr.execute("DROP TRIGGER collection_plan_mark_update ON res_partner")
        cr.execute("""
            ALTER TABLE res_partner DROP COLUMN collection_insolvency_date CASCADE;
            ALTER TABLE res_partner ADD COLUMN collection_insolvency_date jsonb;
        """)
        cr.execute(
            "UPDATE res_partner SET collection_insolvency_date = %s WHERE id = %s",
            ('{"1": "2026-02-10", "2": "2026-01-05", "3": null}', self.customer.id))
        for _run in range(2):  # an upgrade that failed later is run again
            run_upgrade(cr)
        self.env.invalidate_all()
        self.assertEqual(self.customer.collection_insolvency_date, date(2026, 1, 5))

    def test_a_scenario_of_the_branch_is_refused_in_the_company(self):
        """D: what is a branch's holds nowhere else."""
        own = self.make_scenario(company_id=self.branch.id)
        for customer in (self.customer, self.at_other, self.at_sister):
            with self.assertRaisesRegex(ValidationError, "is of Branch"):
                customer.collection_scenario_id = own

    def test_a_branch_cannot_become_a_company(self):
        """D: Odoo itself refuses to change a company's parent."""
        with self.assertRaises(UserError):
            self.branch.parent_id = False

    def test_the_credit_manager_of_the_company_stands_in(self):
        """D, M-044"""
        self.company.collection_manager_id = self.manager
        self.assertEqual(self.branch._get_collection_manager(), self.manager)
        self.assertFalse(self.sister._get_collection_manager())

    def test_the_holders_of_the_company_hold_in_the_branch(self):
        """D, B2: unless the branch names another one."""
        found = self.at_branch._get_collection_participants().grouped("function_id")
        self.assertEqual(found[self.gest].user_id, self.collector)
        self.assertFalse(self.at_sister._get_collection_participants())
        self.make_participant(
            self.at_branch, "GEST", self.litigator, company_id=self.branch.id)
        found = self.at_branch._get_collection_participants().grouped("function_id")
        self.assertEqual(found[self.gest].user_id, self.litigator)
        found = self.customer._get_collection_participants().grouped("function_id")
        self.assertEqual(found[self.gest].user_id, self.collector)


class TestBranchPlanning(BranchCase):
    """Issue 13, D: a branch's invoices, chased in the branch by what the company has laid down."""

    def test_the_branchs_invoice_is_chased_in_the_branch(self):
        """D: with the company's scenario; the company has nothing to chase."""
        self.make_branch_invoice(self.branch)
        self.customer.collection_scenario_id = self.scenario
        planned = self.get_planned_in(self.branch)
        self.assertEqual(planned.scenario_id, self.scenario)
        self.assertEqual(planned.leader_id.company_id, self.branch)
        self.assertFalse(self.get_planned_in(self.company))
        self.assertEqual(self.customer.collection_not_chased, "Nothing is open.")

    def test_one_message_a_day_from_company_and_branch_together(self):
        """D, S-006: they are one creditor; the branch's comes on the next day."""
        self.company.email = self.branch.email = "us@example.com"
        for company in (self.company, self.branch):
            self.make_branch_invoice(company)
        self.customer.collection_scenario_id = self.scenario
        first, second = (self.get_planned_in(company) for company in (self.company, self.branch))
        sent = []
        for day in (2, 2, 3):
            self.process_due(f"2026-03-0{day} 09:00:00")
            self.env.invalidate_all()
            sent.append((first.outcome, second.outcome))
        self.assertEqual(sent, [("done", False), ("done", False), ("done", "done")])
        self.assertEqual(second.closed_on.isoformat(), "2026-03-03")

    def test_a_hold_of_the_company_stops_the_branch(self):
        """D"""
        self.make_branch_invoice(self.branch)
        self.customer.collection_scenario_id = self.scenario
        self.customer.collection_hold_until = "2026-04-01"
        self.assertFalse(self.get_planned_in(self.branch))
        self.assertIn("On hold until", self.at_branch.collection_not_chased)

    def test_a_hold_of_a_branch_stops_it_alone(self):
        """D"""
        self.make_branch_invoice(self.company)
        self.customer.collection_scenario_id = self.scenario
        self.at_branch.collection_hold_until = "2026-04-01"
        self.assertTrue(self.get_planned_in(self.company))

    def test_insolvency_noted_in_the_company_stops_the_branch(self):
        """D"""
        self.make_branch_invoice(self.branch)
        self.customer.write({"collection_scenario_id": self.scenario.id,
                             "collection_insolvency_date": "2026-02-20"})
        self.assertFalse(self.get_planned_in(self.branch))
        self.assertEqual(
            self.at_branch.collection_not_chased, "Insolvency proceedings are open.")

    def test_a_sequence_of_the_company_suspends_the_branch(self):
        """D: as a hold does."""
        self.make_branch_invoice(self.branch)
        self.customer.collection_scenario_id = self.scenario
        self.launch(self.make_short_template(suspends="customer"))
        self.assertFalse(self.get_planned_in(self.branch))

    def test_an_archived_branch_is_left_alone(self):
        """D: nothing is planned in it, and the others go on."""
        self.make_branch_invoice(self.branch)
        self.make_branch_invoice(self.other_branch)
        self.customer.collection_scenario_id = self.scenario
        self.branch.active = False
        self.get_planned_in(self.branch).close("cancelled", comment="Closed")
        self.assertFalse(self.get_planned_in(self.branch))
        self.assertTrue(self.get_planned_in(self.other_branch))

    def test_credit_of_the_company_covers_the_branchs_invoice(self):
        """D: the companies of a root are one creditor."""
        self.make_branch_invoice(self.branch, 500)
        self.make_credit(self.company, 500)
        self.customer.collection_scenario_id = self.scenario
        self.assertFalse(self.get_planned_in(self.branch))
        self.assertEqual(
            self.at_branch.collection_not_chased, "Credits cover what is due.")

    def test_a_sister_is_another_creditor(self):
        """D: neither its debts nor its credits count in the branch."""
        tree = self.branch._get_collection_tree()
        self.assertEqual(set(tree), {self.company.id, self.branch.id, self.other_branch.id})
        self.assertEqual(self.sister._get_collection_tree(), (self.sister.id,))

    def test_credit_pays_what_its_own_company_is_owed_first(self):
        """D: it is not set off twice."""
        self.make_branch_invoice(self.company, 500)
        self.make_credit(self.company, 500)
        self.make_branch_invoice(self.branch, 500)
        self.customer.collection_scenario_id = self.scenario
        self.assertTrue(self.get_planned_in(self.branch))

    def test_credit_covers_one_of_two_branches(self):
        """D: the first one; the other is chased for what is owed in all."""
        self.make_credit(self.company, 500)
        self.make_branch_invoice(self.branch, 500)
        self.make_branch_invoice(self.other_branch, 500)
        self.customer.collection_scenario_id = self.scenario
        self.assertFalse(self.get_planned_in(self.branch))
        self.assertTrue(self.get_planned_in(self.other_branch))

    def test_a_message_nets_the_companys_credit(self):
        """D: its total is what the plan was made of."""
        self.make_branch_invoice(self.branch, 500)
        credit = self.make_credit(self.company, 200)
        self.customer.collection_scenario_id = self.scenario
        planned = self.get_planned_in(self.branch)
        body = planned._render_messages()[planned.id].content
        self.assertIn("300.00", body)
        self.assertIn(credit.name, body)

    def test_planning_costs_the_same_for_many(self):
        """Query counts do not grow with the customers of a branch."""
        plan = self.env["collection.scenario"].sudo()._get_chases
        self.make_branch_invoice(self.branch)
        more = self.env["res.partner"].create([{"name": f"C{n}"} for n in range(10)])
        _first, one, many = (
            self.count_queries(plan, self.branch, some.ids, date(2026, 3, 2))
            for some in (self.customer, self.customer, self.customer | more))
        self.assertEqual(one, many)


class TestBranchTemplates(BranchCase):
    """Issue 13, D: what a company has laid down, in the hands of a user of the branch."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clerk = cls.make_user(
            "clerk", ALL_CUSTOMERS, company_id=cls.branch.id,
            company_ids=[Command.set(cls.branch.ids)])
        cls.clerk_env = cls.env(
            user=cls.clerk.id, context={"allowed_company_ids": cls.branch.ids})

    def test_a_template_of_the_company_runs_in_the_branch(self):
        """D: launched by somebody who is allowed in the branch alone."""
        template = self.make_short_template(company_id=self.company.id)
        sequence = template.with_env(self.clerk_env).launch(
            self.customer.with_env(self.clerk_env))
        self.assertEqual(sequence.company_id, self.branch)

    def test_a_template_of_the_branch_does_not_run_in_the_company(self):
        """D"""
        template = self.make_short_template(company_id=self.branch.id)
        with self.assertRaisesRegex(UserError, "belongs to Branch"):
            self.launch(template)

    def test_the_companys_records_are_read_in_the_branch(self):
        """D: scenarios, steps, templates, rates and holders; the sister's are not."""
        template = self.make_short_template(company_id=self.company.id)
        rate = self.env["collection.penalty.rate"].create({
            "regime": "contractual", "company_id": self.company.id,
            "date_from": "2025-01-01", "rate": 10})
        sister = self.make_scenario(company_id=self.sister.id)
        for record in (self.scenario, self.scenario.step_ids, template, rate):
            shown = record.with_env(self.clerk_env)
            self.assertEqual(shown.search([("id", "in", shown.ids)]), shown)
        self.assertTrue(self.clerk_env["collection.participant"].search([
            ("customer_id", "=", self.customer.id)]))
        self.assertFalse(self.clerk_env["collection.scenario"].search([
            ("id", "=", sister.id)]))

    def test_the_companys_records_are_not_changed_in_the_branch(self):
        """D: not even by a manager, unless allowed in the company; the branch's own are."""
        chief = self.make_user("chief", MANAGER, company_id=self.branch.id,
                               company_ids=[Command.set(self.branch.ids)])
        own = self.make_scenario(company_id=self.branch.id)
        own.with_user(chief).with_context(allowed_company_ids=self.branch.ids).name = "Ours"
        shown = self.scenario.with_user(chief).with_context(allowed_company_ids=self.branch.ids)
        with self.assertRaises(AccessError):
            shown.name = "Theirs"

    def test_an_upgrade_opens_the_companys_records_to_the_branch(self):
        """D: rules are not updated with the module; one that somebody has changed stays."""
        rules = [self.env.ref(f"account_collection.{name}") for name in (
            "collection_scenario_rule_company", "collection_participant_rule_company")]
        after = [rule.domain_force for rule in rules]
        rules[0].domain_force = "[('company_id', 'in', [False, *company_ids])]"
        rules[1].domain_force = "[('company_id', '=', 1)]"
        self.env.flush_all()
        run_upgrade(self.env.cr)
        self.env.invalidate_all()
        self.assertEqual(rules[0].domain_force, after[0])
        self.assertEqual(rules[1].domain_force, "[('company_id', '=', 1)]")

    def test_what_happens_in_the_company_is_not_read_in_the_branch(self):
        """D: actions and sequences stay a company's."""
        self.make_branch_invoice(self.company)
        self.customer.collection_scenario_id = self.scenario
        planned = self.get_planned_in(self.company)
        self.assertFalse(self.clerk_env["collection.action"].search([
            ("id", "=", planned.id)]))

    def test_a_rule_of_the_branch_may_give_the_companys_scenario(self):
        """D, M-011"""
        search = self.env["ir.filters"].create({
            "name": "All", "model_id": "res.partner", "domain": "[]", "user_ids": False})
        vals = {"name": "Rule", "attribute": "scenario", "filter_id": search.id,
                "scenario_id": self.scenario.id}
        rules = self.env["collection.assignment.rule"]
        self.assertTrue(rules.create({**vals, "company_id": self.branch.id}))
        with self.assertRaises(ValidationError):
            rules.create({**vals, "company_id": self.sister.id})
