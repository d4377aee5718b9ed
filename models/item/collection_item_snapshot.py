from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL, format_amount, format_date

from ...tools.batches import contained
from ...tools.records import in_company_language
from .holders import HOLDERS, find_successor, find_successors

#: What people have noted on an item; it stays with those that take the item's place.
KEPT_FIELDS = (
    "collection_status_id", "collection_comment", "collection_promise_date",
    "collection_review_date", "collection_excluded_since", "collection_claim_kind",
    "collection_notice_date",
)


class CollectionItemSnapshot(models.Model):
    """What was known of an entry's items while the accountants correct it, and what held them.

    Our records never hold journal items by force: back in draft, the core may replace or delete
    them. Before it does, this keeps which of our records held them. Posted again, the entry's
    new items take the place of the former ones; cancelled or deleted, whatever loses its items
    says so. Nothing here ever stops an accountant: a fault is logged, and the nightly run tries
    again.
    """

    _name = "collection.item.snapshot"
    _description = "Items of an Entry under Correction"
    _log_access = False

    move_id = fields.Integer(required=True, readonly=True, help="The entry, which may be gone.")
    move_name = fields.Char(readonly=True)
    items = fields.Json(readonly=True, help="The items, by due date: what they were then.")
    holders = fields.Json(
        readonly=True, help="Ids of the items held, by record, by holder.")

    _move_unique = models.UniqueIndex("(move_id)", "An entry is corrected once at a time.")

    # === TAKING === #

    @api.model
    def _take(self, lines):
        """Keep what holds these items' entries, unless it is known already.

        :param lines: ``account.move.line`` about to go back to draft, or to be deleted
        """
        lines = lines.sudo().filtered(lambda line: (
            line.account_type == "asset_receivable" and line.move_id.posted_before))
        known = set(self.sudo().search([("move_id", "in", lines.move_id.ids)]).mapped(
            "move_id")) if lines else ()
        moves = lines.move_id.filtered(lambda move: move.id not in known)
        if moves:
            self.env.flush_all()  # a fault of what is pending is not ours to hide
            with self._contained():
                self.sudo()._take_entries(moves)

    def _take_entries(self, moves):
        items = moves.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable").sorted(_rank)
        holders = self._find_holders(items)
        self.create([{
            "move_id": move.id, "move_name": move.name,
            "items": [self._describe_item(item) for item in own],
            "holders": holders.get(move.id, {}),
        } for move, own in items.grouped("move_id").items() if move.id in holders or any(
            item[name] for item in own for name in KEPT_FIELDS)])

    def _find_holders(self, items):
        """:return: dict by move id, of dicts by holder's key, of lists of item ids by record's
            id (as str)"""
        found, owners = {}, {item.id: item.move_id.id for item in items}
        for key, holder in HOLDERS.items():
            records = self.env[holder.model].sudo().with_context(active_test=False).search([
                *holder.domain, (holder.field, "in", items.ids)]) if items else ()
            for record in records:
                for item in record[holder.field].ids:
                    if item in owners:
                        found.setdefault(owners[item], {}).setdefault(key, {}).setdefault(
                            str(record.id), []).append(item)
        return found

    def _describe_item(self, item):
        kept = {name: item._fields[name].convert_to_write(item[name], item) or False
                for name in KEPT_FIELDS}
        for name, value in kept.items():
            if item._fields[name].type == "date":
                kept[name] = value and fields.Date.to_string(value)
        return {
            "id": item.id, "due": fields.Date.to_string(item._get_collection_due()),
            "amount": item.amount_currency, "residual": item.amount_residual,
            "currency": item.currency_id.id, **kept,
        }

    # === PUTTING BACK === #

    @api.model
    def _resolve(self, moves):
        """These entries are posted again or cancelled: their items stand for the former ones.

        :param moves: ``account.move``
        """
        found = self.sudo().search([("move_id", "in", moves.ids)]) if moves else self
        if found:
            self.env.flush_all()  # a fault of what is pending is not ours to hide
        for snapshot in found:
            with snapshot._contained():
                snapshot._put_back()

    @api.model
    def _process_pending(self):
        """Resolve what is left of entries that are no drafts any more, or are gone."""
        snapshots = self.sudo().search([])
        moves = self.env["account.move"].sudo().browse(snapshots.mapped("move_id")).exists()
        drafts = set(moves.filtered(lambda move: move.state == "draft").ids)
        for snapshot in snapshots:
            if snapshot.move_id not in drafts:
                with snapshot._contained():
                    snapshot._put_back()

    def _put_back(self):
        """Have the entry's items of now take the place of the former ones."""
        self.ensure_one()
        move = self.env["account.move"].browse(self.move_id).exists()
        items = move.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable").sorted(_rank)
        self._put_back_status(items)
        for key, held in (self.holders or {}).items():  # the core stores an empty dict as nothing
            if holder := HOLDERS.get(key):
                self._put_back_holder(holder, held, move, items)
        self.unlink()
        self.env.flush_all()

    def _put_back_status(self, items):
        """New items go on with what was noted on those whose place they take."""
        before, after = [values["id"] for values in self.items], items.ids
        gone = self._find_gone_statuses()
        successors = {found["id"]: find_successor(found["id"], before, after)
                      for found in self.items}
        for rank, item in enumerate(items):
            former = [found for found in self.items if successors[found["id"]] == item.id]
            if not former and item.id not in before:
                former = [self.items[min(rank, len(before) - 1)]]
            found = next((values for values in former if values["collection_status_id"]),
                         former and former[0])
            noted = {name: found[name] for name in KEPT_FIELDS
                     if found[name] and not (name == "collection_status_id"
                                             and found[name] in gone)} if found else {}
            if noted and not item.collection_status_id and not item.collection_comment:
                item.write(noted)

    def _find_gone_statuses(self):
        """:return: set of ids of the statuses of these items that somebody has deleted since"""
        ids = {values["collection_status_id"] for values in self.items} - {False}
        return ids - set(self.env["collection.item.status"].browse(ids).exists().ids)

    def _put_back_holder(self, holder, held, move, items):
        records = self.env[holder.model].browse(int(key) for key in held).exists()
        own = in_company_language(self, records.company_id[:1])
        rows, changed = defaultdict(list), defaultdict(records.browse)
        former = {values["id"] for values in self.items}
        taken = self._find_taken(holder, items)
        for record in records:
            mine, had = held[str(record.id)], record[holder.field]
            fit = items.filtered(lambda item, record=record: (
                item.company_id == record.company_id
                and item.partner_id.commercial_partner_id == record.customer_id))
            wanted = items.browse(self._find_wanted(record, holder, mine, fit, taken))
            others = had.filtered(lambda item: item.id not in former and item not in items)
            if (others | wanted) != had:
                changed[others | wanted] |= record
            row = holder.is_traced and own._prepare_row(record, mine, wanted)
            if row and row["old_value"] != row["new_value"]:
                rows[record.customer_id, record.company_id].append(row)
        for now, group in changed.items():  # those that hold the same are written at once
            group.write({holder.field: [(6, 0, now.ids)] if (
                group._fields[holder.field].type == "many2many") else now[:1].id})
        self.env["collection.history"]._append_many(rows)
        if holder.reaction and records:
            getattr(records, holder.reaction)(move, own._format_items(own.items))

    def _find_taken(self, holder, items):
        """:return: set of (item id, values that are shared): the places that are held already,
            where one record at most holds an item"""
        if not holder.unique:
            return set()
        records = self.env[holder.model].with_context(active_test=False).search(
            [(holder.field, "in", items.ids)])
        return {(record[holder.field].id, *holder.get_shared(record)) for record in records}

    def _find_wanted(self, record, holder, mine, fit, taken):
        """:return: list of ids of the items that a record holds from now on; the places that it
            takes are added to ``taken``"""
        before = [values["id"] for values in self.items]
        if record._fields[holder.field].type == "many2many":
            return find_successors(mine, before, fit.ids)
        if holder.unique and record[holder.field]:
            return record[holder.field].ids
        found = find_successor(mine[0], before, fit.ids)
        place = (found, *holder.get_shared(record))
        if not found or holder.unique and place in taken:
            return []
        taken.add(place)
        return [found]

    def _prepare_row(self, record, mine, wanted):
        """:return: dict of the history's field values: which items were replaced by which"""
        held = [values for values in self.items if values["id"] in mine]
        owner = {"collection.sequence": {"sequence_id": record.id},
                 "collection.action": {"action_id": record.id, "action_name": record.display_name}}
        return {
            "kind": "items_replaced" if wanted else "items_gone",
            "data": {"about": record.display_name, "items": [values["id"] for values in held]},
            "old_value": self._format_items(held),
            "cause": self.env["collection.history"]._get_own_cause(),
            "new_value": self._format_items(map(self._describe_item, wanted.sorted(_rank))),
            "command": "items", **owner.get(record._name, {}),
        }

    def _format_items(self, values_list):
        """:return: str, the entry's number with due date and amount of each item"""
        currencies = self.env["res.currency"]
        parts = [self.env._(
            "%(amount)s due %(day)s", day=format_date(self.env, values["due"]),
            amount=format_amount(self.env, values["amount"], currencies.browse(
                values["currency"]))) for values in values_list]
        return f"{self.move_name} ({', '.join(parts)})" if parts else ""

    # === WAITING === #

    @api.model
    def _get_missing(self, records):
        """What of these records' items was deleted from entries that are still drafts.

        :param records: of a model that is a registered holder
        :return: dict of float by id, what was due on such items, in the company's currency;
            of all that an entry under correction holds, 0 where none was deleted
        """
        keys = [key for key, holder in HOLDERS.items() if holder.model == records._name]
        snapshots = self.sudo()._find_holding(keys, records.ids)
        standing = set(self.env["account.move.line"].sudo().browse(
            values["id"] for snapshot in snapshots for values in snapshot.items).exists().ids)
        missing = {}
        for held, items in ((snapshot.holders.get(key, {}), snapshot.items)
                            for snapshot in snapshots for key in keys):
            for record_id in set(records.ids) & set(map(int, held)):
                missing[record_id] = missing.get(record_id, 0.0) + sum(
                    values["residual"] for values in items
                    if values["id"] in held[str(record_id)] and values["id"] not in standing)
        return missing

    def _find_holding(self, keys, ids):
        """:param keys: list of holders' keys
        :param ids: list of ids of records of their model
        :return: the snapshots of entries whose items these records held; no other is read"""
        if not keys or not ids:
            return self.browse()
        self.flush_model()
        held = SQL(" OR ").join(
            SQL("holders -> %s ?| %s", key, [str(id_) for id_ in ids]) for key in keys)
        return self.browse(id_ for [id_] in self.env.execute_query(SQL(
            "SELECT id FROM collection_item_snapshot WHERE %s ORDER BY id", held)))

    # === SAFETY === #

    def _contained(self):
        """A context in which a fault of ours costs the accountants' transaction nothing."""
        return contained(
            self.env, "Items of corrected entries could not be followed: %s", self)


def _rank(item):
    """:return: tuple, by which an entry's items are ordered: by due date, then as made"""
    return item._get_collection_due(), item.id
