"""One fact from many tellers: equal values become one, with everyone who says so."""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from resolvers.child.child import Fact, Provenance

T = TypeVar("T")
_NEVER: Final = (False, datetime.min.replace(tzinfo=UTC), "")
Statements = Collection[tuple[T, Provenance]]


def facts(
    said: Statements[T], *, same: Callable[[T], Hashable], order: Callable[[T], Any] = lambda _: 0
) -> tuple[Fact[T], ...]:
    """The facts in `order`, then in that of their text: never in that of their telling.

    Values with an equal `same` are one fact, in the form that most agencies use (then the longest,
    which keeps accents and apostrophes); an agency stands once in it, with its latest date.
    """
    groups: dict[Hashable, list[tuple[T, Provenance]]] = {}
    for value, source in said:
        groups.setdefault(same(value), []).append((value, source))
    found = [Fact(_form(group), _sources([p for _, p in group])) for group in groups.values()]
    if len(found) > 1:
        found.sort(key=lambda fact: (order(fact.value), repr(fact.value)))
    return tuple(found)


def most_told(candidates: Iterable[Fact[T]]) -> Fact[T] | None:
    """The fact with most agencies; of equals the one of the smallest agency id, then by text."""
    ranked = sorted(candidates, key=lambda f: (-len(f.sources), f.sources[0].agency, repr(f.value)))
    return ranked[0] if ranked else None


def moment(as_of: datetime | None) -> tuple[bool, datetime, str]:
    """Orders dates of statements, none first; a date without a zone counts as UTC."""
    if as_of is None:
        return _NEVER
    aware = as_of if as_of.tzinfo else as_of.replace(tzinfo=UTC)
    return True, aware, as_of.isoformat()


def _form(group: list[tuple[T, Provenance]]) -> T:
    first = group[0][0]
    if all(value == first for value, _ in group):
        return first
    tellers = Counter(value for value, _ in {(value, source.agency) for value, source in group})
    return max(tellers, key=lambda value: (tellers[value], len(repr(value)), repr(value)))


def _sources(said_by: list[Provenance]) -> tuple[Provenance, ...]:
    latest: dict[str, Provenance] = {}
    for source in said_by:
        before = latest.get(source.agency)
        if before is None or moment(before.as_of) < moment(source.as_of):
            latest[source.agency] = source
    return tuple([latest[agency] for agency in sorted(latest)])
