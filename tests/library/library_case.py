"""A landlord who has loaded the library, and shorthands to walk its trees. No demo data."""

from datetime import date

from freezegun import freeze_time

from ..common import COLLECTOR, MANAGER, NOW, CollectionCase


class LibraryCase(CollectionCase):
    """A French company that has nothing but the library, on Monday 2 March 2026."""

    #: keys of the examples that are loaded
    examples = ()

    @classmethod
    def setUpClass(cls):
        super(CollectionCase, cls).setUpClass()  # without its functions: those of the library
        cls.startClassPatcher(freeze_time(NOW))
        cls.env["res.lang"]._activate_lang("en_US")
        cls.company = cls.env.company
        cls.company.country_id = cls.env.ref("base.fr")
        cls.company.partner_id.write({"tz": "Europe/Paris", "lang": "en_US"})
        cls.env = cls.env(context={
            "tracking_disable": True, "tz": "Europe/Paris", "lang": "en_US",
            "allowed_company_ids": cls.company.ids})
        cls.collector = cls.make_user("collector", COLLECTOR)
        cls.manager = cls.make_user("manager", MANAGER)
        cls.library = cls.env["collection.library"].with_user(cls.manager)
        cls.library._load(cls.examples)
        cls.functions = {
            function.code: function for function in cls.env["collection.function"].search([])}
        cls.options = {
            option.code: option for option in cls.env["collection.action.option"].search([])}

    @classmethod
    def begin(cls, code, holders, amount=3000.0, **vals):
        """Launch a published template on a customer who owes one invoice.

        :param dict holders: code of a function by code of the function whose holder it shares
        :return: (sequence, invoice)
        """
        customer = cls.make_partner(
            "Debtor", collector_id=cls.collector.id, email="debtor@example.com", **vals)
        for function, holder in holders.items():
            cls.make_participant(customer, function, holder or customer)
        invoice = cls.make_invoice(customer, amount)
        template = cls.env["collection.sequence.template"].search(
            [("code", "=", code), ("state", "=", "published")])
        items = cls.get_items(invoice)
        return cls.launch(template, customer, items=items), invoice

    def do(self, sequence, key, answer=None, **markers):
        """Close the latest action of a content, as the litigation manager.

        :param str answer: code of an option (in capitals) or an outcome; by default ``done``
        :param markers: dates and facts entered in the closing dialog
        """
        option = self.options.get(answer)
        self.get_action(sequence, key).with_user(self.manager).close(
            None if option else answer or "done", option=option, comment="As the file shows.",
            markers=markers)

    def note(self, sequence, event):
        """Note an event by hand, as the collector."""
        sequence.with_user(self.collector).record_event(event)

    def put(self, sequence, code):
        """Let something happen to the customer, and deliver it."""
        self.env["collection.signal"]._post([{
            "key": f"{code}:{sequence.id}:{len(sequence.visit_ids)}", "code": code,
            "customer_id": sequence.customer_id.id, "company_id": self.company.id}])
        self.deliver_signals()

    def settle(self, invoice):
        """The customer pays everything, and the sequences hear of it."""
        self.pay(invoice)
        self.deliver_signals()

    def assertDue(self, sequence, row, day):
        """The deadline of a row of the current step ends on that day."""
        deadline = sequence.sudo().deadline_ids.filtered(lambda found: (
            found.visit_id == sequence.visit_id and found.transition_id.key == row))
        self.assertEqual(deadline.due, date.fromisoformat(day))

    def assertEnds(self, sequence, label):
        """The sequence has reached that end, and its history leads there."""
        self.assertEqual((sequence.state, sequence.end_label), ("done", label))
        self.assertReplays(sequence)

    def assertSwitched(self, sequence, code):
        """The sequence went over to another template, which runs for the same items."""
        successor = sequence.sudo().successor_id
        self.assertEqual(
            (sequence.state, successor.template_code, successor.state),
            ("switched", code, "running"))
        self.assertEqual(successor.item_ids, sequence.sudo().item_ids)
        self.assertReplays(sequence)
        self.assertReplays(successor)
        return successor
