"""Histories of many customers: written and sealed, verified, verified again, anchored."""

from datetime import timedelta
from unittest.mock import patch

from measure import Meter

from odoo import fields
from odoo.tools import config

#: Rows of each history.
ROWS = 50
#: Customers that are made at once.
BATCH = 1000
KEY = "a-key-of-the-benchmark-which-is-long-enough"


def build(env, rows):
    """Write histories with so many rows in all, sealed with a key.

    :return: the figures of writing, and how many `chains` there are
    """
    config.options["collection_seal_key"] = KEY
    customers = []
    partners = env["res.partner"].with_context(tracking_disable=True)
    for start in range(0, rows // ROWS, BATCH):
        customers += partners.create([
            {"name": f"Customer {place}"}
            for place in range(start, min(start + BATCH, rows // ROWS))]).ids
        env.cr.commit()
        env.invalidate_all()
    vals = {"kind": "setting_changed", "cause": "rule", "command": "run",
            "text": "By a rule of the benchmark", "data": {"field": "collector_id"}}
    with Meter() as meter:
        for place in range(ROWS):
            env["collection.history"]._append_same(
                env.company, vals, dict.fromkeys(customers, "x"),
                {"x": (f"Collector {place}", f"Collector {place + 1}")})
            env.cr.commit()
    env.cr.execute("ANALYZE collection_history, collection_history_chain")
    return {**meter.result, "chains": len(customers)}


def verify(env):
    """Verify all from the first row on, again with nothing new, in the night after with its
    share, and anchor.

    :return: dict of the figures of each
    """
    config.options["collection_seal_key"] = KEY
    checks, today = env["collection.history.check"], fields.Date.today()
    found = {"first": _measure(env, checks._verify_all)}
    env.cr.execute("ANALYZE collection_history_check")
    found["again"] = _measure(env, checks._verify_all)
    with patch.object(fields.Date, "today", staticmethod(lambda *_: today + timedelta(days=1))):
        found["night"] = _measure(env, checks._verify_all)
    found["anchor"] = _measure(env, lambda: env["collection.anchor"]._anchor_company(env.company))
    assert not checks.search_count([("state", "!=", "whole")]), "a history does not hold"
    return found


def _measure(env, command):
    env.invalidate_all()
    with Meter() as meter:
        command()
        env.cr.commit()
    return meter.result
