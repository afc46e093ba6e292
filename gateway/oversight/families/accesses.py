"""Who looked, of everything in the log about one person: organisations, never people or parents."""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Self

from adapters.contract.codes import Purpose
from gateway.audit.entry.entry import Entry
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.time_units import microseconds
from gateway.audit.recorder.recorder import PASSED_ON
from gateway.model.account import Account
from gateway.oversight.families.disclosure import Disclosures

_CURSOR: Final = re.compile(rb"(\d{1,17})/(\d{1,6})")

AgencyName = Callable[[str], str | None]
OnePerson = Callable[[Account], frozenset[Account]]


@dataclass(frozen=True, slots=True)
class ShownAccess:
    """One access as it may be shown; `agencies` are names, in order.

    `query_id` is its reference. `account` is the user's, which is never shown itself.
    """

    query_id: str
    account: Account | None
    at: datetime
    organisation: str
    role: str | None
    purpose: Purpose
    agencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccessPosition:
    """Where an access stands among those that are shown: its time, and which one of that time.

    Nothing in it comes from the log's numbering, which would count what is held back.
    """

    at: int
    nth: int = 0

    @property
    def cursor(self) -> str:
        """The turn as clients send it back."""
        return base64.urlsafe_b64encode(f"{self.at}/{self.nth}".encode()).decode()

    def follows(self, other: "AccessPosition") -> bool:
        """Whether it stands after `other`: earlier, or later counted of the same moment."""
        return (-self.at, self.nth) > (-other.at, other.nth)

    @classmethod
    def read(cls, cursor: str) -> Self | None:
        """The turn that `cursor` names; None if it is no cursor of ours."""
        try:
            found = _CURSOR.fullmatch(base64.b64decode(cursor, altchars=b"-_", validate=True))
        except (ValueError, binascii.Error):
            return None
        return cls(int(found[1]), int(found[2])) if found else None


def seen(
    entries: Iterable[Entry], rules: Disclosures, today: date, name: AgencyName
) -> list[ShownAccess]:
    """The accesses that the rules show today, newest first.

    Questions of families themselves are none, so that no parent learns of another. `name` gives
    the name of an agency, None for one that is never named.
    """
    questions: dict[str, list[Entry]] = {}
    for entry in entries:
        asks = entry.kind in {AuditKind.INTENT, AuditKind.RELEASE}
        if asks and entry.query_id and entry.purpose is not Purpose.SUBJECT_ACCESS:
            questions.setdefault(entry.query_id, []).append(entry)
    asked = (_Question(tuple(together)) for together in questions.values())
    shown = (_shown(question, rules, today, name) for question in asked)
    return sorted(filter(None, shown), key=_order, reverse=True)


def turns(shown: Sequence[ShownAccess]) -> Iterator[tuple[AccessPosition, ShownAccess]]:
    """Each access with its turn; several of one microsecond are counted."""
    before: AccessPosition | None = None
    for each in shown:
        at = microseconds(each.at)
        before = AccessPosition(at, before.nth + 1 if before and before.at == at else 0)
        yield before, each


def numbered(shown: Sequence[ShownAccess], one_person: OnePerson) -> dict[Account, int]:
    """A number for each account, the same for the accounts of one person; who came first is 1.

    Nobody who is held back is counted, so no number is left out.
    """
    numbers: dict[Account, int] = {}
    for each in reversed(shown):
        if each.account is not None and each.account not in numbers:
            theirs = one_person(each.account)
            known = [numbers[account] for account in theirs if account in numbers]
            numbers[each.account] = known[0] if known else max(numbers.values(), default=0) + 1
    return numbers


@dataclass(frozen=True, slots=True)
class _Question:
    """The entries of one question, as far as they are about the person."""

    entries: tuple[Entry, ...]

    @property
    def first(self) -> Entry:
        return min(self.entries, key=lambda entry: entry.at)

    @property
    def released(self) -> set[str]:
        """The agencies whose information left; what went on to other agencies did not."""
        return {
            said.agency
            for entry in self.entries
            if entry.kind is AuditKind.RELEASE and entry.detail != PASSED_ON
            for said in entry.agencies
            if said.released
        }


def _shown(
    question: _Question, rules: Disclosures, today: date, name: AgencyName
) -> ShownAccess | None:
    first = question.first
    purpose, organisation, at = first.purpose, first.organisation, first.at
    if purpose is None or organisation is None or first.query_id is None:
        return None
    if not _open(rules.shows_asker(organisation, purpose, at), today):
        return None
    agencies = [a for a in question.released if _open(rules.shows_asked(a, purpose, at), today)]
    named = tuple(sorted(filter(None, map(name, agencies))))
    account = Account(first.issuer or "", first.user) if first.user else None
    return ShownAccess(first.query_id, account, at, organisation, first.role, purpose, named)


def _open(day: date | None, today: date) -> bool:
    return day is not None and day <= today


def _order(each: ShownAccess) -> tuple[datetime, str, str]:
    return each.at, each.organisation, each.purpose
