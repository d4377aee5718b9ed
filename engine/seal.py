"""The seal of a history: what a digest covers, whether rows hold, and Merkle trees over heads.

Pure, and open: whoever has the rows can compute all of this anew without any key. A row's digest
covers the one before it, so the last digest of a chain, its *head*, stands for all of its rows.
The heads of a company's chains are the leaves of a tree (as in RFC 6962), whose root stands for
all histories of the company on a day.

A digest says by which formula it was made: :data:`VERSION` is today's, older rows keep theirs.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

#: The formula of rows that are written now. 1 did not cover the chain that a row belongs to.
VERSION: Final = 2
#: What the digest covers besides the previous digest: everything but the text itself, of which
#: it covers a salted hash, so that the text can be erased by law and the chain still holds.
DIGESTED: Final = (
    "number", "at", "user_id", "user_name", "on_behalf", "cause", "command", "command_ref",
    "kind", "sequence_id", "visit_id", "step_name", "action_id", "action_name", "old_value",
    "new_value", "data", "text_digest",
)
NUMBER, KIND, DATA, TEXT_DIGEST = (
    DIGESTED.index(name) for name in ("number", "kind", "data", "text_digest"))

#: Rows that say something of their chain. *Moved*: whose it is from now on; *resealed*: what was
#: found in the rows before it; *erased*: whose text went.
MOVED, RESEALED, ERASED = "customer_changed", "history_resealed", "text_erased"

#: What may be wrong with a chain, the most telling first.
GAP, CHANGED, TEXT, UNRECORDED, DOWNGRADED, HEAD, OWNER = (
    "gap", "changed", "text", "unrecorded", "downgraded", "head", "owner")

#: What a text is salted with. Were its length not fixed, the end of the salt could be taken for the
#: beginning of the text, and the other way round: "not paid" would hold as "paid".
SALT: Final = re.compile(r"[0-9a-f]{32}")

#: First bytes of what is hashed for a leaf and for a node of the tree.
LEAF_PREFIX, NODE_PREFIX = b"\x00", b"\x01"

# === DIGESTS === #


def to_json(values: Sequence[Any]) -> str:
    """Write values in the one way that is hashed: dates as Odoo writes them, keys in order."""
    return json.dumps(values, sort_keys=True, default=str)


def hash_text(salt: str | None, text: str | None) -> str:
    """:return: hexadecimal SHA-256 of a salted text; empty for no text"""
    return hashlib.sha256(f"{salt}{text}".encode()).hexdigest() if text else ""


def hash_row(previous: str, version: int, key: str, values: Sequence[Any]) -> str:
    """Compute a row's digest, which covers all rows before it as well.

    :param previous: digest of the row before it, empty for the first
    :param version: the formula, of the row
    :param key: of the chain
    :param values: of :data:`DIGESTED`, many2one fields as ids
    :return: hexadecimal SHA-256
    """
    known = [value or None for value in values]
    covered = known if version == 1 else [version, key, *known]
    return hashlib.sha256((previous + to_json(covered)).encode()).hexdigest()


# === CHAINS === #


class SealedRow(NamedTuple):
    """A row of history as it is stored.

    :ivar values: of :data:`DIGESTED`
    """

    version: int
    values: Sequence[Any]
    text: str | None
    salt: str | None
    digest: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not hold.

    :ivar code: :data:`GAP` to :data:`OWNER`
    :ivar number: of the row at which it shows
    :ivar other: what was found instead: a number, or a customer's id
    """

    code: str
    number: int
    other: int = 0


@dataclass(slots=True)
class ChainReader:
    """Reads the rows of one chain, in order, and notes what does not hold.

    It may begin behind rows that were read before: :attr:`number` to :attr:`version` are then
    what it knew after them.

    :ivar key: of the chain: ids of the company and of the customer it was begun for
    :ivar number: of the last row that was read
    :ivar digest: of that row
    :ivar owner: id of the customer to whom the rows say that the chain belongs
    :ivar version: the highest formula so far
    :ivar watched: number of a row of which it keeps, as :attr:`seen`, the digest and whose the
        chain was then
    """

    key: str
    number: int = 0
    digest: str = ""
    owner: int = 0
    version: int = 0
    watched: int = 0
    seen: tuple[int, str] | None = None
    faults: list[Fault] = field(default_factory=list)
    erased: set[int] = field(default_factory=set)
    recorded: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        begun_for = self.key.rpartition(":")[2]
        self.owner = self.owner or _read_id(int(begun_for) if begun_for.isdecimal() else 0)

    def read(self, row: SealedRow) -> None:  # pylint: disable=method-required-super
        """Take the next row."""
        number = row.values[NUMBER]
        if number != self.number + 1:
            self.faults.append(Fault(GAP, self.number + 1, number))
        if row.version < self.version:
            self.faults.append(Fault(DOWNGRADED, number))
        if row.digest != hash_row(self.digest, row.version, self.key, row.values):
            self.faults.append(Fault(CHANGED, number))
        self._read_text(number, row)
        data = row.values[DATA]
        if row.values[KIND] in (MOVED, RESEALED, ERASED) and isinstance(data, dict):
            self._read_chain(number, row.values[KIND], data)
        self.number, self.digest = number, row.digest
        self.version = max(self.version, row.version)
        if number == self.watched:
            self.seen = self.owner, row.digest

    def _read_text(self, number: int, row: SealedRow) -> None:
        digest = row.values[TEXT_DIGEST] or ""
        if row.text is None and row.salt is None:
            if digest:
                self.erased.add(number)
        elif digest != hash_text(row.salt, row.text) or (
                row.text and not SALT.fullmatch(row.salt or "")):
            self.faults.append(Fault(TEXT, number))

    def _read_chain(self, number: int, kind: str, data: Mapping[str, Any]) -> None:
        # what was so before there was today's formula is taken as it was then, once
        older = kind == RESEALED and self.version < VERSION
        if kind == MOVED and data.get("chain") == self.key:
            self.owner = _read_id(data.get("current"))
        if older:
            self.owner = _read_id(data.get("customer", self.owner))
        rows = data.get("rows")
        if (older or kind == ERASED) and isinstance(rows, list):
            # only texts from before: nobody allows for what is to be written
            self.recorded.update(row for row in map(_read_id, rows) if 0 < row < number)

    def close(self, number: int, digest: str, customer: int) -> list[Fault]:
        """Compare what was read with the chain's head.

        :param number: of the last row, as the head has it
        :param digest: of that row
        :param customer: id of whom the chain belongs to
        :return: all that does not hold
        """
        for erased in sorted(self.erased - self.recorded):
            self.faults.append(Fault(UNRECORDED, erased))
        if (number, digest) != (self.number, self.digest):
            self.faults.append(Fault(HEAD, number, self.number))
        if customer != self.owner:
            self.faults.append(Fault(OWNER, self.number, self.owner))
        return self.faults


