"""One line of the log: names of fields, codes and pseudonyms, never a value of a child's."""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import repeat
from operator import attrgetter
from typing import Any, Final, Self

import orjson

from adapters.contract.codes import Purpose, ReleaseClass
from adapters.contract.frozen import plainly_made, unfinished
from gateway.audit.entry.asker import AskerProfile
from gateway.audit.entry.flags import AccessFlag, WorkingRelationship
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.look import AuditedLook
from gateway.audit.entry.lost_log import LostLog
from gateway.audit.entry.range import EntryRange, joined
from gateway.audit.entry.shape import (
    DETAIL,
    NONCE,
    QUERY_ID,
    SHA256,
    refuse_unshaped,
    refuse_unwritable,
)
from gateway.audit.errors import EntryRefused, LeafUnreadable
from gateway.audit.keys.pseudonym import PSEUDONYM, Pseudonym
from gateway.audit.keys.random_bytes import RandomBytes
from gateway.audit.keys.sealing import SEALED, Sealed
from gateway.model.account import Account
from resolvers.child.child import WithheldReason
from resolvers.outcome import Outcome

VERSION: Final = 1
# An entry bundle of C2SP tlog-tiles writes each leaf's length in two bytes.
MAX_LEAF: Final = 0xFFFF
MOST_COUNTED: Final = 2**53 - 1  # what every reader of JSON can hold
_nonce: Final = RandomBytes(16)
_BY_AGENCY: Final = attrgetter("agency")
_BY_RELEASED: Final = attrgetter("released")
_BY_WITHHELD: Final = attrgetter("withheld")
_BY_RULE: Final = attrgetter("rule")
_DELETE: Final = b"\x7f"  # all else that is not seen is beyond ASCII, or escaped by JSON

# In UTF-8: DEL, C1 controls, zero-width and bidirectional marks, line and paragraph separators.
_UNSEEN = re.compile(
    rb"\x7f|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf"
)


@plainly_made
@dataclass(frozen=True, slots=True)
class AuditedWithholding:
    """A class that an agency's rule kept back; `rule` is the rule's name."""

    release_class: ReleaseClass
    reason: WithheldReason
    rule: str


@plainly_made
@dataclass(frozen=True, slots=True)
class AuditedAgency:
    """What one agency was asked or gave; `released` are field names; no outcome before asking.

    In a break-glass entry: its privacy officer is told of the grant. NOT_ASKED in an intent: its
    officer is told that the question states harm, and the agency is not asked.

    `through` are intents, by index, whose calls brought the answer; none where this question's own
    did. The agency's log has those intents and not this one.
    """

    agency: str
    outcome: Outcome | None = None
    released: tuple[str, ...] = ()
    withheld: tuple[AuditedWithholding, ...] = ()
    through: tuple[int, ...] = ()


_Alike = tuple[Outcome | None, tuple[str, ...], tuple[AuditedWithholding, ...], tuple[int, ...]]


@plainly_made
@dataclass(frozen=True, slots=True)
class AuditedChange:
    """What came into force: `subject` is a source's id, "policies" or "configuration".

    `sha256` is of the manifest, of the rules or of the operator's files, in hex; never their text.
    Of a setting, "settings." and its name, it is keyed; so of "settings", all of them.
    """

    subject: str
    sha256: str
    version: int | None = None


