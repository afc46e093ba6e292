"""What stands in an answer's headers and beside its records, gone through once for all who ask."""

import re
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from lxml import etree

from adapters.contract.frozen import plainly_made
from adapters.mapping.beside.link_header import LinkUnreadable, next_link

DEEPEST: Final = 4  # objects below the answer: {"data": {"pupils": {"pageInfo": {...}}}}
_MOST_ELEMENTS: Final = 2000
_MOST_TOLD: Final = 5000  # names; whoever says more beside the records may say anything there
_LONGEST_NAME: Final = 40
_LETTERS: Final = re.compile(r"[^a-z]")
_DECORATION: Final = re.compile(r"[\s-]")
_RANGE: Final = re.compile(r"(?:\w+\s+)?(\d+)-(\d+)/(\d+)")
_EMPTY_RANGE: Final = re.compile(r"(?:\w+\s+)?\*/(\d+)")
_LINKS: Final = frozenset({"links", "link"})
_REMARKS: Final = frozenset(
    {"statusinfoset", "messages", "issues", "issue", "notifications", "notices", "alerts"}
)
LOOKED_INTO: Final = _LINKS | _REMARKS  # lists by these names
_MOST_REMARKS: Final = 100
_NONE: Final = frozenset[int]()
_MOST_DIGITS: Final = 18  # Python refuses to read thousands of them
# Headers that say of a failure behind status 200, and where in their value.
_OF_ERRORS: Final[Mapping[str, re.Pattern[str]]] = {
    "proxy-status": re.compile(r";\s*error\s*="),  # RFC 9209, section 2.1.1
    "cache-status": re.compile(r";\s*ttl\s*=\s*-"),  # served stale (RFC 9211, section 2.4)
    "grpc-status": re.compile(r"^\s*[1-9]"),
    "refresh": re.compile(r"\burl\s*=", re.IGNORECASE),  # to a page for signing in, or of an error
    # A challenge beside an answer: it was given to nobody in particular. Kerberos ends with one.
    "www-authenticate": re.compile(r"^\s*(?!Negotiate\b)\S", re.IGNORECASE),
    "retry-after": re.compile(r"\S"),  # it is not ready
}
_FLAGS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("true", "yes", "y", "1"), True),
    **dict.fromkeys(("false", "no", "n", "0"), False),
}
_PLAIN: Final = frozenset({"error", "errors", "odata-error", "total-count", "truncated", "partial"})
HEARD_HEADERS: Final = frozenset(
    {"link", "content-range", "x-pagination", "warning", *_OF_ERRORS, *_PLAIN}
)  # beside those that begin with x-

Told = tuple[tuple[str, Any], ...]
"""Names as `called`, and their values, in the order of the answer."""


@plainly_made
@dataclass(frozen=True, slots=True, eq=False)
class ToldBeside:
    """What an answer tells besides its records.

    `scope` is its body, or its root element; what stands in `documents`, its records, is not looked
    at. It is read when it is first asked for, and kept: an answer is held against several lists of
    words.
    """

    headers: Mapping[str, str] = field(default_factory=dict)
    scope: Any = None
    documents: Collection[Any] = ()
    _read: dict[str, Told] = field(init=False, default_factory=dict, repr=False)

    @property
    def every(self) -> Told:
        """What it says in its headers, then in its body."""
        if "every" not in self._read:
            self._read["every"] = (*_of_headers(self.headers), *self.body)
        return self._read["every"]

    @property
    def body(self) -> Told:
        """What it says in its body."""
        if "body" not in self._read:
            self._read["body"] = self._gone_through()
        return self._read["body"]

    def _gone_through(self) -> Told:
        if etree.iselement(self.scope):
            return tuple(_of_elements(self.scope, self.documents))
        told: list[tuple[str, Any]] = []
        _take(self.scope, frozenset(map(id, self.documents)), DEEPEST, told)
        return tuple(told)


