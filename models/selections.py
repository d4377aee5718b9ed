"""Selections that several models share, each word in one place."""

ACTION_KINDS = [
    ("task", "Task"),
    ("check", "Check"),
    ("email", "E-mail"),
    ("letter", "Letter"),
    ("sms", "SMS"),
    ("call", "Call"),
    ("documents", "Document request"),
]

#: Kinds that leave the house: an action of these can be sent.
SENT_KINDS = ("email", "letter", "sms")
#: Kinds by which a customer hears from us: two of them are kept apart by the scenario.
CONTACT_KINDS = (*SENT_KINDS, "call")

MODES = [
    ("manual", "By hand"),
    ("confirm", "Automatic, to confirm"),
    ("automatic", "Automatic"),
]

DISPATCH_STATES = [
    ("pending", "Queued"),
    ("claimed", "Being sent"),
    ("sent", "Sent"),
    ("bounced", "Bounced"),
    ("failed", "Refused"),
    ("replied", "Answered"),
    ("to_verify", "To verify"),
    ("cancelled", "Cancelled"),
]