@plainly_made
@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One happening; `agencies` are kept by agency id, each once.

    `document` is the SHA-256 of the GraphQL document in hex; `detail` an upper-case code such
    as "PURPOSE_NOT_ENTITLED"; `count` how many identical ones it stands for,
    where it is more than itself.
    EntryRefused if a field is not what it says, so that a number or a text in the clear cannot
    stand where a pseudonym or a sealed text belongs. `issuer` is who vouched for the user, in whose
    names `user` and `manager` are; None in entries of before it was logged. `manager` is the
    user's, who may not review what the user did. `accounts` are the two that an ACCOUNT_LINK is
    about. `pruned` are the entries that a PRUNING takes away; its `document` and
    `policy_version` are then the retention policy's. `look` is what an AUDIT_SEARCH was for.
    `nonce` is random, so that the hash of an entry without a sealed text is no guess.
    `succeeds` is the lost log that a
    LOG_LOSS names, which is the first entry of another one.
    """

    kind: AuditKind
    at: datetime
    query_id: str | None = None
    user: str | None = None
    organisation: str | None = None
    role: str | None = None
    purpose: Purpose | None = None
    justification: Sealed | None = None
    case_reference: Sealed | None = None
    child_pseudonyms: tuple[Pseudonym, ...] = ()
    document: str | None = None
    policy_version: str | None = None
    matcher_version: str | None = None
    agencies: tuple[AuditedAgency, ...] = ()
    detail: str | None = None
    count: int | None = None
    manager: str | None = None
    risks: tuple[AccessFlag, ...] = ()
    tie: WorkingRelationship | None = None
    pruned: tuple[EntryRange, ...] = ()
    standing: AskerProfile | None = None
    change: "AuditedChange | None" = None
    issuer: str | None = None
    accounts: tuple[Account, ...] = ()
    look: AuditedLook | None = None
    nonce: str | None = None
    succeeds: LostLog | None = None

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise EntryRefused("an entry's time has a time zone")
        refuse_unshaped(_shaped(self))
        refuse_unwritable(_names(self))
        if self.count is not None and not 0 < self.count <= MOST_COUNTED:
            raise EntryRefused(f"an entry counts 1 to {MOST_COUNTED}")
        if self.pruned and not _are_ranges(self.pruned):
            raise EntryRefused("a pruning names ranges in order, none touching another")
        ordered = tuple(sorted(self.agencies, key=_BY_AGENCY))
        if len(set(map(_BY_AGENCY, ordered))) != len(ordered):
            raise EntryRefused("an entry names each agency once")
        object.__setattr__(self, "agencies", ordered)
        object.__setattr__(self, "risks", tuple(sorted({*self.risks})))

    def blinded(self) -> Self:
        """The entry, with a nonce unless something in it cannot be guessed anyway.

        A proof of the entry beside it has its hash, and likely entries could be tried out on that.
        """
        if self.nonce or self.justification or self.case_reference:
            return self
        # Of what was looked at already, and a nonce has its shape.
        kind = type(self)
        blinded = unfinished(kind)(*_every_field(self))
        blinded.nonce = _nonce.text()
        blinded.__class__ = kind
        found: Self = blinded
        return found

    def leaf(self) -> bytes:
        """One line of UTF-8 JSON, keys sorted, nothing unseen in the raw; at most MAX_LEAF bytes.

        EntryRefused if it is longer: the caller splits it over several entries.
        """
        line = orjson.dumps(_fields(self), option=orjson.OPT_SORT_KEYS)
        if not line.isascii() or _DELETE in line:
            line = _UNSEEN.sub(lambda found: b"\\u%04x" % ord(found[0].decode()), line)
        if len(line) > MAX_LEAF:
            raise EntryRefused(f"an entry has at most {MAX_LEAF} bytes")
        return line

    @classmethod
    def read(cls, leaf: bytes) -> Self:
        """The entry whose leaf this is; LeafUnreadable if it is none of a known version."""
        try:
            held = orjson.loads(leaf)
            if held.pop("v") != VERSION:
                raise LeafUnreadable("the entry is of another version of the log")
            read = {name: _READ.get(name, _as_it_is)(value) for name, value in held.items()}
            return cls(**read)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise LeafUnreadable("the bytes are no entry of this log") from error


def pruned_by(leaf: bytes) -> tuple[EntryRange, ...]:
    """What the leaf declares pruned: nothing if it is no pruning that this gateway reads."""
    try:
        entry = Entry.read(leaf)
    except LeafUnreadable:
        return ()
    return entry.pruned if entry.kind is AuditKind.PRUNING else ()


def stamp(at: datetime) -> str:
    """`at` in UTC to the microsecond, always 27 characters, so that text order is time order."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _are_ranges(pruned: tuple[EntryRange, ...]) -> bool:
    return joined(pruned).held == pruned and all(map(_is_range, pruned))


def _is_range(entry_range: EntryRange) -> bool:
    return 0 <= entry_range.first <= entry_range.last


def _shaped(entry: Entry) -> list[tuple[re.Pattern[str], str | None]]:
    return [
        (QUERY_ID, entry.query_id),
        (DETAIL, entry.detail),
        (SHA256, entry.document),
        (SHA256, entry.change.sha256 if entry.change else None),
        (SEALED, entry.justification),
        (SEALED, entry.case_reference),
        (NONCE, entry.nonce),
        *zip(repeat(PSEUDONYM), entry.child_pseudonyms, strict=False),
    ]


