"""The floor: the decisions of a first plan as one bare `INSERT … SELECT`.

Nothing is asked of Odoo, nothing is checked twice, nothing that was planned before is looked
at: what PostgreSQL needs to find each customer's leader, its step and its day, and to write
the same rows.
"""

from measure import Meter, warm_up

from odoo import fields

#: What the rows hold of their step.
COPIED = (
    "name, kind, function_id, recipient_function_id, needs_validation, validator_function_id,"
    " required, keep, description, subject, body, mode, mail_template_id, attach_invoices,"
    " attach_statement, grace_days, portal_shows, portal_documents, portal_decides"
)

STATEMENT = f"""
WITH item AS (
    SELECT partner.id AS customer, line.id, line.date_maturity AS due, line.move_name AS name,
           line.amount_residual AS residual,
           (partner.collection_scenario_id ->> %(key)s)::int AS scenario,
           (partner.collector_id ->> %(key)s)::int AS collector
      FROM account_move_line AS line
      JOIN account_account AS account ON account.id = line.account_id
      JOIN account_move AS move ON move.id = line.move_id
      JOIN res_partner AS contact ON contact.id = line.partner_id
      JOIN res_partner AS partner ON partner.id = contact.commercial_partner_id
 LEFT JOIN collection_item_status AS status ON status.id = line.collection_status_id
     WHERE line.company_id = %(company)s AND line.parent_state = 'posted'
       AND account.account_type = 'asset_receivable' AND NOT line.reconciled
       AND line.no_followup IS NOT TRUE
       AND move.payment_state NOT IN ('in_payment', 'paid', 'reversed', 'blocked')
       AND partner.active AND partner.collection_scenario_id ->> %(key)s IS NOT NULL
       AND COALESCE((partner.collection_hold_until ->> %(key)s)::date < %(day)s, TRUE)
       AND (status.excludes IS NOT TRUE
            OR status.kind = 'promise' AND line.collection_promise_date < %(day)s)
       AND NOT EXISTS (
           SELECT FROM account_move_line_collection_action_rel AS taken
             JOIN collection_action AS specific ON specific.id = taken.collection_action_id
            WHERE taken.account_move_line_id = line.id AND specific.origin = 'specific'
              AND specific.state <> 'closed')
), leader AS (
    SELECT DISTINCT ON (customer) *
      FROM item WHERE residual > 0 ORDER BY customer, due, residual DESC, id
), total AS (
    SELECT customer, SUM(residual) AS amount FROM item GROUP BY customer
)
INSERT INTO collection_action (
       origin, customer_id, company_id, scenario_id, scenario_step_id, leader_id, leader_name,
       leader_due, user_id, responsible_id, unassigned, date, planned_on, state,
       create_uid, create_date, write_uid, write_date, {COPIED})
SELECT 'scenario', leader.customer, %(company)s, scenario.id, step.id, leader.id,
       leader.name, leader.due, leader.collector, users.partner_id, leader.collector IS NULL,
       GREATEST(leader.due + step.offset, %(day)s), %(day)s, 'scheduled',
       1, now() at time zone 'UTC', 1, now() at time zone 'UTC',
       {", ".join(f"step.{name}" for name in COPIED.replace(" ", "").split(","))}
  FROM leader
  JOIN total ON total.customer = leader.customer AND total.amount > 0
  JOIN collection_scenario AS scenario ON scenario.id = leader.scenario
  JOIN LATERAL (
       SELECT * FROM collection_scenario_step AS step
        WHERE step.scenario_id = scenario.id AND step.active
          AND (step.offset >= 0 OR leader.due >= %(day)s)
     ORDER BY scenario.entry = 'contextual' AND leader.due + step.offset <= %(day)s DESC,
              CASE WHEN scenario.entry = 'contextual' AND leader.due + step.offset <= %(day)s
                   THEN -step.offset ELSE step.offset END
        LIMIT 1) AS step ON TRUE
  LEFT JOIN res_users AS users ON users.id = leader.collector
"""


def run(env):
    """Run the statement; returns its figures and how many `actions` it wrote."""
    warm_up(env.cr)
    company = env.company.id
    values = {"company": company, "key": str(company), "day": fields.Date.today()}
    with Meter() as meter:
        env.cr.execute(STATEMENT, values)
        actions = env.cr.rowcount
        env.cr.commit()
    return {**meter.result, "actions": actions}
