"""Our side: customers get collectors and scenarios, and are planned."""

import json
from datetime import timedelta

from measure import Meter, count_written, warm_up

from odoo import fields
from odoo.fields import Command
from odoo.tools import SQL

#: Days from the leader's due date, what is sent, and how.
STEPS = ((-5, "email", "automatic"), (10, "email", "automatic"), (30, "email", "confirm"),
         (60, "letter", "automatic"))
COLLECTORS = 10
#: One customer in so many has its oldest item disputed, its oldest item promised, is on hold.
DISPUTED, PROMISED, HELD = 20, 50, 100


def setup(env):
    """Every other customer is entered at the first step, the others at the one that fits.

    Some have items that the scenario leaves out, or are on hold, so that a plan that would
    not look at these decides otherwise.
    """
    env["res.company"].search([]).collection_started_on = fields.Date.today()
    scenarios = [make_scenario(env, entry, STEPS) for entry in ("contextual", "first")]
    collectors = env["res.users"].create([
        {"name": f"Collector {number}", "login": f"collector{number}"}
        for number in range(COLLECTORS)])
    assign(env, "collection_scenario_id", [scenario.id for scenario in scenarios])
    assign(env, "collector_id", collectors.ids)
    next_week = fields.Date.today() + timedelta(days=7)
    assign(env, "collection_hold_until", [str(next_week)], HELD)
    for kind, every, date in (("dispute", DISPUTED, None), ("promise", PROMISED, next_week)):
        status = env["collection.item.status"].create(
            {"name": kind.capitalize(), "kind": kind, "excludes": True})
        _set_status(env, status, every, date)
    return {}


def make_scenario(env, entry, steps):
    """:return: a scenario with a step of each of `steps`: days, kind, mode"""
    return env["collection.scenario"].create({
        "name": f"Benchmark, {entry}", "entry": entry,
        "step_ids": [Command.create({
            "position": position, "name": f"Step {position}", "offset": days, "kind": kind,
            "mode": mode, "subject": "Your account",
            "body": "<p>Dear #customer_name, #items_amount_overdue is overdue.</p>"
                    "<p>#items_list_overdue</p>",
        }) for position, (days, kind, mode) in enumerate(steps, start=1)],
    })


def assign(env, column, values, every=1, limit=None):
    """Set a company-dependent column of customers to each of the values in turn.

    :param int every: of one customer in so many
    :param int limit: of so many customers, None for all
    """
    env.cr.execute(SQL("""
        UPDATE res_partner
           SET %s = jsonb_build_object(%s,
               %s::jsonb -> mod(numbered.n, %s))
          FROM (SELECT id, row_number() OVER (ORDER BY id)::int AS n FROM res_partner
                 WHERE email LIKE 'customer%%@example.com' LIMIT %s) AS numbered
         WHERE numbered.id = res_partner.id AND mod(numbered.n, %s) = 0
        """, SQL.identifier(column), str(env.company.id), json.dumps(values), len(values), limit,
        every))
    env.invalidate_all()


def _set_status(env, status, every, date):
    """Give the oldest item of one customer in so many a status."""
    env.cr.execute("""
        UPDATE account_move_line AS line
           SET collection_status_id = %s, collection_promise_date = %s
          FROM (SELECT DISTINCT ON (partner_id) id, dense_rank() OVER (ORDER BY partner_id) AS n
                  FROM account_move_line
                 WHERE date_maturity IS NOT NULL AND collection_status_id IS NULL
              ORDER BY partner_id, date_maturity, id) AS oldest
         WHERE oldest.id = line.id AND mod(oldest.n, %s) = 0
        """, (status.id, date, every))


def plan(env):
    """Plan every customer.

    :return: the figures, how many `actions` are open after it and how many `rows` it wrote
    """
    warm_up(env.cr)
    written = count_written(env.cr)
    with Meter() as meter:
        env["collection.scenario"]._plan()
        env.cr.commit()
    rows = count_written(env.cr) - written
    actions = env["collection.action"].search_count([("origin", "=", "scenario")])
    return {**meter.result, "actions": actions, "rows": rows}
