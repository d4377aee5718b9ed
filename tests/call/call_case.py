from odoo.tests import Form

from ..specific.test_specific import ItemCase


class CallCase(ItemCase):
    """The collector's customer has three overdue items of 100, and a telephone number."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.phone = "+33 1 23 45 67 89"
        cls.reason = cls.env.ref("account_collection.dispute_reason_goods")

    def open_dialog(self, about=None, button="action_log_call", user=None):
        """:return: ``Form`` of the dialog that a button opens, as the collector sees it"""
        about = (about or self.customer).with_user(user or self.collector)
        action = getattr(about, button)()
        dialogs = self.env["collection.call"].with_user(user or self.collector)
        return Form(dialogs.with_context(**action["context"]))

    def record(self, form):
        """Press *Record*.

        :return: the ``collection.call``
        """
        dialog = form.save()
        dialog.action_apply()
        return dialog

    def note(self, result="reached", about=None, **values):
        """Note a call.

        :return: the ``collection.call``
        """
        form = self.open_dialog(about)
        form.result = result
        for name, value in values.items():
            form[name] = value
        return self.record(form)

    def get_rows(self, kind):
        """:return: the customer's history rows of a kind, the oldest first"""
        return self.env["collection.history"].search(
            [("customer_id", "=", self.customer.id), ("kind", "=", kind)], order="number")

    def plan_call(self, **values):
        return self.env["collection.action"].with_user(self.collector).create_message(
            self.customer, {"name": "Call them", "kind": "call", **values})
