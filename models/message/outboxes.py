"""The outbound logs: what leaves by e-mail."""

#: Models that find their records by a message (``_find_by_message``) and keep what became of it:
#: ``_set_state``, ``_record_postponed``, ``_record_unknown``, ``_record_return``,
#: ``_record_never_left``, ``_record_queued_again`` and ``_block_addresses``; ``_find_waiting``
#: gives those whose e-mail has not left yet. A domain that sends in a way of its own adds its
#: model.
OUTBOXES = ["collection.dispatch"]
