"""What entries are found by: terms of an entry, and of a search, as digests of one length."""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any, Final

from adapters.contract.codes import Purpose
from gateway.audit.entry.flags import SIGNIFICANT_HARM, AccessFlag
from gateway.audit.entry.kind import AuditKind
from gateway.audit.entry.search import Search

Term = tuple[str, str]
"""A column and a value in it: ("user", "j.okafor")."""

_COLUMNS: Final = ("query_id", "user", "organisation", "kind", "purpose", "issuer")
_SEALED: Final = ("justification", "case_reference")
_ACCESSES: Final[list[tuple[Term, ...]]] = [
    tuple(("kind", str(kind)) for kind in (AuditKind.INTENT, AuditKind.RELEASE)),
    tuple(("purpose", str(each)) for each in Purpose if each is not Purpose.SUBJECT_ACCESS),
]
EVERY: Final[Term] = ("every", "")  # of each entry, for a search that names nothing else


def terms_of(held: dict[str, Any]) -> Iterator[Term]:
    """The terms of an entry, given as the object in its leaf."""
    yield EVERY
    yield "break_glass", str(_broke_glass(held))
    yield "stated_harm", str(SIGNIFICANT_HARM in held.get("detail", ""))
    for column in _COLUMNS:
        if (value := held.get(column)) is not None:
            yield column, value
    for pseudonym in held.get("child_pseudonyms", ()):
        yield "child", pseudonym
    for group in held.get("agencies", ()):
        for agency in group["ids"]:
            yield "agency", agency


def epochs_in(held: dict[str, Any]) -> Iterator[str]:
    """The epochs under whose keys the entry's pseudonyms and sealed texts were made."""
    made = (*held.get("child_pseudonyms", ()), *(held.get(name, "") for name in _SEALED))
    yield from {each.partition(":")[0] for each in made if each}


def wanted(search: Search) -> list[tuple[Term, ...]]:
    """Of each of these an entry that fits has at least one term; the rarest come first."""
    children = search.pseudonyms
    named = [] if children is None else [tuple(("child", name) for name in sorted(children))]
    columns = (*_COLUMNS[:3], "agency", *_COLUMNS[3:], "break_glass", "stated_harm")
    given = ((column, getattr(search, column)) for column in columns)
    named += [((column, str(value)),) for column, value in given if value is not None]
    named += _ACCESSES if search.accesses else []
    return named or [(EVERY,)]


def digest(term: Term) -> bytes:
    """Sixteen bytes that stand for the term: as good as never those of another."""
    return blake2b("\0".join(term).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _broke_glass(held: dict[str, Any]) -> bool:
    return held["kind"] == AuditKind.BREAK_GLASS or AccessFlag.BREAK_GLASS in held.get("risks", ())
