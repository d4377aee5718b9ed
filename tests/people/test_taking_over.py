from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import ALL_CUSTOMERS, COLLECTOR, CollectionCase


@tagged("post_install", "-at_install")
class TestTakingOver(CollectionCase):
    """X-01: nobody gets a customer by setting something on it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.intruder = cls.make_user("intruder", COLLECTOR)
        cls.own = cls.make_customer("Own", collector=cls.intruder, holders={})
        cls.scenario = cls.make_scenario()
        cls.group = cls.env["collection.group"].create({"name": "Group"})
        cls.invoice = cls.make_invoice(cls.customer, 100)
        cls.planned = cls.chase(cls.customer, cls.scenario)
        cls.contact = cls.make_partner("Jane", parent_id=cls.customer.id)
        cls.foreign = cls.customer.with_user(cls.intruder)
        cls.env.flush_all()

    def get_settings(self):
        """:return: list of the values by which a customer could be taken over"""
        return [
            {"collector_id": self.intruder.id}, {"collection_scenario_id": False},
            {"collection_hold_until": "2030-01-01"}, {"collection_hold_reason": "Mine"},
            {"collection_insolvency_date": "2026-01-01"}, {"collection_penalties": True},
            {"collection_indemnity": True}, {"collection_debtor_kind": "consumer"},
            {"collection_interactive_email": True}, {"collection_claim_kind": "trade"},
            {"collection_contact_id": self.contact.id},
            {"collection_group_ids": [Command.link(self.group.id)]},
            {"collection_participant_ids": [Command.create({
                "function_id": self.gest.id, "user_id": self.intruder.id})]},
        ]

    def test_write(self):
        """X-01: of a foreign customer, none."""
        for vals in self.get_settings():
            with self.subTest(vals), self.assertRaises(AccessError):
                self.foreign.write(vals)

    def test_every_setting_is_tried(self):
        """X-01: what the module adds to customers and can be written is among these."""
        tried = {name for vals in self.get_settings() for name in vals}
        writable = {
            name for name, field in self.env["res.partner"]._fields.items()
            if (name.startswith("collection_") or name == "collector_id")
            and (field.store or field.inverse) and not field.readonly}
        no_setting = {
            "collection_internal", "collection_sequence_ids", "collection_action_ids",
            "collection_open_action_ids"}
        self.assertLessEqual(writable - no_setting, tried)

    def test_web_save(self):
        """X-01: the form's way."""
        with self.assertRaises(AccessError):
            self.foreign.web_save({"collector_id": self.intruder.id}, {"name": {}})

    def test_load(self):
        """X-01: the import's way."""
        self.env["ir.model.data"].create({
            "module": "test", "name": "tenant", "model": "res.partner",
            "res_id": self.customer.id})
        done = self.env["res.partner"].with_user(self.intruder).load(
            ["id", "collector_id/.id"], [["test.tenant", str(self.intruder.id)]])
        self.assertFalse(done["ids"])
        self.assertEqual(self.customer.collector_id, self.collector)

    def test_commands_of_others(self):
        """X-01: from the parent, from a contact, from a new parent."""
        vals = {"collection_hold_until": "2030-01-01"}
        # commands on contacts are carried out as the user whose request it is
        self.patch(self.env.transaction, "default_env", self.foreign.env)
        with self.assertRaises(AccessError):
            self.foreign.write({"child_ids": [Command.update(self.contact.id, vals)]})
        with self.assertRaises(AccessError):
            self.contact.with_user(self.intruder).write(vals)
        with self.assertRaises(AccessError):
            self.own.with_user(self.intruder).write({
                "child_ids": [Command.update(self.contact.id, vals)]})

    def test_the_own_customer_is_set_as_ever(self):
        """X-01: but for its collector."""
        own = self.own.with_user(self.intruder)
        own.write({"collection_hold_until": "2030-01-01", "collection_penalties": True})
        with self.assertRaises(AccessError):
            own.collector_id = self.collector

    def test_a_collector_is_named_by_whoever_sees_all(self):
        """X-01: collectors of all customers, and managers."""
        for user in (self.make_user("everybody", ALL_CUSTOMERS), self.manager):
            self.customer.with_user(user).collector_id = user
            self.assertEqual(self.customer.collector_id, user)

    def test_create(self):
        """X-01: a new customer is nobody's."""
        partners = self.env["res.partner"].with_user(self.intruder)
        for vals in ({"collector_id": self.intruder.id},
                     {"collection_scenario_id": self.scenario.id},
                     {"parent_id": self.customer.id, "collection_hold_until": "2030-01-01"}):
            with self.subTest(vals), self.assertRaises(AccessError):
                partners.create({"name": "New", **vals})
        self.assertTrue(partners.create({"name": "New", "collection_penalties": False}))

    def test_create_by_defaults(self):
        """X-01: of the context, or kept for the user."""
        partners = self.env["res.partner"].with_user(self.intruder)
        with self.assertRaises(AccessError):
            partners.with_context(default_collector_id=self.intruder.id).create({"name": "New"})
        self.env["ir.default"].set(
            "res.partner", "collection_debtor_kind", "professional",
            company_id=self.company.id)
        self.assertTrue(partners.create({"name": "By the company's default"}))

    def test_copy(self):
        """X-01: a copy takes no portfolio along."""
        copied = self.foreign.copy()
        self.assertFalse(copied.sudo().collector_id or copied.sudo().collection_scenario_id)

    def test_a_new_parent(self):
        """X-01: a foreign customer does not become a part of an own one."""
        with self.assertRaises(AccessError):
            self.foreign.write({"is_company": False, "parent_id": self.own.id})
            self.env.flush_all()

    def test_a_contact_takes_nothing_along(self):
        """X-01: a contact of a foreign customer does not become one of an own customer."""
        with self.assertRaises(AccessError):
            self.contact.with_user(self.intruder).parent_id = self.own
            self.env.flush_all()

    def test_archiving(self):
        """X-01: nobody stops what a colleague has under way."""
        with self.assertRaises(AccessError):
            self.foreign.action_archive()
        self.customer.with_user(self.collector).action_archive()
        self.assertFalse(self.customer.active)

    def test_accountants_are_free(self):
        """X-01: a change without a value of ours costs no query more."""
        accountant = self.make_user(
            "accountant", "account.group_account_invoice,base.group_partner_manager")
        partner = self.customer.with_user(accountant)
        partner.write({"street": "One"})
        self.env.flush_all()
        with self.assertQueryCount(0):
            partner._check_collection_change({"street": "Two", "name": "Tenant"})
        self.assertTrue(self.env["res.partner"].with_user(accountant).create({"name": "New"}))


