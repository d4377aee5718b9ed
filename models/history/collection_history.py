import hashlib
import json
import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...tools.records import as_record

KINDS = [
    ("launched", "Launched"),
    ("visit_entered", "Step entered"),
    ("visit_left", "Step left"),
    ("action_created", "Action created"),
    ("action_submitted", "Action to validate"),
    ("action_closed", "Action closed"),
    ("action_reassigned", "Action reassigned"),
    ("action_rescheduled", "Action moved"),
    ("action_moved", "Deadline moved"),
    ("action_confirmed", "Sending confirmed"),
    ("postpone_asked", "Postponement asked"),
    ("files_added", "Files added"),
    ("setting_changed", "Setting changed"),
    ("message_sent", "Message sent"),
    ("item_changed", "Status of an item changed"),
    ("items_detached", "Items taken out"),
    ("promise_made", "Promise made"),
    ("promise_kept", "Promise kept"),
    ("promise_broken", "Promise broken"),
    ("promise_cancelled", "Promise cancelled"),
    ("dispute_opened", "Dispute opened"),
    ("dispute_resolved", "Dispute resolved"),
    ("internal_sent", "Colleague asked"),
    ("answer_received", "Answer received"),
    ("answer_accepted", "Answer accepted"),
    ("answer_refused", "Answer refused"),
    ("link_revoked", "Link revoked"),
    ("documents_requested", "Documents requested"),
    ("contributor_invited", "Contributor invited"),
    ("contributor_notified", "Contributor written to"),
    ("contributor_reminded", "Contributor reminded"),
    ("contributor_removed", "Contributor removed"),
    ("contributor_finished", "Contributor says finished"),
    ("document_provided", "Document provided"),
    ("document_taken_back", "File taken back"),
    ("document_approved", "Document approved"),
    ("document_refused", "Document refused"),
    ("document_reopened", "Review taken back"),
    ("document_reset", "Document asked anew"),
    ("request_paused", "Request paused"),
    ("request_resumed", "Request resumed"),
    ("request_reopened", "Request reopened"),
    ("request_moved", "Last day of a request changed"),
    ("request_completed", "Documents complete"),
    ("request_refused", "Documents refused"),
    ("request_expired", "Documents not given in time"),
    ("request_cancelled", "Request cancelled"),
    ("timer_set", "Deadline set"),
    ("timer_frozen", "Deadline frozen"),
    ("timer_resumed", "Deadline resumed"),
    ("legal_deadline_passed", "Legal deadline passed"),
    ("event_received", "Event received"),
    ("event_used", "Event used"),
    ("child_started", "Sequence launched"),
    ("switched", "Switched"),
    ("migrated", "Moved to another version"),
    ("markers_changed", "Dates changed"),
    ("participant_changed", "Participant changed"),
    ("paused", "Paused"),
    ("resumed", "Resumed"),
    ("ended", "Ended"),
    ("stopped", "Stopped"),
    ("incident_raised", "Incident"),
    ("incident_cleared", "Incident left"),
]

CAUSES = [
    ("person", "A person"),
    ("cron", "The clock"),
    ("signal", "An event"),
    ("parent", "Another sequence"),
    ("rule", "An assignment rule"),
    ("migration", "A migration"),
]

#: What the digest covers besides the previous digest: everything but the text itself, of which
#: it covers a salted hash, so that the text can be erased by law and the chain still holds.
DIGESTED = (
    "number", "at", "user_id", "user_name", "on_behalf", "cause", "command", "command_ref",
    "kind", "sequence_id", "visit_id", "step_name", "action_id", "action_name", "old_value",
    "new_value", "data", "text_digest",
)


