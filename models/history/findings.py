"""What a verification of histories has found, and how it is put to a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from odoo.tools import format_date, format_datetime, format_list

from ...engine import seal as rows
from ...tools import seal

#: What is wrong besides what :mod:`...engine.seal` finds in the rows themselves. *Rewritten* and
#: *gone*: compared with the last anchor; *absent*: records without any history; *company*: the
#: head names another one than the chain was begun in; *anchor*: it does not hold itself.
REWRITTEN, GONE, ABSENT, COMPANY, ANCHOR = "rewritten", "gone", "absent", "company", "anchor"
#: What is found of customers and companies, not in a chain.
APART = (ABSENT, GONE, ANCHOR)
#: What cannot be proven, and is not forged for that.
UNPROVEN = (seal.FOREIGN, seal.STALE, seal.BARE)

#: What a finding may be, as a selection.
CODES = [
    (rows.GAP, "Rows missing"),
    (rows.CHANGED, "Row changed"),
    (rows.TEXT, "Text changed"),
    (rows.UNRECORDED, "Text removed"),
    (rows.DOWNGRADED, "Older formula"),
    (rows.HEAD, "End cut off"),
    (rows.OWNER, "Given to another customer"),
    (REWRITTEN, "Rewritten since an anchor"),
    (GONE, "History gone"),
    (COMPANY, "Given to another company"),
    (ANCHOR, "Anchor does not hold"),
    (ABSENT, "No history"),
    (seal.BROKEN, "Seal broken"),
    (seal.FOREIGN, "Sealed with another key"),
    (seal.STALE, "Seal out of date"),
    (seal.BARE, "Not sealed"),
]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a verification has found in a history.

    :ivar code: one of :data:`CODES`
    :ivar key: of the chain: ids of the company and of the customer it was begun for
    :ivar number: of the row at which it shows, 0 for none
    :ivar detail: what is named besides: a number, a customer, a table
    :ivar day: of the anchor that says otherwise
    """

    code: str
    key: str
    number: int = 0
    detail: str = ""
    day: date | None = None

    @property
    def is_forged(self):
        """Whether somebody has tampered with the history, or its proof is merely missing."""
        return self.code not in UNPROVEN

    def describe(self, env):
        """:return: str, translated sentence"""
        detail = _name_models(env, self.detail) if self.code == ABSENT else self.detail
        names = {
            "number": self.number, "detail": detail or "–",
            "day": format_date(env, self.day) if self.day else "–",
        }
        return _get_sentences(env)[self.code] % names


@dataclass(frozen=True, slots=True)
class Verification:
    """What the verification of a customer's history has looked at, and found.

    :ivar at: when
    :ivar chains: number of chains
    :ivar count: of their rows
    :ivar findings: list of :class:`Finding`
    :ivar is_sealed: whether there is a key, so that seals were checked
    :ivar anchor: day of the last anchor, None for none
    :ivar anchored: number of the rows that it covers
    :ivar since: when what was found was found first
    :ivar resealed: numbers of rows that say that a chain was sealed anew
    """

    at: datetime
    chains: int
    count: int
    findings: list[Finding]
    is_sealed: bool
    anchor: date | None = None
    anchored: int = 0
    since: datetime | None = None
    resealed: tuple[int, ...] = ()

    @property
    def whole(self):
        """Whether there was something to look at, and all of it holds."""
        return bool(self.count) and not self.findings

    @property
    def is_forged(self):
        """Whether somebody has tampered with it."""
        return any(finding.is_forged for finding in self.findings)

    def describe(self, env):
        """:return: str, translated: what was looked at and what was found"""
        _ = env._
        if not self.findings and not self.count:
            return _("There is no history to verify: nothing was looked at.")
        lines = [finding.describe(env) for finding in self.findings]
        if self.findings and self.since:
            lines.append(_("Found first on %(moment)s.", moment=format_datetime(env, self.since)))
        if not self.findings:
            lines.append(_(
                "Rows verified: %(rows)s. Nothing was changed, cut out or given away.",
                rows=self.count))
        if self.resealed:
            lines.append(_(
                "Sealed anew in the rows: %(rows)s. That rows before those were not changed is "
                "shown by anchors made before, not by the seal.",
                rows=format_list(env, [str(number) for number in self.resealed])))
        if not self.is_sealed:
            lines.append(_(
                "There is no key: whoever writes to the database could have computed the seals "
                "anew since the last anchor."))
        lines.append(_(
            "Covered by the anchor of %(day)s: %(rows)s.", rows=self.anchored,
            day=format_date(env, self.anchor)) if self.anchor else _("There is no anchor yet."))
        return " ".join(lines)


def _name_models(env, names):
    """:return: str, what models are called in the reader's language"""
    models = env["ir.model"].sudo()
    return ", ".join(models._get(name).name if name in env else name
                     for name in names.split(", "))


def _get_sentences(env):
    """:return: dict of translated sentences by code"""
    _ = env._
    return {
        rows.GAP: _("Row %(number)s is missing: row %(detail)s follows instead."),
        rows.CHANGED: _("Row %(number)s is not what was sealed: it was changed or exchanged."),
        rows.TEXT: _("The text of row %(number)s was changed."),
        rows.UNRECORDED: _(
            "The text of row %(number)s was removed, and no row says by whom and why."),
        rows.DOWNGRADED: _("Row %(number)s is sealed by an older formula than rows before it."),
        rows.HEAD: _(
            "The rows end at %(detail)s, the head of the history says %(number)s: the end was cut "
            "off."),
        rows.OWNER: _(
            "By its rows the history belongs to the customer with the id %(detail)s: it was given "
            "to another one."),
        REWRITTEN: _(
            "Row %(number)s is not the one that the anchor of %(day)s covers: the history was "
            "rewritten or cut off since."),
        GONE: _(
            "The history of %(detail)s is gone: the anchor of %(day)s covers it up to row "
            "%(number)s."),
        COMPANY: _(
            "The history was begun in the company with the id %(detail)s: it was given to another "
            "one."),
        ANCHOR: _(
            "The anchor of %(day)s does not hold: its root, its files, the histories that it "
            "covers or the anchor before it were changed."),
        ABSENT: _("There is no history, although there are records that leave one: %(detail)s."),
        seal.BROKEN: _(
            "The seal of row %(number)s does not hold: rows or head were written by somebody who "
            "has not the key."),
        seal.FOREIGN: _(
            "The seal was made with a key that is not there (%(detail)s), up to row %(number)s: it "
            "cannot be checked. Configure the key again, or have the histories sealed anew."),
        seal.STALE: _(
            "The seal holds up to row %(number)s at most; what came afterwards is not sealed."),
        seal.BARE: _("It is not sealed, although there is a key. Have the histories sealed."),
    }
