from ..action.channels import get_channel
from ..action.steering import Steering, steers


@steers("scenario")
class ScenarioSteering(Steering):
    """Actions of a scenario: what comes next is planned, and so is what still stands."""

    leaves_out_excluded = True
    is_reminder = True
    settles = False
    follows_customer = False  # planned anew

    @property
    def claims_paid_late(self):
        return self.actions.scenario_id.claims_paid_late

    def describe(self):
        return self.actions.why

    def describe_followed(self):
        action = self.actions
        following = action.search([
            ("customer_id", "=", action.customer_id.id), ("origin", "=", "scenario"),
            ("company_id", "=", action.company_id.id), ("state", "!=", "closed")], limit=1)
        return self.env._("Next: %(turn)s.", turn=following._describe_turn()) if following else ""

    def plan_next(self):
        self.env["collection.scenario"]._plan(self.actions.customer_id)

    def prepare_history_vals(self):
        return {"step_name": self.actions.scenario_step_id.name or ""}

    def get_post_by(self):
        return self.actions.scenario_step_id.post_by or super().get_post_by()

    def choose_items(self, account, day):
        return self.actions._filter_reached(account, day)

    def check_again(self):
        """Planning closes what is settled, and moves what has another day now."""
        self.env["collection.scenario"]._plan(self.actions.customer_id)
        standing = self.actions.filtered(lambda action: action.state != "closed")
        # the companies of a root are one creditor, who writes once a day: the others come later
        return standing.browse().union(*(own[:1] for own in standing.sorted(
            lambda action: (action.date, action.company_id.id)).grouped(lambda action: (
                action.customer_id, action.company_id._get_collection_tree())).values()))

    def find_channel(self, channel, recipient):
        step = self.actions.scenario_step_id
        letter = get_channel("letter")
        if step.letter_instead and not letter.find_address_problem(recipient):
            return letter
        return channel

    def gives_up(self, day):
        action = self.actions
        days = action.scenario_id.skip_days
        return bool(days) and (day - action.date).days >= days
