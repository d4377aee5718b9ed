from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import COLLECTOR, CollectionCase, action, row, step

#: What a record may belong to, by the name of its field.
OWNERS = {
    "customer_id", "company_id", "sequence_id", "responsible_id", "request_id", "promise_id",
    "chain_id", "link_id",
}
#: Fields of these names that name no owner, by model; with the reason.
NO_OWNER = {
    ("collection.document.notice", "link_id"): "the personal link that it was written with",
    ("collection.answer", "promise_id"): "what came of it",
    ("collection.debtor", "customer_id"): "a cache, which nobody writes",
    ("collection.debtor", "company_id"): "a cache, which nobody writes",
    ("collection.payment.plan", "promise_id"): "what came of it",
    ("collection.reply", "promise_id"): "what came of it",
    ("collection.setup", "customer_id"): "whom a manager tries the scenario on",
}


@tagged("post_install", "-at_install")
class TestOwners(CollectionCase):
    """X-02: what belongs to a customer, company or sequence belongs to it for good."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.make_template("OWNED", [
            step("one", [action("a"), action("deed", "CJ", required=False)], [row("end")])])
        cls.intruder = cls.make_user("intruder", COLLECTOR)
        cls.own = cls.make_customer("Own", collector=cls.intruder, holders={})
        cls.sequence = cls.launch(cls.template)
        cls.env.flush_all()

    def get_own_models(self):
        return [model for name, model in self.env.registry.items()
                if model._original_module == "account_collection"
                and model._auto and not model._abstract and not model._transient]

    def test_every_owner_is_declared(self):
        """X-02: a model with a field that names an owner says so, and thereby fixes it."""
        undeclared = [
            f"{model._name}.{name}" for model in self.get_own_models()
            for name, field in model._fields.items()
            if name in OWNERS and field.type == "many2one" and field.store
            and not field.related and not field.compute
            and name not in getattr(model, "_owner_fields", ())
            and (model._name, name) not in NO_OWNER]
        self.assertEqual(undeclared, [])

    def test_only_settings_change_their_company(self):
        """X-02: nothing that belongs to a customer is a setting."""
        self.assertEqual(sorted(
            model._name for model in self.get_own_models()
            if not getattr(model, "_owner_is_fixed", True)), [
                "collection.document.template", "collection.limitation.rule",
                "collection.notice.text", "collection.penalty.rate", "collection.scenario",
                "collection.sequence.template"])

    def test_a_line_is_not_carried_into_a_foreign_sequence(self):
        """X-02: a participant made on the own customer, then given another owner."""
        line = self.env["collection.participant"].with_user(self.intruder).create({
            "customer_id": self.own.id, "function_id": self.gest.id,
            "user_id": self.intruder.id})
        for vals in (
            {"customer_id": self.customer.id, "sequence_id": self.sequence.id},
            {"customer_id": self.customer.id}, {"sequence_id": self.sequence.id},
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                line.write(vals)
        self.assertFalse(self.env["collection.sequence"].with_user(self.intruder).search(
            [("id", "=", self.sequence.id)]))

    def test_an_owner_stays_for_managers_and_superuser_too(self):
        """X-02: fixed for everybody."""
        line = self.sequence.participant_ids[0]
        for records in (line.with_user(self.manager), line.sudo()):
            with self.assertRaises(AccessError):
                records.write({"customer_id": self.own.id})
        action_ = self.sequence.sudo().action_ids[0]
        for vals in ({"customer_id": self.own.id}, {"sequence_id": False},
                     {"responsible_id": self.intruder.partner_id.id}):
            with self.subTest(vals), self.assertRaises(AccessError):
                action_.write(vals)

    def test_no_context_moves_a_record(self):
        """X-02: the module's own way is no key that a caller could send."""
        line = self.sequence.participant_ids[0].with_user(self.manager)
        for value in (True, 1, "object", {}):
            with self.assertRaises(AccessError):
                line.with_context(collection_owner_moves=value).write(
                    {"customer_id": self.own.id})

    def test_the_same_owner_may_be_written(self):
        """X-02: a form that is saved sends what it shows."""
        line = self.sequence.participant_ids[0].with_user(self.manager)
        line.write({"customer_id": self.customer.id, "sequence_id": self.sequence.id,
                    "company_id": self.company.id})

    def test_nobody_joins_a_foreign_sequence(self):
        """X-02: making a line asks for the right on its owner."""
        participants = self.env["collection.participant"].with_user(self.intruder)
        for owner in ({"sequence_id": self.sequence.id}, {"customer_id": self.customer.id}):
            with self.subTest(owner), self.assertRaises(AccessError):
                participants.create({
                    **owner, "function_id": self.rc.id, "user_id": self.intruder.id})

    def test_nobody_joins_by_the_forms_commands(self):
        """X-02: neither through the foreign sequence, nor through the own customer."""
        line = Command.create({"function_id": self.rc.id, "user_id": self.intruder.id,
                               "sequence_id": self.sequence.id})
        with self.assertRaises(AccessError):
            self.sequence.with_user(self.intruder).write({"participant_ids": [line]})
        with self.assertRaises(AccessError):
            self.own.with_user(self.intruder).write({"collection_participant_ids": [line]})

    def test_whoever_joins_is_traced_on_the_sequence(self):
        """X-02: also where the customer's holder is the same person: it sees the case now."""
        known = self.make_participant(self.own, "CJ", self.bailiff)
        sequence = self.launch(
            self.template, self.own, user=self.intruder,
            participants=[{"function_id": self.gest.id, "user_id": self.intruder.id}])
        before = sequence.sudo().history_ids
        self.env["collection.participant"].with_user(self.intruder).create({
            "sequence_id": sequence.id, "function_id": self.cj.id,
            "contact_id": known.contact_id.id})
        rows = sequence.sudo().history_ids - before
        self.assertIn("participant_changed", rows.mapped("kind"))
        self.assertEqual(rows[0].user_id, self.intruder)

    def test_the_context_cannot_silence_a_change(self):
        """X-02: keys by which the module marks its own work count for nobody else."""
        line = self.sequence.participant_ids.filtered(lambda p: p.function_id == self.gest)
        before = self.sequence.sudo().history_ids
        line.with_user(self.collector).with_context(
            collection_launching=True, collection_moving_actions=True, collection_assigning=True,
        ).write({"user_id": self.litigator.id})
        self.assertIn(
            "participant_changed", (self.sequence.sudo().history_ids - before).mapped("kind"))

    def test_defaults_of_the_context_do_not_fill_what_a_command_leaves_open(self):
        """X-02: a command creates its records alone, whatever a caller sends along."""
        made = self.env["collection.action"].with_user(self.intruder).with_context(
            default_sequence_id=self.sequence.id, default_comment="Done already",
            default_closed_by_id=self.manager.id,
        ).create_message(self.own, {"name": "Call"}).sudo()
        self.assertFalse(made.sequence_id or made.comment or made.closed_by_id)

    def test_a_launch_has_no_parent_of_the_callers(self):
        """X-02: neither who launched it, nor from where, nor for whom is for the caller to say."""
        with self.assertRaises(TypeError):
            self.template.with_user(self.intruder).launch(self.own, parent=self.sequence)
        sequence = self.template.with_user(self.intruder).launch(self.own, participants=[{
            "function_id": self.gest.id, "user_id": self.intruder.id,
            "customer_id": self.customer.id, "sequence_id": self.sequence.id},
            {"function_id": self.cj.id, "contact_id": self.bailiff.id}])
        self.assertEqual(sequence.participant_ids.customer_id, self.own)

    def test_a_promise_has_no_source_of_the_callers(self):
        """X-02: what a customer has said comes from the customer's own page."""
        invoice = self.make_invoice(self.own, 100)
        items = self.get_items(invoice)
        with self.assertRaises(TypeError):
            self.env["collection.promise"].with_user(self.intruder).make(
                items, date="2026-03-09", source="customer")
