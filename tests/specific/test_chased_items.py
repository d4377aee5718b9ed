import random

from odoo.fields import Date

from .test_specific import ItemCase

WALKS, STEPS = 6, 14


class TestChasedItems(ItemCase):
    """What the scenario chases, after any history, against the definitions."""

    def get_chased(self, items, today):
        """The definitions: open, and nothing takes it out (DESIGN: open item; B33; E2); a
        promise does until its day, and while it is given time to be matched."""
        actions = self.env["collection.action"].search([
            ("origin", "=", "specific"), ("state", "!=", "closed"), ("excludes", "=", True)])
        return items.filtered(lambda item: (
            not item.reconciled and not item.no_followup
            and item.move_id.payment_state not in ("in_payment", "paid", "reversed", "blocked")
            and item.collection_status_id.kind not in ("dispute", "litigation")
            and not (item.collection_status_id.kind == "promise"
                     and max(item.collection_promise_date, item.collection_review_date) >= today)
            and item not in actions.item_ids))

    def get_net(self, customer, chased):
        """E11: payments on account count against what is chased."""
        credits = self.get_customer_items(customer).filtered(lambda item: item.amount_residual < 0)
        return sum((chased | credits).mapped("amount_residual"))

    def take_step(self, chance, items):
        """One thing that happens to one of the items."""
        item = chance.choice(items)
        mine = item.with_user(self.collector)
        still_open = not item.reconciled

        def pay():
            self.pay(item.move_id, chance.choice([None, 30, 100]))

        def take_back():
            item.sudo().remove_move_reconcile()

        def say():
            kind = chance.choice(["normal", "dispute", "litigation", "resolved"])
            mine.set_collection_status(self.env.ref(f"account_collection.item_status_{kind}"))

        def promise():
            self.env["collection.promise"].with_user(self.collector).make(
                mine, Date.add(Date.today(), days=chance.randrange(5)))

        def ask():
            self.env["collection.action"].with_user(self.collector).create_specific(
                mine, {"name": "Call"}, move=True)

        def close():
            self.env["collection.action"].search([
                ("origin", "=", "specific"), ("state", "!=", "closed"),
                ("item_ids", "in", item.ids)], limit=1).close("done")

        steps = [take_back] if not still_open else [pay, say, promise, ask, take_back]
        has_action = self.env["collection.action"].search_count([
            ("origin", "=", "specific"), ("state", "!=", "closed"), ("item_ids", "in", item.ids)])
        if has_action:
            steps.append(close)
        step = chance.choice(steps)
        step()
        return step.__name__

    def test_any_history_leaves_the_defined_items(self):
        """S-002, A-004, B31, B33: payments, matchings undone, statuses, promises and actions, at
        random; on each day of them the leader is the oldest of the items that are defined."""
        for seed in range(WALKS):
            chance, told = random.Random(seed), []
            customer = self.make_customer(f"Walk {seed}")
            for due in ("2026-02-01", "2026-02-10", "2026-02-20"):
                self.make_invoice(customer, 100, due=due)
            self.chase(customer, self.scenario)
            items = self.get_customer_items(customer)
            for day in range(STEPS):
                moment = Date.add(Date.to_date("2026-03-02"), days=day // 3)
                with self.subTest(seed=seed, told=told), self.at(f"{moment} 09:00:00"):
                    told = [*told, self.take_step(chance, items)]
                    self.env["collection.promise"].search([("state", "=", "open")])._evaluate()
                    self.env["collection.scenario"]._plan(customer)
                    expected = self.get_chased(items, moment)
                    excluded = items.browse(items._get_exclusions(moment))
                    still_open = items.filtered(lambda item: not item.reconciled)
                    self.assertEqual(still_open - excluded, expected)
                    leader = expected[:1] if self.get_net(customer, expected) > 0 else items[:0]
                    self.assertEqual(self.get_planned(customer).leader_id, leader)
