"""Words that say a child is protected, written where an address or a name should be.

Systems without a flag have them: "PROTECTED ADDRESS", "sensitive - see alert", "CYFRINACHOL".
They are no address and nobody's name. They are the agency's mark, so they restrict the child.
"""

import re
from collections.abc import Iterable
from typing import Any, Final
from unicodedata import combining, normalize

from adapters.contract.frozen import replace
from adapters.contract.record import Address, Carer, GpPractice, Name, Record, School

# Where a child is: a mark in one of these is read whatever fields are wanted.
PLACES: Final = frozenset({"addresses", "schools", "gp_practice"})

# A part of every mark below: most texts have none, and are looked at no further.
_STEMS: Final = (
    *("conf", "protected", "restrict", "sensiti", "held", "redact", "suppress", "flag", "address"),
    *("alert", "disclos", "shar", "give", "releas", "reveal"),
    *(
        "yfrinachol",
        "warchoded",
        "yfyngedig",
        "wedi",
        "cudd",
        "atgel",
        "annu",
        "yddhau",
        "rhybudd",
    ),
)
_ALONE: Final = ("protected", "restricted", "sensitive", "withheld", "suppressed", "redacted")
_KEPT: Final = "|".join(_ALONE)
_WHAT: Final = (
    r"(?:addr(?:ess)?|location|placement|whereabouts|details|records?|information|child|pds)"
)
_HOW: Final = rf"(?:{_KEPT}|witheld|undisclosed|not disclosed)"
_ORDER: Final = r"(?:disclosed?|share|shared|give out|given out|released?|revealed?)"
_ENGLISH: Final = (
    rf"\bconfidential\b|\b(?:do not|dont|must not|never|not to be)(?: be)? {_ORDER}\b"
    rf"|\b{_HOW} {_WHAT}\b|\b{_WHAT} (?:is |are )?{_HOW}\b|\bsensitive\b.*\balert\b|\bsee alerts?\b"
    r"|\bnot for (?:disclosure|release|sharing)\b|\bnon ?disclosable\b"
    r"|\bconf(?:id)? addr(?:ess)?\b"
    r"|\b(?:hidden|secret) address\b|\baddress (?:is )?(?:hidden|secret)\b"
    rf"|^s flag(?:ged)?\b|^(?:{_KEPT})$"
)
# In Welsh the word for what it is comes first, so no place's name begins with one of these. Behind
# another word it may be a name: Llwybr Cyfrinachol is a path, and Cyfyngedig is Limited.
_WELSH_KEPT: Final = "cyfrinachol|gwarchodedig|sensitif"
_WELSH_WHAT: Final = r"(?:cyfeiriad|lleoliad|manylion|gwybodaeth|cofnod(?:ion)?|plentyn)"
_WELSH_HOW: Final = (
    r"(?:yn )?(?:[cg]yfrinachol|gwarchodedig|warchodedig|sensitif|[cg]yfyngedig|cudd)"
    r"|heb (?:ei |eu )?ddatgelu|wedi ?(?:ei|eu|i|u) (?:atal|gelu|celu|guddio|cuddio)"
)
_WELSH_NOT: Final = (
    r"(?:(?:peidiwch|peidio|paid)(?: ag?)?|n[ia] (?:chaniateir|ddylid|cheir)"
    r"|(?:nid|dd?im)(?: yw)?(?: iw)?)"
)
_WELSH: Final = (
    rf"^(?:{_WELSH_KEPT})\b|^yn gyfrinachol\b|^cyfyngedig$"
    rf"|\b{_WELSH_WHAT} (?:{_WELSH_HOW})\b"
    rf"|\b{_WELSH_NOT} (?:ei |eu )?(?:dd?atgelu|rh?annu|rh?yddhau)\b"
    r"|\bn[ia] ddatgel(?:er|ir|wch)\b|\bgweler (?:yr? )?rhybudd(?:ion)?\b"
)
_WRITTEN: Final = re.compile(f"{_ENGLISH}|{_WELSH}")
_OTHER: Final = re.compile(r"[\W_]+")


def is_mark(text: str) -> bool:
    """Whether a text that should be an address or a name says that the child is protected."""
    plain = _OTHER.sub(" ", _plain(text)).strip()
    return _WRITTEN.search(plain) is not None


def _plain(text: str) -> str:
    """A text without case, accents and apostrophes."""
    folded = text.casefold().replace("'", "").replace("\u2019", "")
    if folded.isascii():
        return folded
    return "".join(one for one in normalize("NFKD", folded) if not combining(one))


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
    plain = _plain(" ".join(filter(None, said)))
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
