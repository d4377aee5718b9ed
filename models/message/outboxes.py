"""The outbound logs: what leaves by e-mail."""

#: Models that find their records by a message (``_find_by_message``) and keep what became of it
#: (``_set_state``). A domain that sends in a way of its own adds its model.
OUTBOXES = ["collection.dispatch"]