@tagged("post_install", "-at_install")
class TestMergeRights(CollectionCase):
    """X-06: a merge gives one customer's case to another's collector."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.intruder = cls.make_user("intruder", COLLECTOR)
        cls.scenario = cls.make_scenario()
        cls.invoice = cls.make_invoice(cls.customer, 100)
        cls.planned = cls.chase(cls.customer, cls.scenario)
        cls.double = cls.make_partner("Sham", email=cls.customer.email)
        cls.env.flush_all()

    def merge(self, user, partners, into):
        self.env["base.partner.merge.automatic.wizard"].with_user(user).create({
            "partner_ids": [Command.set(partners.ids)], "dst_partner_id": into.id,
        }).action_merge()
        self.env.flush_all()

    def test_a_chased_customer_is_not_merged(self):
        """X-06: by a collector, its own or another, nor by an accountant."""
        accountant = self.make_user(
            "accountant", "account.group_account_invoice,base.group_partner_manager")
        for user in (self.intruder, self.collector, accountant):
            with self.subTest(user.login), self.assertRaisesRegex(AccessError, "Tenant One"):
                self.merge(user, self.customer | self.double, self.double)
        self.assertTrue(self.customer.exists())

    def test_contacts_of_one_customer_are_merged(self):
        """X-06: nothing changes hands."""
        contacts = self.env["res.partner"].create([
            {"name": "Jane", "parent_id": self.customer.id, "email": "jane@example.com"},
            {"name": "J.", "parent_id": self.customer.id, "email": "jane@example.com"}])
        self.merge(self.intruder, contacts, contacts[0])
        self.assertFalse(contacts[1].exists())

    def test_others_are_merged_as_ever(self):
        """X-06: who was never chased."""
        other = self.make_partner("Double", email=self.double.email)
        self.merge(self.intruder, other | self.double, self.double)
        self.assertFalse(other.exists())

    def test_a_manager_merges_and_it_is_traced(self):
        """X-06: a row of history says who became whom."""
        self.merge(self.manager, self.customer | self.double, self.double)
        row = self.env["collection.history"].search([
            ("customer_id", "=", self.double.id), ("kind", "=", "customer_changed")])
        self.assertEqual((row.command, row.user_id, row.old_value, row.new_value),
                         ("merge", self.manager, "Tenant One", "Sham"))
