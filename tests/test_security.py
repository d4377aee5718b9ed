from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import COLLECTOR, CollectionCase, action, row, step


@tagged("post_install", "-at_install")
class TestSecurity(CollectionCase):
    """Who sees and does what: own portfolio, own part, own company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_short_template()
        cls.sequence = cls.launch(cls.template)
        cls.stranger = cls.make_user("stranger", COLLECTOR)
        cls.portal = cls.make_user("lawyer", "base.group_portal")
        cls.other_company = cls.env["res.company"].create({"name": "Other Landlord"})

    RECORDS = ("collection.sequence", "collection.action", "collection.sequence.visit",
               "collection.history", "collection.participant")

    def count(self, model, user):
        return self.env[model].with_user(user).search_count(
            [("sequence_id" if model != "collection.sequence" else "id", "=", self.sequence.id)])

    def test_a_collector_sees_the_own_portfolio(self):
        """D-075: full access to the own customers."""
        for model in self.RECORDS:
            self.assertTrue(self.count(model, self.collector), model)

    def test_a_holder_sees_the_own_sequences(self):
        """D-020: whoever holds a function in it, whatever the portfolio."""
        for model in self.RECORDS:
            self.assertTrue(self.count(model, self.litigator), model)

    def test_a_collector_of_another_portfolio_sees_nothing(self):
        """D-020: neither the sequence nor its trace."""
        for model in self.RECORDS:
            self.assertFalse(self.count(model, self.stranger), model)

    def test_the_portal_sees_nothing_yet(self):
        """D-080: no access without a rule that grants it."""
        for model in self.RECORDS:
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.portal).search_count([])

    def test_another_company_sees_nothing(self):
        """D-014: customers are shared, their sequences are not."""
        self.manager.write({"company_ids": [(4, self.other_company.id)],
                            "company_id": self.other_company.id})
        for model in self.RECORDS:
            records = self.env[model].with_user(self.manager).with_context(
                allowed_company_ids=self.other_company.ids)
            self.assertFalse(records.search_count([]), model)

    def test_nobody_writes_the_state_by_hand(self):
        """D-088: not even a manager; the message names the buttons."""
        act = self.sequence.action_ids[:1]
        for user in (self.collector, self.manager):
            for record, vals in [
                (self.sequence, {"state": "done"}), (self.sequence, {"visit_id": False}),
                (self.sequence, {"customer_id": self.bailiff.id}),
                (act, {"state": "closed"}), (act, {"outcome": "done"}),
                (act, {"user_id": user.id}), (act, {"customer_id": self.bailiff.id}),
            ]:
                with self.assertRaises(AccessError):
                    record.with_user(user).write(vals)

    def test_nobody_creates_them_by_hand(self):
        """D-047: a launch is the only way in."""
        for model in ("collection.sequence", "collection.action", "collection.history",
                      "collection.sequence.visit"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.manager).check_access("create")

    def test_every_public_command_checks(self):
        """D-076, D-077: by remote call too."""
        stranger = self.sequence.with_user(self.stranger)
        act = self.sequence.action_ids[:1].with_user(self.stranger)
        for command in (
            stranger.action_pause, stranger.action_resume,
            lambda: stranger.action_stop("x"), lambda: stranger.action_retry("x"),
            lambda: stranger.action_skip("x"),
            lambda: stranger.jump_to(self.template.step_ids[1], "x"),
            lambda: act.close("done"), lambda: act.reschedule("2026-04-01"),
            lambda: self.template.with_user(self.stranger).launch(self.customer),
        ):
            with self.assertRaises(AccessError):
                command()

    def test_participants_of_others_are_out_of_reach(self):
        """D-085: nobody names oneself into a file of another portfolio."""
        with self.assertRaises(AccessError):
            self.env["collection.participant"].with_user(self.stranger).create({
                "customer_id": self.customer.id, "sequence_id": self.sequence.id,
                "function_id": self.cj.id, "contact_id": self.bailiff.id})
        with self.assertRaises(AccessError):
            self.env["collection.participant"].with_user(self.stranger).create({
                "customer_id": self.customer.id, "function_id": self.make_function("X").id,
                "user_id": self.stranger.id})

    def test_settings_are_for_managers(self):
        """D-002: collectors read them."""
        for model in ("collection.function", "collection.action.option", "collection.label",
                      "collection.action.template", "collection.sequence.template"):
            records = self.env[model].with_user(self.collector)
            records.check_access("read")
            for operation in ("create", "write", "unlink"):
                with self.assertRaises(AccessError):
                    records.check_access(operation)

    def test_a_participant_alone_does_not_steer(self):
        """D-077: takes part, closes own actions, does not pause."""
        with self.assertRaises(AccessError):
            self.sequence.with_user(self.litigator).action_pause()


@tagged("post_install", "-at_install")
class TestCompanies(CollectionCase):
    """The same customer in two companies."""

    def test_each_company_has_its_own_sequence_of_a_template(self):
        """D-016: once at a time for a customer and company."""
        template = self.make_short_template()
        other = self.env["res.company"].create({"name": "Other Landlord"})
        self.manager.company_ids |= other
        first = self.launch(template, user=self.manager)
        elsewhere = template.with_user(self.manager).with_company(other)
        self.gest.with_company(other).default_user_id = self.manager
        second = elsewhere.launch(self.customer)
        self.assertEqual((first.company_id, second.company_id), (self.company, other))

    def test_participants_are_the_companys_own(self):
        """D-005: another company's holders are not taken over."""
        template = self.make_template("ONE", [step("one", [action("a")], [row("end")])])
        other = self.env["res.company"].create({"name": "Other Landlord"})
        self.gest.with_company(other).default_user_id = self.manager
        sequence = template.with_company(other).launch(self.customer)
        self.assertEqual(sequence.participant_ids.user_id, self.manager)
