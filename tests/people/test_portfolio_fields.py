from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import ALL_CUSTOMERS, COLLECTOR, CollectionCase, action, row, step

#: Figures by which customers are searched, and what a plain employee once read to the cent.
FIGURES = (
    "collection_balance", "collection_overdue", "collection_days_late", "collection_kept_out",
    "collection_last_payment", "collection_sequence_count",
)


@tagged("post_install", "-at_install")
class TestPortfolioFields(CollectionCase):
    """A collector of other customers sees a customer's name and who collects, nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.make_user("other", COLLECTOR)
        cls.accountant = cls.make_user("accountant", "account.group_account_invoice")
        cls.invoice = cls.make_invoice(cls.customer, 1234.56)
        cls.item = cls.get_items(cls.invoice)
        cls.customer.collection_hold_reason = "Ask Paul"
        cls.env.flush_all()

    def read(self, record, name, user):
        self.env.invalidate_all()
        return record.with_user(user)[name]

    # -- whose it is -----------------------------------------------------------------------

    def test_the_form_says_who_follows_the_customer(self):
        """X-14: instead of empty tabs; the own customer's form says nothing of the kind."""
        self.collector.name = "Oliver Grant"
        for user, words in ((self.other, "Oliver Grant"), (self.collector, False),
                            (self.manager, False)):
            with self.subTest(user=user.login):
                self.assertEqual(self.read(self.customer, "collection_followed_by", user), words)
                Form(self.customer.with_user(user))
        self.customer.collector_id = False
        self.assertEqual(self.read(self.customer, "collection_followed_by", self.other), "nobody")

    def test_the_other_one_reads_nothing(self):
        """X-14: and whoever collects reads it, before and after the other one has looked."""
        for user, words in ((self.collector, "Ask Paul"), (self.other, False),
                            (self.manager, "Ask Paul"), (self.collector, "Ask Paul")):
            self.assertEqual(self.customer.with_user(user).collection_hold_reason, words)
        self.assertEqual(self.customer.sudo().collection_hold_reason, "Ask Paul")

    def test_what_comes_next_is_the_collectors(self):
        """X-14: neither the step nor its day."""
        self.customer.collection_hold_reason = False
        self.chase(self.customer, self.make_scenario())
        for name in ("collection_next_date", "collection_next_name", "collection_next_action_id",
                     "collection_next_action_ids"):
            with self.subTest(name):
                self.assertTrue(self.read(self.customer, name, self.collector))
                self.assertFalse(self.read(self.customer, name, self.other))

    def test_which_sequence_holds_an_item_is_the_collectors(self):
        """X-14: neither by its name nor that there is one."""
        template = self.make_template("HELD", [step("one", [action("a")], [row("end")])])
        self.launch(template).sudo().item_ids = self.item
        self.assertTrue(self.read(self.item, "collection_held_by", self.collector))
        self.assertFalse(self.read(self.item, "collection_held_by", self.other))

    def test_whoever_takes_over_sees_it(self):
        """X-14: it is the collector of the moment who counts."""
        self.customer.collector_id = self.other
        self.assertEqual(
            self.read(self.customer, "collection_hold_reason", self.other), "Ask Paul")
        self.assertFalse(self.read(self.customer, "collection_hold_reason", self.collector))

    def test_a_change_of_rights_holds_at_once(self):
        """X-14: whichever way a group comes and goes, what is kept of it is forgotten."""
        every = self.env.ref(ALL_CUSTOMERS)
        desk = self.env["res.groups"].create({"name": "Desk", "user_ids": self.other.ids})
        changes = (
            ("own groups", lambda: self.other.write({"group_ids": [Command.link(every.id)]}),
             lambda: self.other.write({"group_ids": [Command.unlink(every.id)]})),
            ("users of the group", lambda: every.write({"user_ids": [Command.link(self.other.id)]}),
             lambda: every.write({"user_ids": [Command.unlink(self.other.id)]})),
            ("implied", lambda: desk.write({"implied_ids": [Command.link(every.id)]}),
             lambda: desk.write({"implied_ids": [Command.unlink(every.id)]})),
        )
        for way, give, take in changes:
            for change, words in ((give, "Ask Paul"), (take, False)):
                with self.subTest(way=way, words=words):
                    change()
                    self.assertEqual(
                        self.read(self.customer, "collection_hold_reason", self.other), words)
        self.other.group_ids = self.env.ref("base.group_user")
        with self.assertRaises(AccessError):
            self.read(self.customer, "collection_hold_reason", self.other)

    def test_the_collector_counts_in_the_company_of_the_item(self):
        """X-10, X-14: whichever company is chosen first."""
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.other.company_ids |= elsewhere
        self.customer.with_company(elsewhere).collector_id = self.other
        self.item.collection_comment = "Ask Paul"
        for first in (elsewhere | self.company, self.company | elsewhere):
            items = self.env["account.move.line"].with_user(self.other).with_context(
                allowed_company_ids=first.ids)
            with self.subTest(first=first[0].name):
                self.env.invalidate_all()
                self.assertFalse(items.browse(self.item.id).collection_comment)
                self.assertFalse(items.search([("collection_comment", "=", "Ask Paul")]))

    def test_a_contact_is_of_its_customer(self):
        """X-14: its bounced address, too."""
        contact = self.make_partner("Contact", parent_id=self.customer.id)
        contact.collection_bounced_email = "contact@example.com"
        self.assertTrue(self.read(contact, "collection_bounced_email", self.collector))
        self.assertFalse(self.read(contact, "collection_bounced_email", self.other))

    def test_a_form_does_not_carry_it_over(self):
        """X-14: a foreign invoice, as if it were an own customer's, in the middle of a change."""
        own = self.make_customer("Own", collector=self.other)
        self.other.group_ids += self.env.ref("account.group_account_invoice")
        self.item.collection_comment = "Ask Paul"
        spec = {"partner_id": {}, "collection_comment": {}, "collection_status_id": {}}
        for ids in (self.invoice.ids, []):
            found = self.env["account.move"].with_user(self.other).browse(ids).onchange(
                {"partner_id": own.id, "line_ids": [(4, self.item.id, 0)]}, ["partner_id"], spec)
            self.assertNotIn("Ask Paul", repr(found))

    def test_a_copy_is_empty(self):
        """X-01, X-14: of what is not seen."""
        copy = self.customer.with_user(self.other).copy({"name": "Copy"})
        self.assertFalse(copy.sudo().collection_hold_reason)

    def test_it_costs_the_same_for_few_and_for_many(self):
        """X-14: whose each is, is read at once."""
        customers = self.env["res.partner"].create([
            {"name": f"Customer {number}", "collector_id": self.collector.id}
            for number in range(40)])
        fields = ["collection_hold_reason", "collection_scenario_id"]
        _first, few, many = (
            self.count_queries(some.with_user(self.other).read, fields)
            for some in (customers[:4], customers[:4], customers))
        self.assertEqual(few, many)

    # -- figures ---------------------------------------------------------------------------

    def test_nobody_finds_a_debt_by_halves(self):
        """X-04: a plain employee, an accountant, a portal user and a collector of others."""
        portal = self.make_portal_user("tenant", self.customer)
        clerk = self.make_user("clerk", "base.group_user,base.group_partner_manager")
        for user in (clerk, self.accountant, portal):
            for name in FIGURES:
                for operator in ("=", "!=", ">", "<=", "in", "not in"):
                    with self.subTest(user=user.login, field=name, operator=operator), \
                            self.assertRaises(AccessError):
                        value = "2026-01-01" if name == "collection_last_payment" else 100
                        value = [value] if "in" in operator else value
                        self.env["res.partner"].with_user(user).search(
                            [(name, operator, value)])
        for amount in (0, 600, 1200, 1234.55, 1235):
            for operator in (">", "<", "=", "!="):
                self.assertNotIn(
                    self.customer, self.env["res.partner"].with_user(self.other).search(
                        [("collection_balance", operator, amount)]))

    def test_the_collector_and_the_desk_find_it(self):
        """X-04: what is theirs is found as before."""
        for user in (self.collector, self.manager, self.make_user("all", ALL_CUSTOMERS)):
            self.assertIn(self.customer, self.env["res.partner"].with_user(user).search(
                [("collection_balance", "=", 1234.56)]))

    def test_sequences_are_counted_as_they_are_read(self):
        """X-04: who takes part counts it, whoever does not finds none."""
        self.launch(self.make_short_template())
        for user, found in ((self.collector, True), (self.litigator, True), (self.other, False)):
            with self.subTest(user=user.login):
                partners = self.env["res.partner"].with_user(user)
                for domain in ([("collection_sequence_count", "=", 1)],
                               [("collection_sequence_ids", "!=", False)],
                               [("collection_sequence_ids", "in", self.customer.sudo(
                                   ).collection_sequence_ids.ids)]):
                    self.assertEqual(self.customer in partners.search(domain), found)

    def test_the_statement_is_the_collectors(self):
        """X-14: its totals, and its print."""
        report = self.env["ir.actions.report"]
        for user in (self.other, self.accountant):
            customer = self.customer.with_user(user)
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    customer.get_collection_statement_totals()
                with self.assertRaises(AccessError), mute_logger("odoo.addons.base"):
                    report.with_user(user)._render_qweb_html(
                        "account_collection.collection_statement", customer.ids)

    # -- accountants -----------------------------------------------------------------------

    def test_an_accountant_sees_the_books(self):
        """X-04: without a right to collect, nothing that collecting adds."""
        self.item.collection_comment = "Ask Paul"
        item = self.item.with_user(self.accountant)
        self.assertEqual(item.amount_residual, 1234.56)
        for name in ("collection_comment", "collection_status_id", "collection_penalty"):
            with self.subTest(name), self.assertRaises(AccessError):
                item.read([name])

    def test_an_accountant_who_collects_keeps_both(self):
        """X-14: the books of all, the notes of the own."""
        self.other.group_ids += self.env.ref("account.group_account_invoice")
        self.item.collection_comment = "Ask Paul"
        item = self.item.with_user(self.other)
        self.env.invalidate_all()
        self.assertEqual((item.amount_residual, item.collection_comment), (1234.56, False))
        with self.assertRaises(AccessError):
            item.write({"collection_comment": "Mine"})
        with self.assertRaises(AccessError):
            self.invoice.with_user(self.other).write({"collection_waiver": "Mine"})

    # -- the chatter -----------------------------------------------------------------------

    def get_noted(self, record, user):
        """:return: set of what the chatter shows of changed values"""
        messages = record.with_user(user).message_ids
        values = messages.sudo().tracking_value_ids._filter_has_field_access(
            self.env(user=user))
        return {value["newValue"] for value in values._tracking_value_format()}

    def test_the_chatter_of_an_invoice_shows_it_to_its_collector(self):
        """X-14, A-010: and to nobody else, accountants included."""
        self.item.with_user(self.collector).set_collection_status(
            self.env.ref("account_collection.item_status_dispute"), comment="Wrong price")
        for user, found in ((self.collector, True), (self.manager, True), (self.other, False),
                            (self.accountant, False)):
            with self.subTest(user=user.login):
                self.assertEqual("Wrong price" in self.get_noted(self.invoice, user), found)

    def test_the_chatter_of_a_customer_shows_it_to_its_collector(self):
        """X-14: the hold's reason is a tracked value."""
        customer = self.customer.with_context(tracking_disable=False)
        with self.env.cr.savepoint():
            customer.with_user(self.manager).collection_hold_reason = "Ask Peter"
            self.env.flush_all()
            self.flush_tracking()
        for user, found in ((self.collector, True), (self.other, False)):
            self.assertEqual("Ask Peter" in self.get_noted(self.customer, user), found)

    def flush_tracking(self):
        self.env.cr.precommit.run()
