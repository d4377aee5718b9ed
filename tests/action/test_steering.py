import ast
from collections import Counter
from pathlib import Path

from odoo.exceptions import UserError
from odoo.tests import tagged

from ... import models
from ..common import CollectionCase, action, row, step

#: Fields that say why an action was created.
REASONS = {"origin", "sequence_id", "scenario_id", "scenario_step_id"}

#: What is below an action may read of them, with the reason; it is never asked for which it is.
READ = {
    ("collection_action.py", "origin"): "the registry of steerings",
    ("letters.py", "sequence_id"): "which sequence waits for what became of its letter",
    ("hashtags.py", "scenario_step_id"): "the day of the step after it",
    ("hashtags.py", "scenario_id"): "the same",
}


@tagged("post_install", "-at_install")
class TestSteering(CollectionCase):
    """One way to close, move and trace an action, whatever decided it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_invoice(cls.customer, 100, due="2026-02-01")
        cls.make_invoice(cls.customer, 100, due="2026-02-10")
        cls.items = cls.env["account.move.line"].search([
            ("partner_id", "=", cls.customer.id), ("account_type", "=", "asset_receivable")],
            order="date_maturity")
        cls.template = cls.make_template("STEER", [
            step("one", [action("task")], [row("end")])])

    # -- builders --------------------------------------------------------------------

    def make_sequence_action(self):
        return self.get_action(self.launch(self.template), "task")

    def make_scenario_action(self):
        return self.chase(self.customer, self.make_scenario([
            {"offset": 3, "kind": "call", "mode": "manual"}]))

    def make_specific_action(self, **values):
        actions = self.env["collection.action"].with_user(self.collector)
        return actions.create_specific(self.items[1].with_user(self.collector), {
            "name": "Visit", **values})

    def make_manual_action(self):
        actions = self.env["collection.action"].with_user(self.collector)
        return actions.create_message(self.customer, {"name": "Call", "kind": "call"})

    def make_actions(self):
        """:return: an open action of each origin, the collector's"""
        return [make().with_user(self.collector) for make in (
            self.make_sequence_action, self.make_scenario_action, self.make_specific_action,
            self.make_manual_action)]

    def get_rows(self, act):
        return self.env["collection.history"].search(
            [("action_id", "=", act.id)], order="number")

    def get_activities(self, act):
        return self.env["mail.activity"].search([
            ("res_model", "=", act._name), ("res_id", "=", act.id)])

    # -- the seam --------------------------------------------------------------------

    def test_nothing_below_an_action_asks_why_it_was_created(self):
        """DESIGN: neither actions nor messages branch on what decided an action."""
        found = set()
        for domain in ("action", "message"):
            for path in sorted((Path(models.__file__).parent / domain).glob("*.py")):
                found |= {
                    (path.name, node.attr) for node in ast.walk(ast.parse(path.read_text()))
                    if isinstance(node, ast.Attribute) and node.attr in REASONS}
        self.assertFalse(found - set(READ))

    def test_a_domain_extends_a_method_once(self):
        """DESIGN: no method of an action hides another of its own domain; it is written once."""
        prefix = models.__name__ + "."
        methods = Counter()
        for cls in type(self.env["collection.action"]).__mro__:
            if cls.__module__.startswith(prefix) and cls.__name__ == "CollectionAction":
                domain = cls.__module__.removeprefix(prefix).split(".")[0]
                methods.update((domain, name) for name, value in vars(cls).items()
                               if callable(value))
        self.assertFalse([found for found, count in methods.items() if count > 1])
        self.assertEqual([domain for domain, name in methods if name == "write"], ["action"])

    def test_each_origin_has_its_steering(self):
        """DESIGN: an origin without a steering would close its actions for nobody."""
        acts = self.make_actions()
        origins = dict(acts[0]._fields["origin"].selection)
        self.assertEqual({act.origin for act in acts}, set(origins))
        self.assertEqual(len({type(act._get_steering()) for act in acts}), len(origins))

    # -- the same trace ----------------------------------------------------------------

    def test_closing_is_traced_alike(self):
        """D-021: one row, with who, why and the outcome, whatever decided the action."""
        for act in self.make_actions():
            before = self.get_rows(act)
            act.close("cancelled", comment="Not needed")
            rows = self.get_rows(act) - before
            with self.subTest(origin=act.origin):
                self.assertEqual(
                    (rows.mapped("kind"), rows.command, rows.cause, rows.text, rows.action_name,
                     rows.data["outcome"], bool(rows.command_ref)),
                    (["action_closed"], "close", "person", "Not needed", act.name, "cancelled",
                     True))
                self.assertEqual(
                    (act.state, act.closed_by_id, str(act.closed_on), act.comment,
                     act.holder_name),
                    ("closed", self.collector, "2026-03-02", "Not needed", "Collector"))

    def test_moving_is_traced_alike(self):
        """D-045: one row, with the day before and after."""
        for act in self.make_actions():
            before = self.get_rows(act)
            act.reschedule("2026-03-10")
            rows = self.get_rows(act) - before
            with self.subTest(origin=act.origin):
                self.assertEqual(
                    (rows.mapped("kind"), rows.command, rows.old_value, rows.new_value),
                    (["action_rescheduled"], "reschedule", "2026-03-02", "2026-03-10"))
                self.assertEqual((act.state, str(act.date)), ("scheduled", "2026-03-10"))

    def test_a_late_answer_is_refused_alike(self):
        """D-035: by whom and when it was closed, whatever decided it."""
        for act in self.make_actions():
            act.close("done")
            with self.subTest(origin=act.origin), self.assertRaisesRegex(
                    UserError, "was already closed by Collector"):
                act.close("cancelled", comment="Too late")

    # -- what used to differ -------------------------------------------------------------

    def test_a_deadline_moves_along(self):
        """D-045: the dialog says so, of a specific action too; the original stays."""
        act = self.make_specific_action(deadline="2026-03-05")
        act.reschedule("2026-03-10")
        self.assertEqual(str(act.deadline), "2026-03-10")

    def test_an_action_has_one_activity_on_its_day(self):
        """D-020: one that was announced ahead is not announced again."""
        act = self.make_specific_action(date="2026-03-10")
        with self.at("2026-03-10 09:00:00"):
            self.env["collection.action"]._bring_to_day()
        self.assertEqual(len(self.get_activities(act)), 1)

    def test_a_validators_word_keeps_what_was_proposed(self):
        """D-039, D-058: as in a sequence; traced on behalf of the validator."""
        option = self.make_option("PLAN")
        act = self.make_specific_action()
        act.sudo().write({
            "function_id": self.gest.id, "needs_validation": True, "option_ids": option.ids,
            "validator_function_id": self.rc.id, "validator_id": self.litigator.partner_id.id})
        act.close(None, option=option)
        act.with_user(self.manager).close("validated")
        self.assertEqual((act.outcome, act.option_id), ("validated", option))
        self.assertEqual(
            [(fact.kind, fact.on_behalf) for fact in self.get_rows(act)[-2:]],
            [("action_submitted", ""), ("action_closed", "Litigator")])
