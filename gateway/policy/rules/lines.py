"""At which line of a Cedar text a rule begins, and at which the text stops being Cedar.

Cedar's own reader says neither, so rules are told apart here as it does it: by their semicolons.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Final, NamedTuple

from cedarpy import policies_to_json_str

_TOKEN: Final = re.compile(
    r'//[^\n]*|(?P<text>"(?:\\.|[^"\\])*")|(?P<end>;)|(?P<other>[^\s"/;]+|["/])', re.DOTALL
)
_UNREADABLE: Final = ("unexpected token", "invalid token")


class _Part(NamedTuple):
    """A rule's place in its text: from its first word or annotation to after its semicolon."""

    begin: int
    end: int


def lines_of_rules(text: str) -> list[int]:
    """The line of each rule's first word or annotation, from 1, in the order of the text."""
    return [_line(text, part.begin) for part in _parts(text)]


def line_of_no_cedar(text: str) -> int:
    """The line in a text of the word that Cedar cannot read, or at which a wrong rule begins.

    Rules are halved until the first wrong one is found, and so are its lines. Of what is wrong with
    a whole rule, such as an effect that there is not, Cedar tells once it has read the rule's end.
    """
    parts = list(_parts(text))
    if not parts:
        return 1
    by_word = _stops_at_a_word(text)

    def is_wrong(part: _Part) -> bool:
        read = text[: part.end]
        return _stops_at_a_word(read) if by_word else bool(_refusal(read))

    begin, end = parts[bisect_left(parts[:-1], 1, key=is_wrong)]
    first = _line(text, begin)
    return first + (_line_of_word(text[begin:end]) if by_word else 0)


def _line_of_word(rule: str) -> int:
    """By how many lines a rule goes on until the word that Cedar cannot read."""
    lines = rule.split("\n")

    def is_wrong(most: int) -> bool:
        return _stops_at_a_word("\n".join(lines[:most]))

    return bisect_left(range(1, len(lines)), 1, key=is_wrong)


def _parts(text: str) -> Iterator[_Part]:
    begin, end = -1, -1
    for token in _TOKEN.finditer(text):
        if token.lastgroup is None:
            continue
        begin, end = token.start() if begin < 0 else begin, token.end()
        if token.lastgroup == "end":
            yield _Part(begin, end)
            begin = -1
    if begin >= 0:
        yield _Part(begin, end)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _stops_at_a_word(text: str) -> bool:
    return _refusal(text).startswith(_UNREADABLE)


def _refusal(text: str) -> str:
    """What Cedar says of a text that it does not read; nothing of one that it does."""
    try:
        policies_to_json_str(text)
    except ValueError as error:
        return str(error)
    return ""
