from ..common import CollectionCase


class SetupCase(CollectionCase):
    """A company in which nothing has been started yet."""

    @classmethod
    def start_collection(cls):
        """The tests do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.collection_started_on = False
        cls.scenario = cls.make_scenario()
        cls.page = cls.open_page()

    @classmethod
    def open_page(cls):
        """Look at the page, as the manager; returns it."""
        return cls.env["collection.setup"].with_user(cls.manager)._get_setup()

    def answer(self, **vals):
        """Answer questions of the page, as the manager."""
        self.page.write({"scenario_id": self.scenario.id, **vals})
        return self.page

    def read_policy(self):
        """:return: what the answers change"""
        self.env.invalidate_all()
        return (
            self.scenario.minimum_amount, self.scenario.net_credits, self.scenario.entry,
            set(self.scenario.step_ids.mapped("mode")),
            str(self.company.collection_old_until or ""))
