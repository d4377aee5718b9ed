from odoo.tests import tagged

from ..common import CollectionCase


@tagged("post_install", "-at_install")
class TestBoard(CollectionCase):
    """The board of actions: what waits stands first, what is to come is folded (screens 8)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.actions = cls.env["collection.action"].with_user(cls.collector).with_context(
            read_group_expand=True)  # as the client asks for a board
        cls.make("2026-03-20")

    @classmethod
    def make(cls, day):
        return cls.actions.create_message(
            cls.customer, {"name": "Call", "kind": "call", "date": day})

    def get_columns(self):
        """:return: list of (state, whether its column is open), as the client is given it"""
        answer = self.actions.web_read_group(
            [("customer_id", "=", self.customer.id)], ["state"], ["__count"], auto_unfold=True,
            unfold_read_specification={"name": {}})
        return [(group["state"], "__records" in group) for group in answer["groups"]]

    def test_what_is_to_do_comes_before_what_is_to_come(self):
        """screens 8: on a telephone, what is due today is what one sees."""
        self.make("2026-03-02")
        self.assertEqual(self.get_columns(), [("todo", True), ("scheduled", False)])

    def test_nothing_to_do_is_said(self):
        """screens 8: the board is not one folded column."""
        self.assertEqual(self.get_columns(), [("todo", True), ("scheduled", False)])

    def test_the_order_of_all(self):
        """screens 8: to do, to validate, to come, closed."""
        states = ["closed", "scheduled", "validating"]
        self.assertEqual(
            self.actions._expand_states(states, []), ["todo", "validating", "scheduled", "closed"])