def called(name: str) -> str:
    """The letters of a name in lower case, so that `hasMore` and `has_more` are one."""
    # Not remembered: an agency's keys may be children's numbers.
    if len(name) > _LONGEST_NAME:
        return ""
    lower = name.lower()
    return lower if lower.isascii() and lower.isalpha() else _LETTERS.sub("", lower)


def counted(digits: str) -> int:
    """The number that digits write; of more of them than any count has, a very large one."""
    return int(digits) if len(digits) <= _MOST_DIGITS else sys.maxsize


def flag(value: Any) -> bool | None:
    """Whether a value says yes; None where it says neither yes nor no."""
    if isinstance(value, str):
        return _FLAGS.get(value.strip().lower())
    return bool(value) if isinstance(value, int) and value in (0, 1) else None


def undecorated(text: str) -> str:
    """A number as it is compared: without the spaces and dashes between its digits."""
    return _DECORATION.sub("", text)


def _of_headers(headers: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for name, value in headers.items():
        if name == "link":
            yield "next", _linked(value)
        elif name == "content-range" and (found := _RANGE.fullmatch(value.strip())):
            yield "hasmore", counted(found[2]) + 1 < counted(found[3])
            yield "rangeof", counted(found[2]) + 1 - counted(found[1])
        elif name == "content-range" and (found := _EMPTY_RANGE.fullmatch(value.strip())):
            yield "total", counted(found[1])
        elif name == "x-pagination" and value.lstrip().startswith("{"):
            yield from _of_text(value)
        elif name.startswith("x-"):
            yield called(name.removeprefix("x-").removeprefix("ms-")), value
        elif name in _OF_ERRORS and (said := _OF_ERRORS[name].search(value)):
            yield "error", said[0]
        elif name in _PLAIN:
            yield called(name), value


def _linked(header: str) -> Any:
    try:
        # A header that names no next page says nothing: it may be about something else.
        return next_link(header) or ""
    except LinkUnreadable:
        return header


def _of_text(text: str) -> list[tuple[str, Any]]:
    told: list[tuple[str, Any]] = []
    try:
        _take(orjson.loads(text), _NONE, DEEPEST, told)
    except orjson.JSONDecodeError:
        return []
    return told


def _take(part: Any, records: frozenset[int], deep: int, told: list[tuple[str, Any]]) -> None:
    """Add what an object says, and those below it, to `told`."""
    if not isinstance(part, dict) or id(part) in records:
        return
    for name, value in part.items():
        if len(told) >= _MOST_TOLD:
            told.append(("hasmore", True))
            return
        key = called(name)
        told.append((key, value))
        if isinstance(value, list):
            _take_list(key, value, records, told)
        elif deep and isinstance(value, dict):
            _take(value, records, deep - 1, told)


def _take_list(
    key: str, listed: list[Any], records: frozenset[int], told: list[tuple[str, Any]]
) -> None:
    # Of lists only those are looked into that never hold records.
    if key in _LINKS:
        items = _objects(listed)
        told.extend(("next", one.get("href") or one.get("url")) for one in items if _leads(one))
    elif key in _REMARKS:
        for one in _objects(listed):
            _take(one, records, 0, told)


def _objects(listed: list[Any]) -> list[dict[str, Any]]:
    return [one for one in listed[:_MOST_REMARKS] if isinstance(one, dict)]


def _leads(link: dict[str, Any]) -> bool:
    said = link.get("rel") or link.get("relation")
    return "next" in (said if isinstance(said, list) else str(said).lower().split())


def _of_elements(root: Any, documents: Collection[Any]) -> Iterator[tuple[str, Any]]:
    inside = {element for one in documents if etree.iselement(one) for element in one.iter()}
    for count, element in enumerate(root.iter(etree.Element)):
        if count == _MOST_ELEMENTS:
            return
        if element in inside:
            continue
        if not len(element):
            yield called(etree.QName(element).localname), element.text or ""
        yield from ((called(etree.QName(n).localname), v) for n, v in element.attrib.items())
