from odoo import fields, models

from ...engine import outcomes

OUTCOME_LABELS = {
    outcomes.DONE: "Done",
    outcomes.VALIDATED: "Validated",
    outcomes.REFUSED: "Refused",
    outcomes.CANCELLED: "Cancelled",
    outcomes.IGNORED: "Ignored",
    outcomes.EXPIRED: "Expired",
    outcomes.MOOT: "Moot",
    outcomes.STOPPED: "Stopped",
    outcomes.SETTLED: "Settled",
    outcomes.FAILED: "Failed",
}

OUTCOMES = [(code, OUTCOME_LABELS[code]) for code in outcomes.ALL]

#: Outcomes that an option of the trade may stand for.
OPTION_OUTCOMES = [(code, label) for code, label in OUTCOMES if code in outcomes.FOR_OPTIONS]


class CollectionOutcome(models.Model):
    """The outcomes that a decision table may look for, as records so that a row names several.

    One record an outcome, loaded with the module; nobody adds any.
    """

    _name = "collection.outcome"
    _description = "Collection Outcome"
    _order = "id"

    code = fields.Selection(OUTCOMES, required=True, readonly=True)
    name = fields.Char(required=True, translate=True)

    _code_unique = models.Constraint("UNIQUE(code)", "An outcome exists once.")
