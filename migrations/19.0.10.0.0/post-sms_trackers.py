"""What an operator reports of an SMS comes by its tracker: those that were queued before have none.
"""


def migrate(cr, version):
    if not version:
        return
    cr.execute("""
        INSERT INTO sms_tracker (sms_uuid)
        SELECT DISTINCT sms_uuid FROM collection_dispatch WHERE sms_uuid IS NOT NULL
        ON CONFLICT DO NOTHING
    """)
