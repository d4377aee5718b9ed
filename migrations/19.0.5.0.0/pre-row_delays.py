"""The delay of a row is never negative: the database makes sure of it from now on.

No row ever ran on such a delay, as a tree that has one could be neither published nor played. It
becomes none, which publishing asks about; the log names the rows.
"""

import logging

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    cr.execute("""
        UPDATE collection_sequence_transition transition
           SET delay_amount = 0
          FROM collection_sequence_step step
          JOIN collection_sequence_template template ON template.id = step.template_id
         WHERE step.id = transition.step_id AND transition.delay_amount < 0
     RETURNING template.code, template.version, step.key, transition.key""")
    for code, number, step, row in cr.fetchall():
        _logger.warning(
            "Template %s, version %s, step %s, row %s: its negative delay is none now",
            code, number, step, row)
