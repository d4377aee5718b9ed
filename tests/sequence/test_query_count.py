from odoo.tests import tagged

from ..common import CollectionCase, action, row, step

#: Queries of delivering one more event, that nothing waits for, in one transaction.
AN_EVENT = 9
#: Queries of looking at one more sequence at night, on which nothing happens.
A_TICK = 2


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

    def make_events(self, number):
        """:return: so many payments, each of another customer who is in a sequence"""
        customers = [self.make_customer(f"Payer {count}") for count in range(number)]
        for customer in customers:
            self.launch(self.template, customer)
        events = self.env["collection.signal"]._post([{
            "key": f"payment:{customer.id}", "code": "payment", "customer_id": customer.id,
            "company_id": self.company.id, "amount": 10} for customer in customers])
        self.env.cr.flush()  # what launching leaves for the end of its transaction is not counted
        return events

    def count_delivering(self, number):
        """Queries of delivering so many events in one transaction."""
        return self.count_queries(
            self.env["collection.sequence"].sudo()._deliver, self.make_events(number))

    def test_each_event_costs_the_same(self):
        """D-059: what all of them need is read once; one more is kept, sealed and noted."""
        self.count_delivering(2)
        two, twelve = (self.count_delivering(number) for number in (2, 12))
        self.assertEqual(twelve - two, 10 * AN_EVENT)

    def test_each_sequence_costs_the_same_at_night(self):
        """D-060: what all of them need is read once."""
        def count(number):
            return self.count_queries(
                self.make_events(number).customer_id.collection_sequence_ids.sudo()._tick)

        count(2)
        two, twelve = (count(number) for number in (2, 12))
        self.assertEqual(twelve - two, 10 * A_TICK)