def _names(entry: Entry) -> list[str | None]:
    names = [entry.user, entry.organisation, entry.role, entry.manager, entry.issuer]
    if entry.accounts:
        names += [name for each in entry.accounts for name in (each.issuer, each.user)]
    names += (entry.policy_version, entry.matcher_version)
    names += entry.standing.names if entry.standing else ()
    names += entry.look.names if entry.look else ()
    names += (entry.change.subject,) if entry.change else ()
    names += map(_BY_AGENCY, entry.agencies)
    # Most agencies release the same fields, and keep back by the same rules.
    for released in set(map(_BY_RELEASED, entry.agencies)):
        names += released
    for every in set(map(_BY_WITHHELD, entry.agencies)):
        names += map(_BY_RULE, every)
    return names


def _fields(entry: Entry) -> dict[str, Any]:
    held = {
        "v": VERSION,
        "kind": entry.kind,
        "at": stamp(entry.at),
        "query_id": entry.query_id,
        "user": entry.user,
        "organisation": entry.organisation,
        "role": entry.role,
        "purpose": entry.purpose,
        "justification": entry.justification,
        "case_reference": entry.case_reference,
        "child_pseudonyms": entry.child_pseudonyms or None,
        "document": entry.document,
        "policy_version": entry.policy_version,
        "matcher_version": entry.matcher_version,
        "agencies": _grouped(entry.agencies) or None,
        "detail": entry.detail,
        "count": entry.count,
        "manager": entry.manager,
        "risks": entry.risks or None,
        "tie": entry.tie,
        "pruned": [list(each) for each in entry.pruned] if entry.pruned else None,
        "standing": entry.standing.fields if entry.standing else None,
        "change": _named(entry.change) if entry.change else None,
        "issuer": entry.issuer,
        "accounts": [[a.issuer, a.user] for a in entry.accounts] if entry.accounts else None,
        "look": entry.look.held if entry.look else None,
        "nonce": entry.nonce,
        "succeeds": entry.succeeds.fields if entry.succeeds else None,
    }
    return {name: value for name, value in held.items() if value is not None}


def _named(change: AuditedChange) -> dict[str, Any]:
    named = {"subject": change.subject, "sha256": change.sha256, "version": change.version}
    return {name: value for name, value in named.items() if value is not None}


def _grouped(agencies: tuple[AuditedAgency, ...]) -> list[dict[str, Any]]:
    # Hundreds of agencies of a widened question mostly say the same; said once, it fits a leaf.
    groups: dict[_Alike, list[str]] = {}
    for said in agencies:
        alike = (said.outcome, said.released, said.withheld, said.through)
        groups.setdefault(alike, []).append(said.agency)
    return [_group(alike, ids) for alike, ids in groups.items()]


def _group(alike: _Alike, ids: list[str]) -> dict[str, Any]:
    outcome, released, withheld, through = alike
    held: dict[str, Any] = {"ids": ids}
    if released:
        held["released"] = released
    if withheld:
        held["withheld"] = [[one.release_class, one.reason, one.rule] for one in withheld]
    if through:
        held["through"] = through
    if outcome is not None:
        held["outcome"] = outcome
    return held


def _read_agencies(groups: list[dict[str, Any]]) -> tuple[AuditedAgency, ...]:
    return tuple(said for group in groups for said in _read_group(**group))


def _read_group(
    ids: list[str],
    outcome: str | None = None,
    released: list[str] | None = None,
    withheld: list[tuple[str, str, str]] | None = None,
    through: list[int] | None = None,
) -> list[AuditedAgency]:
    kept = tuple(
        AuditedWithholding(ReleaseClass(release_class), WithheldReason(reason), rule)
        for release_class, reason, rule in withheld or ()
    )
    said = None if outcome is None else Outcome(outcome)
    by, gave = tuple(through or ()), tuple(released or ())
    return [AuditedAgency(agency, said, gave, kept, by) for agency in ids]


def _read_change(held: dict[str, Any]) -> AuditedChange:
    return AuditedChange(**held)


def _as_it_is(value: Any) -> Any:
    return value


_every_field: Final = attrgetter(*(one.name for one in fields(Entry)))
_READ: Final[dict[str, Callable[[Any], Any]]] = {
    "kind": AuditKind,
    "at": datetime.fromisoformat,
    "purpose": Purpose,
    "child_pseudonyms": tuple,
    "agencies": _read_agencies,
    "risks": lambda found: tuple(AccessFlag(each) for each in found),
    "tie": WorkingRelationship,
    "pruned": lambda found: tuple(EntryRange(first, last) for first, last in found),
    "standing": AskerProfile.read,
    "change": _read_change,
    "look": AuditedLook.read,
    "accounts": lambda found: tuple(Account(issuer, user) for issuer, user in found),
    "succeeds": LostLog.read,
}
