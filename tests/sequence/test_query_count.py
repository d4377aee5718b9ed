from odoo.tests import tagged

from ..common import CollectionCase, action, row, step


@tagged("post_install", "-at_install")
class TestQueryCount(CollectionCase):
    """What it costs does not depend on the customer's past."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.steps = [
            step("one", [action("a"), action("b")], [row("two")]),
            step("two", [action("c"), action("d")], [row("end")]),
        ]
        cls.template = cls.make_template("COUNT", cls.steps)

    def count_closing(self, sequence):
        """Queries of closing the last action of a step and entering the next one."""
        self.close(sequence, "a", user=self.collector)
        last = self.get_action(sequence, "b").with_user(self.collector)
        return self.count_queries(lambda: last.close("done"))

    def crowd(self, customer, number):
        """Give a customer many ended sequences, each with its history."""
        for _number in range(number):
            self.launch(self.template, customer).action_stop("Crowd")

    def test_closing_costs_the_same_with_one_and_with_fifty_sequences(self):
        """D-040: constant number of queries, whatever the customer's history."""
        lonely, crowded = (self.make_customer(name) for name in ("Lonely", "Crowded"))
        self.crowd(crowded, 49)
        warm = self.launch(self.template, self.make_customer("Warm-up"))
        self.count_closing(warm)
        one = self.count_closing(self.launch(self.template, lonely))
        fifty = self.count_closing(self.launch(self.template, crowded))
        self.assertEqual(len(crowded.collection_sequence_ids), 50)
        self.assertEqual(one, fifty)

    def test_the_list_costs_the_same_for_one_and_for_ten(self):
        """D-023 to D-025: counts and steps are read for all sequences at once."""
        few, many = (self.make_customer(name) for name in ("Few", "Many"))
        self.crowd(few, 1)
        self.crowd(many, 10)
        names = ["display_name", "state", "step_id", "action_done_count", "action_todo_count",
                 "action_coming_count", "end_label", "launched_by_id"]

        def read(customer):
            return lambda: customer.with_user(self.collector).collection_sequence_ids.read(names)

        self.count_queries(read(few))
        self.assertEqual(self.count_queries(read(few)), self.count_queries(read(many)))

    def test_the_to_do_list_costs_the_same_for_two_and_for_ten(self):
        """D-020: who may close what is found for all rows at once, whoever owes them."""
        template = self.make_template("WIDE", [step("one", [
            action("first"), *(action(f"a{n}", "RC", required=False) for n in range(9))],
            [row("end")])])
        sequence = self.launch(template)
        names = ["display_name", "can_answer", "late", "user_id", "customer_id", "step_id"]

        def read(limit):
            actions = self.env["collection.action"].with_user(self.collector)
            return lambda: actions.search(
                [("sequence_id", "=", sequence.id)], limit=limit).read(names)

        self.count_queries(read(10))
        self.assertEqual(self.count_queries(read(2)), self.count_queries(read(10)))
