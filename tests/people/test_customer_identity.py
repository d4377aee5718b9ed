from datetime import date
from unittest.mock import patch

import psycopg2

from odoo.tests import tagged
from odoo.tools import SQL

from ...tools import batches
from ..common import CollectionCase


class IdentityCase(CollectionCase):
    """A chased tenant, and others with whom it may become one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scenario = cls.make_scenario()
        cls.invoice = cls.make_invoice(cls.customer, 100)
        cls.other = cls.make_chased("Tenant Double", 200)
        cls.group = cls.make_partner("Landlord's Group", is_company=True)
        cls.planned = cls.chase(cls.customer, cls.scenario)

    @classmethod
    def make_chased(cls, name, amount):
        customer = cls.make_customer(name)
        cls.make_invoice(customer, amount)
        cls.chase(customer, cls.scenario)
        return customer

    def merge(self, into, others):
        """Merge with the core's wizard, as an administrator."""
        wizard = self.env["base.partner.merge.automatic.wizard"].create({
            "partner_ids": [(6, 0, (into | others).ids)], "dst_partner_id": into.id})
        wizard.action_merge()
        self.env.flush_all()
        self.env.invalidate_all()

    def give_parent(self, partner=None, parent=None):
        (partner or self.customer).write(
            {"is_company": False, "parent_id": (parent or self.group).id})
        self.env.flush_all()
        self.env.invalidate_all()

    def make_specific(self, invoice=None, **vals):
        return self.env["collection.action"].with_user(self.manager).create_specific(
            self.get_items(invoice or self.invoice), {"name": "Visit", **vals})

    def make_promise(self, invoice=None):
        return self.env["collection.promise"].with_user(self.manager).make(
            self.get_items(invoice or self.invoice), date="2026-03-09")

    def open_dispute(self, invoice=None):
        reason = self.env["collection.dispute.reason"].create({"name": "Damp"})
        return self.env["collection.dispute"].with_user(self.manager).open(
            self.get_items(invoice or self.invoice), reason)

    def launch_on(self, invoices):
        """Launch a sequence for the group, on chosen invoices."""
        self.group.collector_id = self.collector
        for code, holder in (("GEST", self.collector), ("RC", self.litigator)):
            self.make_participant(self.group, code, holder)
        return self.launch(self.make_short_template(), self.group, items=self.get_items(
            invoices)).sudo()

    def get_rows(self, customer, kind="customer_changed"):
        return self.env["collection.history"].search(
            [("customer_id", "=", customer.id), ("kind", "=", kind)])

    def assertWhole(self, *customers):
        history = self.env["collection.history"].with_user(self.manager)
        for customer in customers:
            self.assertTrue(history.verify(customer), customer.name)


