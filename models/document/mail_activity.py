from odoo import fields, models

REVIEW, TROUBLE = "review", "trouble"


class MailActivity(models.Model):
    """Activities that stand for one thing each: it is raised once, and found again."""

    _inherit = "mail.activity"

    collection_key = fields.Char(
        readonly=True, groups=fields.NO_ACCESS, index="btree_not_null",
        help="What it stands for on its record.")
