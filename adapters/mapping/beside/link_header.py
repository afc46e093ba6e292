"""The Link header, read as RFC 8288 writes it: quoted commas, several relations, several links."""

import re
from collections.abc import Iterator
from typing import Final

# A parameter's value is a token, or a text in quotes that may hold commas, semicolons and `\"`.
# Every repetition is possessive: blanks between two semicolons are read in one way alone, or a
# header of thirty of them would be read in 6^30.
_LINK: Final = re.compile(
    r"""\s*+<(?P<target>[^<>]*+)>
    (?P<parameters>(?:\s*+;\s*+[^\s=;,"<>]*+\s*+(?:=\s*+(?:"(?:[^"\\]|\\.)*+"|[^\s;,"<>]*+))?+)*+)
    \s*+(?:,|$)""",
    re.VERBOSE,
)
_PARAMETER: Final = re.compile(
    r';\s*+(?P<name>[^\s=;,"<>]++)\s*+'
    r'(?:=\s*+(?:"(?P<quoted>(?:[^"\\]|\\.)*+)"|(?P<plain>[^\s;,"<>]*+)))?'
)
_SPEAKS_OF_NEXT: Final = re.compile(r"\bnext\b", re.IGNORECASE)


class LinkUnreadable(ValueError):
    """The header speaks of a next page and is built otherwise than RFC 8288 says."""


def next_link(header: str) -> str | None:
    """The target of the link whose relations have `next`; None if none has.

    LinkUnreadable where the header says `next` in a form that cannot be read.
    """
    try:
        links = list(_links(header))
    except LinkUnreadable:
        if _SPEAKS_OF_NEXT.search(header):
            raise
        return None
    # A link with an anchor is about something else than this answer (RFC 8288, section 3.2).
    found = (target for target, told in links if "anchor" not in told and _is_next(told))
    return next(found, None)


def _is_next(told: dict[str, str]) -> bool:
    # Apostrophes are no quotes in a header (RFC 9110, section 5.6.4), and are written as such.
    return "next" in told.get("rel", "").strip("'").lower().split()


def _links(header: str) -> Iterator[tuple[str, dict[str, str]]]:
    at, text = 0, header.strip().strip(",")
    while at < len(text):
        found = _LINK.match(text, at)
        if found is None:
            raise LinkUnreadable("not a Link header of RFC 8288")
        yield found["target"], _told(found["parameters"])
        at = found.end()


def _told(parameters: str) -> dict[str, str]:
    told: dict[str, str] = {}
    for found in _PARAMETER.finditer(parameters):
        value = found["plain"] if found["quoted"] is None else _unescaped(found["quoted"])
        told.setdefault(found["name"].lower(), value or "")  # only the first counts
    return told


def _unescaped(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted)
