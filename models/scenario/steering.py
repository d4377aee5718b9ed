from ..action.steering import Steering, steers


@steers("scenario")
class ScenarioSteering(Steering):
    """Actions of a scenario: what comes next is planned, and so is what still stands."""

    leaves_out_excluded = True
    follows_customer = False  # planned anew

    def describe(self):
        return self.actions.why

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
        return self.actions
