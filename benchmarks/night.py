"""A whole night: all customers are planned, one in five is written to, the work list follows."""

import time

from measure import Meter, warm_up
from messages import AFTER
from scenarios import assign, make_scenario

#: One customer in so many is written to tonight.
DUE = 5
#: Days after the due date that no customer's oldest item has reached.
LATER = 400
#: Key of the lock that workers share once they are ready.
BARRIER = 4711
#: Seconds to wait for the others.
PATIENCE = 20


def setup(env):
    """Every fifth customer gets a scenario whose first e-mail is due, the others one of later."""
    env.cr.execute(
        "UPDATE res_partner SET collection_scenario_id = NULL, collection_hold_until = NULL")
    scenarios = [
        make_scenario(
            env, "first", [(days, "email", "automatic"), (days + 30, "email", "automatic")])
        for days in (LATER, AFTER)]
    later, due = scenarios
    assign(env, "collection_scenario_id", [*[later.id] * (DUE - 1), due.id])
    env.cr.execute("TRUNCATE collection_plan_mark, collection_debtor_mark")
    return {}


def plan(env):
    """Plan all customers; returns the figures, and how many actions are `due`."""
    warm_up(env.cr)
    with Meter() as meter:
        env["collection.scenario"]._plan_all()
        env.cr.commit()
    actions = env["collection.action"]
    return {**meter.result, "due": actions.search_count(actions._get_due_domain())}


def send(env, beside=1):
    """Send what is due, beside other workers or alone.

    :param int beside: how many workers there are; they wait for one another before they begin
    :return: the figures, the `count` of messages, when it `began` and `ended`
    """
    _wait_for_others(env.cr, beside)
    began = time.time()
    with Meter() as meter:
        count = env["collection.action"]._process_due()
        env.cr.commit()
    return {**meter.result, "count": count, "began": began, "ended": time.time()}


def _wait_for_others(cr, workers):
    """Wait until as many workers share a lock of the database: one that loads longer than the
    others would have less to do. Not for ever: others may have ended before this one looked."""
    cr.execute("SELECT pg_advisory_lock_shared(%s)", (BARRIER,))
    patience = time.time() + PATIENCE
    while time.time() < patience:
        cr.execute("SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s"
                   " AND database = (SELECT oid FROM pg_database"
                   " WHERE datname = current_database())", (BARRIER,))
        [ready] = cr.fetchone()
        cr.commit()
        if ready >= workers:
            return
        time.sleep(0.02)


def follow(env):
    """What other crons do after it: marked customers, and the work list; returns the figures."""
    with Meter() as meter:
        env["collection.scenario"]._plan_marked()
        env["collection.debtor"]._process_marked()
        env.cr.commit()
    return meter.result


def check(env, count):
    """Hold the night to one e-mail for each customer that was due, and none for the others."""
    sent = env["collection.dispatch"].search([])
    assert len(sent) == len(sent.customer_id) == count, f"{len(sent)} of {count} messages"
    assert set(sent.mapped("state")) == {"pending"}
    assert len(sent.mail_message_id) == count
    assert set(sent.action_id.mapped("outcome")) == {"done"}
    return {}
