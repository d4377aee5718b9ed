import hashlib
import itertools
import json
import re
import secrets
from dataclasses import replace

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date

from ...engine import EventCode
from ...engine.seal import DIGESTED, VERSION, hash_row, hash_text
from ...tools import seal
from ...tools.clauses import join_label
from ...tools.dialogs import open_dialog
from ...tools.records import as_record, as_text, in_company_language
from .erasing import erase_copies
from .kinds import CAUSES, KINDS, SENTENCES
from .proof import make_proof

#: Characters of a comment or reason, as on the pages of outsiders.
MOST_TEXT = 4000

#: A date as rows keep it.
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

#: Adds a row to the history of each customer, seals it and raises the heads of the chains.
#:
#: Chains that are new begin here, the others are raised. One that somebody else has begun or
#: raised meanwhile is a serialization error in both cases, as for all who add to one. Salts come
#: from a secret that is drawn for the statement and stored nowhere: as good as one draw each, and
#: cheaper. Each OFFSET has what is used more than once worked out once. The key of the seal does
#: not get near the database: what it returns, the heads before and after, is sealed afterwards.
APPEND_SAME = """
    WITH added AS MATERIALIZED (
         SELECT sealed.*, encode(sha256(convert_to(
                    head || %(opening)s || key || '", ' || number || %(common)s || changed
                    || %(data)s || seal || '"]', 'UTF8')), 'hex') AS digest
           FROM (
         SELECT salted.*, encode(sha256(convert_to(
                    salt || %(text)s, 'UTF8')), 'hex') AS seal
           FROM (
         SELECT given.customer, given.key, chain.id IS NULL AS begins,
                COALESCE(chain.id, nextval('collection_history_chain_id_seq')) AS chain,
                COALESCE(chain.head_number, 0) + 1 AS number,
                COALESCE(chain.head_digest, '') AS head, chain.customer_id AS owner,
                chain.head_seal, chain.seal_key, chain.sealed_number,
                (%(olds)s::text[])[given.place] AS old,
                (%(news)s::text[])[given.place] AS new,
                (%(changes)s::text[])[given.place] AS changed,
                left(encode(sha256(convert_to(
                    %(secret)s || given.customer, 'UTF8')), 'hex'), 32) AS salt
           FROM (
         SELECT customer, place, %(company)s || ':' || customer AS key
           FROM unnest(%(customers)s::int[], %(places)s::int[]) AS given (customer, place)
                ) AS given
      LEFT JOIN collection_history_chain AS chain ON chain.key = given.key
         OFFSET 0) AS salted
         OFFSET 0) AS sealed),
         begun AS (
    INSERT INTO collection_history_chain
                (id, key, customer_id, company_id, head_number, head_digest)
         SELECT chain, key, customer, %(company)s, number, digest FROM added WHERE begins
    ON CONFLICT DO NOTHING),
         raised AS (
         UPDATE collection_history_chain AS chain
            SET head_number = added.number, head_digest = added.digest
           FROM added WHERE chain.id = added.chain AND NOT added.begins),
         written AS (
    INSERT INTO collection_history (
           chain_id, number, at, user_id, user_name, cause, command, kind, old_value,
           new_value, text, data, text_salt, text_digest, digest, digest_version)
    SELECT chain, number, %(at)s, %(user)s, %(user_name)s, %(cause)s, %(command)s,
           %(kind)s, old, new, %(text)s, %(data_value)s::jsonb, salt, seal, digest, %(version)s
      FROM added)
    SELECT chain, key, COALESCE(owner, customer), number - 1, head, COALESCE(head_seal, ''),
           COALESCE(seal_key, ''), COALESCE(sealed_number, 0), digest
      FROM added
"""


