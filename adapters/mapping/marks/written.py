"""Words that say a child is protected, written where an address or a name should be.

Systems without a flag have them: "PROTECTED ADDRESS", "Do not disclose", "sensitive - see alert".
They are no address and nobody's name. They are the agency's mark, so they restrict the child.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from adapters.contract.frozen import replace
from adapters.contract.record import Address, Carer, GpPractice, Name, Record, School

# Where a child is: a mark in one of these is read whatever fields are wanted.
PLACES: Final = frozenset({"addresses", "schools", "gp_practice"})

# A part of every mark below: most texts have none, and are looked at no further.
_STEMS: Final = (
    *("confidential", "protected", "restrict", "sensitive", "withheld", "redact", "suppress"),
    *("alert", "disclos", "share", "give", "releas", "reveal"),
)
_ALONE: Final = ("protected", "restricted", "sensitive", "withheld", "suppressed", "redacted")
_KEPT: Final = "|".join(_ALONE)
_WHAT: Final = r"(?:address|location|placement|whereabouts|details|records?|information|child)"
_HOW: Final = rf"(?:{_KEPT}|undisclosed|not disclosed)"
_ORDER: Final = r"(?:disclosed?|share|shared|give out|given out|released?|revealed?)"
_WRITTEN: Final = re.compile(
    rf"\bconfidential\b|\b(?:do not|dont|must not|never|not to be)(?: be)? {_ORDER}\b"
    rf"|\b{_HOW} {_WHAT}\b|\b{_WHAT} (?:is |are )?{_HOW}\b|\bsensitive\b.*\balert\b|\bsee alerts?\b"
    rf"|^(?:{_KEPT})$"
)
_OTHER: Final = re.compile(r"[\W_]+")


def is_mark(text: str) -> bool:
    """Whether a text that should be an address or a name says that the child is protected."""
    plain = _OTHER.sub(" ", text.casefold().replace("'", "").replace("\u2019", "")).strip()
    return _WRITTEN.search(plain) is not None


def heeded(record: Record) -> Record:
    """`record` without such texts; restricted where one was its name, or where it should be.

    An address with one goes whole: what is beside it may be the protected one. What was left out is
    among the defects.
    """
    if not _may_bear(record):
        return record
    stay: dict[str, Any] = {name: _without(getattr(record, name)) for name in _LISTS}
    practice = _without((record.gp_practice,) if record.gp_practice else ())
    stay["gp_practice"] = practice[0] if practice else None
    lost = {name for name, value in stay.items() if value != getattr(record, name)}
    if not lost:
        return record
    restricted = True if lost & (PLACES | {"names"}) else record.restricted
    defects = tuple(sorted({*record.defects, *lost}))
    return replace(record, **stay, restricted=restricted, defects=defects)


_LISTS: Final = ("names", "addresses", "carers", "schools")


def _may_bear(record: Record) -> bool:
    said: list[str | None] = []
    for name in record.names:
        said += (*name.given, name.family)
    for address in record.addresses:
        said += (*address.lines, address.postcode)
    for one in (*record.carers, *record.schools, record.gp_practice):
        said.append(one.name if one else None)
    plain = " ".join(filter(None, said)).casefold()
    return any(map(plain.__contains__, _STEMS))


def _said(one: Name | Address | Carer | School | GpPractice) -> tuple[str | None, ...]:
    match one:
        case Name():
            return (one.family, " ".join([*one.given, one.family or ""]), " ".join(one.given))
        case Address():
            return (*one.lines, one.postcode)
        case _:
            return (one.name,)


def _without(items: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(item for item in items if not _bears(item))


def _bears(item: Any) -> bool:
    return any(is_mark(text) for text in _said(item) if text)


def within(record: Record, fields: frozenset[str]) -> Record:
    """`record` without the places that were read for a mark alone, and what they lacked."""
    beside = PLACES - fields
    if not _has_any(record, beside):
        return record
    return replace(
        record,
        **{name: _NOTHING[name] for name in beside},
        defects=tuple(one for one in record.defects if one.partition(".")[0] not in beside),
        cut=tuple(one for one in record.cut if one not in beside),
    )


def _has_any(record: Record, beside: frozenset[str]) -> bool:
    """Whether a record has any of these places, or may say that one could not be read."""
    for name in beside:
        if getattr(record, name):
            return True
    return bool(beside and (record.defects or record.cut))


_NOTHING: Final[dict[str, Any]] = {"addresses": (), "schools": (), "gp_practice": None}
