"""An entry as the log's store takes it: its leaf, and what auditors search by."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from gateway.audit.entry import Entry
from gateway.audit.merkle import leaf_hash

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

Searched = tuple[str, str | None, str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One entry ready to be written; `at` in microseconds since 1970.

    `searched` is kind, query id, user, organisation and purpose, in the order of the columns.
    """

    leaf: bytes
    hash: bytes
    at: int
    searched: Searched
    pseudonyms: frozenset[str]
    agencies: frozenset[str]

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """The row of `entry`; EntryRefused if it does not fit the log."""
        leaf = entry.leaf()
        return cls(
            leaf=leaf,
            hash=leaf_hash(leaf),
            at=microseconds(entry.at),
            searched=(
                entry.kind.value,
                entry.query_id,
                entry.user,
                entry.organisation,
                entry.purpose,
            ),
            pseudonyms=frozenset(entry.child_pseudonyms),
            agencies=frozenset(said.agency for said in entry.agencies),
        )


def microseconds(at: datetime) -> int:
    """Microseconds since 1970, exactly."""
    return (at - _EPOCH) // _MICROSECOND


def at_microsecond(microsecond: int) -> datetime:
    """The moment, in UTC."""
    return _EPOCH + microsecond * _MICROSECOND
