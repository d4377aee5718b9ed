"""The outcomes of an action. Never merged: each says something else in a court file.

Words of the trade ("served", "attempted, PV 659") are options that map to one of them.
"""

DONE = "done"
VALIDATED = "validated"
REFUSED = "refused"
CANCELLED = "cancelled"  # by a person: it should not be done
IGNORED = "ignored"  # by a person: it could have been done and was skipped knowingly
EXPIRED = "expired"  # by its deadline
MOOT = "moot"  # by leaving its step
STOPPED = "stopped"  # by stopping its sequence
SETTLED = "settled"  # nothing was left to collect
FAILED = "failed"  # by a technical fault

ALL = (
    DONE, VALIDATED, REFUSED, CANCELLED, IGNORED, EXPIRED, MOOT, STOPPED, SETTLED, FAILED,
)

#: What a responsible person reports as success.
POSITIVE = frozenset({DONE, VALIDATED})
#: What a person may only say with a reason.
NEED_REASON = frozenset({REFUSED, CANCELLED, IGNORED})
#: What an option of the trade may stand for.
FOR_OPTIONS = frozenset({DONE, VALIDATED, REFUSED})
#: What the engine itself writes when it leaves or ends something: never a result.
SILENT = frozenset({MOOT, STOPPED})
