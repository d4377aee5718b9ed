"""Sequences that wait for another know which events had come before they waited.

Their history has it: the events received before the last launch of another template.
"""


def migrate(cr, version):
    if not version:
        return
    cr.execute("""
        UPDATE collection_sequence sequence
           SET waiting_since = (
                   SELECT count(*)
                     FROM collection_history event
                    WHERE event.sequence_id = sequence.id
                      AND event.kind = 'event_received'
                      AND event.id < (
                          SELECT max(launch.id)
                            FROM collection_history launch
                           WHERE launch.sequence_id = sequence.id
                             AND launch.kind = 'child_started'))
         WHERE waiting_template_code IS NOT NULL
    """)
