"""The peer: OCA's `account_credit_control`, set up and run as its own users do.

Its fastest setting: one policy, named by the company (policies named by partners cost it
another search with every partner in it), no levelling within a customer.
"""

from measure import Meter, warm_up

from odoo import fields
from odoo.fields import Command

#: Days after the due date of its three levels; every item of the benchmark is past the first.
LEVELS = (3, 15, 30)


def setup(env):
    """Make the policy and let the company use it."""
    template = env.ref("account_credit_control.email_template_credit_control_base")
    company = env.company
    company.credit_policy_id = env["credit.control.policy"].create({
        "name": "Benchmark",
        "company_id": company.id,
        "account_ids": [Command.set(env["account.account"].search([
            ("account_type", "=", "asset_receivable"),
            ("company_ids", "in", company.ids)]).ids)],
        "level_ids": [Command.create({
            "name": f"Level {number}", "level": number, "computation_mode": "net_days",
            "delay_days": days, "channel": "email", "email_template_id": template.id,
            "custom_text": "Please pay.", "custom_mail_text": "Please pay.",
        }) for number, days in enumerate(LEVELS, start=1)],
    })
    return {}


def run(env, context=None):
    """Generate the lines of all that is overdue.

    :param dict context: what to run it with, such as `tracking_disable`
    :return: the figures, and how many `lines` there are
    """
    warm_up(env.cr)
    policy = env.company.credit_policy_id
    run = env["credit.control.run"].with_context(**context or {}).create(
        {"date": fields.Date.today(), "policy_ids": [Command.set(policy.ids)]})
    env.cr.commit()
    with Meter() as meter:
        run.generate_credit_lines()
        env.cr.commit()
    return {**meter.result, "lines": env["credit.control.line"].search_count([])}

