from ..link.test_link import LinkCase

MARCH = [("2026-03-20", 266.67), ("2026-04-20", 266.67), ("2026-05-20", 266.66)]


class PlanCase(LinkCase):
    """A tenant who owes 800.00, to be paid in three instalments."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.items = cls.get_items(cls.older, cls.newer)
        cls.link, cls.token = cls.make_link()

    @classmethod
    def offer(cls, instalments=None, items=None, user=None, **vals):
        user = user or cls.collector
        return cls.env["collection.payment.plan"].with_user(user).offer(
            (items or cls.items).with_user(user), instalments or MARCH, **vals)

    def accept(self, plan, name="Jean Dupont"):
        return plan._accept_on_page(self.link, name)

    def get_rows(self, kind, customer=None):
        return (customer or self.customer).with_user(
            self.collector).collection_history_ids.filtered(lambda row: row.kind == kind)

    def get_activities(self):
        return self.env["mail.activity"].search([
            ("res_model", "=", "res.partner"), ("res_id", "=", self.customer.id)])

    def judge(self, day):
        self.env.flush_all()
        with self.at(f"{day} 09:00:00"):
            self.run_cron("_process_promises", model="collection.promise")
        self.env.invalidate_all()
