"""What the check of a tree finds, said to whoever draws it: where it is, and the remedy."""

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

#: Sentence by code of a problem, with the names that it may be filled with.
PROBLEMS = {
    "no_start": _lt("The template has no step: add one, the first is where it starts."),
    "too_many_steps": _lt(
        "The template has too many steps: spread it over several templates that launch each "
        "other."),
    "too_many_parts": _lt("Step “%(step)s” has too many actions or rows: split it."),
    "double_key": _lt(
        "Step “%(step)s”: two of its actions or rows share a key; rename one of them."),
    "unknown_kind": _lt(
        "Step “%(step)s”, row %(row)s waits for something that is not known; choose another."),
    "unknown_join": _lt("Step “%(step)s”: when it is complete is not known; choose another way."),
    "impossible_days": _lt(
        "Step “%(step)s”: the days of “%(action)s” are negative or more than a hundred years; "
        "shorten them."),
    "too_long": _lt(
        "Step “%(step)s”, row %(row)s has a deadline of more than a hundred years; shorten it."),
    "no_end": _lt("No step leads to an end: let a row of a decision table end it."),
    "no_action": _lt(
        "Step “%(step)s” asks for nothing and waits for nothing: add an action, or a row "
        "“At once” that waits for an event, a state or a deadline."),
    "only_guarded": _lt(
        "Step “%(step)s” asks for nothing, and whatever may move it has a guard: while no guard "
        "holds, it waits in silence."),
    "many_actions": _lt("Step “%(step)s” asks for many actions at once."),
    "expires_without_deadline": _lt(
        "Step “%(step)s”: “%(action)s” expires, but has no deadline."),
    "unknown_template": _lt(
        "Step “%(step)s”, row %(row)s leads to a template that is not published."),
    "unknown_base": _lt(
        "Step “%(step)s”, row %(row)s counts its deadline from nothing: choose the "
        "action or the date."),
    "no_delay": _lt("Step “%(step)s”, row %(row)s has a deadline without a delay."),
    "legal_as_internal": _lt(
        "Step “%(step)s”, row %(row)s looks like a legal deadline, but is marked "
        "internal: it would freeze with a pause."),
    "hidden_row": _lt(
        "Step “%(step)s”, row %(row)s never fires: an earlier one always holds before it."),
    "ring": _lt(
        "From step “%(step)s” the sequence could run in a ring for ever, with neither a person "
        "nor a day in between."),
    "no_function": _lt("Step “%(step)s”: “%(action)s” is owed by no function."),
    "contact_responsible": _lt(
        "Step “%(step)s”: “%(action)s” is owed by a contact, who can only receive."),
    "contact_validator": _lt(
        "Step “%(step)s”: “%(action)s” is validated by a contact, who can only receive."),
    "no_default": _lt(
        "Step “%(step)s” has no default row: add “Whatever the results” as its last row."),
    "unknown_target": _lt("Step “%(step)s” has a row that leads nowhere."),
    "unknown_content": _lt(
        "Step “%(step)s”, row %(row)s looks at an action of another step."),
    "no_result": _lt("Step “%(step)s”, row %(row)s names no result to look for."),
    "impossible_result": _lt(
        "Step “%(step)s”, row %(row)s waits for a result that its action cannot have."),
    "unreachable": _lt("Step “%(step)s” is never reached from the first one."),
    "dead_end": _lt("From step “%(step)s” no end can be reached."),
}
