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
    ("refused", "Another sequence could not be started"),
]

#: What may happen to a customer, as an edge: used once by each sequence that waits for it (B16).
EVENTS = [
    ("payment", "Payment received"),
    ("payment_reversed", "Payment taken back"),
    ("credit_note", "Credit note applied"),
    ("item_overdue", "New item overdue"),
    ("dispute_opened", "Dispute opened"),
    ("dispute_closed", "Dispute closed"),
    ("promise_broken", "Promise broken"),
    ("mail_bounced", "E-mail bounced"),
    ("mail_replied", "E-mail answered"),
    ("documents_complete", "Documents complete"),
    ("documents_refused", "Documents refused"),
    ("child_ended", "Another sequence ended"),
    ("manual", "Event noted by hand"),
]

#: What may hold for a customer, as a state of the world.
LEVELS = [
    ("settled", "Nothing is due any more"),
    ("balance", "Less is due than"),
]

DELAY_UNITS = [
    ("days", "days"),
    ("weeks", "weeks"),
    ("months", "months"),
    ("working_days", "working days (Monday to Friday)"),
    ("business_days", "working days (Monday to Saturday)"),
]

NATURES = [
    ("internal", "Internal: freezes with a pause"),
    ("legal", "Legal: never freezes"),
]
