"""What an answer says, beside its records, of whether there are more: by the names in wide use.

A list that is cut in silence is told as whole. So an answer is held against the words that paging
APIs have for "there is more", whether or not the manifest reads them: next links and cursors
(JSON:API, HAL, OData, Django REST Framework, Google, Microsoft Graph), flags (`hasMore`,
`hasNextPage`, Spring's `last`), totals larger than what came, and their headers.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from adapters.mapping.beside.told import (
    DEEPEST,
    LOOKED_INTO,
    ToldBeside,
    called,
    counted,
    flag,
)

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
        "hydranext",
        "nextcontinuationtoken",
        "nextfile",
        "nextpart",
    }
)
_MORE: Final = frozenset(
    {
        "more",
        "hasmore",
        "moreitems",
        "hasmoreitems",
        "hasmorechildren",
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
# What says whether there is more, and is null: a server that could not tell (Relay's `pageInfo`).
_UNTOLD: Final = frozenset({"pageinfo", *(one for one in _MORE if one.startswith("has"))})
_LAST: Final = frozenset(
    {
        *("last", "islast", "islastpage", "lastpage", "end", "isend", "atend", "endoflist"),
        *("endofresults", "endofstream", "done", "isdone", "eof"),
    }
)
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
_COUNTS: Final = frozenset({"count", "matches", "found", "hits", "nbhits"})
# Other names for a count: of results, children, rows. One of pages, requests or seconds is none.
_COUNTED: Final = re.compile(r"total|count$|^num(ber|of)?|^nof")
_OF_OTHERS: Final = re.compile(
    r"page|time|duration|second|milli|size|limit|cost|price|shard|node|quer|request|call|attempt"
    r"|retr|error|warn|fail|suppress|withheld|hidden|restrict|exclud|mask|redact|inaccess|denied"
    r"|user|view|visit|access|version|discount|account|country|county|phone|house|street"
)
_LONGEST_COUNT: Final = 24  # letters
_RANGE_OF: Final = "rangeof"  # how many a Content-Range says are in the answer
_HEEDED: Final = _NEXT | _MORE | _UNTOLD | _LAST | _TOTALS | _COUNTS | {_RANGE_OF}
_PAGES: Final = frozenset({"totalpages", "pagecount", "numpages", "pagestotal", "lastpage"})
_FEW: Final = 500  # names
_PAGE: Final = frozenset({"page", "currentpage", "pagenumber", "pageno"})
_SPEAKS: Final = _HEEDED | _PAGE | _PAGES | LOOKED_INTO
_OF_PAGES: Final = _PAGE | _PAGES


def may_lead_on(name: str) -> bool:
    """Whether what stands under this name, as `called`, may say by itself that there are more."""
    return name in _HEEDED - _TOTALS - _COUNTS or name in _OF_PAGES


def may_count(name: str) -> bool:
    """Whether what stands under this name, as `called`, may be how many there are."""
    return name in _TOTALS or name in _COUNTS or _is_count(name)


def says_more(beside: ToldBeside, received: int) -> bool | None:
    """Whether an answer says that there are more than the `received` records so far.

    False where it says that these are all, None where it says nothing.
    """
    every = beside.every
    said = {_said(name, value, received) for name, value in every if name in _HEEDED}
    if True in said or _is_not_the_last_page(beside, received):
        return True
    if any(_counts(name, value, received) for name, value in every if name not in _HEEDED):
        return True
    return False if False in said else None


def cut_lists(document: Any) -> Iterator[str]:
    """The keys of a record below which a list says that there is more of it than came."""
    if not isinstance(document, dict):
        return
    for key, part in document.items():
        if isinstance(part, dict) and _may_say(part) and any(map(_is_cut, _with_lists(part))):
            yield key
        elif "@" in key and (of := key.partition("@")[0]) and _is_annotated(key, part, document):
            yield of


def _may_say(part: dict[str, Any]) -> bool:
    """Whether an object, or one inside of it, has any name that is heeded, or very many."""
    inside, names = [part], 0
    while inside:
        for name, value in inside.pop().items():
            names += 1
            if names > _FEW or called(name) in _SPEAKS:
                return True
            if isinstance(value, dict):
                inside.append(value)
    return False


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
    return says_more(ToldBeside(scope=holder), longest) is True


def _with_lists(part: dict[str, Any], deep: int = DEEPEST) -> Iterator[dict[str, Any]]:
    if any(isinstance(one, list) for one in part.values()):
        yield part
    for one in part.values() if deep else ():
        if isinstance(one, dict):
            yield from _with_lists(one, deep - 1)


def _said(name: str, value: Any, received: int) -> bool | None:
    if name in _UNTOLD and (value is None or value == ""):
        return True
    if name in _NEXT:
        return _leads_on(value)
    if name in _MORE:
        return flag(value)
    if name in _LAST and (last := flag(value)) is not None:
        return not last
    if name in _TOTALS:
        return None if (total := _number(value)) is None else total > received
    counted = name in _COUNTS and (_number(value) or 0) > received
    return True if counted or (name == _RANGE_OF and value and not received) else None


def _counts(name: str, value: Any, received: int) -> bool:
    number = _number(value)
    return number is not None and number > received and _is_count(name)


def _is_count(name: str) -> bool:
    short = len(name) <= _LONGEST_COUNT
    return short and _COUNTED.search(name) is not None and _OF_OTHERS.search(name) is None


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


def _number(value: Any) -> int | None:
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        return counted(value.strip())
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_not_the_last_page(beside: ToldBeside, received: int) -> bool:
    """Whether it says that it is page so many of more."""
    told: dict[str, int | None] = {}
    for name, value in beside.body:
        if name in _OF_PAGES:
            told.setdefault(name, _number(value))
    if not told:
        return False
    page = next((told[name] for name in _PAGE if told.get(name) is not None), None)
    pages = next((told[name] for name in _PAGES if told.get(name) is not None), None)
    if page is None:  # an empty answer that says how many pages there are
        return pages is not None and pages > 1 and not received
    return pages is not None and 1 <= page < pages
