from odoo import fields, models

COLLECTORS = "account_collection.group_collection_user"


class AccountMoveLine(models.Model):
    """What collectors know of an open item: its status, a comment, a promised day."""

    _inherit = "account.move.line"

    collection_status_id = fields.Many2one(
        "collection.item.status", string="Collection status", copy=False,
        index="btree_not_null", ondelete="restrict", groups=COLLECTORS)
    collection_comment = fields.Text(string="Collection comment", copy=False, groups=COLLECTORS)
    collection_promise_date = fields.Date(
        string="Promised for", copy=False, groups=COLLECTORS,
        help="The day by which the customer promised to pay.")

    def _get_exclusions(self, day):
        """Which of these items the scenario leaves out.

        :param date day: the company's day
        :return: dict of the cause (one of :data:`~..engine.ladder.CAUSES`) by line id
        """
        found = self.env["collection.scenario"]._get_item_causes(self, day)
        return {line_id: cause for line_id, cause in found.items() if cause}
