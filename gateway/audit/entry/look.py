"""What a look into the log was for, as far as pseudonyms and agencies do not say it already."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, Final, Self

from adapters.contract.codes import Purpose
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.range import EntryRange
from gateway.audit.entry.search import Search

_ALIKE: Final = ("user", "issuer", "organisation", "purpose", "kind", "query_id", "break_glass")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedLook:
    """The object of a look: what was searched by, which entries were read, how many were given.

    Each is None where the look did not name it. The child is in the entry's pseudonyms, the
    agency among its agencies. `export` is the form in which the entries left the log.
    """

    user: str | None = None
    issuer: str | None = None
    organisation: str | None = None
    purpose: Purpose | None = None
    kind: AuditKind | None = None
    query_id: str | None = None
    break_glass: bool | None = None
    since: datetime | None = None
    before: datetime | None = None
    entries: EntryRange | None = None
    count: int | None = None
    export: str | None = None

    @classmethod
    def of(cls, search: Search, *, count: int | None = None, export: str | None = None) -> Self:
        """The object of a search that gave so many entries."""
        alike = {name: getattr(search, name) for name in _ALIKE}
        return cls(**alike, since=search.since, before=search.before, count=count, export=export)

    @property
    def names(self) -> tuple[str | None, ...]:
        """Every text that somebody typed."""
        return (self.user, self.issuer, self.organisation, self.query_id, self.export)

    @property
    def held(self) -> Mapping[str, Any]:
        """As it stands in an entry: what was named, and nothing else."""
        named = {each.name: getattr(self, each.name) for each in fields(self)}
        named |= {name: _stamped(named[name]) for name in ("since", "before")}
        if self.entries is not None:
            named["entries"] = [self.entries.first, self.entries.last]
        return {name: value for name, value in named.items() if value is not None}

    @classmethod
    def read(cls, held: Mapping[str, Any]) -> Self:
        """What `held` wrote; ValueError, KeyError or TypeError if it did not."""
        return cls(**{name: _READ.get(name, _as_it_is)(value) for name, value in held.items()})


def _stamped(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None


def _as_it_is(value: Any) -> Any:
    return value


def _range(found: Sequence[int]) -> EntryRange:
    first, last = found
    return EntryRange(first, last)


_READ: Final[Mapping[str, Callable[[Any], Any]]] = {
    "purpose": Purpose,
    "kind": AuditKind,
    "since": datetime.fromisoformat,
    "before": datetime.fromisoformat,
    "entries": _range,
}
