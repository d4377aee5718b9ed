from ..action.channels import get_channel
from ..action.steering import Beside, Steering, steers


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

    def get_receivers(self):
        return self._find_holders("recipient_function_id")

    def writes_to_stranger(self):
        return bool(self.actions.recipient_function_id)

    def find_besides(self):
        holders = self._find_holders("beside_function_id")
        return {
            action.id: Beside(
                action.beside_function_id, holders[action.id],
                action._get_steering().choose_beside_channel(holders[action.id]))
            for action in self.actions.filtered("beside_function_id")}

    def choose_beside_channel(self, holder):
        """:return: the ``Channel`` by which the one message leaves for a holder besides: the
            step's, whatever was found for the customer"""
        step = self.actions.scenario_step_id
        channel = get_channel(step.kind if step.is_sent else self.actions.kind)
        hindered = holder and channel.find_address_problem(
            holder, channel.get_post_by(self.actions))
        return self.find_channel(channel, holder) if hindered else channel

    def _find_holders(self, name):
        """Who holds a function for the customer of each of these: the customer's own participants,
        or itself. A default holder knows nothing of a customer's debt, and a function that is no
        contact's any more is nobody's here.

        :param str name: the field of the function
        :return: dict of the active ``res.partner``, empty for nobody, by action id
        """
        holders = {}
        for company, actions in self.actions.sudo().grouped("company_id").items():
            held = {
                (row.customer_id, row.function_id): row.partner_id.filtered("active")
                for row in actions.customer_id._get_collection_participants(company)
                if row.kind == "contact"}
            nobody = actions.env["res.partner"]
            holders |= {
                action.id: held.get(
                    (action.customer_id, action[name]),
                    action.customer_id if action[name].held_by_customer else nobody)
                for action in actions}
        return holders

    def get_beside_text(self):
        step = self.actions.scenario_step_id
        return step.beside_subject or "", step.beside_body or ""

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
        if step.letter_instead and not letter.find_address_problem(
                recipient, letter.get_post_by(self.actions)):
            return letter
        return channel

    def gives_up(self, day):
        action = self.actions
        days = action.scenario_id.skip_days
        return bool(days) and (day - action.date).days >= days
