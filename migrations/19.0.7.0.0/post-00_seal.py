"""Histories from before are sealed by today's formula: a row in each covers all before it, and says
what was found in them. The rows themselves are not touched. It comes before all other scripts: none
of them adds a row to a history that is not sealed by today's formula yet."""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

#: Histories that are sealed at once.
BATCH = 2000


def migrate(cr, version):
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    ids = [id_ for [id_] in env.execute_query(SQL(
        "SELECT chain.id FROM collection_history_chain AS chain"
        "  JOIN collection_history AS last ON last.chain_id = chain.id"
        "   AND last.number = chain.head_number WHERE last.digest_version = 1 ORDER BY chain.id"))]
    for start in range(0, len(ids), BATCH):
        env["collection.seal"]._reseal_older(
            env["collection.history.chain"].browse(ids[start:start + BATCH]))
