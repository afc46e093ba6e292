"""What an answer says, beside its records, of whether there are more: by the names in wide use.

A list that is cut in silence is told as whole. So an answer is held against the words that paging
APIs have for "there is more", whether or not the manifest reads them: next links and cursors
(JSON:API, HAL, OData, Django REST Framework, Google, Microsoft Graph), flags (`hasMore`,
`hasNextPage`, Spring's `last`), totals larger than what came, and their headers.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import orjson
from lxml import etree

from adapters.mapping.beside.link_header import LinkUnreadable, next_link

_DEEPEST: Final = 4  # objects below the answer: {"data": {"pupils": {"pageInfo": {...}}}}
_MOST_ELEMENTS: Final = 2000
_LONGEST_NAME: Final = 40
_LETTERS: Final = re.compile(r"[^a-z]")
# Where more is to be had: a link, a cursor, the number of a page.
_NEXT: Final = frozenset(
    {
        "next",
        "nextpage",
        "nexturl",
        "nexturi",
        "nexthref",
        "nextlink",
        "nextpageurl",
        "nextpagelink",
        "nextrecordsurl",
        "nextcursor",
        "nextpagecursor",
        "nexttoken",
        "nextpagetoken",
        "nextoffset",
        "nextmarker",
        "nextkey",
        "nextresults",
        "continuation",
        "continuationtoken",
        "lastevaluatedkey",
        "odatanextlink",
    }
)
_MORE: Final = frozenset(
    {
        "more",
        "hasmore",
        "hasmoreitems",
        "hasmorepages",
        "hasmoreresults",
        "hasmorerecords",
        "hasnext",
        "hasnextpage",
        "morerecords",
        "moreresults",
        "moreavailable",
        "moredataavailable",
        "istruncated",
        "truncated",
        "exceededtransferlimit",
        "limitexceeded",
        "incompleteresults",
    }
)
_LAST: Final = frozenset({"last", "islast", "islastpage", "lastpage", "endoflist", "done", "eof"})
_TOTALS: Final = frozenset(
    {
        "total",
        "totalcount",
        "totalelements",
        "totalhits",
        "totalitems",
        "totalmatches",
        "totalrecords",
        "totalresults",
        "totalrows",
        "totalsize",
        "recordstotal",
        "recordsfiltered",
        "odatacount",
        "numfound",
        "paginationtotal",
        "paginationtotalcount",
        "wptotal",
    }
)
_ANNOTATED: Final[Mapping[str, str]] = {"count": "odatacount"}  # OData 4.01 leaves odata. out
_COUNTS: Final = frozenset({"count", "recordcount", "resultcount", "numberofrecords", "matches"})
_PAGES: Final = frozenset({"totalpages", "pagecount", "numpages", "pagestotal", "lastpage"})
_FLAGS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("true", "yes", "y", "1"), True),
    **dict.fromkeys(("false", "no", "n", "0"), False),
}
_PAGE: Final = frozenset({"page", "currentpage", "pagenumber", "pageno"})
_RANGE: Final = re.compile(r"(?:\w+\s+)?(\d+)-(\d+)/(\d+)")
_EMPTY_RANGE: Final = re.compile(r"(?:\w+\s+)?\*/(\d+)")
_LINKS: Final = frozenset({"links", "link"})
_REMARKS: Final = frozenset({"statusinfoset", "messages", "issues", "notifications", "alerts"})
_MOST_REMARKS: Final = 100


def says_more(
    headers: Mapping[str, str], scope: Any, documents: Collection[Any], received: int
) -> bool | None:
    """Whether an answer says that there are more than the `received` records so far.

    False where it says that these are all, None where it says nothing. `scope` is its body, or its
    root element; what stands in `documents`, its records, is not looked at.
    """
    said = {_said(name, value, received) for name, value in told_beside(headers, scope, documents)}
    if True in said or _is_not_the_last_page(scope, documents):
        return True
    return False if False in said else None


def told_beside(
    headers: Mapping[str, str], scope: Any, documents: Collection[Any]
) -> Iterator[tuple[str, Any]]:
    """What an answer says in its headers and beside its records: names as `called`, and values."""
    yield from _of_headers(headers)
    yield from _of_body(scope, documents)


def cut_lists(document: Any) -> Iterator[str]:
    """The keys of a record below which a list says that there is more of it than came."""
    if not isinstance(document, dict):
        return
    for key, part in document.items():
        if isinstance(part, dict) and any(map(_is_cut, _with_lists(part))):
            yield key
        elif (of := key.partition("@")[0]) and of != key and _is_annotated(key, part, document):
            yield of


def _is_annotated(key: str, said: Any, document: dict[str, Any]) -> bool:
    """Whether OData says beside a list (`workers@odata.nextLink`) that it is not all of it."""
    of, _, about = key.partition("@")
    listed = document.get(of)
    name, received = called(about), len(listed) if isinstance(listed, list) else 0
    if name in ("error", "odataerror"):
        return True
    return _said(_ANNOTATED.get(name, name), said, received) is True


def _is_cut(holder: dict[str, Any]) -> bool:
    longest = max((len(one) for one in holder.values() if isinstance(one, list)), default=0)
    return says_more({}, holder, (), longest) is True


def _with_lists(part: dict[str, Any], deep: int = _DEEPEST) -> Iterator[dict[str, Any]]:
    if any(isinstance(one, list) for one in part.values()):
        yield part
    for one in part.values() if deep else ():
        if isinstance(one, dict):
            yield from _with_lists(one, deep - 1)


def _said(name: str, value: Any, received: int) -> bool | None:
    if name in _NEXT:
        return _leads_on(value)
    if name in _MORE:
        return _flag(value)
    if name in _LAST and (last := _flag(value)) is not None:
        return not last
    if name in _TOTALS:
        return None if (total := _number(value)) is None else total > received
    if name in _COUNTS and (_number(value) or 0) > received:
        return True
    return None


def _leads_on(value: Any) -> bool | None:
    match value:
        case None | False:
            return False
        case str():
            return True if value.strip() else None  # an empty cursor says neither
        case dict():
            return any(isinstance(v, str) and v.strip() for v in value.values()) or None
        case int() | float():
            return True if value else None
        case _:
            return None


def _flag(value: Any) -> bool | None:
    if isinstance(value, str):
        return _FLAGS.get(value.strip().lower())
    return bool(value) if isinstance(value, int) and value in (0, 1) else None


def _number(value: Any) -> int | None:
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def called(name: str) -> str:
    """The letters of a name in lower case, so that `hasMore` and `has_more` are one."""
    # Not remembered: an agency's keys may be children's numbers.
    if len(name) > _LONGEST_NAME:
        return ""
    lower = name.lower()
    return lower if lower.isascii() and lower.isalpha() else _LETTERS.sub("", lower)


def _of_headers(headers: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for name, value in headers.items():
        if name == "link":
            yield "next", _linked(value)
        elif name == "content-range" and (found := _RANGE.fullmatch(value.strip())):
            yield "hasmore", int(found[2]) + 1 < int(found[3])
        elif name == "content-range" and (found := _EMPTY_RANGE.fullmatch(value.strip())):
            yield "total", int(found[1])
        elif name == "x-pagination" and value.lstrip().startswith("{"):
            yield from _of_text(value)
        elif name.startswith("x-"):
            yield called(name.removeprefix("x-").removeprefix("ms-")), value


def _linked(header: str) -> Any:
    try:
        # A header that names no next page says nothing: it may be about something else.
        return next_link(header) or ""
    except LinkUnreadable:
        return header


def _of_text(text: str) -> Iterator[tuple[str, Any]]:
    try:
        yield from _pairs(orjson.loads(text), frozenset(), _DEEPEST)
    except orjson.JSONDecodeError:
        return


def _of_body(scope: Any, documents: Collection[Any]) -> Iterator[tuple[str, Any]]:
    if etree.iselement(scope):
        yield from _of_elements(scope, documents)
    elif isinstance(scope, dict):
        yield from _pairs(scope, frozenset(map(id, documents)), _DEEPEST)


def _pairs(part: Any, records: frozenset[int], deep: int) -> Iterator[tuple[str, Any]]:
    if not isinstance(part, dict) or id(part) in records:
        return
    for name, value in part.items():
        key = called(name)
        yield key, value
        if isinstance(value, list):
            yield from _of_list(key, value, records)
        elif deep:
            yield from _pairs(value, records, deep - 1)


def _of_list(key: str, listed: list[Any], records: frozenset[int]) -> Iterator[tuple[str, Any]]:
    # Of lists only those are looked into that never hold records.
    items = [one for one in listed[:_MOST_REMARKS] if isinstance(one, dict)]
    if key in _LINKS:
        yield from (("next", one.get("href") or one.get("url")) for one in items if _leads(one))
    elif key in _REMARKS:
        for one in items:
            yield from _pairs(one, records, 0)


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


def _is_not_the_last_page(scope: Any, documents: Collection[Any]) -> bool:
    """Whether it says that it is page so many of more."""
    told: dict[str, Any] = {}
    for name, value in _of_body(scope, documents):
        told.setdefault(name, _number(value))
    page = next((told[name] for name in _PAGE if told.get(name) is not None), None)
    pages = next((told[name] for name in _PAGES if told.get(name) is not None), None)
    return page is not None and pages is not None and 1 <= page < pages