def _read_id(value: object) -> int:
    """:return: an id or number as a row has it; 0 for whatever is none"""
    return value if isinstance(value, int) and 0 < value < 2**31 else 0


# === TREES === #


class Leaf(NamedTuple):
    """The head of a chain, as a tree holds it.

    :ivar key: of the chain
    :ivar customer: id of whom it belongs to
    :ivar number: of its last row
    :ivar digest: of that row
    """

    key: str
    customer: int
    number: int
    digest: str


class Step(NamedTuple):
    """The way from a leaf to the root: what stands beside, and on which side."""

    side: str
    digest: str


def hash_leaf(leaf: Leaf) -> bytes:
    """:return: SHA-256 of a chain's head, told from that of a node"""
    return hashlib.sha256(LEAF_PREFIX + to_json(list(leaf)).encode()).digest()


def _hash_node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(NODE_PREFIX + left + right).digest()


def _climb(level: Sequence[bytes]) -> list[bytes]:
    """:return: the level above: pairs joined, the odd last one as it is"""
    pairs = [_hash_node(level[place], level[place + 1]) for place in range(0, len(level) - 1, 2)]
    return pairs + list(level[len(level) - len(level) % 2:])


def find_root(leaves: Iterable[Leaf]) -> str:
    """Compute the root of the tree over heads.

    :param leaves: in the order of :func:`sort_leaves`
    :return: hexadecimal SHA-256; that of nothing for no leaf
    """
    level = [hash_leaf(leaf) for leaf in leaves]
    while len(level) > 1:
        level = _climb(level)
    return (level[0] if level else hashlib.sha256().digest()).hex()


def find_path(leaves: Iterable[Leaf], place: int) -> list[Step]:
    """Find what proves that a head is in a tree.

    :param leaves: in the order of :func:`sort_leaves`
    :param place: index of the leaf
    :return: list of :class:`Step`, from the leaf to the root
    """
    level, path = [hash_leaf(leaf) for leaf in leaves], []
    while len(level) > 1:
        beside = place ^ 1
        if beside < len(level):
            path.append(Step("left" if beside < place else "right", level[beside].hex()))
        level, place = _climb(level), place // 2
    return path


def follow_path(leaf: Leaf, path: Iterable[Sequence[str]]) -> str:
    """:return: the root to which a leaf and its path lead, hexadecimal"""
    digest = hash_leaf(leaf)
    for side, beside in path:
        other = bytes.fromhex(beside)
        digest = _hash_node(other, digest) if side == "left" else _hash_node(digest, other)
    return digest.hex()


def sort_leaves(leaves: Iterable[Leaf]) -> list[Leaf]:
    """:return: the leaves in the order in which they stand in a tree"""
    return sorted(leaves)


# === FILES === #


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree, in short.

    :ivar root: hexadecimal
    :ivar previous: root of the anchor before it, empty for the first
    :ivar chains: number of leaves
    :ivar rows: of all chains together
    """

    root: str
    previous: str
    chains: int
    rows: int


def write_root_file(company: str, day: str, at: str, tree: Tree) -> bytes:
    """Write the file of an anchor: what witnesses get and an authority signs.

    :param company: its name
    :param day: the night's day, ISO
    :param at: moment in UTC, ISO
    :return: bytes of lines that a person reads too
    """
    name = " ".join(company.split())
    return (
        f"account_collection anchor 1\ncompany: {name}\nday: {day}\nmade at: {at} UTC\n"
        f"histories: {tree.chains}\nrows: {tree.rows}\nprevious root: {tree.previous or '-'}\n"
        f"root: {tree.root}\n").encode()