@tagged("post_install", "-at_install")
class TestParent(IdentityCase):
    """A contact gets a parent, or loses it: what is its own follows."""

    def test_the_planned_action_is_dropped_and_its_group_is_chased(self):
        """C: nothing stays with a customer that is none any more, and somebody is chased."""
        self.give_parent()
        self.assertEqual(
            (self.planned.state, self.planned.outcome), ("closed", "cancelled"))
        self.assertFalse(self.get_planned(self.customer))
        self.assertEqual(self.get_planned(self.group).scenario_id, self.scenario)

    def test_what_was_done_goes_to_the_group(self):
        """C: closed actions and what was sent as well."""
        self.process_due("2026-03-10 09:00:00")
        self.env.invalidate_all()
        sent = self.env["collection.dispatch"].search([("customer_id", "=", self.customer.id)])
        self.assertTrue(sent)
        self.give_parent()
        self.assertEqual(sent.customer_id, self.group)
        self.assertEqual(sent.action_id.customer_id, self.group)

    def test_promises_disputes_and_specific_actions_go_to_the_group(self):
        """C: and each is named in the group's history."""
        second = self.make_invoice(self.customer, 50)
        third = self.make_invoice(self.customer, 70)
        records = [self.make_promise(), self.open_dispute(second), self.make_specific(third)]
        self.give_parent()
        for record in records:
            self.assertEqual(record.sudo().customer_id, self.group, record)
        summaries = " ".join(self.get_rows(self.group).mapped("summary"))
        for name in ("100.00", "Damp", "Visit"):
            self.assertIn(name, summaries)

    def test_a_running_sequence_goes_to_the_group(self):
        """C: with its actions, holders and events, and still replays to where it stands."""
        sequence = self.launch(self.make_short_template())
        self.give_parent()
        sequence = sequence.sudo()
        self.assertEqual(sequence.customer_id, self.group)
        self.assertEqual(sequence.action_ids.customer_id, self.group)
        self.assertEqual(sequence.participant_ids.customer_id, self.group)
        self.assertIn("customer_changed", sequence.history_ids.mapped("kind"))
        self.assertIn("Customer changed", " ".join(
            self.group.message_ids.mapped("body")))
        self.close(sequence, "file")
        self.assertAt(sequence, "judge")
        self.assertReplays(sequence)

    def test_a_payment_reaches_the_sequence_of_the_group(self):
        """C: what becomes of the items is an event of the group's."""
        sequence = self.launch(self.make_short_template())
        self.give_parent()
        self.pay(self.invoice)
        signals = self.env["collection.signal"].search([("code", "=", "payment")])
        self.assertEqual(signals.customer_id, sequence.sudo().customer_id)

    def test_settings_that_the_group_has_not_are_filled(self):
        """C: those that it has are its own; each one taken over is traced."""
        self.customer.collection_hold_until = date(2026, 4, 1)
        self.group.collector_id = self.litigator
        self.give_parent()
        self.assertEqual(self.group.collector_id, self.litigator)
        self.assertEqual(self.group.collection_scenario_id, self.scenario)
        self.assertEqual(self.group.collection_hold_until, date(2026, 4, 1))
        filled = {row.data["field"] for row in self.get_rows(self.group, "setting_changed")}
        self.assertEqual(filled, {
            "collector_id", "collection_scenario_id", "collection_hold_until"})

    def test_where_a_setting_comes_from_is_taken_over_with_it(self):
        """M-022: and a lock holds on."""
        self.env["collection.assignment"].with_user(self.collector).set_lock(
            self.customer.id, "scenario", 0, True)
        self.give_parent()
        origins = {row.attribute: row for row in self.group.collection_assignment_ids}
        self.assertTrue(origins["scenario"].locked)
        self.assertEqual(origins["scenario"].user_id, self.manager)

    def test_groups_are_those_of_both(self):
        """C: groups are added to those there are."""
        own, taken = self.env["collection.group"].create([{"name": "A"}, {"name": "B"}])
        self.group.collection_group_ids = own
        self.customer.collection_group_ids = taken
        self.give_parent()
        self.assertEqual(self.group.collection_group_ids, own | taken)

    def test_holders_go_to_the_group(self):
        """C: unless it has a holder of that function."""
        self.make_participant(self.group, "RC", self.manager)
        self.give_parent()
        holders = {row.function_id: row.partner_id
                   for row in self.group.collection_participant_ids}
        self.assertEqual(holders[self.gest], self.collector.partner_id)
        self.assertEqual(holders[self.rc], self.manager.partner_id)

    def test_open_actions_pass_to_the_groups_holders(self):
        """C, B8: where the sequence itself names nobody."""
        sequence = self.launch(self.make_short_template())
        sequence.sudo().participant_ids.filtered(
            lambda row: row.function_id == self.gest).unlink()
        self.make_participant(self.group, "GEST", self.manager)
        self.give_parent()
        self.assertEqual(self.get_action(sequence, "file").user_id, self.manager)

    def test_the_history_goes_to_the_group_and_holds(self):
        """C, D-072: both chains are shown, and both verify."""
        self.chase(self.group, self.scenario)
        before = self.env["collection.history"].search(
            [("customer_id", "in", (self.customer | self.group).ids)])
        self.give_parent()
        self.assertLessEqual(before, self.group.collection_history_ids)
        self.assertFalse(self.customer.collection_history_ids)
        self.assertWhole(self.group, self.customer)

    def test_histories_of_two_companies_go_to_the_group(self):
        """C: what has become of the customer is said in each company's language."""
        self.env["res.lang"]._activate_lang("fr_FR")
        french = self.env["res.company"].create({"name": "Bailleur"})
        french.partner_id.lang = "fr_FR"
        self.env["collection.history"]._append(self.customer, french, [{
            "kind": "note_added", "cause": "person", "command": "note", "data": {}}])
        self.give_parent()
        self.assertEqual(self.get_rows(self.group).company_id, self.company | french)
        [body] = self.group.message_ids.filtered(
            lambda message: "<li>" in message.body).mapped("body")
        self.assertEqual((body.count("<li>"), body.count("Customer changed from")), (2, 1))

    def test_a_history_comes_back_with_its_customer(self):
        """C: without its parent it is what it was; what it does from now on is its own."""
        self.give_parent()
        self.customer.write({"parent_id": False, "is_company": True})
        rows = self.customer.collection_history_ids
        self.assertIn("setting_changed", rows.mapped("kind"))
        self.assertEqual(rows[:1].customer_id, self.customer)
        self.assertWhole(self.group, self.customer)

    def test_what_is_about_its_items_leaves_the_group(self):
        """C: what is about the group's stays; about both, it lets go of the foreign ones."""
        site = self.make_partner("Site", is_company=True, parent_id=self.group.id)
        foreign, mixed = self.make_invoice(site, 30), self.make_invoice(site, 60)
        own, common = self.make_invoice(self.group, 40), self.make_invoice(self.group, 50)
        site.is_company = False
        follows, stays = self.make_promise(foreign), self.make_promise(own)
        both = self.make_specific(mixed | common)
        sequence = self.launch_on(foreign | own)
        site.is_company = True
        self.env.invalidate_all()
        self.assertEqual(follows.sudo().customer_id, site)
        self.assertEqual(stays.sudo().customer_id, self.group)
        self.assertEqual(both.sudo().customer_id, self.group)
        self.assertEqual(both.sudo().item_ids, self.get_items(common))
        self.assertEqual(sequence.customer_id, self.group)
        self.assertEqual(sequence.item_ids, self.get_items(own))
        self.assertEqual(len(self.get_rows(self.group, "items_detached")), 2)

    def test_a_sequence_about_its_items_leaves_the_group(self):
        """C: with its actions and holders, and still replays to where it stands."""
        site = self.make_partner("Site", is_company=True, parent_id=self.group.id)
        invoice = self.make_invoice(site, 30)
        site.is_company = False
        sequence = self.launch_on(invoice)
        site.is_company = True
        self.env.invalidate_all()
        self.assertEqual(sequence.customer_id, site)
        self.assertEqual(sequence.action_ids.customer_id, site)
        self.assertEqual(sequence.participant_ids.customer_id, site)
        self.assertFalse(sequence.to_stop)
        self.assertReplays(sequence)

    def test_who_leaves_a_group_takes_its_settings_along(self):
        """C: it is chased as before, by whoever collected from the group."""
        site = self.make_partner("Site", parent_id=self.customer.id, customer_rank=1)
        site.write({"parent_id": False})
        self.assertEqual(site.collection_scenario_id, self.scenario)
        self.assertEqual(site.collector_id, self.collector)
        self.assertIn(self.gest, site.collection_participant_ids.function_id)

    def test_who_was_never_invoiced_leaves_as_a_person(self):
        """C: an employee who goes is no customer."""
        person = self.make_partner("Jane", parent_id=self.customer.id)
        person.parent_id = False
        self.assertFalse(person.collection_scenario_id)
        self.assertFalse(person.collection_participant_ids)

    def test_contacts_of_whom_nothing_is_known_cost_one_query(self):
        """C: an import of contacts pays nothing for it."""
        contact = self.make_partner("Nobody")
        with patch.object(type(contact), "_move_collection") as move:
            contact.parent_id = self.group
        move.assert_not_called()

    def test_anybody_who_edits_contacts_may_give_a_parent(self):
        """C: without a right of collection, everything follows all the same."""
        clerk = self.make_user("clerk", "base.group_user,base.group_partner_manager")
        promise = self.make_promise()
        self.customer.with_user(clerk).write(
            {"is_company": False, "parent_id": self.group.id})
        self.assertEqual(promise.sudo().customer_id, self.group)
        self.assertEqual(self.get_rows(self.group).user_id, clerk)

    def test_what_was_changed_behind_our_back_follows_at_night(self):
        """C: a customer that is none any more is planned too, with what it has."""
        promise = self.make_promise(self.make_invoice(self.customer, 10))
        self.env.flush_all()
        self.env.cr.execute(SQL(
            "UPDATE res_partner SET is_company = false, parent_id = %s,"
            " commercial_partner_id = %s WHERE id = %s",
            self.group.id, self.group.id, self.customer.id))
        self.env.invalidate_all()
        self.env["collection.scenario"]._plan()
        self.env.invalidate_all()
        self.assertEqual(self.planned.state, "closed")
        self.assertTrue(self.get_planned(self.group))
        self.assertEqual(promise.sudo().customer_id, self.group)

    def test_what_cannot_follow_stops_nobody_else(self):
        """C: a fault is rolled back alone; the night goes on."""
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE res_partner SET commercial_partner_id = %s WHERE id = %s",
                                self.group.id, self.customer.id))
        self.env.invalidate_all()
        with patch.object(type(self.other), "_move_collection", side_effect=ValueError("No")), \
                patch.object(batches, "report") as report:
            self.env["collection.scenario"]._plan()
        report.assert_called_once()
        self.assertTrue(self.get_planned(self.other))

    def test_queries_do_not_grow_with_actions(self):
        """C: what follows does so at once, however much it is."""
        def count(name, number):
            customer = self.make_chased(name, 10)
            for _number in range(number):
                self.make_specific(self.make_invoice(customer, 5))
                self.make_promise(self.make_invoice(customer, 6))
            parent = self.make_partner(f"Group of {name}", is_company=True)
            with patch.object(type(customer), "_change_collection_customers") as found:
                customer.write({"is_company": False, "parent_id": parent.id})
            [changes] = found.call_args.args
            return self.count_queries(customer._change_collection_customers, changes)

        count("Warm-up", 1)
        self.assertEqual(count("Few", 2), count("Many", 8))


