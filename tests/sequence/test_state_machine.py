"""What must hold in the database, whatever is asked of it and in whatever order."""

from hypothesis.stateful import run_state_machine_as_test

from odoo.tests import tagged

from ..common import CollectionCase, action, deadline_row, event_row, flow_row, level_row, row, step
from .database_machine import SETTINGS, DatabaseMachine

MARKERS = [{"name": "served", "string": "Date of service", "type": "date"}]


@tagged("post_install", "-at_install")
class TestStateMachine(CollectionCase):
    """Three trees that know of each other, two tenants, and everybody at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_customer = cls.make_customer("Tenant Two")
        cls.customers = cls.customer | cls.other_customer
        cls.invoices = cls.env["account.move"].union(*(
            cls.make_invoice(customer, amount)
            for customer in cls.customers for amount in (500, 300)))
        cls.make_option("served")
        cls.make_option("absent", "refused")
        cls.templates = {
            "LAST": cls.make_last(), "SIDE": cls.make_side(), "MAIN": cls.make_main()}

    @classmethod
    def make_main(cls):
        """Events, levels, delays of both natures, and both other trees."""
        return cls.make_template("MAIN", [
            step("remind", [
                action("letter", deadline_days=8, expires=True),
                action("notice", "CJ", required=False, keep=True),
            ], [
                event_row("thank", "payment", minimum=300),
                event_row("trace", "manual", event_name="Moved out"),
                deadline_row("judge", 15),
                row("judge", "letter", outcomes=["done"]),
                row("formal"),
            ]),
            step("judge", [action("verdict", "RC", needs_validation=True)], [
                level_row("end:Settled"),
                row("remind", "verdict", outcomes=["refused"]),
                flow_row("SIDE", "thank", "verdict", outcome_ids=["validated"], wait=True),
                row("formal"),
            ]),
            step("formal", [action("summons", "CJ", option_ids=["served", "absent"])], [
                deadline_row("thank", 20, nature="legal"),
                deadline_row("end:Judged", 10, base="marker", marker="served"),
                row("remind", "summons", options=["absent"]),
                flow_row("LAST"),
            ]),
            step("thank", [], [
                event_row("remind", "payment_reversed"), event_row("end:Paid", "payment"),
                deadline_row("end:Court", 10),
            ]),
            step("trace", [action("search", deadline_days=5), action("ask", "RC")], [
                flow_row("SIDE", "judge"),
            ], join="any"),
        ], marker_definition=MARKERS)

    @classmethod
    def make_side(cls):
        return cls.make_template("SIDE", [
            step("check", [action("file"), action("stamp", "RC", keep=True)], [
                event_row("end:Paid", "payment", since="launch"),
                deadline_row("watch", 12, nature="legal"),
                row("watch"),
            ], join="first"),
            step("watch", [action("call")], [
                event_row("check", "manual", event_name="Called back"),
                deadline_row("end:Silence", 2, "weeks"),
                row("end:Heard"),
            ]),
        ])

    @classmethod
    def make_last(cls):
        return cls.make_template("LAST", [
            step("plead", [action("plea", "RC", deadline_days=30)], [
                level_row("end:Settled"), row("plead", "plea", outcomes=["cancelled"]),
                row("end:Pleaded")], max_visits=2),
        ])

    def test_every_course_of_events(self):
        """D-016, D-028, D-035, D-053, D-059, D-060, D-071: each command keeps what must hold."""
        machine = type("Machine", (DatabaseMachine,), {"case": self})
        run_state_machine_as_test(machine, settings=SETTINGS)

    def test_a_course_through_pauses_and_incidents(self):
        """D-028, D-029, D-032: what random courses seldom reach, under the same invariants."""
        machine = type("Machine", (DatabaseMachine,), {"case": self})()
        self.addCleanup(machine.teardown)

        def go(rule, **arguments):
            rule(**arguments)
            for invariant in machine.invariants:
                invariant.function(machine)

        def cancel_plea():
            plea = machine.sequences.action_ids.filtered(
                lambda a: a.content_key == "plea" and a.state != "closed")
            plea.with_user(self.manager).close("cancelled", comment="Not heard")

        go(machine.begin)
        go(machine.fill_date, number=0, ago=2)
        for number in (0, 1, 2):
            go(machine.pause, number=0)
            go(machine.go_on, number=number, refused=False)
            go(machine.tick, days=9)
        self.assertEqual(set(machine.sequences.mapped("state")), {"paused"})
        for _sequence in machine.sequences:
            go(machine.resume, number=0)
            go(machine.tick, days=3)
        self.assertNotIn("paused", machine.sequences.mapped("state"))
        go(machine.launch, customer=0, code="LAST")
        for _visit in range(2):
            go(cancel_plea)
        self.assertIn("max_visits", machine.sequences.mapped("incident"))
        go(machine.pause, number=3)
        go(machine.leave_incident, number=0, way="retry")
        go(machine.resume, number=0)
        go(machine.leave_incident, number=0, way="skip")
        self.assertNotIn("max_visits", machine.sequences.mapped("incident"))
