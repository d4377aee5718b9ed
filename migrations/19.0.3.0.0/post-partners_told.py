"""Partners outside know what was asked of them before there was a portal: no flood of e-mails."""


def migrate(cr, version):
    if version:
        cr.execute("""
            UPDATE collection_action AS action
               SET notified_partner_id = action.responsible_id, late_notice_sent = true
              FROM collection_function AS function
             WHERE function.id = action.function_id AND function.kind = 'external'
               AND action.state IN ('todo', 'validating')
        """)
