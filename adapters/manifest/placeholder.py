"""A value in a placeholder of a manifest's text stays one value, whatever it means there.

Names and record numbers come from whoever asks. Where the agency's language has an escape, what
means something is escaped; where it has none, or nobody knows the language, such a value cannot be
said, and counts as not known.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import quote

PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)(\?)?\}")

_NAMES: Final = frozenset({"given_name", "family_name"})
_IN_NAMES: Final = frozenset(" -'.\u2019\u00b7")
_JOINERS: Final = "\u200c\u200d"  # invisible, and needed to write some languages
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Wildcards, lists, groups, operators and escapes of the search languages that agencies have.
_MEANT: Final = frozenset('*%?,|;\\"<>&$(){}[]^!`')
_QUOTE: Final = "'"
_QUOTES: Final = (_QUOTE, '"')
_INSIDE: Final = frozenset("-._")
_LEADS_ELSEWHERE: Final = frozenset("/#")
_SHORTEST_BEFORE_WILDCARD: Final = 2  # PDS takes no wildcard in the first two characters
_FHIR_MEANT: Final = re.compile(r"[\\,|$]")


@dataclass(frozen=True, slots=True)
class PlaceholderPosition:
    """Where a value stands: under which key, before which character, and whether alone.

    `quote` is the quotation mark that it stands between, as the whole text of its place.
    """

    key: str
    after: str
    alone: bool
    quote: str | None = None


Say = Callable[
    [str, PlaceholderPosition], str | None
]  # the value as it is written there, None if it cannot be


def as_value(value: str, place: PlaceholderPosition) -> str | None:
    """In a parameter, a field of a body or a variable, whose language nobody has told us."""
    if _unseen(value) or _MEANT & {*value}:
        return None
    if place.key in _NAMES and not all(map(_in_a_name, value)):
        return None
    if place.alone:
        return value
    if place.quote is not None:
        return None if place.quote in value else value
    plain = value[:1].isalnum() and all(_part_of_a_word(c) or c in _INSIDE for c in value)
    return value if plain else None


def as_doubled(value: str, place: PlaceholderPosition) -> str | None:
    """The same where `'` between quotes is written twice, as OData and SQL have it.

    OData 4.01, Part 2 (URL Conventions), section 5.1.1.6.1; ISO 9075, character string literal.
    """
    if place.quote != _QUOTE:
        return as_value(value, place)
    said = as_value(value.replace(_QUOTE, ""), place)
    return None if said is None else value.replace(_QUOTE, _QUOTE * 2)


def as_segment(value: str, place: PlaceholderPosition) -> str | None:
    """In a segment of a path, percent-encoded; never what a server on the way may decode twice."""
    said = as_value(value, place)
    if said is None or not said.strip(".") or _LEADS_ELSEWHERE & {*said}:
        return None
    return quote(said, safe="")


def as_fhir(value: str, place: PlaceholderPosition) -> str | None:
    r"""In a FHIR search: `\`, `,`, `|` and `$` escaped (FHIR R4, Search, Escaping).

    `*` has no escape, and some servers take it for a wildcard. One that the manifest itself puts
    behind a value needs two characters before it.
    """
    if _unseen(value) or "*" in value:
        return None
    if place.after == "*" and len(value.strip()) < _SHORTEST_BEFORE_WILDCARD:
        return None
    return _FHIR_MEANT.sub(lambda found: f"\\{found.group()}", value)


def filled(text: str, given: Mapping[str, str], say: Say) -> str | None:
    """`text` with its values; None if one of them is not known or cannot be said there."""
    parts: list[str] = []
    end = 0
    for found, place in _places(text):
        value = given.get(found.group(1))
        said = say(value, place) if value else None
        if said is None:
            return None
        parts += [text[end : found.start()], said]
        end = found.end()
    return "".join([*parts, text[end:]])


def path_filled(path: str, given: Mapping[str, str]) -> str | None:
    """`path` with its values, each within its segment; None if one cannot be said there."""
    segments = [filled(segment, given, as_segment) for segment in path.split("/")]
    return None if None in segments else "/".join(map(str, segments))


def quotes_around(text: str) -> list[str | None]:
    """For each placeholder of `text` the quotation mark that it stands between, if it does."""
    return [place.quote for _, place in _places(text)]


def unsaid(texts: Iterable[str], given: Mapping[str, str], say: Say) -> frozenset[str]:
    """The keys that these texts cannot do without, and that are not known or cannot be said."""
    return frozenset(
        place.key
        for text in texts
        for found, place in _places(text)
        if not found.group(2) and not _sayable(given.get(place.key), place, say)
    )


def _sayable(value: str | None, place: PlaceholderPosition, say: Say) -> bool:
    return bool(value) and say(value or "", place) is not None


@lru_cache(maxsize=4096)  # of the texts of manifests alone, of which every question is made
def _places(text: str) -> tuple[tuple[re.Match[str], PlaceholderPosition], ...]:
    alone = not PLACEHOLDER.sub("", text).strip()
    places = []
    for found in PLACEHOLDER.finditer(text):
        before, after = text[: found.start()], text[found.end() :]
        quote = _quote(before) if before[-1:] == after[:1] else None
        places.append((found, PlaceholderPosition(found.group(1), after[:1], alone, quote)))
    return tuple(places)


def _quote(before: str) -> str | None:
    # Behind an even number of them the quotes have closed, and the place is outside.
    last = before[-1:]
    return last if last in _QUOTES and before.count(last) % 2 else None


def _unseen(value: str) -> bool:
    return any(unicodedata.category(c) in _UNSEEN and c not in _JOINERS for c in value)


def _in_a_name(character: str) -> bool:
    return _part_of_a_word(character) or character in _IN_NAMES


def _part_of_a_word(character: str) -> bool:
    mark = unicodedata.category(character).startswith("M")
    return character.isalnum() or mark or character in _JOINERS
