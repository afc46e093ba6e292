"""What of a long list stays in a record, and what of a long text; a cut is always told."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from adapters.contract.codes import InvolvementStatus, NameUse
from adapters.contract.dates import PartialDate
from adapters.contract.identifiers import NHS_NUMBER, UPN
from adapters.contract.record import (
    Address,
    Carer,
    Event,
    Identifier,
    Involvement,
    Name,
    Record,
    School,
    SupportStatus,
)

TEXT_CAP: Final = 400  # characters
LIST_CAP: Final = 50  # items of one list in one record
READ_CAP: Final = 1_000  # items of one list that are looked at, to find those that stay
ROW_CAP: Final = 20_000  # rows of a table or a file that one answer may take
ELLIPSIS: Final = "\u2026"

T = TypeVar("T")
Precedence = tuple[int, ...]  # the smallest stay

_BY_STATUS: Final = {
    InvolvementStatus.OPEN: 0,
    InvolvementStatus.UNKNOWN: 1,
    InvolvementStatus.CLOSED: 2,
}


def capped(text: str) -> str:
    """At most 400 characters; one that was longer ends with an ellipsis."""
    return text if len(text) <= TEXT_CAP else text[: TEXT_CAP - 1] + ELLIPSIS


def capped_texts(texts: Sequence[str]) -> tuple[str, ...]:
    """At most fifty; of more, the last one is an ellipsis."""
    return tuple(texts) if len(texts) <= LIST_CAP else (*texts[: LIST_CAP - 1], ELLIPSIS)


def is_cut(value: object) -> bool:
    """Whether a text or a list of texts ends as those do that were cut here."""
    match value:
        case str():
            return len(value) == TEXT_CAP and value.endswith(ELLIPSIS)
        case tuple():
            return any(map(is_cut, value)) or any(map(_is_rest, value[-1:]))
        case _:
            return False


def _is_rest(last: object) -> bool:
    # The words of one text that was cut: the last of them is shorter than the text was.
    return isinstance(last, str) and last.endswith(ELLIPSIS)


def both_ends(items: Sequence[T]) -> Sequence[T]:
    """At most a thousand of them: lists are in the order of time, one way or the other."""
    if len(items) <= READ_CAP:
        return items
    half = READ_CAP // 2
    return [*items[:half], *items[-half:]]


def kept(name: str, items: Iterable[T]) -> tuple[T, ...]:
    """The fifty of a record's list `name` that stay, in the order in which they came.

    What is open or current stays before what is over, the newest before the older.
    """
    every = tuple(items)
    if len(every) <= LIST_CAP or name not in _RANKS:
        return every
    rank = _RANKS[name]
    by_rank = sorted(range(len(every)), key=lambda place: (rank(every[place]), place))
    return tuple(every[place] for place in sorted(by_rank[:LIST_CAP]))


def _newest(*dates: PartialDate | None) -> Precedence:
    known = next((one for one in dates if one is not None), None)
    return (1, 0, 0, 0) if known is None else (0, -known.year, -known.month, -known.day)


def _name(one: Name) -> Precedence:
    return (one.use is not NameUse.CURRENT,)


def _identifier(one: Identifier) -> Precedence:
    return (one.scheme not in {NHS_NUMBER, UPN},)


def _address(one: Address) -> Precedence:
    over = one.current is False or (one.current is None and one.end is not None)
    return (not one.current, over, *_newest(one.start, one.end))


def _carer(one: Carer) -> Precedence:
    return (not one.parental_responsibility,)


def _period(one: School | SupportStatus) -> Precedence:
    return (one.end is not None, *_newest(one.end, one.start))


def _involvement(one: Involvement) -> Precedence:
    return (_BY_STATUS[one.status], not one.lead_practitioner, *_newest(one.end, one.start))


def _event(one: Event) -> Precedence:
    return _newest(one.date)


_RANKS: Final[Mapping[str, Callable[[Any], Precedence]]] = {
    "names": _name,
    "identifiers": _identifier,
    "addresses": _address,
    "carers": _carer,
    "schools": _period,
    "involvements": _involvement,
    "support_statuses": _period,
    "events": _event,
}


def capped_record(record: Record, cut: Iterable[str]) -> Record:
    """`record` with what stays of its lists; `cut` are names of lists already known to be cut."""
    stay: dict[str, Any] = {name: kept(name, getattr(record, name)) for name in _RANKS}
    shorter = {name for name, items in stay.items() if len(items) < len(getattr(record, name))}
    return replace(record, **stay, cut=tuple(sorted({*cut, *shorter})))
