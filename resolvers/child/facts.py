"""One fact from many tellers: equal values become one, with everyone who says so."""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, TypeVar

from resolvers.child.child import Fact, Provenance

T = TypeVar("T")
_NEVER: Final = (False, datetime.min.replace(tzinfo=UTC), "")
_RANK: Final = itemgetter(0)
Statements = Collection[tuple[T, Provenance]]


def facts(
    said: Statements[T],
    *,
    same: Callable[[T], Hashable] | None = None,
    order: Callable[[T], Any] = lambda _: 0,
) -> tuple[Fact[T], ...]:
    """The facts in `order`, then in that of their text: never in that of their telling.

    Values with an equal `same` are one fact, in the form that most agencies use (then the longest,
    which keeps accents and apostrophes); an agency stands once in it, with its latest date. Without
    a `same` only equal values are one.
    """
    if len(said) < len("ab"):
        return tuple([Fact(value, (source,)) for value, source in said]) if said else ()
    if (alone := said_alike(said)) is not None:
        return (alone,)
    groups: dict[Hashable, list[tuple[T, Provenance]]] = {}
    keys: dict[T, Hashable] = {}  # most agencies write alike what they say alike
    for statement in said:
        value = statement[0]
        key: Hashable = value
        if same is not None and (key := keys.get(value)) is None:
            key = keys[value] = same(value)
        groups.setdefault(key, []).append(statement)
    alike = same is None or len(keys) == len(groups)  # each fact is said in one form alone
    found = [
        Fact(group[0][0] if alike else _form(group), _sources(group)) for group in groups.values()
    ]
    return tuple(found if len(found) < len("ab") else _ordered(found, order))


def facts_of_one(
    said: Iterable[T], source: Provenance, order: Callable[[T], Any]
) -> tuple[Fact[T], ...]:
    """The facts that one teller says, in the same order; only equal values are one."""
    said = tuple(said)
    if len(said) == 1:
        return (Fact(said[0], (source,)),)
    found = [Fact(value, (source,)) for value in dict.fromkeys(said)]
    return tuple(found if len(found) < len("ab") else _ordered(found, order))


def said_alike(said: Statements[T]) -> Fact[T] | None:
    """The one fact that all of these are, where all say it in the same words."""
    every = iter(said)
    first, _ = next(every, (None, None))
    for value, _ in every:
        if value is not first and value != first:
            return None
    return None if first is None else Fact(first, _sources(said))


def _ordered(found: Iterable[Fact[T]], order: Callable[[T], Any]) -> list[Fact[T]]:
    """In `order`, then in that of their text."""
    ranked = sorted([(order(fact.value), fact) for fact in found], key=_RANK)
    ordered: list[Fact[T]] = []
    for _, alike in groupby(ranked, _RANK):
        level = [fact for _, fact in alike]
        ordered += _by_text(level, getattr(level[0].value, "__match_args__", ()))
    return ordered


def _by_text(level: list[Fact[T]], names: tuple[str, ...]) -> list[Fact[T]]:
    """In the order of their text: it is only made of the first field in which they differ.

    `names` are the fields from which on they may differ; of what has no fields it is made whole.
    """
    if len(level) == 1:
        return level
    for place, name in enumerate(names):
        said = [getattr(fact.value, name) for fact in level]
        if _are_alike(said):
            continue
        texts = _texts(said)
        ranked = sorted(zip(texts, level, strict=True), key=_RANK)
        if len(set(texts)) == len(level):
            return [fact for _, fact in ranked]
        groups = ([fact for _, fact in alike] for _, alike in groupby(ranked, _RANK))
        return [fact for group in groups for fact in _by_text(group, names[place + 1 :])]
    return level if names else sorted(level, key=_text)


def _texts(said: list[Any]) -> list[Any]:
    """What sorts as the texts of these values do.

    Of one class the texts of the fields sort alike: none is the beginning of another, but of a
    number, and what follows a number in a text comes before any digit.
    """
    names = getattr(said[0], "__match_args__", ())
    if names and len({one.__class__ for one in said}) == 1:
        return [tuple([repr(getattr(one, name)) for name in names]) for one in said]
    return list(map(repr, said))


def _are_alike(said: list[Any]) -> bool:
    first = said[0]
    for one in said:
        if one is not first and (one.__class__ is not first.__class__ or one != first):
            return False
    return True


def _text(fact: Fact[Any]) -> str:
    return repr(fact.value)


def most_told(candidates: Iterable[Fact[T]]) -> Fact[T] | None:
    """The fact with most agencies; of equals the one of the smallest agency id, then by text."""
    every = tuple(candidates)
    if len(every) == 1:
        return every[0]
    return min(every, key=lambda f: (-len(f.sources), f.sources[0].agency, _text(f)), default=None)


def moment(as_of: datetime | None) -> tuple[bool, datetime, str]:
    """Orders dates of statements, none first; a date without a zone counts as UTC."""
    if as_of is None:
        return _NEVER
    aware = as_of if as_of.tzinfo else as_of.replace(tzinfo=UTC)
    return True, aware, as_of.isoformat()


def _form(group: list[tuple[T, Provenance]]) -> T:
    tellers = Counter(value for value, _ in {(value, source.agency) for value, source in group})
    return max(tellers, key=lambda value: (tellers[value], len(repr(value)), repr(value)))


def _sources(said_by: Statements[T]) -> tuple[Provenance, ...]:
    if len(said_by) == 1:
        return tuple([source for _, source in said_by])
    latest = {source.agency: source for _, source in said_by}
    if len(latest) < len(said_by):
        for _, source in said_by:
            if moment(latest[source.agency].as_of) < moment(source.as_of):
                latest[source.agency] = source
    return tuple([latest[agency] for agency in sorted(latest)])
