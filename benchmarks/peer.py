"""The peers: OCA's `account_credit_control`, set up and run as its own users do, and the aged
balance of its `account_financial_report`.

Its fastest setting: one policy, named by the company (policies named by partners cost it
another search with every partner in it), no levelling within a customer.
"""

from datetime import timedelta

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


def read_aged(env):
    """Read the peer's aged balance of today and of a past day, as its report does before it is
    printed.

    :return: dict of seconds, by how many days back
    :raise AssertionError: its total is not ours
    """
    warm_up(env.cr)
    return {str(back): _read_aged_at(env, fields.Date.today() - timedelta(days=back))
            for back in (0, 365)}


def _read_aged_at(env, day):
    receivables = env["account.account"].search([
        ("account_type", "=", "asset_receivable"), ("company_ids", "in", env.company.ids)])
    wizard = env["aged.partner.balance.report.wizard"].create({
        "date_at": day, "company_id": env.company.id,
        "account_ids": [Command.set(receivables.ids)]})
    data = {**wizard._prepare_report_data(), "date_at": fields.Date.to_string(day)}
    env.flush_all()
    env.invalidate_all()
    with Meter() as meter:
        found = env["report.account_financial_report.aged_partner_balance"]._get_report_values(
            wizard.ids, data)
    ours = env["collection.analysis"].get_figures(env.company, day)["outstanding"]
    theirs = sum(account["residual"] for account in found["aged_partner_balance"])
    assert abs(float(ours) - theirs) < 0.01, (ours, theirs)
    return meter.result["seconds"]
