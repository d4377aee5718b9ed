from odoo import fields, models

KINDS = [
    ("normal", "Normal"),
    ("promise", "Promise to pay"),
    ("dispute", "Dispute"),
    ("litigation", "Litigation"),
    ("resolved", "Dispute resolved"),
]


class CollectionItemStatus(models.Model):
    """Status that a collector gives an open item; it may take the item out of the scenario."""

    _name = "collection.item.status"
    _description = "Open Item Status"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(KINDS, required=True, default="normal")
    excludes = fields.Boolean(
        string="Leaves the scenario",
        help="Items of this status are not chased by the scenario. A promise is left out until "
        "its date has passed.")
    delay_days = fields.Integer(
        string="Follow up after", default=15,
        help="Days after which to review an item of this status.")
    color = fields.Integer()

    _delay_check = models.Constraint(
        "CHECK(delay_days >= 0)", "The delay of a status cannot be negative.")
    _dispute_check = models.Constraint(
        "CHECK(kind NOT IN ('dispute', 'litigation') OR excludes)",
        "Disputed items always leave the scenario.")
