from odoo.exceptions import UserError

from .call_case import CallCase


class TestWaysOut(CallCase):
    """A message that has nowhere to go to says what can be done about it."""

    def setUp(self):
        super().setUp()
        self.customer.write({"email": False, "street": False})
        self.process_due()
        self.env.invalidate_all()
        self.action = self.get_planned(self.customer).with_user(self.collector)

    def test_the_address_is_entered(self):
        """screens 46: beside the error; then it can be sent."""
        self.assertIn("e-mail", self.action.error)
        action = self.action.action_open_address()
        self.assertEqual((action["res_model"], action["res_id"]),
                         ("res.partner", self.customer.id))
        self.customer.with_user(self.collector).email = "new@example.com"
        self.assertTrue(self.action.send_now())

    def test_what_helps_comes_first(self):
        """Sending is offered first again once there is an address."""
        self.assertTrue(self.action.lacks_address)
        self.customer.with_user(self.collector).email = "new@example.com"
        self.env.invalidate_all()
        self.assertFalse(self.action.lacks_address)

    def test_it_leaves_as_a_letter(self):
        """screens 46: where the customer has a postal address; the history says so."""
        self.customer.write({
            "street": "1 Main Street", "city": "Lyon", "zip": "69002",
            "country_id": self.env.ref("base.fr").id})
        self.action.action_send_as_letter()
        self.assertEqual((self.action.kind, self.action.outcome), ("letter", "done"))
        self.assertTrue(self.get_rows("channel_changed"))

    def test_no_postal_address_either(self):
        """screens 46: nothing is changed by half."""
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.action.action_send_as_letter()
        self.env.invalidate_all()
        self.assertEqual(self.action.kind, "email")
