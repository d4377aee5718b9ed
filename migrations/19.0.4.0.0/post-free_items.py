"""What our records know of journal items that may now be replaced or deleted, filled in once."""


def migrate(cr, version):
    if not version:
        return
    cr.execute("""
        UPDATE collection_action AS action
           SET leader_name = COALESCE(line.move_name, line.name),
               leader_due = COALESCE(line.date_maturity, line.date)
          FROM account_move_line AS line
         WHERE line.id = action.leader_id AND action.leader_due IS NULL""")
    cr.execute("""
        UPDATE collection_answer AS answer
           SET item_name = COALESCE(line.move_name, line.name)
          FROM account_move_line AS line
         WHERE line.id = answer.item_id AND answer.item_name IS NULL""")
    # what had been paid on the items of a promise when it was made
    cr.execute("""
        UPDATE collection_promise AS promise SET matched_before = before.paid
          FROM (SELECT id, jsonb_object_agg(credit_move_id, amount) AS paid
                  FROM (SELECT made.id, partial.credit_move_id,
                               sum(partial.debit_amount_currency) AS amount
                          FROM collection_promise AS made
                          JOIN account_move_line_collection_promise_rel AS rel
                               ON rel.collection_promise_id = made.id
                          JOIN account_partial_reconcile AS partial
                               ON partial.debit_move_id = rel.account_move_line_id
                           AND partial.create_date <= made.create_date
                      GROUP BY made.id, partial.credit_move_id) AS matched
              GROUP BY id) AS before
         WHERE before.id = promise.id AND promise.matched_before IS NULL""")