class CollectionHistory(models.Model):
    """The trace: a row for each thing that happened; numbered without gap, hash-chained.

    The ORM and a database trigger refuse any change of a row; only the free text may be
    erased, once, by :meth:`erase_text`.
    """

    _name = "collection.history"
    _description = "Collection History"
    _inherit = ["collection.owned"]
    _order = "chain_id, number desc"
    _log_access = False
    _owner_fields = ("chain_id", "sequence_id", "action_id")

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
        readonly=True, help="The same for all rows of one command.")
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
    digest_version = fields.Integer(
        required=True, readonly=True, groups="base.group_system",
        help="The formula by which the digest was made.")

    summary = fields.Char(compute="_compute_summary")
    who = fields.Char("By", compute="_compute_who", help="The person, and on whose behalf.")

    #: read by the page before a call: what was noted last
    _note_index = models.Index(
        "(chain_id, number) WHERE kind IN ('call_noted', 'note_added')")
    _number_unique = models.Constraint(
        "UNIQUE(chain_id, number)", "History rows are numbered without a double.")

    # === COMPUTE === #

    @api.depends_context("lang")
    @api.depends("kind", "data", "step_name", "action_name", "old_value", "new_value")
    def _compute_summary(self):
        for row in self:
            row.summary = row._describe()

    @api.depends_context("lang")
    @api.depends("summary")
    def _compute_display_name(self):
        for row in self:
            row.display_name = row.summary

    @api.depends_context("lang")
    @api.depends("user_name", "on_behalf")
    def _compute_who(self):
        for row in self:
            row.who = row.on_behalf and self.env._(
                "%(user)s, for %(holder)s", user=row.user_name, holder=row.on_behalf,
            ) or row.user_name

    # === CRUD === #

    def init(self):
        """Guard the rows in the database too: no deletion, no change but erasing text of which a
        later row, already there, says that it was erased."""
        self.env.cr.execute("""
            CREATE OR REPLACE FUNCTION collection_history_guard() RETURNS trigger AS $$
            BEGIN
                IF TG_OP = 'UPDATE' AND NEW.text IS NULL AND NEW.text_salt IS NULL
                   AND to_jsonb(NEW) - 'text' - 'text_salt'
                     = to_jsonb(OLD) - 'text' - 'text_salt'
                   AND EXISTS (
                       SELECT FROM collection_history AS said
                        WHERE said.chain_id = NEW.chain_id AND said.number > NEW.number
                          AND said.kind = 'text_erased'
                          AND said.data->'rows' @> to_jsonb(NEW.number)) THEN
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

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        raise UserError(self.env._("History is written by what happens, never by hand."))

    def write(self, vals):  # pylint: disable=method-required-super
        raise UserError(self.env._("History is append-only: nothing that happened is changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("History is append-only: nothing that happened is deleted."))

    # === WRITING === #

    def _append(self, customer, company, vals_list):
        """Add rows to a customer's history.

        :param customer: the ``res.partner`` (commercial entity)
        :param company: the ``res.company``
        :param vals_list: list of dicts of field values, in the order in which it happened
        :return: the new rows
        """
        return self._append_many({(customer, company): vals_list})

    def _get_own_cause(self, on_behalf=""):
        """:param str on_behalf: name of who does it on a personal page, as no user
        :return: str, the cause of what is done now: a person, or the clock in nobody's name"""
        return "person" if on_behalf or self.env.user.active else "cron"

    def _append_many(self, vals_lists):
        """Add rows to the histories of several customers. The only way in for commands.

        A domain that keeps something of what happened extends it.

        :param dict vals_lists: lists of dicts of field values, by (customer, company)
        :return: the new rows
        """
        vals_lists = {owner: vals_list for owner, vals_list in vals_lists.items() if vals_list}
        if not vals_lists:
            return self.browse()
        self._check_texts(vals_lists)
        heads = self.env["collection.history.chain"]._take(
            {owner: len(vals_list) for owner, vals_list in vals_lists.items()})
        return self._append_after([
            (heads[owner], vals_list) for owner, vals_list in vals_lists.items()])

    def _append_to_chains(self, vals_lists):
        """Add rows to chains themselves, whosever they are: what happens to a chain.

        :param dict vals_lists: lists of dicts of field values, by ``collection.history.chain``
        :return: the new rows
        """
        heads = self.env["collection.history.chain"]._raise(
            {chain.id: len(vals_list) for chain, vals_list in vals_lists.items()})
        return self._append_after([
            (heads[chain.id], vals_list) for chain, vals_list in vals_lists.items()])

    def _append_after(self, vals_lists):
        """:param vals_lists: list of (:class:`~...tools.seal.Head` before, list of dicts)
        :return: the new rows"""
        common = {
            "at": fields.Datetime.now(),
            "user_id": self.env.uid,
            "user_name": self.env.user.name,
            "digest_version": VERSION,
        }
        rows, heads = [], []
        for head, vals_list in vals_lists:
            digest = head.digest
            for number, vals in enumerate(vals_list, start=head.number + 1):
                digest = vals["digest"] = self._seal(head.key, digest, vals, common | {
                    "chain_id": head.id, "number": number})
                rows.append(vals)
            heads.append(seal.raise_head(head, replace(
                head, number=head.number + len(vals_list), digest=digest)))
        self.env["collection.history.chain"]._set_heads(heads)
        return self._insert(rows)

    def _check_texts(self, vals_lists):
        """:raise UserError: somebody's comment or reason is longer than what anybody reads"""
        for vals in itertools.chain.from_iterable(vals_lists.values()):
            length = len(vals.get("text") or "")
            if length > MOST_TEXT and vals.get("cause") == "person" and (
                    vals["kind"] != "internal_sent"):  # what an e-mail said
                raise UserError(self.env._(
                    "This comment has %(length)s characters: %(most)s at most are kept in the "
                    "history. Shorten it, or attach a document.", length=length, most=MOST_TEXT))

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

    def _seal(self, key, previous, vals, common):
        """Complete the values of a row, and salt its text.

        :param str key: of its chain
        :param str previous: digest of the row before it
        :return: the row's digest
        """
        text, salt = vals.get("text") or None, secrets.token_hex(16)
        vals |= common | {
            "text": text,
            "text_salt": salt if text else None,
            "text_digest": hash_text(salt, text),
        }
        return hash_row(previous, VERSION, key, [vals.get(name) for name in DIGESTED])

    # === MANY CUSTOMERS AT ONCE === #
    # The same row for very many customers, sealed and written by the database itself.
    #
    # A hundred thousand rows would take the ORM, and Python's hashing, minutes. What is hashed is
    # to the letter what :func:`hash_row` hashes, so that :meth:`verify` holds for both.

    def _append_same(self, company, vals, customers, changes):
        """Add one row to each customer's history; only what was there before differs.

        :param company: the ``res.company``
        :param dict vals: field values of the row, ``text`` and ``data`` included
        :param dict customers: a key of ``changes`` by customer's id
        :param dict changes: (old value, new value) by key
        """
        if not customers:
            return
        self.env.flush_all()
        row = vals | {
            "at": fields.Datetime.now(), "user_id": self.env.uid, "user_name": self.env.user.name}
        # the number comes before these, the old and new values and the text's digest after
        between = DIGESTED[1:DIGESTED.index("old_value")]
        common = json.dumps([row.get(name) or None for name in between], default=str)[1:-1]
        data = json.dumps(row["data"], sort_keys=True)
        keys = list(changes)
        places = {key: place for place, key in enumerate(keys, start=1)}
        secret = secrets.token_hex(16)
        self.env.cr.execute(SQL(
            APPEND_SAME,
            company=company.id, customers=list(customers), secret=secret,
            places=[places[key] for key in customers.values()],
            olds=[changes[key][0] or None for key in keys],
            news=[changes[key][1] or None for key in keys],
            changes=[json.dumps([old or None, new or None])[1:-1] for old, new in changes.values()],
            common=f", {common}, ", data=f', {data}, "', data_value=data, at=row["at"],
            user=row["user_id"], user_name=row["user_name"], cause=row["cause"],
            command=row["command"], kind=row["kind"], text=row["text"], version=VERSION,
            opening=f'[{VERSION}, "'))
        self._seal_same(company, row, secret, {
            customer: changes[key] for customer, key in customers.items()})
        self.env["collection.sequence"].invalidate_model(["history_ids"])

    def _seal_same(self, company, row, secret, changes):
        """Seal the heads that the statement before has raised.

        The database has computed the digests. Whoever owns it could have its functions return
        others, and would get a seal for whatever they like: each is computed here again.

        :param dict row: values that the rows have in common
        :param str secret: from which their salts were made
        :param dict changes: (old value, new value) by customer's id
        :raise UserError: the database has sealed something else
        """
        heads = []
        if seal.get_key_state().fingerprint:
            for id_, key, owner, number, digest, *sealed, raised in self.env.cr.fetchall():
                old = seal.Head(id_, key, owner, company.id, number, digest, *sealed)
                customer = int(key.rpartition(":")[2])
                if raised != _hash_same(old, row, f"{secret}{customer}", changes[customer]):
                    raise UserError(self.env._(
                        "The database computes other digests than Odoo: somebody has changed its "
                        "functions. Nothing was written or sealed."))
                heads.append(seal.raise_head(old, replace(
                    old, number=number + 1, digest=raised)))
        chains = self.env["collection.history.chain"]
        chains._set_heads(heads)
        chains.invalidate_model(["head_number", "head_digest"])

    # === PROVING AND ERASING === #

    def verify(self, customer):
        """Whether the customer's history is proven whole: nothing changed, cut out or moved.

        Looked at are the chains of the companies that the user works in, from their first rows
        on, with their seals and the last anchor. What has no history is not whole: the answer is
        False for a customer of whom nothing is known, too, since nothing was looked at. What was
        found, in sentences, gives :meth:`_verify`.

        :param customer: the ``res.partner``
        :return: bool
        :raise AccessError: the user is not a collection manager
        """
        return self._verify(customer).whole

    def _verify(self, customer):
        """:return: :class:`~.findings.Verification`, see :meth:`verify`"""
        if not self.env.user.has_group("account_collection.group_collection_manager"):
            raise AccessError(self.env._("Only a collection manager may verify a history."))
        customer = as_record(self.env, "res.partner", customer)
        customer.check_access("read")
        if not customer:
            raise UserError(self.env._("Choose the customer whose history is verified."))
        return self.env["collection.history.check"].sudo()._verify_customer(
            customer.commercial_partner_id)

    def erase_text(self, reason):
        """Erase the free text of these rows, as the law may ask; the row and the chain stay.

        A row of its own says whose text went, who erased it, when and why. Copies go along: on
        actions, promises, disputes, answers, in the chatter and in messages kept as they left.
        What was sent out cannot be called back.

        :param str reason: why, e.g. the request of the person concerned
        :raise AccessError: the user is not a collection manager
        :raise UserError: no reason is given
        """
        if not self.env.user.has_group("account_collection.group_collection_manager"):
            raise AccessError(self.env._("Only a collection manager may erase a text."))
        self.check_access("read")
        reason = as_text(self.env, reason)
        if not reason:
            raise UserError(self.env._("Say why the text is erased: the history keeps the reason."))
        rows = self.sudo().filtered("text")
        if rows:
            erase_copies(rows)
            rows._trace_erasing(reason)
            self.env.cr.execute(SQL(
                "UPDATE collection_history SET text = NULL, text_salt = NULL WHERE id IN %s",
                tuple(rows.ids)))
            self.invalidate_model(["text", "text_salt"])

    def _trace_erasing(self, reason):
        """:param str reason: why the texts of these rows are erased"""
        self._append_to_chains({chain: [{
            "kind": "text_erased", "cause": "person", "command": "erase", "text": reason,
            "data": {"rows": sorted(rows.mapped("number"))},
            "new_value": ", ".join(map(str, sorted(rows.mapped("number")))),
        }] for chain, rows in self.grouped("chain_id").items()})

    def action_open_erase(self):
        """:return: window action on the dialog that asks why the text is erased"""
        return open_dialog(
            "collection.history.erase", self.env._("Erase a text"),
            default_row_ids=self.ids)

    def _make_proof(self, chains, folder):
        """Write down what proves histories, for whoever does not trust us.

        :param chains: ``collection.history.chain``
        :param folder: ``pathlib.Path`` of a folder for what is large
        :return: dict of bytes, or of the file that they lie in, by file name, all below
            ``history/``, see :mod:`.proof`
        """
        return make_proof(chains.sudo(), folder)

    # === SENTENCES === #
    # A row as a translated sentence, in the reader's language.

    def _describe(self):
        """:return: str, translated sentence describing what happened"""
        data = self.data or {}
        outcome = self._get_label("collection.action", "outcome", data.get("outcome"))
        incident = self._get_label("collection.sequence", "incident", data.get("code"))
        names = {
            "outcome": outcome, "incident": incident, "old": self.old_value,
            "new": self.new_value, **self._get_names(), **self._get_dates(),
        }
        if self.kind == "setting_changed":
            names |= self._get_setting_names(data)
        if "item" in data and "request" not in data:
            nothing = self.env._("no status")
            names |= {"item": data["item"], "old": self.old_value or nothing,
                      "new": self.new_value or nothing}
        if self.kind == "markers_changed":
            return self._describe_marker()
        if self.kind == "customer_changed" and data.get("about"):
            return self.env._("%(about)s: customer changed from %(old)s to %(new)s", **names)
        if self.kind == "call_noted" and data.get("contact"):
            return self.env._("Call with %(contact)s: %(call)s", **names)
        if self.kind == "action_moved" and data.get("date"):
            return self.env._("“%(action)s” moved to %(date)s, as its sequence was paused", **names)
        return self.env._(SENTENCES[self.kind]) % names

    def _describe_marker(self):
        """:return: str, translated: a date or fact of the case, as the reader writes dates"""
        label, _colon, value = (self.new_value or "").rpartition(": ")
        day = ISO_DAY.fullmatch(value)
        return join_label(self.env, label, format_date(self.env, value) if day else value)

    def _get_label(self, model, field, value):
        labels = dict(self.env[model]._fields[field]._description_selection(self.env))
        return labels.get(value, value)

    def _get_names(self):
        """:return: names in the reader's language; those stored with the row stand in"""
        row, data = self.sudo(), self.data or {}
        option = self.kind == "action_closed" and (row.action_id.option_id.name or self.new_value)
        return {
            "step": row.visit_id.step_id.name or self.step_name,
            "action": row.action_id.name or self.action_name,
            "label": row.visit_id.transition_id.end_label or data.get("label") or "–",
            "option": f" ({option})" if option else "",
            "part": self._get_part_name(data),
            "row": self._get_row_name(row, data), "event": self._get_event_name(data),
            "template": data.get("template"), "version": data.get("version"),
            "version_from": data.get("version_from"), "about": data.get("about"),
            "contact": data.get("contact"),
            "call": "call" in data and self._get_label(
                "collection.action", "call_result", data["call"]),
            "reply": "reply_result" in data and self._get_label(
                "collection.reply", "result", data["reply_result"]),
        }

    def _get_setting_names(self, data):
        """:return: the setting's name in the reader's language, and a label for no value"""
        field = self.env["res.partner"]._fields.get(data.get("field"))
        nothing = self.env._("none")
        return {
            "field": field._description_string(self.env) if field else data.get("field"),
            "old": self.old_value or nothing, "new": self.new_value or nothing,
        }

    def _get_part_name(self, data):
        """:return: str, translated: what was changed of a message"""
        _ = self.env._
        return {
            "subject": _("subject"), "body": _("text"), "to_partner_id": _("recipient"),
            "copy_partner_ids": _("copies"), "added_file_ids": _("files"),
        }.get(data.get("part"), "–")

    def _get_row_name(self, row, data):
        rows = row.visit_id.step_id.transition_ids.filtered(lambda r: r.key == data.get("row"))
        return rows.sentence or "–"

    def _get_event_name(self, data):
        event = EventCode.parse(data.get("code") or "")
        return event.name or dict(self.env["collection.signal"]._fields["code"]
                                  ._description_selection(self.env)).get(event.code, event.code)

    def _get_chatter_body(self, company=None):
        """:param company: the ``res.company`` of all of them, where it is known: nothing has to be
            read for it
        :return: markup, these rows as a note in the chatter, each in its company's language"""
        rows = (in_company_language(row, company or row.company_id) for row in self)
        lines = Markup().join(
            Markup("<li>%s%s</li>") % (
                row.summary, Markup(" — <i>%s</i>") % row.text if row.text else "")
            for row in rows)
        return Markup("<ul>%s</ul>") % lines

    def _get_dates(self):
        """:return: dates as the reader writes them; rows keep them as ISO strings"""
        if self.kind in ("action_rescheduled", "postpone_asked"):
            return {"old": format_date(self.env, self.old_value),
                    "new": format_date(self.env, self.new_value)}
        if self.kind == "request_moved":
            return {"new": format_date(self.env, self.new_value)}
        data = self.data or {}
        return {name: format_date(self.env, data.get(name)) for name in ("date", "due")}


def _hash_same(head, row, secret, change):
    """:return: the digest of a row that the database has sealed, see :data:`APPEND_SAME`"""
    salt = hashlib.sha256(secret.encode()).hexdigest()[:32]
    vals = row | {
        "number": head.number + 1, "old_value": change[0], "new_value": change[1],
        "text_digest": hash_text(salt, row["text"])}
    return hash_row(head.digest, VERSION, head.key, [vals.get(name) for name in DIGESTED])
