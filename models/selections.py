"""Selections that several models share, each word in one place."""

OUTCOMES = [
    ("done", "Done"),
    ("validated", "Validated"),
    ("refused", "Refused"),
    ("cancelled", "Cancelled"),
    ("ignored", "Ignored"),
    ("expired", "Expired"),
    ("moot", "Moot"),
    ("stopped", "Stopped"),
    ("settled", "Settled"),
    ("failed", "Failed"),
]

#: Outcomes that an option of the trade may stand for.
OPTION_OUTCOMES = OUTCOMES[:3]

ACTION_KINDS = [
    ("task", "Task"),
    ("check", "Check"),
    ("email", "E-mail"),
    ("letter", "Letter"),
    ("sms", "SMS"),
    ("call", "Call"),
    ("documents", "Document request"),
]

SEQUENCE_STATES = [
    ("new", "New"),
    ("running", "Running"),
    ("paused", "Paused"),
    ("done", "Ended"),
    ("stopped", "Stopped"),
    ("switched", "Switched"),
]

INCIDENTS = [
    ("stuck", "Nothing can move it"),
    ("max_visits", "Step visited too often"),
    ("runaway", "Steps follow each other without end"),
]