class CollectionHistory(models.Model):
    """The trace: one row a fact, append only, numbered without gap, hash-chained.

    Rows are refused any change by the ORM and by a database trigger; only the free text may be
    erased, once, by :meth:`erase_text`.
    """

    _name = "collection.history"
    _description = "Collection History"
    _order = "chain_id, number desc"
    _log_access = False

    chain_id = fields.Many2one(
        "collection.history.chain", required=True, readonly=True, ondelete="restrict")
    customer_id = fields.Many2one(related="chain_id.customer_id")
    company_id = fields.Many2one(related="chain_id.company_id")
    number = fields.Integer(required=True, readonly=True)
    at = fields.Datetime(string="Moment", required=True, readonly=True)
    user_id = fields.Many2one("res.users", string="Person", readonly=True, ondelete="restrict")
    user_name = fields.Char(string="Who", readonly=True)
    on_behalf = fields.Char(string="On behalf of", readonly=True)
    cause = fields.Selection(CAUSES, required=True, readonly=True)
    command = fields.Char(readonly=True)
    command_ref = fields.Char(
        readonly=True, help="The same for all facts of one command.")
    kind = fields.Selection(KINDS, string="What", required=True, readonly=True)
    sequence_id = fields.Many2one(
        "collection.sequence", readonly=True, index="btree_not_null", ondelete="restrict")
    visit_id = fields.Many2one("collection.sequence.visit", readonly=True, ondelete="restrict")
    step_name = fields.Char(string="Step", readonly=True)
    action_id = fields.Many2one(
        "collection.action", string="Action record", readonly=True, ondelete="restrict")
    action_name = fields.Char(string="Action", readonly=True)
    old_value = fields.Char(string="Old", readonly=True)
    new_value = fields.Char(string="New", readonly=True)
    text = fields.Text(string="Comment or reason", readonly=True)
    data = fields.Json(readonly=True)
    text_salt = fields.Char(readonly=True, groups="base.group_system")
    text_digest = fields.Char(readonly=True, groups="base.group_system")
    digest = fields.Char(readonly=True, groups="base.group_system")

    _number_unique = models.Constraint(
        "UNIQUE(chain_id, number)", "History rows are numbered without a double.")

    def init(self):
        """Guard the rows in the database too: no deletion, no change but erasing text."""
        self.env.cr.execute("""
            CREATE OR REPLACE FUNCTION collection_history_guard() RETURNS trigger AS $$
            BEGIN
                IF TG_OP = 'UPDATE' AND NEW.text IS NULL AND NEW.text_salt IS NULL
                   AND to_jsonb(NEW) - 'text' - 'text_salt'
                     = to_jsonb(OLD) - 'text' - 'text_salt' THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'collection_history is append-only';
            END $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER collection_history_append_only
                BEFORE UPDATE OR DELETE ON collection_history
                FOR EACH ROW EXECUTE FUNCTION collection_history_guard();
            CREATE OR REPLACE TRIGGER collection_history_no_truncate
                BEFORE TRUNCATE ON collection_history
                FOR EACH STATEMENT EXECUTE FUNCTION collection_history_guard();
        """)

    # -- append only ---------------------------------------------------------------

    def _append(self, customer, company, vals_list):
        """Add facts to a customer's history.

        :param customer: the ``res.partner`` (commercial entity)
        :param company: the ``res.company``
        :param vals_list: list of dicts of field values, in the order the facts happened
        :return: the new rows
        """
        return self._append_many({(customer, company): vals_list})

    def _append_many(self, facts):
        """Add facts to the histories of several customers. The only way in.

        :param dict facts: lists of dicts of field values, by (customer, company)
        :return: the new rows
        """
        facts = {owner: vals_list for owner, vals_list in facts.items() if vals_list}
        if not facts:
            return self.browse()
        chains = self.env["collection.history.chain"]
        taken = chains._take({owner: len(vals_list) for owner, vals_list in facts.items()})
        common = {
            "at": fields.Datetime.now(),
            "user_id": self.env.uid,
            "user_name": self.env.user.name,
        }
        rows, heads = [], {}
        for owner, vals_list in facts.items():
            chain_id, number, digest = taken[owner]
            for position, vals in enumerate(vals_list, start=number + 1):
                digest = vals["digest"] = self._seal(digest, vals, common | {
                    "chain_id": chain_id, "number": position})
                rows.append(vals)
            heads[chain_id] = digest
        chains._set_heads(heads)
        return self._insert(rows)

    def _insert(self, rows):
        """Write sealed rows, as they are: at a hundred thousand the ORM would take minutes.

        :return: the new rows, in the same order
        """
        self.env.flush_all()  # what they refer to
        columns = [
            name for name, field in self._fields.items() if field.column_type and field.store
            and name != "id"]
        values = [tuple(
            self._fields[name].convert_to_column_insert(vals.get(name), self)
            for name in columns) for vals in rows]
        found = self.env.cr.execute_values(
            f"INSERT INTO collection_history ({', '.join(columns)}) VALUES %s RETURNING id",
            values, page_size=1000, fetch=True)
        self.env["collection.sequence"].invalidate_model(["history_ids"])
        return self.browse(row[0] for row in found)

    def _seal(self, previous, vals, common):
        """Complete the values of a row, and salt its text.

        :return: the row's digest
        """
        text, salt = vals.get("text") or None, secrets.token_hex(16)
        vals |= common | {
            "text": text,
            "text_salt": salt if text else None,
            "text_digest": self._hash_text(salt, text),
        }
        return self._hash(previous, vals)

    @api.model_create_multi
    def create(self, vals_list):
        raise UserError(self.env._("History is written by what happens, never by hand."))

    def write(self, vals):
        raise UserError(self.env._("History is append-only: nothing that happened is changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("History is append-only: nothing that happened is deleted."))

    def erase_text(self):
        """Erase the free text of these rows, for the law; the facts and the chain stay.

        :raise AccessError: the user is not a collection manager
        """
        if not self.env.user.has_group("account_collection.group_collection_manager"):
            raise AccessError(self.env._("Only a collection manager may erase a text."))
        self.check_access("read")
        if self.ids:
            self.env.cr.execute(SQL(
                "UPDATE collection_history SET text = NULL, text_salt = NULL WHERE id IN %s",
                tuple(self.ids)))
            self.invalidate_recordset()

    # -- verification --------------------------------------------------------------

    def verify(self, customer):
        """Whether the customer's history is whole: no gap, no changed row, no forked chain.

        Looked at are the chains of the companies that the user works in.

        :param customer: the ``res.partner``
        :return: bool
        :raise AccessError: the user is not a collection manager
        """
        if not self.env.user.has_group("account_collection.group_collection_manager"):
            raise AccessError(self.env._("Only a collection manager may verify a history."))
        customer = as_record(self.env, "res.partner", customer)
        customer.check_access("read")
        chains = self.env["collection.history.chain"].sudo().search([
            ("customer_id", "=", customer.commercial_partner_id.id),
            ("company_id", "in", self.env.companies.ids)])
        return all(self.sudo()._verify_chain(chain) for chain in chains)

    def _verify_chain(self, chain):
        rows = self.search([("chain_id", "=", chain.id)], order="number")
        digest = ""
        for number, row in enumerate(rows, start=1):
            digest = self._hash(digest, row._get_digested())
            erased = row.text is False and row.text_salt is False
            text_holds = erased or row.text_digest == self._hash_text(row.text_salt, row.text)
            if (row.number, row.digest) != (number, digest) or not text_holds:
                return False
        return (chain.head_number, chain.head_digest) == (len(rows), digest)

    def _get_digested(self):
        """:return: dict of what the row's digest covers, many2one fields as ids"""
        values = {name: self[name] for name in DIGESTED}
        return {
            name: value.id if isinstance(value, models.BaseModel) else value
            for name, value in values.items()}

    @staticmethod
    def _hash_text(salt, text):
        return hashlib.sha256(f"{salt}{text}".encode()).hexdigest() if text else ""

    @staticmethod
    def _hash(previous, vals):
        """:return: digest of a row and, through ``previous``, of all before it"""
        facts = [vals.get(name) or None for name in DIGESTED]
        return hashlib.sha256(
            (previous + json.dumps(facts, sort_keys=True, default=str)).encode()).hexdigest()
