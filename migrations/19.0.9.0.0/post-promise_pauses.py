"""Until when the scenario leaves promised items alone is their day of review: the days of grace of
a payment plan included, or those in which a payment is matched. The promised day is what was
promised.
"""


def migrate(cr, version):
    if not version:
        return
    cr.execute("""
        UPDATE account_move_line AS line
           SET collection_promise_date = promise.date,
               collection_review_date = COALESCE(
                   promise.wait_until, promise.date + COALESCE(promise.grace_days, 0))
          FROM collection_promise AS promise
          JOIN account_move_line_collection_promise_rel AS rel
            ON rel.collection_promise_id = promise.id,
               collection_item_status AS status
         WHERE rel.account_move_line_id = line.id AND status.id = line.collection_status_id
           AND status.kind = 'promise' AND line.reconciled IS NOT TRUE
           AND (promise.state = 'unmatched' OR promise.state = 'open' AND promise.grace_days > 0)
    """)