@tagged("post_install", "-at_install")
class TestMerge(IdentityCase):
    """Doubles are merged with the core's own wizard: nothing is lost, nothing fails."""

    def test_two_chased_customers(self):
        """C: neither action is deleted; one is planned for all that is owed."""
        actions = self.env["collection.action"].search(
            [("customer_id", "in", (self.customer | self.other).ids)])
        self.merge(self.customer, self.other)
        self.assertEqual(actions.exists(), actions)
        self.assertEqual(len(self.get_planned(self.customer)), 1)
        self.assertEqual(self.customer.collection_balance, 300)
        self.assertWhole(self.customer)

    def test_three_chased_customers_at_once(self):
        """C: two of them come to the third together."""
        third = self.make_chased("Tenant Treble", 400)
        self.merge(self.customer, self.other | third)
        self.assertEqual(len(self.get_planned(self.customer)), 1)
        self.assertEqual(
            len(self.get_rows(self.customer).filtered(lambda row: "former" in row.data)), 2)
        self.assertWhole(self.customer)

    def test_both_have_a_holder_of_the_same_function(self):
        """C: the survivor's stays; the other is told in the history."""
        self.other.collection_participant_ids.filtered(
            lambda row: row.function_id == self.rc).user_id = self.manager
        self.merge(self.customer, self.other)
        holders = self.customer.collection_participant_ids
        self.assertEqual(len(holders), 4)
        self.assertEqual(holders.filtered(
            lambda row: row.function_id == self.rc).user_id, self.litigator)
        changed = self.get_rows(self.customer, "participant_changed")
        self.assertIn(("Litigation manager: Manager", "Litigation manager: Litigator"),
                      [(row.old_value, row.new_value) for row in changed])

    def test_both_are_in_a_sequence_of_the_same_template(self):
        """C: both are kept; one is marked, for a person to stop."""
        template = self.make_short_template()
        own, double = self.launch(template), self.launch(template, self.other)
        self.merge(self.customer, self.other)
        own, double = own.sudo(), double.sudo()
        self.assertEqual((own | double).mapped("state"), ["running", "running"])
        self.assertEqual((own.to_stop, double.to_stop), (False, True))
        self.assertEqual(double.duplicate_of_id, own)
        self.assertEqual(self.env["collection.sequence"].search([("to_stop", "=", True)]), double)
        self.assertEqual(double.activity_ids.user_id, self.collector)
        own.action_stop("Double")
        self.assertFalse(double.to_stop)
        self.assertReplays(double)

    def test_three_sequences_of_the_same_template(self):
        """C: where the survivor has none, the first one launched goes on."""
        template = self.make_short_template()
        third = self.make_chased("Tenant Treble", 400)
        first, second = self.launch(template, third), self.launch(template, self.other)
        self.merge(self.customer, third | self.other)
        self.assertEqual(second.sudo().duplicate_of_id, first.sudo())
        self.assertFalse(first.sudo().duplicate_of_id)
        with self.assertRaisesRegex(Exception, "already in"):
            self.launch(template)

    def test_promises_and_disputes(self):
        """C: open ones as well as ended ones are the survivor's."""
        second, third = self.make_invoice(self.other, 50), self.make_invoice(self.other, 60)
        open_, ended = self.make_promise(second), self.make_promise(third)
        ended.cancel("Withdrawn")
        open_.sudo()._await_matching()
        dispute = self.open_dispute(third)
        self.merge(self.customer, self.other)
        told = self.get_rows(self.customer).mapped("data")
        self.assertEqual(
            [data["promise"] for data in told if "promise" in data], open_.ids,
            "one that waits to be matched is still awaited")
        self.assertEqual((open_ | ended).sudo().customer_id, self.customer)
        self.assertEqual(dispute.sudo().customer_id, self.customer)
        self.assertEqual(dispute.sudo().action_id.customer_id, self.customer)

    def test_what_the_other_collector_had_to_do_is_the_survivors(self):
        """C: who would not see the customer any more owes nothing there; others keep theirs."""
        self.other.collector_id = self.litigator
        own, theirs = (self.make_specific(self.make_invoice(self.other, amount))
                       for amount in (50, 60))
        self.assertEqual(own.user_id, self.litigator)
        theirs.sudo()._write_owner({
            "user_id": self.manager.id, "responsible_id": self.manager.partner_id.id})
        self.merge(self.customer, self.other)
        self.assertEqual(own.sudo().user_id, self.collector)
        self.assertEqual(own.sudo().activity_ids.user_id, self.collector)
        self.assertEqual(theirs.sudo().user_id, self.manager)
        passed = self.get_rows(self.customer, "action_reassigned").filtered(
            lambda row: row.action_id in (own | theirs).sudo())
        self.assertEqual([(row.old_value, row.new_value) for row in passed],
                         [("Litigator", "Collector")])

    def test_three_chased_doubles_with_all_that_may_be_kept_of_them(self):
        """C: at once, each with sequence, promise, dispute, visit and holders of its own."""
        template, third = self.make_short_template(), self.make_chased("Tenant Treble", 400)
        doubles = self.customer | self.other | third
        sequences = self.env["collection.sequence"].union(*(
            self.launch(template, double).sudo() for double in doubles))
        records = [make(self.make_invoice(double, 50)).sudo() for double in doubles
                   for make in (self.make_promise, self.open_dispute, self.make_specific)]
        third.collector_id = self.manager
        self.merge(self.customer, self.other | third)
        self.assertEqual({record.customer_id for record in records}, {self.customer})
        self.assertEqual(sequences.mapped("to_stop"), [False, True, True])
        self.assertEqual(len(self.get_planned(self.customer)), 1)
        self.assertEqual(len(self.customer.collection_participant_ids), 4)
        for sequence in sequences:
            self.assertReplays(sequence)
        self.assertWhole(self.customer)

    def test_the_survivors_settings_win_and_empty_ones_are_filled(self):
        """C: and what was filled is traced."""
        self.other.write({"collector_id": self.litigator.id,
                          "collection_insolvency_date": date(2026, 2, 20)})
        self.merge(self.customer, self.other)
        self.assertEqual(self.customer.collector_id, self.collector)
        self.assertEqual(self.customer.collection_insolvency_date, date(2026, 2, 20))
        self.assertIn("collection_insolvency_date", [
            row.data["field"] for row in self.get_rows(self.customer, "setting_changed")])

    def test_a_merge_that_breaks_off_changes_nothing(self):
        """C: everything or nothing."""
        template = self.make_short_template()
        sequence = self.launch(template, self.other)
        rows = self.env["collection.history"].search_count([])
        wizards = self.env.registry["base.partner.merge.automatic.wizard"]
        with self.assertRaises(psycopg2.OperationalError), self.env.cr.savepoint(), \
                patch.object(wizards, "_update_values", side_effect=psycopg2.OperationalError):
            self.merge(self.customer, self.other)
        self.env.invalidate_all()
        self.assertEqual(sequence.sudo().customer_id, self.other)
        self.assertTrue(self.get_planned(self.other))
        self.assertTrue(self.get_planned(self.customer))
        self.assertEqual(len(self.other.collection_participant_ids), 4)
        self.assertEqual(self.env["collection.history"].search_count([]), rows)
        self.assertWhole(self.customer, self.other)

    def test_both_received_the_same_message(self):
        """C: what was sent to either is kept."""
        one, two = (self.make_partner(name, email="tenant@example.com")
                    for name in ("Jane", "Janet"))
        action = self.make_specific(kind="email", subject="Hello", body="<p>Hello</p>")
        dispatches = self.env["collection.dispatch"].create([{
            "action_id": action.id, "customer_id": self.customer.id, "channel": "email",
            "company_id": self.company.id, "partner_id": partner.id} for partner in (one | two)])
        self.merge(one, two)
        self.assertEqual(dispatches.exists().partner_id, one)
        self.assertEqual(len(dispatches.exists()), 2)

    def test_into_a_contact_of_a_company(self):
        """C: the customer is the contact's company; so it is for the contacts that come along."""
        contact = self.make_partner("Site", parent_id=self.group.id, email="tenant@example.com")
        person = self.make_partner("Jane", parent_id=self.other.id)
        promise = self.make_promise(self.make_invoice(self.other, 50))
        self.other.is_company = False
        self.merge(contact, self.other)
        self.assertEqual(person.commercial_partner_id, self.group)
        self.assertEqual(promise.sudo().customer_id, self.group)
        self.assertTrue(self.get_planned(self.group))

    def test_contacts_of_two_customers(self):
        """C: what is about the contact's items goes to the other's company, the rest stays."""
        site = self.make_partner("Site", is_company=True, parent_id=self.customer.id)
        invoice = self.make_invoice(site, 50)
        site.is_company = False
        promise, stays = self.make_promise(invoice), self.make_promise()
        self.assertEqual(promise.sudo().customer_id, self.customer)
        self.merge(self.make_partner("Other site", parent_id=self.group.id), site)
        self.assertEqual(promise.sudo().customer_id, self.group)
        self.assertEqual(stays.sudo().customer_id, self.customer)

    def test_who_has_nothing_to_do_with_collection(self):
        """C: merging others leaves no trace with us."""
        one, two = (self.make_partner(name) for name in ("One", "Two"))
        rows = self.env["collection.history"].search_count([])
        self.merge(one, two)
        self.assertEqual(self.env["collection.history"].search_count([]), rows)


