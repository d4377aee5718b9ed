from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ... import engine
from .events import get_selection

#: For how long after its launch a sequence is looked at for events that it missed: far longer than
#: a launch takes.
MISSED = timedelta(days=1)


class CollectionSignal(models.Model):
    """Inbox: a business event on its way to the sequences that wait for it.

    Hooks into the core only insert rows here, so that a fault in a sequence never costs the
    posting that caused the event; routing runs later, in transactions of its own.
    """

    _name = "collection.signal"
    _description = "Collection Signal"
    _inherit = ["collection.portfolio"]
    _order = "id"
    _owner_fields = ("customer_id", "company_id", "sequence_id")

    key = fields.Char(
        required=True, readonly=True,
        help="Identifies the event: a second one of the same key is the same event.",
    )
    code = fields.Selection("_selection_code", required=True, readonly=True)
    event_name = fields.Char(readonly=True)
    customer_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    sequence_id = fields.Many2one(
        "collection.sequence", readonly=True, ondelete="restrict",
        help="Set when the event concerns this sequence alone.")
    amount = fields.Float(readonly=True, help="In the company's currency.")
    about = fields.Char(readonly=True)
    ending = fields.Char(
        readonly=True, help="How another sequence ended: the label of its end, else its state.")
    delivered_at = fields.Datetime(readonly=True)
    attempts = fields.Integer(
        readonly=True, help="Deliveries that failed; the others come first.")
    error = fields.Char(readonly=True)

    _key_unique = models.UniqueIndex("(company_id, key)", "This event was received already.")
    #: read by the cron that delivers (collection.sequence._process_signals)
    _pending_index = models.Index("(attempts NULLS FIRST, id) WHERE delivered_at IS NULL")

    @api.model
    def _selection_code(self):
        return get_selection(self.env)

    # === POSTING === #

    @api.model
    def _post(self, vals_list):
        """Post events to the inbox, leaving out those that are in it already.

        :param vals_list: list of dicts: key, code, customer_id (the commercial entity's),
            company_id, and optionally event_name, sequence_id, amount, about, ending. The key tells
            this happening from any other for ever: what can happen again carries its moment
        :return: the new signals
        """
        if not vals_list:
            return self
        signals = self.sudo()
        known = set(signals.search([
            ("key", "in", [vals["key"] for vals in vals_list])]).mapped(
                lambda signal: (signal.company_id.id, signal.key)))
        fresh = {(vals["company_id"], vals["key"]): vals for vals in vals_list}
        created = signals.create([vals for at, vals in fresh.items() if at not in known])
        cron = created and signals.env.ref(
            "account_collection.cron_process_signals", raise_if_not_found=False)
        if cron:
            cron._trigger()
        return created

    @api.model
    def _post_where_open(self, vals_list):
        """Post the events of customers that are in an open sequence; no other is stored.

        :param vals_list: see :meth:`_post`; without ``company_id``, an event of each company in
            which its customer has an open sequence
        :return: the new signals
        """
        if not vals_list:
            return self
        found = self.env["collection.sequence"].sudo()._read_group(
            [("state", "in", ("running", "paused")),
             ("customer_id", "in", [vals["customer_id"] for vals in vals_list])],
            ["customer_id", "company_id"])
        companies = {}
        for customer, company in found:
            companies.setdefault(customer.id, []).append(company.id)
        return self._post([
            {**vals, "company_id": company}
            for vals in vals_list for company in companies.get(vals["customer_id"], ())
            if not vals.get("company_id") or vals["company_id"] == company])

    # === DELIVERY === #

    def _get_command(self):
        """:return: the signal as the engine's :class:`~..engine.Receive`"""
        self.ensure_one()
        code = engine.EventCode(self.code, self.event_name or "")
        return engine.Receive(
            self.key, code.format(), self.amount, self.about or None, self.ending or None)

    def _get_listeners(self):
        """:return: the open sequences that these events are for, in the order of their launch"""
        sequences = self.env["collection.sequence"].sudo().search([
            ("state", "in", ("running", "paused")),
            ("customer_id", "in", self.customer_id.ids)], order="id")
        return sequences.filtered(
            lambda sequence: any(signal._concerns(sequence) for signal in self))

    def _concerns(self, sequence):
        """:return: bool, whether it is for a sequence: any of its customer's, or that one alone"""
        return (
            sequence.customer_id == self.customer_id
            and sequence.company_id == self.company_id
            and self.sequence_id in (sequence, self.sequence_id.browse()))

    @api.model
    def _reopen_missed(self):
        """Have those delivered again that were delivered while a sequence was being launched.

        Whoever launches does not see what others do meanwhile, and is not seen by them: an event
        dated after the launch, and delivered before its end, reached nobody. Other listeners
        receive it once all the same. What was delivered before another customer was merged into
        the sequence's may be that one's: it is left alone, as it was looked at when they were
        merged.
        """
        missed = self.env.execute_query(SQL(
            """
            SELECT DISTINCT signal.id
              FROM collection_sequence AS sequence
              JOIN collection_signal AS signal
                ON signal.customer_id = sequence.customer_id
               AND signal.company_id = sequence.company_id
               AND signal.create_date > sequence.create_date
               AND signal.delivered_at IS NOT NULL
               AND (signal.sequence_id IS NULL OR signal.sequence_id = sequence.id)
             WHERE sequence.state IN ('running', 'paused') AND sequence.create_date > %s
               AND NOT EXISTS (SELECT FROM collection_signal_receipt AS receipt
                                WHERE receipt.sequence_id = sequence.id
                                  AND receipt.key = signal.key)
               AND NOT EXISTS (SELECT FROM collection_history AS history
                                 JOIN collection_history_chain AS chain
                                   ON chain.id = history.chain_id
                                WHERE chain.customer_id = sequence.customer_id
                                  AND history.kind = 'customer_changed'
                                  AND history.at >= signal.delivered_at)
            """, self.env.cr.now() - MISSED))
        self.browse(id_ for [id_] in missed).delivered_at = False

    def _filtered_due(self):
        """:return: those of these locked events whose turn it is, in their order"""
        waiting = self.filtered(lambda signal: not signal.delivered_at)
        return waiting - waiting._find_overtaking()

    def _find_overtaking(self):
        """Those that would go before an event of their customer that another worker may be at.

        Were one of them delivered first, the other would reach a step that no longer waits for it.

        :return: ``collection.signal``
        """
        self.env["collection.signal"].flush_model()
        return self.browse(id_ for [id_] in self.env.execute_query(SQL(
            """
            SELECT signal.id
              FROM collection_signal AS signal
             WHERE signal.id = ANY(%(ids)s)
               AND EXISTS (SELECT FROM collection_signal AS earlier
                            WHERE earlier.delivered_at IS NULL
                              AND earlier.customer_id = signal.customer_id
                              AND earlier.company_id = signal.company_id
                              AND (COALESCE(earlier.attempts, 0), earlier.id)
                                < (COALESCE(signal.attempts, 0), signal.id)
                              AND earlier.id <> ALL(%(ids)s))
            """, ids=self.ids)))

    def _postpone(self, error):
        self.write({"attempts": self.attempts + 1, "error": str(error)})
