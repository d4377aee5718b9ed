from odoo import api, fields, models


class CollectionSequence(models.Model):
    """Two open sequences of one template, after customers have become one: which is to be stopped.

    Nobody but a person can know which of the two procedures goes on, so both are kept.
    """

    _inherit = "collection.sequence"

    duplicate_of_id = fields.Many2one(
        "collection.sequence", string="Duplicate of", readonly=True, copy=False,
        index="btree_not_null", ondelete="restrict",
        help="The customer was in both when it became one with another customer.")
    to_stop = fields.Boolean(
        string="Duplicate to stop", compute="_compute_to_stop", search="_search_to_stop",
        help="The customer is in another sequence of the same template: one of the two is to be "
        "stopped by a person.")

    @api.depends("state", "duplicate_of_id.state")
    def _compute_to_stop(self):
        running = ("running", "paused")
        for sequence in self:
            sequence.to_stop = sequence.state in running and (
                sequence.sudo().duplicate_of_id.state in running)

    def _search_to_stop(self, operator, value):
        if operator != "in":
            return NotImplemented
        running = ("running", "paused")
        return [("state", "in", running), ("duplicate_of_id.state", "in", running)]

    def _mark_duplicates(self, currents):
        """Of open sequences of one template that come to one customer, let one be the first.

        It is the customer's own, else the one launched first.

        :param dict currents: the customer's id by sequence's id, for those that change hands
        """
        def customer(sequence):
            return currents.get(sequence.id, sequence.customer_id.id)

        ordered = self.sorted(lambda sequence: (
            sequence.id in currents, bool(sequence.duplicate_of_id), sequence.id))
        for doubles in ordered.grouped(lambda sequence: (
                customer(sequence), sequence.company_id, sequence.template_code)).values():
            if len(doubles) > 1:
                doubles[0].duplicate_of_id = False
                doubles[1:].duplicate_of_id = doubles[0]
        self.env.flush_all()

    def _ask_to_stop_duplicates(self):
        """Ask who collects, once for each of these that is a duplicate."""
        for sequence in self.filtered("to_stop"):
            user = sequence._get_pilot()
            known = sequence.activity_search(
                ["mail.mail_activity_data_warning"], user_id=user.id)
            if not known:
                sequence.activity_schedule(
                    "mail.mail_activity_data_warning", user_id=user.id,
                    summary=self.env._("Stop one of two sequences of the same template"),
                    note=self.env._(
                        "%(customer)s is in %(other)s as well.",
                        customer=sequence.customer_id.name,
                        other=sequence.duplicate_of_id.display_name))

    def action_open_original(self):
        """:return: window action on the other sequence of the same template"""
        self.ensure_one()
        return self.duplicate_of_id.action_open()