@tagged("post_install", "-at_install")
class TestArchived(IdentityCase):
    """An archived customer is not pursued."""

    def test_why_it_is_paused_is_said_in_the_company_s_language(self):
        """Row 28: it stays in the history."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.company.partner_id.lang = "fr_FR"
        sequence = self.launch(self.make_short_template())
        self.customer.action_archive()
        self.assertEqual(sequence.sudo().pause_reason, "Le client est archivé.")

    def test_its_planned_action_is_dropped_and_its_sequence_pauses(self):
        """C: in one transaction, traced; whoever brings it back resumes."""
        sequence = self.launch(self.make_short_template())
        self.customer.action_archive()
        sequence = sequence.sudo()
        self.assertEqual(self.planned.state, "closed")
        self.assertEqual(
            (sequence.state, sequence.pause_reason), ("paused", "The customer is archived."))
        self.customer.action_unarchive()
        self.assertTrue(self.get_planned(self.customer))
        self.assertEqual(sequence.state, "paused")
        self.assertEqual(
            [row.summary for kind in ("customer_archived", "customer_restored")
             for row in self.get_rows(self.customer, kind)],
            ["Customer archived", "Customer unarchived"])
        self.assertReplays(sequence)

    def test_a_pause_does_not_end_by_itself(self):
        """C, D-028: a sequence that was to resume on a day goes on once its customer is back."""
        sequence = self.launch(self.make_short_template()).sudo()
        self.env["collection.sequence.steer"].create({
            "sequence_id": sequence.id, "purpose": "pause", "reason": "Wait",
            "resume_on": "2026-03-04"}).action_apply()
        self.customer.action_archive()
        with self.at("2026-03-05 09:00:00"):
            sequence._tick()
        self.assertEqual((sequence.state, sequence.pause_reason), ("paused", "Wait"))
        self.customer.action_unarchive()
        with self.at("2026-03-06 09:00:00"):
            sequence._tick()
        self.assertEqual(sequence.state, "running")

    def test_nothing_leaves_by_itself(self):
        """C: a message that was to leave waits."""
        action = self.make_specific(
            kind="email", mode="automatic", subject="Hello", body="<p>You owe us.</p>")
        self.customer.action_archive()
        self.process_due()
        self.env.invalidate_all()
        self.assertNotEqual(action.sudo().state, "closed")
        self.assertFalse(action.sudo().dispatch_ids)


@tagged("post_install", "-at_install")
class TestGroup(IdentityCase):
    """A group and its subsidiary are two customers."""

    def test_a_launch_offers_the_customers_own_items(self):
        """C: a subsidiary's are its own, a contact's are the group's."""
        subsidiary = self.make_partner("Subsidiary", is_company=True, parent_id=self.group.id)
        site = self.make_partner("Site", parent_id=self.group.id)
        self.make_invoice(subsidiary, 10)
        own = self.make_invoice(self.group, 20) | self.make_invoice(site, 30)
        self.group.collector_id = self.collector
        for code, holder in (("GEST", self.collector), ("RC", self.litigator)):
            self.make_participant(self.group, code, holder)
        sequence = self.launch(self.make_short_template(), self.group)
        self.assertEqual(sequence.sudo().item_ids, self.get_items(own))

    def test_the_wizard_offers_them_too(self):
        """C: and launches without a refusal."""
        subsidiary = self.make_partner("Subsidiary", is_company=True, parent_id=self.group.id)
        self.make_invoice(subsidiary, 10)
        own = self.make_invoice(self.group, 20)
        self.group.collector_id = self.collector
        for code, holder in (("GEST", self.collector), ("RC", self.litigator)):
            self.make_participant(self.group, code, holder)
        wizard = self.env["collection.sequence.launch"].with_user(self.collector).create({
            "customer_id": self.group.id, "template_id": self.make_short_template().id})
        self.assertEqual(wizard.item_ids, self.get_items(own))
        wizard.action_launch()
        self.assertTrue(self.group.collection_sequence_ids)
